import {
  type Cib,
  listPrimitives,
  type OperationOrder,
  type Primitive,
  type ResourceId,
} from "../../model/index.ts";
import { type AgentCall, buildOrder, callOf, resolveOperation } from "./operations.ts";
import { readOptions } from "./options.ts";
import { expandTemplate } from "./templates.ts";

/** What `planOperation` can be asked for; a stop can name what the resource was started with. */
export type PlannedOperation =
  | "start"
  | "stop"
  | "probe"
  | "promote"
  | "demote"
  | "reload"
  | "validate-all"
  | { readonly stopAs: AgentCall };

/**
 * The order for one operation of a primitive outside of any transition: for a node that
 * looks what it runs, or drops what it may no longer hold, or does what a person asks for. Null:
 * there is no such primitive.
 */
export function planOperation(
  cib: Cib,
  resource: ResourceId,
  what: PlannedOperation,
): OperationOrder | null {
  const stopAs = typeof what === "object" ? what.stopAs : null;
  const configured = listPrimitives(cib).find((x) => x.id === resource);
  const primitive = configured ?? (stopAs === null ? undefined : orphanOf(resource, stopAs));
  if (primitive === undefined) return null;
  const name = typeof what === "object" ? "stop" : what === "probe" ? "monitor" : what;
  const context = { cib, options: readOptions(cib.properties, { isQuorate: true }) };
  const expanded = expandTemplate(cib, primitive);
  const operation = resolveOperation(context, expanded, { name, intervalMs: 0 });
  return buildOrder(primitive, operation, stopAs ?? callOf(cib, primitive));
}

/** A resource that the configuration has lost, as it was when it was started. */
function orphanOf(id: ResourceId, { agent, parameters }: AgentCall): Primitive {
  return { kind: "primitive", id, agent, parameters, meta: {}, operations: [] };
}
