import { RELATION } from "./relations.ts";
import type { WorkingAction } from "./working.ts";

/**
 * Makes `then` wait for `first`, bound as `relation` says. Returns false when that is no news: the
 * two are already bound by one of its bits.
 */
export function orderActions(
  first: WorkingAction | null,
  then: WorkingAction | null,
  relation: number,
): boolean {
  if (relation === RELATION.none || first === null || then === null || first === then) return false;
  const isShort = first.after.length <= then.before.length;
  const known = isShort
    ? first.after.some((link) => link.other === then && (link.relation & relation) !== 0)
    : then.before.some((link) => link.other === first && (link.made & relation) !== 0);
  if (known) return false;
  first.after.push({ other: then, relation, made: relation });
  then.before.push({ other: first, relation, made: relation });
  return true;
}
