import { type ActionDraft, addAction, type Draft } from "./draft.ts";
import { buildOrder, resolveOperation } from "./operations.ts";
import { canBeAsked, type PlannedResource, type Situation } from "./situation.ts";

/**
 * Adds a probe for every resource on every node whose history does not know it, also where it may
 * not run: a copy that nobody expects has to be found. Returns the probes by resource.
 */
export function emitProbes(
  situation: Situation,
  draft: Draft,
): ReadonlyMap<PlannedResource, readonly ActionDraft[]> {
  const probes = new Map<PlannedResource, ActionDraft[]>();
  if (!situation.options.probesAtStartup) return probes;
  for (const resource of situation.resources) {
    if (resource.isOrphan) continue;
    const own: ActionDraft[] = [];
    for (const node of situation.nodes) {
      const onNode = resource.onNode.get(node.name);
      if (!canBeAsked(node) || onNode?.isKnown === true || onNode?.isProbing === true) continue;
      const key = { name: "monitor", intervalMs: 0 };
      const operation = resolveOperation(situation, resource.primitive, key);
      const order = buildOrder(resource.primitive, operation, resource.primitive);
      own.push(addAction(draft, node.name, { kind: "operation", order }));
    }
    probes.set(resource, own);
  }
  return probes;
}
