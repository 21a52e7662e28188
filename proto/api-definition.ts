import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type AnyDefinition,
  loadSync,
  type MessageTypeDefinition,
  type ServiceDefinition,
} from "@grpc/proto-loader";
import { API_NAMES, LOADER_OPTIONS, PROTO_FILE, protoFolders } from "../agent/wire/index.ts";

/** The API as the .proto files define it. */
export interface ApiDefinition {
  readonly service: ServiceDefinition;
  readonly problemList: MessageTypeDefinition<object, object>;
}

/**
 * Loads the .proto files that lie beside the program, or above it in a checkout. Throws if none.
 */
export function loadApiDefinition(): ApiDefinition {
  const program = dirname(realpathSync(process.argv[1] ?? "/"));
  const folder = protoFolders(program).find((each) => existsSync(join(each, PROTO_FILE)));
  if (folder === undefined) throw new Error(`no proto/${PROTO_FILE} beside or above ${program}`);
  const loaded = loadSync(PROTO_FILE, { ...LOADER_OPTIONS, includeDirs: [folder] });
  const service = loaded[API_NAMES.service];
  const problemList = loaded[API_NAMES.problemList];
  if (!isService(service) || !isMessage(problemList)) {
    throw new Error(`${join(folder, PROTO_FILE)}: no ${API_NAMES.service}`);
  }
  return { service, problemList };
}

function isService(definition: AnyDefinition | undefined): definition is ServiceDefinition {
  return definition !== undefined && !("format" in definition);
}

function isMessage(
  definition: AnyDefinition | undefined,
): definition is MessageTypeDefinition<object, object> {
  return definition !== undefined && "serialize" in definition;
}
