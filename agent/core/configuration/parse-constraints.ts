/** The shapes of constraints. */
import type {
  ColocationConstraint,
  ColocationSets,
  Constraint,
  ConstraintRole,
  LocationConstraint,
  LocationRule,
  LocationRules,
  OrderConstraint,
  OrderSets,
  ResourceDiscovery,
  ResourceSet,
} from "../model/index.ts";
import {
  kindOf,
  type Member,
  namesOf,
  type Place,
  readChoice,
  readFlag,
  readInteger,
  readList,
  readNullable,
  readObject,
  readText,
  whenGiven,
} from "./json-shape.ts";
import { readRule } from "./parse-rules.ts";

const ACTIONS = ["start", "stop", "promote", "demote"] as const;
const STRENGTHS = ["Mandatory", "Optional", "Serialize"] as const;
const ROLES = ["Started", "Stopped", "Promoted", "Unpromoted"] as const;
const DISCOVERIES = ["always", "never", "exclusive"] as const;

const LOCATION = namesOf<LocationConstraint>({
  kind: true,
  id: true,
  resource: true,
  node: true,
  score: true,
  role: true,
  discovery: true,
});
const LOCATION_RULES = namesOf<LocationRules>({
  kind: true,
  id: true,
  target: true,
  nodes: true,
  role: true,
  discovery: true,
});
const COLOCATION = namesOf<ColocationConstraint>({
  kind: true,
  id: true,
  resource: true,
  withResource: true,
  score: true,
  role: true,
  withRole: true,
  influence: true,
  nodeAttribute: true,
});
const COLOCATION_SETS = namesOf<ColocationSets>({
  kind: true,
  id: true,
  score: true,
  influence: true,
  nodeAttribute: true,
  sets: true,
});
const ORDER = namesOf<OrderConstraint>({
  kind: true,
  id: true,
  first: true,
  firstAction: true,
  // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
  then: true,
  thenAction: true,
  strength: true,
  isSymmetrical: true,
  needsAll: true,
});
const ORDER_SETS = namesOf<OrderSets>({
  kind: true,
  id: true,
  strength: true,
  isSymmetrical: true,
  sets: true,
});
const RESOURCE_SET = namesOf<ResourceSet>({
  id: true,
  resources: true,
  isSequential: true,
  saysSequential: true,
  needsAll: true,
  action: true,
  role: true,
  score: true,
  ordering: true,
  strength: true,
});

/** A constraint of any kind. */
export function readConstraint(place: Place): Constraint {
  switch (kindOf(place)) {
    case "locationRules":
      return readLocationRules(place);
    case "colocation":
      return readColocation(place);
    case "colocationSets":
      return readColocationSets(place);
    case "order":
      return readOrder(place);
    case "orderSets":
      return readOrderSets(place);
    default:
      return readLocation(place);
  }
}

function readLocation(place: Place): LocationConstraint {
  return readObject(place, LOCATION, (member) => ({
    kind: readChoice(member("kind"), ["location"]),
    id: readText(member("id")),
    resource: readText(member("resource")),
    node: readText(member("node")),
    score: readInteger(member("score")),
    ...readPlacement(member),
  }));
}

function readLocationRules(place: Place): LocationRules {
  return readObject(place, LOCATION_RULES, (member) => ({
    kind: readChoice(member("kind"), ["locationRules"]),
    id: readText(member("id")),
    target: readTarget(member("target")),
    nodes: readNodes(member("nodes")),
    ...readPlacement(member),
  }));
}

function readTarget(place: Place): LocationRules["target"] {
  switch (kindOf(place)) {
    case "pattern":
      return readObject(place, ["kind", "pattern", "isInverted"], (member) => ({
        kind: readChoice(member("kind"), ["pattern"]),
        pattern: readText(member("pattern")),
        isInverted: readFlag(member("isInverted")),
      }));
    case "sets":
      return readObject(place, ["kind", "sets"], (member) => ({
        kind: readChoice(member("kind"), ["sets"]),
        sets: readList(member("sets"), readResourceSet),
      }));
    default:
      return readObject(place, ["kind", "resource"], (member) => ({
        kind: readChoice(member("kind"), ["resource"]),
        resource: readText(member("resource")),
      }));
  }
}

function readNodes(place: Place): LocationRules["nodes"] {
  if (kindOf(place) === "node") {
    return readObject(place, ["kind", "node", "score"], (member) => ({
      kind: readChoice(member("kind"), ["node"]),
      node: readText(member("node")),
      score: readInteger(member("score")),
    }));
  }
  return readObject(place, ["kind", "rules"], (member) => ({
    kind: readChoice(member("kind"), ["rules"]),
    rules: readList(member("rules"), readLocationRule),
  }));
}

function readLocationRule(place: Place): LocationRule {
  return readObject(place, ["rule", "score", "role"], (member) => ({
    rule: readRule(member("rule")),
    score: readRuleScore(member("score")),
    role: readNullable(member("role"), readRole),
  }));
}

function readRuleScore(place: Place): LocationRule["score"] {
  if (typeof place.value !== "object" || place.value === null) return readInteger(place);
  return readObject(place, ["attribute"], (member) => ({
    attribute: readText(member("attribute")),
  }));
}

function readPlacement(member: Member): {
  readonly role?: ConstraintRole;
  readonly discovery?: ResourceDiscovery;
} {
  return {
    ...whenGiven(member("role"), (at) => ({ role: readRole(at) })),
    ...whenGiven(member("discovery"), (at) => ({ discovery: readChoice(at, DISCOVERIES) })),
  };
}

function readColocation(place: Place): ColocationConstraint {
  return readObject(place, COLOCATION, (member) => ({
    kind: readChoice(member("kind"), ["colocation"]),
    id: readText(member("id")),
    resource: readText(member("resource")),
    withResource: readText(member("withResource")),
    score: readInteger(member("score")),
    ...whenGiven(member("role"), (at) => ({ role: readRole(at) })),
    ...whenGiven(member("withRole"), (at) => ({ withRole: readRole(at) })),
    ...readInfluence(member),
  }));
}

function readColocationSets(place: Place): ColocationSets {
  return readObject(place, COLOCATION_SETS, (member) => ({
    kind: readChoice(member("kind"), ["colocationSets"]),
    id: readText(member("id")),
    score: readInteger(member("score")),
    ...readInfluence(member),
    sets: readList(member("sets"), readResourceSet),
  }));
}

function readInfluence(member: Member): {
  readonly influence?: boolean;
  readonly nodeAttribute?: string;
} {
  return {
    ...whenGiven(member("influence"), (at) => ({ influence: readFlag(at) })),
    ...whenGiven(member("nodeAttribute"), (at) => ({ nodeAttribute: readText(at) })),
  };
}

function readOrder(place: Place): OrderConstraint {
  return readObject(place, ORDER, (member) => ({
    kind: readChoice(member("kind"), ["order"]),
    id: readText(member("id")),
    first: readText(member("first")),
    firstAction: readChoice(member("firstAction"), ACTIONS),
    // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
    then: readText(member("then")),
    thenAction: readChoice(member("thenAction"), ACTIONS),
    strength: readChoice(member("strength"), STRENGTHS),
    isSymmetrical: readFlag(member("isSymmetrical")),
    ...whenGiven(member("needsAll"), (at) => ({ needsAll: readFlag(at) })),
  }));
}

function readOrderSets(place: Place): OrderSets {
  return readObject(place, ORDER_SETS, (member) => ({
    kind: readChoice(member("kind"), ["orderSets"]),
    id: readText(member("id")),
    strength: readChoice(member("strength"), STRENGTHS),
    isSymmetrical: readFlag(member("isSymmetrical")),
    sets: readList(member("sets"), readResourceSet),
  }));
}

function readResourceSet(place: Place): ResourceSet {
  return readObject(place, RESOURCE_SET, (member) => ({
    id: readText(member("id")),
    resources: readList(member("resources"), readText),
    isSequential: readFlag(member("isSequential")),
    ...whenGiven(member("saysSequential"), (at) => ({ saysSequential: readFlag(at) })),
    needsAll: readFlag(member("needsAll")),
    action: readNullable(member("action"), (at) => readChoice(at, ACTIONS)),
    role: readNullable(member("role"), readRole),
    score: readNullable(member("score"), readInteger),
    ordering: readNullable(member("ordering"), (at) => readChoice(at, ["group", "listed"])),
    strength: readNullable(member("strength"), (at) => readChoice(at, STRENGTHS)),
  }));
}

function readRole(place: Place): ConstraintRole {
  return readChoice(place, ROLES);
}
