import type { MethodDefinition } from "@grpc/grpc-js";
import { API_NAMES } from "../agent/wire/index.ts";
import type { ApiCall, MessageCodec, MessageSource } from "./message-source.ts";
import { loadMessages } from "./reflected-messages.ts";

/** The API as the .proto files define it. */
export interface ApiDefinition {
  /** The calls by name, as gRPC takes them. */
  readonly service: Readonly<Record<string, MethodDefinition<object, object>>>;
  readonly problemList: MessageCodec;
}

/** Loads the definition of the API. */
export function loadApiDefinition(): ApiDefinition {
  const source = loadMessages();
  const methods = source.calls.map((call) => [call.name, defineCall(source, call)]);
  return {
    service: Object.fromEntries(methods),
    problemList: source.codecOf(API_NAMES.problemList),
  };
}

function defineCall(source: MessageSource, call: ApiCall): MethodDefinition<object, object> {
  const request = source.codecOf(call.request);
  const response = source.codecOf(call.response);
  return {
    path: `/${API_NAMES.service}/${call.name}`,
    // The name under which the server looks for its handler.
    originalName: `${call.name.charAt(0).toLowerCase()}${call.name.slice(1)}`,
    requestStream: call.isRequestStream,
    responseStream: call.isResponseStream,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}
