import type {
  AgentName,
  NameValues,
  OperationDefinition,
  Primitive,
  Resource,
  ResourceTemplate,
} from "../../agent/core/model/index.ts";
import { readMs, readPairs, splitWords } from "./golden-scalars.ts";

/** One primitive as a golden case writes it; a bare id is a Dummy without monitors. */
export interface WrittenPrimitive {
  readonly id: string;
  readonly agent?: string;
  readonly template?: string;
  readonly parameters?: NameValues;
  readonly meta?: NameValues;
  /** `monitor 10s`, `stop 0s on-fail=block timeout=40`. */
  readonly operations?: readonly string[];
  readonly utilization?: NameValues;
}

/** A group as a golden case writes it. */
export interface WrittenGroup {
  readonly group: string;
  readonly meta?: NameValues;
  readonly members: readonly (string | WrittenPrimitive)[];
}

/** A clone as a golden case writes it. */
export interface WrittenClone {
  readonly clone: string;
  readonly meta?: NameValues;
  readonly of: string | WrittenPrimitive | WrittenGroup;
}

/** Anything that a golden case runs. */
export type WrittenResource = string | WrittenPrimitive | WrittenGroup | WrittenClone;

/** Builds a resource; primitives take the agent of their template. */
export function buildResource(
  written: WrittenResource,
  templates: readonly ResourceTemplate[],
): Resource {
  if (typeof written === "object" && "clone" in written) {
    const { clone: id, meta = {}, of } = written;
    return { kind: "clone", id, meta, child: buildChild(of, templates) };
  }
  return buildChild(written, templates);
}

/** Builds a template; it is written as a primitive. */
export function buildTemplate(written: WrittenPrimitive): ResourceTemplate {
  const { kind: _, ...others } = buildPrimitive(written, []);
  return others;
}

/** Names an agent: `ocf:heartbeat:apache`, `systemd:haproxy`. */
export function buildAgent(text: string): AgentName {
  const [standard = "", second = "", third] = text.split(":");
  if (third === undefined) return { standard, provider: null, type: second };
  return { standard, provider: second, type: third };
}

function buildChild(
  written: string | WrittenPrimitive | WrittenGroup,
  templates: readonly ResourceTemplate[],
): Exclude<Resource, { kind: "clone" }> {
  if (typeof written === "string" || !("group" in written)) {
    return buildPrimitive(written, templates);
  }
  const members = written.members.map((member) => buildPrimitive(member, templates));
  return { kind: "group", id: written.group, meta: written.meta ?? {}, members };
}

function buildPrimitive(
  written: string | WrittenPrimitive,
  templates: readonly ResourceTemplate[],
): Primitive {
  const given: WrittenPrimitive = typeof written === "string" ? { id: written } : written;
  const template = templates.find(({ id }) => id === given.template);
  return {
    kind: "primitive",
    id: given.id,
    agent: template?.agent ?? buildAgent(given.agent ?? "ocf:heartbeat:Dummy"),
    parameters: given.parameters ?? {},
    meta: given.meta ?? {},
    operations: (given.operations ?? []).map((text, index) =>
      buildOperation(text, `${given.id}-op-${index}`),
    ),
    ...(given.utilization === undefined ? {} : { utilization: given.utilization }),
    ...(given.template === undefined ? {} : { template: given.template }),
  };
}

function buildOperation(text: string, id: string): OperationDefinition {
  const [name = "", interval = "0s", ...rest] = splitWords(text);
  const { timeout, ...options } = readPairs(rest);
  const timeoutMs = timeout === undefined ? null : Number(timeout) * 1000;
  return { id, name, intervalMs: readMs(interval), timeoutMs, options };
}
