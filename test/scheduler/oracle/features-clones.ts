// What mix B adds to configuration and histories: clones and their options, roles, sets, rules,
// templates, tags, utilization, migration.

import type { Dice } from "./dice.ts";
import {
  constrain,
  entry,
  type Feature,
  fail,
  featuresOf,
  historyOf,
  location,
  ordinary,
  ordinaryPrimitives,
  pickActive,
  pickNode,
  pickTarget,
  setLast,
} from "./feature.ts";
import {
  cloneOf,
  isSet,
  type Piece,
  piece,
  primitivesIn,
  type Spec,
  type SpecClone,
  type SpecPrimitive,
} from "./spec.ts";

/** Configuration and histories of mix B. */
export const MORE: readonly Feature[] = [
  ...featuresOf("B", "config", [
    ["clone max", 15, cloneMeta("clone-max", "1", "2", "3", "0")],
    ["clone min", 8, cloneMeta("clone-min", "1", "2")],
    ["ordered clone", 12, cloneMeta("ordered", "true")],
    ["notify", 15, cloneMeta("notify", "true")],
    ["promoted max", 8, promotableMeta("promoted-max", "1", "2", "2", "0")],
    ["promoted node max", 3, promotableMeta("promoted-node-max", "1", "2")],
    ["target role of promotable", 6, promotableMeta("target-role", "Unpromoted", "Promoted")],
    ["clone stopped", 6, cloneMeta("target-role", "Stopped")],
    ["clone unmanaged", 4, cloneMeta("is-managed", "false")],
    ["on-fail demote", 6, demoteOnFail],
    ["role location", 12, roleLocation],
    ["colocation with promoted", 15, colocateWithPromoted],
    ["colocation of promoted", 8, colocatePromoted],
    ["order after promotion", 15, orderAfterPromotion],
    ["order before promotion", 8, orderBeforePromotion],
  ]),
  ...featuresOf("B", "config", [
    ["order needs one", 8, order({ "require-all": "false" })],
    ["order set", 12, orderSet],
    ["two order sets", 10, orderSets],
    ["colocation set", 12, colocationSet],
    ["two colocation sets", 8, colocationSets],
    ["location set", 5, locationSet],
    ["location pattern", 5, locationPattern],
    ["colocation without influence", 6, colocateWithoutInfluence],
    ["colocation by attribute", 5, colocateByAttribute],
    ["tag", 8, addTag],
    ["template", 8, addTemplate],
    ["location rule", 12, locationRule],
    ["location date rule", 5, locationDateRule],
    ["parameter rule", 5, parameterRule],
    ["meta rule", 5, metaRule],
    ["default rule", 5, defaultRule],
    ["utilization", 12, addUtilization],
    ["migratable", 25, allowMigration],
    ["health", 6, addHealth],
    ["shutdown lock", 4, lockAtShutdown],
    ["fencing levels", 4, addFencingLevels],
    ["quorum policy demote", 4, demoteWithoutQuorum],
  ]),
  ...featuresOf("B", "state", [
    ["failed promoted", 10, failPromoted],
    ["failed promotion", 6, failPromotion],
    ["failed demotion", 5, failDemotion],
    ["promoted twice", 6, promoteTwice],
    ["migrated", 8, (spec, dice) => migrate(spec, dice, { isDone: true })],
    ["migration broken off", 6, (spec, dice) => migrate(spec, dice, { isDone: false })],
    ["other promotion scores", 10, changeScores],
  ]),
];

type Apply = Feature["apply"];
type Values = readonly [string, ...string[]];

function clonesIn(spec: Spec): readonly SpecClone[] {
  return spec.resources.flatMap((resource) => (resource.kind === "clone" ? [resource] : []));
}

function promotablesIn(spec: Spec): readonly SpecClone[] {
  return clonesIn(spec).filter((clone) => isSet(clone, "promotable"));
}

function cloneMeta(name: string, ...values: Values): Apply {
  return (spec, dice) => {
    const clone = dice.pickAny(clonesIn(spec));
    if (clone !== null) clone.meta[name] = dice.pick(values);
  };
}

function promotableMeta(name: string, ...values: Values): Apply {
  return (spec, dice) => {
    const clone = dice.pickAny(promotablesIn(spec));
    if (clone !== null) clone.meta[name] = dice.pick(values);
  };
}

function demoteOnFail(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(promotablesIn(spec).flatMap(primitivesIn));
  const monitor = primitive?.operations.find(({ options }) => options["role"] === "Promoted");
  if (monitor !== undefined) monitor.options["on-fail"] = "demote";
}

/** Calls with a promotable clone and another resource, where there are both. */
function withPromotable(
  spec: Spec,
  dice: Dice,
  make: (clone: string, other: string) => Piece,
): void {
  const clone = dice.pickAny(promotablesIn(spec));
  const other = dice.pickAny(ordinary(spec).filter((resource) => resource !== clone));
  if (clone !== null && other !== null) spec.constraints.push(make(clone.id, other.id));
}

function roleLocation(spec: Spec, dice: Dice): void {
  const clone = dice.pickAny(promotablesIn(spec));
  if (clone === null) return;
  const role = dice.pick(["Promoted", "Promoted", "Unpromoted", "Started"]);
  const node = pickNode(spec, dice).name;
  const score = dice.pick(["100", "50", "-50", "INFINITY", "-INFINITY"]);
  spec.constraints.push(location(clone.id, node, score, { role }));
}

function colocateWithPromoted(spec: Spec, dice: Dice): void {
  const role = dice.pick(["Promoted", "Promoted", "Unpromoted"]);
  const score = dice.pick(["INFINITY", "INFINITY", "100", "-INFINITY"]);
  withPromotable(spec, dice, (clone, rsc) =>
    piece("rsc_colocation", { rsc, "with-rsc": clone, "with-rsc-role": role, score }),
  );
}

function colocatePromoted(spec: Spec, dice: Dice): void {
  const score = dice.pick(["INFINITY", "INFINITY", "100", "-INFINITY"]);
  withPromotable(spec, dice, (clone, other) =>
    piece("rsc_colocation", { rsc: clone, "rsc-role": "Promoted", "with-rsc": other, score }),
  );
}

function orderAfterPromotion(spec: Spec, dice: Dice): void {
  const more = { "first-action": "promote", "then-action": "start" };
  const kind = dice.pick(["Mandatory", "Mandatory", "Optional"]);
  withPromotable(spec, dice, (first, second) => orderPiece(first, second, { ...more, kind }));
}

function orderBeforePromotion(spec: Spec, dice: Dice): void {
  const more = { "first-action": "start", "then-action": "promote" };
  withPromotable(spec, dice, (clone, other) => orderPiece(other, clone, more));
}

function orderPiece(first: string, second: string, more: Record<string, string>): Piece {
  // biome-ignore lint/suspicious/noThenProperty: the attribute is called so.
  return piece("rsc_order", { first, then: second, ...more });
}

function order(more: Record<string, string>): Apply {
  return (spec, dice) => constrain(spec, dice, (first, second) => orderPiece(first, second, more));
}

function resourceSet(ids: readonly string[], more: Record<string, string> = {}): Piece {
  return piece(
    "resource_set",
    more,
    ids.map((id) => piece("resource_ref", { id })),
  );
}

function someIds(spec: Spec, dice: Dice, count: number): string[] {
  return dice.sample(
    ordinary(spec).map(({ id }) => id),
    count,
  );
}

function orderSet(spec: Spec, dice: Dice): void {
  const ids = someIds(spec, dice, 3);
  const kind = dice.pick(["Mandatory", "Mandatory", "Optional"]);
  if (ids.length > 1) spec.constraints.push(piece("rsc_order", { kind }, [resourceSet(ids)]));
}

function orderSets(spec: Spec, dice: Dice): void {
  const ids = someIds(spec, dice, 4);
  if (ids.length < 2) return;
  const cut = 1 + dice.roll(ids.length - 1);
  const more: Record<string, string> = { sequential: dice.pick(["true", "false", "false"]) };
  if (more["sequential"] === "false" && dice.happens(40)) more["require-all"] = "false";
  const other = { sequential: dice.pick(["true", "false"]) };
  const sets = [resourceSet(ids.slice(0, cut), more), resourceSet(ids.slice(cut), other)];
  spec.constraints.push(piece("rsc_order", { kind: "Mandatory" }, sets));
}

function colocationSet(spec: Spec, dice: Dice): void {
  const ids = someIds(spec, dice, 3);
  if (ids.length < 2) return;
  const score = dice.pick(["INFINITY", "INFINITY", "100", "-INFINITY"]);
  const more = { sequential: dice.pick(["true", "true", "false"]) };
  spec.constraints.push(piece("rsc_colocation", { score }, [resourceSet(ids, more)]));
}

function colocationSets(spec: Spec, dice: Dice): void {
  const ids = someIds(spec, dice, 4);
  if (ids.length < 2) return;
  const cut = 1 + dice.roll(ids.length - 1);
  const score = dice.pick(["INFINITY", "INFINITY", "100"]);
  const sets = [ids.slice(0, cut), ids.slice(cut)].map((each) =>
    resourceSet(each, { sequential: dice.pick(["true", "false"]) }),
  );
  spec.constraints.push(piece("rsc_colocation", { score }, sets));
}

function locationSet(spec: Spec, dice: Dice): void {
  const ids = someIds(spec, dice, 2);
  const node = pickNode(spec, dice).name;
  const score = dice.pick(["100", "-INFINITY"]);
  spec.constraints.push(piece("rsc_location", { node, score }, [resourceSet(ids)]));
}

function locationPattern(spec: Spec, dice: Dice): void {
  const node = pickNode(spec, dice).name;
  const pattern = dice.pick(["a.*", "^[ac]1", "!a.*", ".*1$"]);
  const score = dice.pick(["100", "-INFINITY", "-50"]);
  spec.constraints.push(piece("rsc_location", { "rsc-pattern": pattern, node, score }));
}

function colocateWithoutInfluence(spec: Spec, dice: Dice): void {
  constrain(spec, dice, (rsc, other) =>
    piece("rsc_colocation", { rsc, "with-rsc": other, score: "INFINITY", influence: "false" }),
  );
}

function colocateByAttribute(spec: Spec, dice: Dice): void {
  for (const { attributes } of spec.nodes) attributes["rack"] = dice.pick(["one", "one", "two"]);
  const score = dice.pick(["INFINITY", "-INFINITY", "100"]);
  constrain(spec, dice, (rsc, other) =>
    piece("rsc_colocation", { rsc, "with-rsc": other, score, "node-attribute": "rack" }),
  );
}

function addTag(spec: Spec, dice: Dice): void {
  const members = someIds(spec, dice, 2);
  if (members.length === 0) return;
  spec.tags.push({ id: "t1", members });
  const other = dice.pickAny(ordinary(spec).filter(({ id }) => !members.includes(id)));
  const node = pickNode(spec, dice).name;
  const made = [
    location("t1", node, dice.pick(["100", "-INFINITY"])),
    ...(other === null ? [] : [orderPiece("t1", other.id, {})]),
    ...(other === null
      ? []
      : [piece("rsc_colocation", { rsc: "t1", "with-rsc": other.id, score: "INFINITY" })]),
  ];
  const chosen = dice.pickAny(made);
  if (chosen !== null) spec.constraints.push(chosen);
}

function addTemplate(spec: Spec, dice: Dice): void {
  const users = dice.sample(
    ordinaryPrimitives(spec).filter(({ agent }) => agent === "ocf:pacemaker:Dummy"),
    2,
  );
  const template: SpecPrimitive = {
    kind: "primitive",
    id: "tpl",
    agent: "ocf:pacemaker:Dummy",
    template: null,
    parameters: dice.happens(50) ? { fake: "three" } : {},
    meta: dice.happens(50) ? { "resource-stickiness": "7" } : {},
    utilization: {},
    operations: [{ name: "monitor", intervalS: 15, options: {} }],
    sets: [],
  };
  if (users.length === 0) return;
  spec.templates.push(template);
  for (const user of users) {
    user.template = template.id;
    user.operations = [];
  }
  if (dice.happens(40)) {
    spec.constraints.push(location(template.id, pickNode(spec, dice).name, "50"));
  }
}

function expression(dice: Dice): Piece {
  const attribute = dice.pick(["zone", "zone", "#uname"]);
  const value =
    attribute === "zone" ? dice.pick(["1", "2", "east"]) : dice.pick(["node1", "node2"]);
  const operation = dice.pick(["eq", "eq", "ne", "lt", "gte", "defined", "not_defined"]);
  const isUnary = operation === "defined" || operation === "not_defined";
  return piece("expression", { attribute, operation, ...(isUnary ? {} : { value }) });
}

function setZones(spec: Spec, dice: Dice): void {
  for (const { attributes } of spec.nodes) {
    if (dice.happens(80)) attributes["zone"] = dice.pick(["1", "2", "east"]);
  }
}

function locationRule(spec: Spec, dice: Dice): void {
  setZones(spec, dice);
  const count = 1 + dice.roll(2);
  const expressions = Array.from({ length: count }, () => expression(dice));
  const score = dice.happens(15)
    ? { "score-attribute": "points" }
    : { score: dice.pick(["100", "-100", "-INFINITY", "INFINITY"]) };
  if (score["score-attribute"] !== undefined) {
    for (const { attributes } of spec.nodes) attributes["points"] = dice.pick(["5", "50", "-5"]);
  }
  const more = { "boolean-op": dice.pick(["and", "or"]) };
  const rule = piece("rule", { ...score, ...more }, expressions);
  spec.constraints.push(piece("rsc_location", { rsc: pickTarget(spec, dice) }, [rule]));
}

function dateExpression(dice: Dice): Piece {
  return dice.pick([
    piece("date_expression", { operation: "gt", start: "2020-01-01" }),
    piece("date_expression", { operation: "lt", end: "2020-01-01" }),
    piece("date_expression", { operation: "in_range", start: "2023-01-01", end: "2024-01-01" }),
    piece("date_expression", { operation: "date_spec" }, [piece("date_spec", { years: "2023" })]),
    piece("date_expression", { operation: "date_spec" }, [piece("date_spec", { hours: "0-11" })]),
  ]);
}

function locationDateRule(spec: Spec, dice: Dice): void {
  const score = dice.pick(["100", "-INFINITY"]);
  const rule = piece("rule", { score }, [
    dateExpression(dice),
    piece("expression", { attribute: "#uname", operation: "eq", value: "node2" }),
  ]);
  spec.constraints.push(piece("rsc_location", { rsc: pickTarget(spec, dice) }, [rule]));
}

function ruledSet(name: string, rule: Piece, pair: readonly [string, string]): Piece {
  const [key, value] = pair;
  return piece(name, { score: "5" }, [
    piece("rule", { score: "INFINITY" }, [rule]),
    piece("nvpair", { name: key, value }),
  ]);
}

function parameterRule(spec: Spec, dice: Dice): void {
  setZones(spec, dice);
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  // The digests of its histories are of the plain parameters: a set that holds restarts it.
  primitive?.sets.push(ruledSet("instance_attributes", expression(dice), ["fake", "ruled"]));
}

function metaRule(spec: Spec, dice: Dice): void {
  const primitive = dice.pickAny(ordinaryPrimitives(spec));
  const pair = dice.pick<readonly [string, string]>([
    ["resource-stickiness", "300"],
    ["target-role", "Stopped"],
    ["priority", "20"],
  ]);
  primitive?.sets.push(ruledSet("meta_attributes", dateExpression(dice), pair));
}

function defaultRule(spec: Spec, dice: Dice): void {
  const rule = dice.pick([
    piece("rsc_expression", { class: "ocf", provider: "pacemaker", type: "Dummy" }),
    piece("rsc_expression", { class: "lsb" }),
    dateExpression(dice),
  ]);
  const set = ruledSet("meta_attributes", rule, ["resource-stickiness", "200"]);
  spec.sets.push({ section: "rsc_defaults", piece: set });
}

function addUtilization(spec: Spec, dice: Dice): void {
  spec.properties["placement-strategy"] = dice.pick(["utilization", "balanced", "minimal"]);
  for (const node of spec.nodes) node.utilization["cpu"] = dice.pick(["2", "4", "8"]);
  for (const primitive of ordinaryPrimitives(spec)) {
    if (dice.happens(70)) primitive.utilization["cpu"] = dice.pick(["1", "2", "3"]);
  }
}

function allowMigration(spec: Spec, dice: Dice): void {
  for (const primitive of dice.sample(ordinaryPrimitives(spec), 2)) {
    primitive.meta["allow-migrate"] = "true";
  }
}

function addHealth(spec: Spec, dice: Dice): void {
  spec.properties["node-health-strategy"] = dice.pick([
    "migrate-on-red",
    "only-green",
    "progressive",
    "none",
  ]);
  const node = pickNode(spec, dice);
  const health = { "#health-disk": dice.pick(["red", "yellow", "green"]) };
  if (dice.happens(50)) Object.assign(node.attributes, health);
  else Object.assign(node.transient, health);
}

function lockAtShutdown(spec: Spec, dice: Dice): void {
  spec.properties["shutdown-lock"] = "true";
  if (dice.happens(40)) spec.properties["shutdown-lock-limit"] = "10min";
  const node = pickNode(spec, dice);
  if (node.presence === "online" && dice.happens(50)) node.transient["shutdown"] = "1700000900";
  // The node has left or is back; with a limit of ten minutes half of the locks are over.
  else for (const history of node.history) history.lockedAgeS = dice.pick([null, 300, 900]);
}

function addFencingLevels(spec: Spec): void {
  const device = spec.resources.find(({ id }) => id.startsWith("fencer"));
  if (device === undefined) return;
  const attributes = { target: "node1", index: "1", devices: device.id };
  spec.fencingLevels.push(piece("fencing-level", attributes));
}

function demoteWithoutQuorum(spec: Spec): void {
  spec.isQuorate = false;
  spec.properties["no-quorum-policy"] = "demote";
}

function pickPromotable(spec: Spec, dice: Dice, operation: "promote" | "start") {
  const ids = promotablesIn(spec).flatMap((clone) => primitivesIn(clone).map(({ id }) => id));
  const places = spec.nodes.flatMap((node) =>
    node.history
      .filter(({ resource }) => ids.includes(resource))
      .filter(({ entries }) => entries.some((x) => x.operation === operation))
      .map((history) => ({ node, history })),
  );
  return dice.pickAny(places);
}

function failPromoted(spec: Spec, dice: Dice): void {
  const place = pickPromotable(spec, dice, "promote");
  if (place === null) return;
  const rc = dice.pick([7, 9, 1, 0]);
  const status = rc === 1 || rc === 9 ? 4 : 0;
  const failure = { operation: "monitor", intervalS: 9, rc, expected: 8, status, ageS: 300 };
  fail(place, failure, dice.pick(["1", "2", "INFINITY"]));
}

function failPromotion(spec: Spec, dice: Dice): void {
  const place = pickPromotable(spec, dice, "start");
  if (place !== null) fail(place, { operation: "promote", status: 4 }, dice.pick(["1", "2"]));
}

function failDemotion(spec: Spec, dice: Dice): void {
  const place = pickPromotable(spec, dice, "promote");
  if (place !== null) fail(place, { operation: "demote", status: 4 }, "1");
}

function promoteTwice(spec: Spec, dice: Dice): void {
  const place = pickPromotable(spec, dice, "start");
  if (place !== null) setLast(place.history, entry(place.node, "promote"));
}

function migrate(spec: Spec, dice: Dice, { isDone }: { readonly isDone: boolean }): void {
  const place = pickActive(spec, dice);
  const other = spec.nodes.find((node) => node !== place?.node);
  if (place === null || other?.presence !== "online") return;
  const { resource } = place.history;
  if (cloneOf(spec, resource) !== null) return;
  const route = { source: other.name, target: place.node.name };
  other.history = other.history.filter((history) => history.resource !== resource);
  setLast(historyOf(spec, other, resource), entry(other, "migrate_to", route));
  if (isDone) setLast(place.history, entry(place.node, "migrate_from", route));
  else if (dice.happens(50)) {
    place.history.entries = [];
    const failure = { operation: "migrate_from", status: 4, ...route };
    fail(place, failure, "1");
  } else place.node.history = place.node.history.filter((x) => x.resource !== resource);
}

function changeScores(spec: Spec, dice: Dice): void {
  for (const { transient } of spec.nodes) {
    for (const name of Object.keys(transient)) {
      if (name.startsWith("master-")) transient[name] = dice.pick(["1", "50", "-INFINITY", "20"]);
    }
  }
}
