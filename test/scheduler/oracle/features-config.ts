// What a random case configures: options, constraints and how the nodes stand, without clones.

import type { Dice } from "./dice.ts";
import {
  constrain,
  type Feature,
  featuresOf,
  location,
  newPrimitive,
  ordinary,
  ordinaryPrimitives,
  pickNode,
  pickTarget,
  withAnyResource,
} from "./feature.ts";
import { type Piece, piece, type Spec, type SpecPresence } from "./spec.ts";

const ON_FAIL = ["ignore", "block", "stop", "restart", "standby", "fence"] as const;

/** Configuration of mix A. */
export const CONFIGURATION: readonly Feature[] = [
  ...featuresOf("A", "config", [
    ["location", 45, locate("1", "50", "100", "200", "500", "-5", "-50", "INFINITY")],
    ["ban", 20, locate("-INFINITY")],
    ["discovery", 4, discover],
    ["colocation", 35, colocate("INFINITY")],
    ["colocation advisory", 15, colocate("1", "100", "5000", "500000", "-100", "-5000")],
    ["colocation apart", 15, colocate("-INFINITY")],
    ["order", 35, order({})],
    ["order optional", 12, order({ kind: "Optional" })],
    ["order serialize", 4, order({ kind: "Serialize" })],
    ["order asymmetrical", 8, order({ symmetrical: "false" })],
    ["order of stops", 4, order({ "first-action": "stop" })],
    ["order stop then start", 4, order({ "first-action": "stop", "then-action": "start" })],
    ["stickiness", 50, (spec, dice) => setDefault(spec, dice, ["resource-stickiness", STICKINESS])],
    ["own stickiness", 8, (spec, dice) => setMeta(spec, dice, ["resource-stickiness", STICKINESS])],
    ["priority", 15, (spec, dice) => setMeta(spec, dice, ["priority", ["1", "5", "10", "-1"]])],
    [
      "threshold",
      20,
      (spec, dice) => setDefault(spec, dice, ["migration-threshold", ["1", "2", "3"]]),
    ],
    [
      "failure timeout",
      12,
      (spec, dice) => setDefault(spec, dice, ["failure-timeout", ["60s", "600s", "3600s"]]),
    ],
    [
      "target role",
      12,
      (spec, dice) => setMeta(spec, dice, ["target-role", ["Stopped", "Stopped", "Started"]]),
    ],
    ["unmanaged", 10, (spec, dice) => setMeta(spec, dice, ["is-managed", ["false"]])],
    ["resource maintenance", 4, (spec, dice) => setMeta(spec, dice, ["maintenance", ["true"]])],
    [
      "requires",
      5,
      (spec, dice) => setMeta(spec, dice, ["requires", ["nothing", "quorum", "fencing"]]),
    ],
    ["multiple active", 8, (spec, dice) => setDefault(spec, dice, ["multiple-active", MULTIPLE])],
    ["other class", 6, otherClass],
    ["parameters", 10, addParameters],
  ]),
  ...featuresOf("A", "config", [
    ["maintenance mode", 3, setProperty("maintenance-mode", "true")],
    ["stop all", 2, setProperty("stop-all-resources", "true")],
    ["opt in", 5, setProperty("symmetric-cluster", "false")],
    ["start failure not fatal", 5, setProperty("start-failure-is-fatal", "false")],
    ["orphans stay", 4, setProperty("stop-orphan-resources", "false")],
    ["orphan actions stay", 4, setProperty("stop-orphan-actions", "false")],
    ["no probes", 3, setProperty("enable-startup-probes", "false")],
    ["no quorum", 10, loseQuorum],
    ["fencing", 40, addFencing],
    ["fencing without device", 4, setProperty("stonith-enabled", "true")],
    ["fencing off", 4, setProperty("stonith-action", "off")],
    ["no fencing at start", 3, setProperty("startup-fencing", "false")],
    ["other dc", 20, (spec, dice) => setDc(spec, dice)],
  ]),
  ...featuresOf("A", "config", [
    ["node standby", 12, setAttribute("standby", "on")],
    ["nodes standby", 3, (spec) => setBoth(spec, "standby", "on")],
    ["node maintenance", 6, setAttribute("maintenance", "true")],
    ["node standby for now", 3, standbyForNow],
    ["node offline", 8, setPresence("offline")],
    ["node unclean", 8, setPresence("unclean")],
    ["node unclean online", 3, setPresence("uncleanOnline")],
    ["node pending", 3, setPresence("pending")],
    ["node joining", 3, setPresence("joining")],
    ["node never seen", 4, setPresence("unseen")],
    ["node leaving", 6, leave],
    ["node score", 3, scoreNode],
  ]),
  ...featuresOf("A", "config", [
    ["on-fail of monitor", 15, onFail("monitor")],
    ["on-fail of start", 6, onFail("start")],
    ["on-fail of stop", 6, onFail("stop")],
    ["operation timeout", 5, operationTimeout],
    ["operation default", 4, operationDefault],
    ["operation disabled", 4, operationDisabled],
    ["second monitor", 5, secondMonitor],
    ["monitor while stopped", 6, monitorWhileStopped],
  ]),
];

const STICKINESS = ["0", "1", "50", "100", "INFINITY"] as const;
const MULTIPLE = ["stop_start", "stop_only", "block", "stop_unexpected"] as const;

type Values = readonly [string, ...string[]];
type Apply = Feature["apply"];

function locate(...scores: Values): Apply {
  return (spec, dice) => {
    const node = pickNode(spec, dice).name;
    spec.constraints.push(location(pickTarget(spec, dice), node, dice.pick(scores)));
  };
}

function discover(spec: Spec, dice: Dice): void {
  const more = { "resource-discovery": dice.pick(["never", "exclusive"]) };
  const node = pickNode(spec, dice).name;
  spec.constraints.push(location(pickTarget(spec, dice), node, dice.pick(["0", "100"]), more));
}

function colocate(...scores: Values): Apply {
  return (spec, dice) =>
    constrain(spec, dice, (rsc, other) =>
      piece("rsc_colocation", { rsc, "with-rsc": other, score: dice.pick(scores) }),
    );
}

function order(more: Record<string, string>): Apply {
  return (spec, dice) =>
    constrain(
      spec,
      dice,
      (first, second): Piece =>
        // biome-ignore lint/suspicious/noThenProperty: the attribute is called so.
        piece("rsc_order", { first, then: second, ...more }),
    );
}

function setDefault(spec: Spec, dice: Dice, [name, values]: readonly [string, Values]): void {
  spec.resourceDefaults[name] = dice.pick(values);
}

function setMeta(spec: Spec, dice: Dice, [name, values]: readonly [string, Values]): void {
  withAnyResource(spec, dice, ({ meta }) => {
    meta[name] = dice.pick(values);
  });
}

function setProperty(name: string, value: string): Apply {
  return (spec) => {
    spec.properties[name] = value;
  };
}

function otherClass(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  if (primitive?.template === null && primitive.agent === "ocf:pacemaker:Dummy") {
    primitive.agent = dice.pick(["lsb:thing", "systemd:thing"]);
  }
}

function addParameters(spec: Spec, dice: Dice): void {
  for (const { parameters } of dice.sample(ordinaryPrimitives(spec), 2)) {
    parameters["fake"] = dice.pick(["one", "two"]);
    parameters["state"] = "/run/state";
  }
}

function loseQuorum(spec: Spec, dice: Dice): void {
  spec.isQuorate = false;
  spec.properties["no-quorum-policy"] = dice.pick(["stop", "stop", "freeze", "ignore", "suicide"]);
}

function addFencing(spec: Spec, dice: Dice): void {
  const devices = dice.happens(15) ? ["fencer", "fencer2"] : ["fencer"];
  spec.properties["stonith-enabled"] = "true";
  for (const id of devices) {
    spec.resources.push({ ...newPrimitive(id, dice), agent: "stonith:fence_ipmilan" });
  }
}

function setDc(spec: Spec, dice: Dice): void {
  spec.dc = dice.pick([null, "2"]);
}

function setAttribute(name: string, value: string): Apply {
  return (spec, dice) => {
    pickNode(spec, dice).attributes[name] = value;
  };
}

function setBoth(spec: Spec, name: string, value: string): void {
  for (const { attributes } of spec.nodes) attributes[name] = value;
}

function standbyForNow(spec: Spec, dice: Dice): void {
  pickNode(spec, dice).transient["standby"] = "on";
}

function setPresence(presence: SpecPresence): Apply {
  return (spec, dice) => {
    const node = dice.happens(60) ? spec.nodes[1] : spec.nodes[0];
    if (node === undefined) return;
    node.presence = presence;
    // The designated controller is a member, and who is not has no transient attributes left.
    if (spec.dc === node.id) spec.dc = spec.nodes.find((other) => other !== node)?.id ?? null;
    if (presence === "offline" || presence === "unseen") node.transient = {};
  };
}

function leave(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  if (node.presence === "online") node.transient["shutdown"] = "1700000900";
}

function scoreNode(spec: Spec, dice: Dice): void {
  pickNode(spec, dice).score = dice.pick(["100", "-100", "-INFINITY"]);
}

function onFail(name: string): Apply {
  return (spec, dice) => {
    const primitive = dice.pickAny(ordinaryPrimitives(spec));
    if (primitive === null) return;
    const intervalS = name === "monitor" ? 10 : 0;
    const found = primitive.operations.find((x) => x.name === name);
    const operation = found ?? { name, intervalS, options: {} };
    if (found === undefined) primitive.operations.push(operation);
    operation.options["on-fail"] = dice.pick(ON_FAIL);
  };
}

function operationTimeout(spec: Spec, dice: Dice): void {
  const operations = ordinaryPrimitives(spec).flatMap((x) => x.operations);
  const operation = dice.pickAny(operations);
  if (operation !== null) operation.options["timeout"] = "35s";
}

function operationDefault(spec: Spec, dice: Dice): void {
  if (dice.happens(50)) spec.operationDefaults["timeout"] = "45s";
  else spec.operationDefaults["on-fail"] = dice.pick(ON_FAIL);
}

function operationDisabled(spec: Spec, dice: Dice): void {
  const operation = dice.pickAny(ordinaryPrimitives(spec).flatMap((x) => x.operations));
  if (operation !== null) operation.options["enabled"] = "false";
}

function secondMonitor(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  primitive?.operations.push({ name: "monitor", intervalS: 30, options: {} });
}

function monitorWhileStopped(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(
    ordinary(spec).flatMap((x) => (x.kind === "clone" ? [] : x.kind === "group" ? x.members : [x])),
  );
  primitive?.operations.push({ name: "monitor", intervalS: 25, options: { role: "Stopped" } });
}
