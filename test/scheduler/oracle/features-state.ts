// What has happened in a random case: failures, operations under way, leftovers.

import type { Dice } from "./dice.ts";
import {
  entry,
  type Feature,
  fail,
  featuresOf,
  historyOf,
  ordinaryPrimitives,
  pickActive,
  pickNode,
  setLast,
} from "./feature.ts";
import { writeActive } from "./settle.ts";
import { cloneOf, type Spec, type SpecEntry, type SpecNode } from "./spec.ts";

/** Histories of mix A. */
export const STATES: readonly Feature[] = featuresOf("A", "state", [
  ["failed monitor", 25, failMonitor],
  ["failed start", 12, failStart],
  ["failed stop", 8, failStop],
  ["failed probe", 8, failProbe],
  ["found by probe", 4, foundByProbe],
  ["fail count alone", 6, failCount],
  ["pending start", 5, pend("start")],
  ["pending stop", 5, pend("stop")],
  ["pending monitor", 4, pendMonitor],
  ["pending probe", 4, pendProbe],
  ["orphan", 8, leaveOrphan],
  ["stopped orphan", 4, leaveStoppedOrphan],
  ["changed parameters", 7, changeParameters],
  ["changed monitor", 4, changeMonitor],
  ["no digest", 2, dropDigest],
  ["reload", 4, reload],
  ["lost monitor", 5, loseMonitor],
  ["monitor of before", 6, oldMonitor],
  ["unprobed", 15, forget],
  ["active twice", 10, activeTwice],
  ["agent changed", 3, changeAgent],
  ["hole in a group", 5, stopMember],
]);

const COUNTS = ["1", "1", "2", "3", "INFINITY"] as const;

function failMonitor(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  if (place === null) return;
  const monitor = place.history.entries.find((x) => x.operation === "monitor" && x.intervalS > 0);
  const intervalS = monitor?.intervalS ?? 10;
  const wrong = dice.pick([{ rc: 7 }, { rc: 7 }, { rc: 1 }, { rc: 5 }, { rc: 1, status: 2 }]);
  const expected = monitor?.expected ?? 0;
  const failure = { operation: "monitor", intervalS, expected, ...wrong, status: statusOf(wrong) };
  fail(place, { ...failure, ageS: dice.pick([300, 900]) }, dice.pick(COUNTS));
}

/** An operation that ends with a wrong code is an error, unless it only found nothing. */
function statusOf(wrong: { readonly rc: number; readonly status?: number }): number {
  return wrong.status ?? (wrong.rc === 7 ? 0 : 4);
}

function failStart(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  if (primitive === null || node.presence === "offline" || node.presence === "unseen") return;
  const history = historyOf(spec, node, instanceOf(spec, primitive.id, node));
  history.entries = [];
  const wrong = dice.pick([{ rc: 1 }, { rc: 1 }, { rc: 5 }, { rc: 6 }, { rc: 1, status: 2 }]);
  const count = dice.pick(["INFINITY", "INFINITY", "1"]);
  fail({ node, history }, { operation: "start", ...wrong, status: statusOf(wrong) }, count);
}

function failStop(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  if (place === null) return;
  place.history.entries = [];
  fail(place, { operation: "stop", rc: 1, status: dice.pick([4, 2]) }, "INFINITY");
}

function failProbe(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  if (primitive === null || node.presence === "offline" || node.presence === "unseen") return;
  const history = historyOf(spec, node, instanceOf(spec, primitive.id, node));
  history.entries = [];
  const rc = dice.pick([1, 5, 5, 2, 4]);
  fail({ node, history }, { operation: "monitor", rc, expected: 7, status: 4 }, null);
}

function foundByProbe(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  if (place === null) return;
  setLast(place.history, entry(place.node, "monitor", { rc: dice.pick([0, 190]), expected: 7 }));
}

function failCount(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  const node = pickNode(spec, dice);
  if (primitive === null || node.presence === "unseen" || node.presence === "offline") return;
  const [resource, count] = [primitive.id, dice.pick(COUNTS)];
  node.failures.push({ resource, operation: "monitor", intervalS: 10, count, ageS: 300 });
}

const PENDING: Partial<SpecEntry> = { status: -1, rc: 193, expected: 0, ageS: 1 };

function pend(operation: "start" | "stop"): Feature["apply"] {
  return (spec, dice) => {
    const place = pickActive(spec, dice);
    if (place === null) return;
    setLast(place.history, entry(place.node, operation, PENDING));
    if (operation === "start") place.history.entries = place.history.entries.slice(0, 1);
  };
}

function pendMonitor(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  const monitor = place?.history.entries.find((x) => x.operation === "monitor" && x.intervalS > 0);
  if (monitor !== undefined) Object.assign(monitor, { ...PENDING, expected: monitor.expected });
}

function pendProbe(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  if (primitive === null || node.presence !== "online") return;
  const history = historyOf(spec, node, instanceOf(spec, primitive.id, node));
  history.entries = [entry(node, "monitor", { ...PENDING, expected: 7 })];
}

function leaveOrphan(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  if (node.presence === "offline" || node.presence === "unseen") return;
  const history = historyOf(spec, node, "gone");
  const more = { digest: "none" as const };
  history.entries = [
    entry(node, "start", more),
    entry(node, "monitor", { ...more, intervalS: 10 }),
  ];
}

function leaveStoppedOrphan(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  if (node.presence === "offline" || node.presence === "unseen") return;
  const history = historyOf(spec, node, "gone");
  history.entries = [dice.pick([entry(node, "stop"), entry(node, "monitor", { rc: 7 })])];
}

function changeParameters(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  for (const each of place?.history.entries ?? []) {
    if (each.operation === "start" || dice.happens(60)) each.digest = "changed";
  }
}

function changeMonitor(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  const monitor = place?.history.entries.find((x) => x.intervalS > 0);
  if (monitor !== undefined) monitor.digest = "changed";
}

function dropDigest(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  for (const each of place?.history.entries ?? []) each.digest = "none";
}

function reload(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  const start = place?.history.entries.find((x) => x.operation === "start");
  if (start === undefined) return;
  start.digest = "changed";
  // The changed parameter is `state`: whether it is among those that restart decides.
  start.reloadKeeps = dice.pick(["fake", "fake", "state"]);
}

function loseMonitor(spec: Spec, dice: Dice): void {
  const history = pickActive(spec, dice)?.history;
  if (history !== undefined) history.entries = history.entries.filter((x) => x.intervalS === 0);
}

function oldMonitor(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  const more = { intervalS: 77, digest: "changed" as const };
  place?.history.entries.push(entry(place.node, "monitor", more));
}

function forget(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice);
  const history = dice.pickAny(node.history);
  node.history = node.history.filter((other) => other !== history);
}

function activeTwice(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  const primitive = ordinaryPrimitives(spec).find(({ id }) => id === place?.history.resource);
  const other = spec.nodes.find((node) => node !== place?.node);
  if (primitive === undefined || other?.presence !== "online") return;
  if (cloneOf(spec, primitive.id) !== null) return;
  other.history = other.history.filter(({ resource }) => resource !== primitive.id);
  writeActive(spec, other, { primitive, name: primitive.id, role: "Started" });
}

function changeAgent(spec: Spec, dice: Dice): void {
  const place = pickActive(spec, dice);
  if (place !== null) place.history.agent = "ocf:heartbeat:Dummy";
}

function stopMember(spec: Spec, dice: Dice): void {
  const groups = spec.resources.flatMap((x) => (x.kind === "group" ? [x] : []));
  const member = dice.pickAny(groups.flatMap(({ members }) => members));
  for (const node of spec.nodes) {
    for (const history of node.history) {
      if (history.resource === member?.id) history.entries = [entry(node, "stop")];
    }
  }
}

/** What the history of a primitive is called: instances of a unique clone are numbered. */
export function instanceOf(spec: Spec, primitive: string, node: SpecNode): string {
  const isUnique = cloneOf(spec, primitive)?.meta["globally-unique"] === "true";
  return isUnique ? `${primitive}:${spec.nodes.indexOf(node)}` : primitive;
}
