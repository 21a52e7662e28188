/**
 * API messages <-> model. The .proto files mirror the model: a union by `kind` is a oneof of the
 * same names, null is an absent field. So one generic codec serves all, and only the names of the
 * fields that may be null are listed here.
 */
import type {
  Change,
  Cib,
  ClusterStatus,
  Command,
  Decision,
  Problem,
} from "../core/model/index.ts";

/** A message as the loader gives and takes it: plain objects, camelCase names. */
export type ApiMessage = Readonly<Record<string, unknown>>;

/** Fields that may be absent, by the kind of change or command. */
const NULLABLE: Readonly<Record<string, readonly string[]>> = {
  createResource: ["group", "before", "after"],
  groupResources: ["before", "after"],
  addLocation: ["id"],
  addColocation: ["id"],
  addOrder: ["id"],
  moveResource: ["node"],
  banResource: ["node"],
  clearResource: ["node"],
  cleanup: ["resource", "node"],
  refresh: ["resource", "node"],
  failcountReset: ["resource", "node"],
};

const ORDER_ACTIONS: readonly unknown[] = ["start", "stop"];

/** The message of a change. */
export function encodeChange(change: Change): ApiMessage {
  return encodeUnion(change);
}

/** The change of a message, or null when this release does not know it. */
export function decodeChange(message: unknown): Change | null {
  const found = decodeUnion(message);
  if (found === null) return null;
  if (found["kind"] === "addOrder") {
    const isKnown = [found["firstAction"], found["thenAction"]].every((action) =>
      ORDER_ACTIONS.includes(action),
    );
    if (!isKnown) return null;
  }
  if (found["kind"] !== "createResource") return found as unknown as Change;
  const agent = decodeAgentName(found["agent"]);
  const defaultOperations = asList(found["defaultOperations"]).map(decodeOperation);
  return { ...found, agent, defaultOperations } as unknown as Change;
}

/** The message of a command. */
export function encodeCommand(command: Command): ApiMessage {
  return encodeUnion(command);
}

/** The command of a message, or null when this release does not know it. */
export function decodeCommand(message: unknown): Command | null {
  return decodeUnion(message) as unknown as Command | null;
}

/** The message of a configuration. */
export function encodeCib(cib: Cib): ApiMessage {
  const encoded = withoutNulls(cib as unknown as ApiMessage);
  return {
    ...encoded,
    resources: cib.resources.map(encodeUnion),
    constraints: cib.constraints.map(encodeUnion),
  };
}

/** The configuration of a message that an agent sent. */
export function decodeCib(message: unknown): Cib {
  const cib = asMessage(message);
  const decoded = {
    ...cib,
    resources: asList(cib["resources"]).map(decodeResource),
    constraints: asList(cib["constraints"]).map(decodeUnion),
  };
  return decoded as unknown as Cib;
}

/** The message of a status: the model has the same fields. */
export function encodeStatus(status: ClusterStatus): ApiMessage {
  return status as unknown as ApiMessage;
}

/** The status of a message that an agent sent. */
export function decodeStatus(message: unknown): ClusterStatus {
  return asMessage(message) as unknown as ClusterStatus;
}

/** The message of one decision of the scheduler. */
export function encodeDecision(decision: Decision): ApiMessage {
  return withoutNulls(decision as unknown as ApiMessage);
}

/** The decision of a message that an agent sent. */
export function decodeDecision(message: unknown): Decision {
  const plain = withoutVirtual(asMessage(message));
  return withNulls(plain, ["resource", "from", "to"]) as unknown as Decision;
}

/** The problems of a `ProblemList` message. */
export function decodeProblems(message: unknown): readonly Problem[] {
  return asList(asMessage(message)["problems"]) as unknown as readonly Problem[];
}

function encodeUnion<Union extends { readonly kind: string }>(value: Union): ApiMessage {
  const { kind, ...rest } = value;
  // Operations carry a nested nullable too, so nulls are left out at every depth.
  return { [kind]: withoutNulls(rest) };
}

function decodeUnion(message: unknown): Record<string, unknown> | null {
  const fields = asMessage(message);
  const kind = fields["kind"];
  if (typeof kind !== "string") return null;
  const inner = withoutVirtual(asMessage(fields[kind]));
  return { kind, ...withNulls(inner, NULLABLE[kind] ?? []) };
}

function decodeResource(message: unknown): ApiMessage | null {
  const resource = decodeUnion(message);
  if (resource === null) return null;
  if (resource["kind"] === "primitive") return decodePrimitive(resource);
  const members = asList(resource["members"]).map((member) =>
    decodePrimitive({ kind: "primitive", ...asMessage(member) }),
  );
  return { ...resource, members };
}

function decodePrimitive(primitive: ApiMessage): ApiMessage {
  const agent = decodeAgentName(primitive["agent"]);
  return { ...primitive, agent, operations: asList(primitive["operations"]).map(decodeOperation) };
}

function decodeAgentName(message: unknown): ApiMessage {
  return withNulls(withoutVirtual(asMessage(message)), ["provider"]);
}

function decodeOperation(message: unknown): ApiMessage {
  return withNulls(withoutVirtual(asMessage(message)), ["timeoutMs"]);
}

function withNulls(message: ApiMessage, names: readonly string[]): Record<string, unknown> {
  const nulls = names.filter((name) => message[name] === undefined).map((name) => [name, null]);
  return { ...message, ...Object.fromEntries(nulls) };
}

function withoutNulls(message: object): Record<string, unknown> {
  const entries = Object.entries(message).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, inner(value)]));
}

function inner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  return typeof value === "object" && value !== null ? withoutNulls(value) : value;
}

/** Without the marks `_group: "group"` that the loader adds for an optional field that is there. */
function withoutVirtual(message: ApiMessage): ApiMessage {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !name.startsWith("_")));
}

function asMessage(value: unknown): ApiMessage {
  return typeof value === "object" && value !== null ? (value as ApiMessage) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
