import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";
import { API_NAMES, LOADER_OPTIONS, PROTO_FILE, protoFolders } from "../agent/wire/index.ts";
import type { ApiCall, MessageSource } from "./message-source.ts";

/**
 * The messages as the .proto files beside or above the program define them. The build puts compiled
 * ones in the place of this module (compile-messages.ts): reading the files takes longer
 * than a call.
 */
export function loadMessages(): MessageSource {
  const program = dirname(realpathSync(process.argv[1] ?? "/"));
  const folder = protoFolders(program).find((each) => existsSync(join(each, PROTO_FILE)));
  if (folder === undefined) throw new Error(`no proto/${PROTO_FILE} beside or above ${program}`);
  const root = readProtoFiles(folder);
  return {
    calls: listCalls(root),
    codecOf: (typeName) => {
      const type = root.lookupType(typeName);
      return {
        serialize: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
        deserialize: (bytes) => type.toObject(type.decode(bytes), LOADER_OPTIONS),
      };
    },
  };
}

/** Reads the .proto files of this folder. */
export function readProtoFiles(folder: string): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(folder, target);
  root.loadSync(PROTO_FILE, { keepCase: LOADER_OPTIONS.keepCase });
  root.resolveAll();
  return root;
}

/** The calls of the service in the order of its file. */
export function listCalls(root: protobuf.Root): readonly ApiCall[] {
  const service = root.lookupService(API_NAMES.service);
  const nameOf = (type: protobuf.Type | null): string => type?.fullName.replace(/^\./, "") ?? "";
  return service.methodsArray.map((method) => ({
    name: method.name,
    request: nameOf(method.resolvedRequestType),
    response: nameOf(method.resolvedResponseType),
    isRequestStream: method.requestStream === true,
    isResponseStream: method.responseStream === true,
  }));
}
