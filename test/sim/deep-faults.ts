// Deep checks that fail on one host or on both, by dice of their own: they are thrown in some seeds
// only, so that the others, which found defects once, stay what they were.

import type { FaultContext, Lasting } from "./faults.ts";
import type { Side } from "./network.ts";

const BOTH: readonly [Side, Side] = [0, 1];
/** The seeds that this is done in; those of clones and the pinned ones are others. */
const EACH = 7;
const SEEDS_OF_EACH: ReadonlySet<number> = new Set([4, 5]);

/** True for the seeds in which deep checks fail. */
export function hasDeepFaults(seed: number): boolean {
  return SEEDS_OF_EACH.has(seed % EACH);
}

/** The members of a server go away, for both hosts or for one; some hosts cannot be asked then. */
export function beginDeepFault({ sim, dice, resources }: FaultContext): Lasting | null {
  const resource = dice.pick(resources);
  const sides = dice.happens(600) ? BOTH : [dice.pick(BOTH)];
  const hangs = dice.happens(200);
  const forMs = dice.between(2000, 90_000);
  const key = `${resource} deep`;
  const isTaken = sim.hosts.some(({ troubles }) => troubles.has(key));
  if (resource.startsWith("ip") || isTaken) return null;
  for (const side of sides) {
    sim.hosts[side].troubles.set(key, "fails");
    if (hangs) sim.hosts[side].troubles.set(`${resource} look`, "hangs");
  }
  const where = sides.map((side) => sim.hosts[side].name).join(" and ");
  if (sides === BOTH) sim.checks.noteAlike(resource, true);
  sim.write("world", `deep checks of ${resource} fail on ${where}${hangs ? ", silently" : ""}`);
  const end = (): void => {
    for (const { troubles } of sim.hosts) {
      troubles.delete(key);
      troubles.delete(`${resource} look`);
    }
    sim.checks.noteAlike(resource, false);
    sim.write("world", `deep checks of ${resource} pass`);
  };
  return { forMs, end };
}
