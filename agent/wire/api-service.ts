/** What client and server of the API agree on besides the .proto files. */

/** Versions of the API's protocol that this release speaks. */
export const API_PROTOCOL = { min: 1, max: 1 } as const;

/**
 * Metadata of each call: the versions of the protocol that the client speaks, one value each, the
 * oldest first.
 */
export const PROTOCOL_METADATA = "lbcluster-protocol";

/** Trailing metadata of INVALID_ARGUMENT: a serialized `ProblemList`. */
export const PROBLEMS_METADATA = "lbcluster-problems-bin";

/** Problems that one answer carries at most: metadata has to stay small. */
export const PROBLEMS_MAX = 30;

/** The file that holds the service, below a `proto` folder. */
export const PROTO_FILE = "lbcluster/v1/agent.proto";

/** Full names of the service, and of the message that carries problems. */
export const API_NAMES = {
  service: "lbcluster.v1.AgentService",
  problemList: "lbcluster.v1.ProblemList",
} as const;

/**
 * How the .proto files are loaded, so that messages look like the model: camelCase, plain numbers.
 */
export const LOADER_OPTIONS = {
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
} as const;

/**
 * Where to look for the .proto files of the program in this folder, best first: beside the program
 * (an installed or built one), then in each folder above (a checkout). `folder` is absolute.
 */
export function protoFolders(folder: string): readonly string[] {
  const parts = folder.split("/").filter((part) => part !== "");
  return [...parts.keys(), parts.length]
    .toReversed()
    .map((count) => `/${[...parts.slice(0, count), "proto"].join("/")}`);
}

/** What a client of this release says in `PROTOCOL_METADATA`. */
export function spokenProtocols(): readonly string[] {
  const { min, max } = API_PROTOCOL;
  return Array.from({ length: max - min + 1 }, (_each, index) => String(min + index));
}

/** Null when the agent speaks one of the client's versions, else one line for people. */
export function checkProtocol(clientVersions: readonly string[], release: string): string | null {
  const { min, max } = API_PROTOCOL;
  const versions = clientVersions.filter((text) => /^[0-9]{1,6}$/.test(text)).map(Number);
  if (versions.some((version) => version >= min && version <= max)) return null;
  const spoken = min === max ? `${min}` : `${min} to ${max}`;
  const found = versions.length === 0 ? "no version" : `version ${versions.join(", ")}`;
  return (
    `protocol of the client: ${found}, lb-agent ${release} speaks ${spoken}; ` +
    "install the same release of lbctl and lb-agent"
  );
}
