import { addOrdering } from "../orderings.ts";
import { failcountOf } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import type { Working } from "../working.ts";
import { clearFailcount } from "./resource-actions.ts";

/** Forgets the failures of what is no longer configured, before it is stopped. */
export function clearOrphanFailcounts(working: Working): void {
  if (!working.options.stopsOrphans) return;
  for (const resource of working.resources) {
    if (!resource.isOrphan) continue;
    for (const node of working.nodes) {
      if (!node.isOnline) continue;
      if (failcountOf(working, { resource, node }, { isEffective: true }).count === 0) continue;
      addOrdering(working, {
        first: { action: clearFailcount(working, resource, node) },
        next: { resource, task: "stop" },
        relation: RELATION.ordered,
      });
    }
  }
}
