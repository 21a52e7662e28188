// Writes the histories of a case as they stand after a quiet time: what runs was started and is
// monitored, what does not was probed or stopped.

import type { Dice } from "./dice.ts";
import { entry, historyOf } from "./feature.ts";
import {
  isSet,
  primitivesIn,
  type Spec,
  type SpecNode,
  type SpecOperation,
  type SpecPrimitive,
  type SpecResource,
} from "./spec.ts";

const WITH_HISTORY = new Set(["online", "unclean", "uncleanOnline"]);

type Role = "Started" | "Promoted" | "Unpromoted";

/** Decides where everything runs and writes it into the histories. */
export function settle(spec: Spec, dice: Dice): void {
  for (const resource of spec.resources) {
    if (resource.kind === "clone") settleClone(spec, dice, resource);
    else settleSingle(spec, dice, resource);
  }
}

function settleSingle(spec: Spec, dice: Dice, resource: SpecResource): void {
  const nodes = spec.nodes.filter(({ presence }) => WITH_HISTORY.has(presence));
  const home = dice.happens(70) ? dice.pickAny(nodes) : null;
  const members = primitivesIn(resource);
  // A group is active as a prefix, mostly as a whole.
  const active = dice.happens(80) ? members.length : dice.roll(members.length + 1);
  const isUnknown = home === null && dice.happens(40);
  for (const node of nodes) {
    for (const [index, primitive] of members.entries()) {
      const runs = node === home && index < active;
      if (runs) writeActive(spec, node, { primitive, name: primitive.id, role: "Started" });
      else if (!isUnknown) writeStopped(spec, node, { primitive, name: primitive.id, dice });
    }
  }
}

function settleClone(
  spec: Spec,
  dice: Dice,
  clone: Extract<SpecResource, { kind: "clone" }>,
): void {
  const nodes = spec.nodes.filter(({ presence }) => WITH_HISTORY.has(presence));
  const isUnique = isSet(clone, "globally-unique");
  const isPromotable = isSet(clone, "promotable");
  const promoted = isPromotable && dice.happens(60) ? dice.pickAny(nodes) : null;
  for (const [number, node] of nodes.entries()) {
    const runs = dice.happens(75);
    const role = !isPromotable ? "Started" : node === promoted ? "Promoted" : "Unpromoted";
    for (const primitive of primitivesIn(clone)) {
      const name = isUnique ? `${primitive.id}:${number}` : primitive.id;
      if (runs) writeActive(spec, node, { primitive, name, role });
      else if (dice.happens(60)) writeStopped(spec, node, { primitive, name, dice });
    }
  }
}

interface Place {
  readonly primitive: SpecPrimitive;
  readonly name: string;
}

/** Started (and promoted), with the monitors of its role. */
export function writeActive(
  spec: Spec,
  node: SpecNode,
  { primitive, name, role }: Place & { readonly role: Role },
): void {
  const history = historyOf(spec, node, name);
  const operation = role === "Promoted" ? "promote" : "start";
  history.entries.push(entry(node, operation));
  for (const monitor of operationsOf(spec, primitive)) {
    if (!isDue(monitor, role)) continue;
    const rc = role === "Promoted" ? 8 : 0;
    const more = { intervalS: monitor.intervalS, rc, expected: rc };
    history.entries.push(entry(node, monitor.name, more));
  }
}

function operationsOf(spec: Spec, primitive: SpecPrimitive): readonly SpecOperation[] {
  const template = spec.templates.find(({ id }) => id === primitive.template);
  return [...(template?.operations ?? []), ...primitive.operations];
}

function isDue({ intervalS, options }: SpecOperation, role: Role): boolean {
  if (intervalS === 0 || options["enabled"] === "false") return false;
  const asked = options["role"];
  if (asked === undefined) return role !== "Promoted";
  return asked === role || (asked === "Started" && role === "Unpromoted");
}

function writeStopped(
  spec: Spec,
  node: SpecNode,
  { primitive, name, dice }: Place & { readonly dice: Dice },
): void {
  // Fencing devices are not asked what they run.
  if (primitive.agent.startsWith("stonith:")) return;
  const history = historyOf(spec, node, name);
  const wasStopped = dice.happens(25);
  history.entries.push(wasStopped ? entry(node, "stop") : entry(node, "monitor", { rc: 7 }));
}
