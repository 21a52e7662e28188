import type { Link } from "./links.ts";
import type { Situation } from "./situation.ts";
import type { Step } from "./steps.ts";

/**
 * Steps that have to wait for an operation that a node is still carrying out (a start, stop or
 * probe), and steps that wait for those. They are left to the next transition, which follows when
 * the result is there.
 */
export function findDeferred(situation: Situation, links: readonly Link[]): ReadonlySet<Step> {
  const deferred = new Set<Step>();
  for (const link of links) {
    const start = link.second;
    if (start.kind === "start" && isProbing(situation, start)) deferred.add(start);
    if (link.first.kind === "start" && isProbing(situation, link.first)) deferred.add(link.first);
  }
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (const { first, second: then, isOrder } of links) {
      if (!isOrder || !then.isRequired || deferred.has(then)) continue;
      const isAwaited = first.isUnderWay && (first.kind === "start" || first.isRequired);
      if (!isAwaited && !(deferred.has(first) && first.isRequired)) continue;
      deferred.add(then);
      isChanged = true;
    }
  }
  return deferred;
}

/** True while a node has not answered yet whether the resource already runs there. */
export function isProbing(situation: Situation, { resource }: Step): boolean {
  return situation.nodes.some(
    (node) => node.isOnline && resource.onNode.get(node.name)?.isProbing === true,
  );
}
