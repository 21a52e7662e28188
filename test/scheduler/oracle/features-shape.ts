// What the resources of a random case are.

import type { Dice } from "./dice.ts";
import { type Feature, featuresOf, freeId, newPrimitive } from "./feature.ts";
import type { Spec, SpecClone, SpecGroup, SpecPrimitive } from "./spec.ts";

/** Resources of all kinds. */
export const SHAPES: readonly Feature[] = [
  ...featuresOf("A", "shape", [
    ["more primitives", 40, (spec, dice) => addPrimitives(spec, dice, 1 + dice.roll(2))],
    ["group", 45, addGroup],
    ["second group", 15, addGroup],
  ]),
  ...featuresOf("B", "shape", [
    ["clone", 45, (spec, dice) => addClone(spec, dice, {})],
    ["second clone", 15, (spec, dice) => addClone(spec, dice, {})],
    ["cloned group", 15, (spec, dice) => addClone(spec, dice, { isGroup: true })],
    ["unique clone", 12, addUniqueClone],
    ["promotable", 35, (spec, dice) => addPromotable(spec, dice, false)],
    ["promotable group", 6, (spec, dice) => addPromotable(spec, dice, true)],
  ]),
];

/** Adds primitives. */
export function addPrimitives(spec: Spec, dice: Dice, count: number): void {
  for (let made = 0; made < count; made++) {
    spec.resources.push(newPrimitive(freeId(spec, "a"), dice));
  }
}

function newGroup(spec: Spec, dice: Dice): SpecGroup {
  const members: SpecPrimitive[] = [];
  const letter = dice.pick(["m", "m", "z"]);
  const first = Number(freeId(spec, letter).slice(1));
  const count = 2 + dice.roll(2);
  for (let number = first; number < first + count; number++) {
    members.push(newPrimitive(`${letter}${number}`, dice));
  }
  return { kind: "group", id: freeId(spec, "g"), meta: {}, members };
}

function addGroup(spec: Spec, dice: Dice): void {
  const group = newGroup(spec, dice);
  // Definition order counts, so the group stands now first, now last.
  if (dice.happens(50)) spec.resources.unshift(group);
  else spec.resources.push(group);
}

function addClone(spec: Spec, dice: Dice, { isGroup = false }): SpecClone {
  const child = isGroup ? newGroup(spec, dice) : newPrimitive(freeId(spec, "c"), dice);
  const clone: SpecClone = { kind: "clone", id: `${child.id}-clone`, meta: {}, child };
  if (dice.happens(50)) clone.meta["interleave"] = dice.pick(["true", "true", "false"]);
  if (dice.happens(50)) spec.resources.unshift(clone);
  else spec.resources.push(clone);
  return clone;
}

function addUniqueClone(spec: Spec, dice: Dice): void {
  const clone = addClone(spec, dice, {});
  clone.meta["globally-unique"] = "true";
  if (dice.happens(50)) clone.meta["clone-node-max"] = "2";
}

function addPromotable(spec: Spec, dice: Dice, isGroup: boolean): void {
  const clone = addClone(spec, dice, { isGroup });
  clone.meta["promotable"] = "true";
  const primitives = clone.child.kind === "group" ? clone.child.members : [clone.child];
  for (const primitive of primitives) {
    primitive.agent = "ocf:pacemaker:Stateful";
    primitive.operations = dice.happens(70)
      ? [
          { name: "monitor", intervalS: 9, options: { role: "Promoted" } },
          { name: "monitor", intervalS: 11, options: { role: "Unpromoted" } },
        ]
      : [];
    for (const node of spec.nodes) {
      // A promotion score is what lets an instance be promoted at all.
      if (!dice.happens(80)) continue;
      node.transient[`master-${primitive.id}`] = dice.pick([
        "5",
        "10",
        "10",
        "100",
        "INFINITY",
        "-5",
      ]);
    }
  }
}
