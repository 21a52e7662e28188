// A random case from a seed. Small seeds have one feature, the next ones two, all others the full
// mix: in the full mix too many things happen at once to learn from.

import { Dice } from "./dice.ts";
import type { Feature } from "./feature.ts";
import { MORE } from "./features-clones.ts";
import { CONFIGURATION } from "./features-config.ts";
import { addPrimitives, SHAPES } from "./features-shape.ts";
import { STATES } from "./features-state.ts";
import { settle } from "./settle.ts";
import type { Mix, Spec } from "./spec.ts";

/** Seeds below this have one feature, in turn. */
export const PAIRS_FROM = 500;

/** Seeds below this and from `PAIRS_FROM` on have two. */
export const FULL_MIX_FROM = 1500;

/** Every feature of mix B; those of mix A among them. */
export const FEATURES: readonly Feature[] = [...SHAPES, ...CONFIGURATION, ...STATES, ...MORE];

// Features of mix B that stand alone say something only where there is a clone to speak of.
const NEEDS_CLONE = /clone|promot|role|notify|demot/;

/** The case of that seed. */
export function randomSpec(seed: number, mix: Mix): Spec {
  const dice = new Dice(Math.imul(seed, 2654435761) ^ (mix === "A" ? 0 : 0x5bd1e995));
  const features = chooseFeatures(seed, mix, dice);
  const spec = emptySpec(seed, mix);
  addPrimitives(spec, dice, 1 + dice.roll(3));
  apply(spec, dice, { features, phase: "shape" });
  apply(spec, dice, { features, phase: "config" });
  settle(spec, dice);
  apply(spec, dice, { features, phase: "state" });
  spec.features = features.map(({ name }) => name);
  return spec;
}

function apply(
  spec: Spec,
  dice: Dice,
  { features, phase }: { features: readonly Feature[]; phase: Feature["phase"] },
): void {
  for (const feature of features) if (feature.phase === phase) feature.apply(spec, dice);
}

function chooseFeatures(seed: number, mix: Mix, dice: Dice): readonly Feature[] {
  const known = FEATURES.filter((feature) => mix === "B" || feature.mix === "A");
  if (seed >= FULL_MIX_FROM) {
    // Half of the weights: five to ten features a case, and some cases with very many.
    const share = dice.pick([25, 50, 50, 100]);
    return known.filter(({ weight }) => dice.happens((weight * share) / 100));
  }
  const first = known[seed % known.length];
  const second = seed >= PAIRS_FROM ? dice.pickAny(known) : null;
  const chosen = new Set([first, second].flatMap((feature) => feature ?? []));
  if (mix === "A") return known.filter((feature) => chosen.has(feature));
  const needed = dice.pick(["clone", "promotable"]);
  const wantsClone = [...chosen].some((x) => x.phase !== "shape" && NEEDS_CLONE.test(x.name));
  return known.filter((x) => chosen.has(x) || (wantsClone && x.name === needed));
}

/** Two nodes online, and nothing to run. */
export function emptySpec(seed: number, mix: Mix): Spec {
  return {
    mix,
    seed,
    features: [],
    isQuorate: true,
    dc: "1",
    properties: { "stonith-enabled": "false", "no-quorum-policy": "stop" },
    resourceDefaults: {},
    operationDefaults: {},
    sets: [],
    nodes: ["node1", "node2"].map((name, index) => ({
      name,
      id: String(index + 1),
      presence: "online",
      score: null,
      attributes: {},
      utilization: {},
      transient: {},
      history: [],
      failures: [],
    })),
    templates: [],
    resources: [],
    constraints: [],
    tags: [],
    fencingLevels: [],
  };
}
