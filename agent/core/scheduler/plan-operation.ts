import {
  type Cib,
  listPrimitives,
  type OperationOrder,
  type Primitive,
  type ResourceId,
} from "../model/index.ts";
import { type AgentCall, buildOrder, resolveOperation } from "./operations.ts";
import { readClusterOptions } from "./options.ts";

/**
 * The order for one start, stop or probe of a primitive outside of any transition: for a node that
 * looks what it runs, or drops what it may no longer hold. A stop can name what the resource was
 * started with, where the history knows it. Null: there is no such primitive.
 */
export function planOperation(
  cib: Cib,
  resource: ResourceId,
  what: "start" | "stop" | "probe" | { readonly stopAs: AgentCall },
): OperationOrder | null {
  const configured = listPrimitives(cib).find((x) => x.id === resource);
  const orphan = typeof what === "object" ? orphanOf(resource, what.stopAs) : undefined;
  const primitive = configured ?? orphan;
  if (primitive === undefined) return null;
  const name = typeof what === "object" ? "stop" : what === "probe" ? "monitor" : what;
  const context = { cib, options: readClusterOptions(cib.properties) };
  const operation = resolveOperation(context, primitive, { name, intervalMs: 0 });
  return buildOrder(primitive, operation, typeof what === "object" ? what.stopAs : primitive);
}

/** A resource that the configuration has lost, as it was when it was started. */
function orphanOf(id: ResourceId, { agent, parameters }: AgentCall): Primitive {
  return { kind: "primitive", id, agent, parameters, meta: {}, operations: [] };
}
