import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MethodDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { API_NAMES, LOADER_OPTIONS, PROTO_FILE, protoFolders } from "../agent/wire/index.ts";

/** Turns messages of one type into bytes and back. */
export interface MessageCodec {
  serialize(message: object): Buffer;
  deserialize(bytes: Buffer): object;
}

/** The API as the .proto files define it. */
export interface ApiDefinition {
  /** The calls by name, as gRPC takes them. */
  readonly service: Readonly<Record<string, MethodDefinition<object, object>>>;
  readonly problemList: MessageCodec;
}

/**
 * Loads the .proto files that lie beside the program, or above it in a checkout. Throws if none.
 * A type is compiled when a call first needs it: most commands make a single call.
 */
export function loadApiDefinition(): ApiDefinition {
  const program = dirname(realpathSync(process.argv[1] ?? "/"));
  const folder = protoFolders(program).find((each) => existsSync(join(each, PROTO_FILE)));
  if (folder === undefined) throw new Error(`no proto/${PROTO_FILE} beside or above ${program}`);
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(folder, target);
  root.loadSync(PROTO_FILE, { keepCase: LOADER_OPTIONS.keepCase });
  const service = root.lookupService(API_NAMES.service);
  const methods = service.methodsArray.map((method) => [method.name, defineCall(root, method)]);
  return {
    service: Object.fromEntries(methods),
    problemList: codecOf(root.lookupType(API_NAMES.problemList)),
  };
}

function defineCall(
  root: protobuf.Root,
  method: protobuf.Method,
): MethodDefinition<object, object> {
  const scope = method.parent ?? root;
  const request = codecOf(scope.lookupType(method.requestType));
  const response = codecOf(scope.lookupType(method.responseType));
  return {
    path: `/${API_NAMES.service}/${method.name}`,
    // The name under which the server looks for its handler.
    originalName: `${method.name.charAt(0).toLowerCase()}${method.name.slice(1)}`,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

function codecOf(type: protobuf.Type): MessageCodec {
  return {
    serialize: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
    deserialize: (bytes) => type.toObject(type.decode(bytes), LOADER_OPTIONS),
  };
}
