import type {
  ColocationConstraint,
  ColocationSets,
  Constraint,
  ConstraintRole,
  LocationConstraint,
  LocationRules,
  OrderAction,
  OrderConstraint,
  OrderSets,
  ResourceSet,
} from "../../agent/core/model/index.ts";
import { buildRule } from "./golden-rules.ts";
import { readPairs, readScore, splitWords } from "./golden-scalars.ts";

const ROLES: readonly ConstraintRole[] = ["Started", "Stopped", "Promoted", "Unpromoted"];
const ACTIONS: readonly OrderAction[] = ["start", "stop", "promote", "demote"];

/** One side of a constraint: what it is about, and the role or action in front of it. */
const SIDE = String.raw`(?:(Started|Promoted|Unpromoted) )?(\S+)`;
const STEP = String.raw`(?:(start|stop|promote|demote) )?(\S+)`;
const LOCATION = new RegExp(`^${SIDE} on (\\S+) (\\S+)((?: \\S+=\\S+)*)$`);
const RULED = new RegExp(`^${SIDE} where (.+): (attribute )?(\\S+)((?: \\S+=\\S+)*)$`);
const COLOCATION = new RegExp(`^${SIDE} with ${SIDE} (\\S+)((?: \\S+=\\S+)*)$`);
const ORDER = new RegExp(
  `^${STEP} then ${STEP}( Optional| Serialize)?( asymmetrical)?( require-all=false)?$`,
);
const SETS = /^(colocate|order)((?: \{[^}]+\})+)(?: (\S+))?( asymmetrical)?$/;

/**
 * Builds a constraint out of its text:
 * `web on alpha 100`, `Promoted web on alpha 100`, `web on beta -INFINITY discovery=never`,
 * `/^web/ on alpha 100`, `web where zone eq east: 100`, `web where defined load: attribute load`,
 * `web with ip INFINITY`, `web with Promoted cache 50 influence=false node-attribute=rack`,
 * `ip then web`, `a then b Optional asymmetrical`, `promote cache then start web`,
 * `workers then web require-all=false`, and sets:
 * `colocate {web ip sequential=false} {cache} 50`, `order {a b require-all=false} {web} Serialize`.
 */
export function buildConstraint(text: string, index: number): Constraint {
  const found =
    buildLocation(text, `loc-${index}`) ??
    buildRuled(text, `loc-${index}`) ??
    buildColocation(text, `col-${index}`) ??
    buildOrder(text, `ord-${index}`) ??
    buildSets(text, index);
  if (found === null) throw new Error(`constraint "${text}": not understood`);
  return found;
}

function buildLocation(text: string, id: string): LocationConstraint | LocationRules | null {
  const match = LOCATION.exec(text);
  if (match === null) return null;
  const [, role, resource = "", node = "", scoreText, options] = match;
  const score = readScore(scoreText);
  const more = readLocationOptions(role, options);
  const target = readTarget(resource);
  if (target.kind === "resource") return { kind: "location", id, resource, node, score, ...more };
  return { kind: "locationRules", id, target, nodes: { kind: "node", node, score }, ...more };
}

function buildRuled(text: string, id: string): LocationRules | null {
  const match = RULED.exec(text);
  if (match === null) return null;
  const [, role, resource = "", rule = "", isAttribute, value = "", options] = match;
  const score = isAttribute === undefined ? readScore(value) : { attribute: value };
  const only = { rule: buildRule(rule, `${id}-rule`), score, role: readRole(role) };
  return {
    kind: "locationRules",
    id,
    target: readTarget(resource),
    nodes: { kind: "rules", rules: [only] },
    ...readLocationOptions(undefined, options),
  };
}

function readTarget(text: string): LocationRules["target"] {
  const pattern = /^(!?)\/(.+)\/$/.exec(text);
  if (pattern === null) return { kind: "resource", resource: text };
  return { kind: "pattern", pattern: pattern[2] ?? "", isInverted: pattern[1] === "!" };
}

function readLocationOptions(
  roleText: string | undefined,
  options: string | undefined,
): Pick<LocationConstraint, "role" | "discovery"> {
  const { discovery } = readPairs(splitWords(options ?? ""));
  const role = readRole(roleText);
  const known = (["always", "never", "exclusive"] as const).find((each) => each === discovery);
  return {
    ...(role === null ? {} : { role }),
    ...(known === undefined ? {} : { discovery: known }),
  };
}

function buildColocation(text: string, id: string): ColocationConstraint | null {
  const match = COLOCATION.exec(text);
  if (match === null) return null;
  const [, roleText, resource = "", withText, withResource = "", score, options = ""] = match;
  const [role, withRole] = [readRole(roleText), readRole(withText)];
  const { influence, "node-attribute": nodeAttribute } = readPairs(splitWords(options));
  return {
    kind: "colocation",
    id,
    resource,
    withResource,
    score: readScore(score),
    ...(role === null ? {} : { role }),
    ...(withRole === null ? {} : { withRole }),
    ...(influence === undefined ? {} : { influence: influence === "true" }),
    ...(nodeAttribute === undefined ? {} : { nodeAttribute }),
  };
}

function buildOrder(text: string, id: string): OrderConstraint | null {
  const match = ORDER.exec(text);
  if (match === null) return null;
  const [, firstAction, first = "", thenAction, then = "", strength, asymmetrical, one] = match;
  return {
    kind: "order",
    id,
    first,
    firstAction: readAction(firstAction) ?? "start",
    then,
    thenAction: readAction(thenAction) ?? "start",
    strength: readStrength(strength?.trim()),
    isSymmetrical: asymmetrical === undefined,
    ...(one === undefined ? {} : { needsAll: false }),
  };
}

function buildSets(text: string, index: number): ColocationSets | OrderSets | null {
  const match = SETS.exec(text);
  if (match === null) return null;
  const [, kind, inner = "", word, asymmetrical] = match;
  const id = `${kind === "order" ? "ord" : "col"}-${index}`;
  const sets = [...inner.matchAll(/\{([^}]+)\}/g)].map(([, set = ""], position) =>
    buildSet(set, `${id}-set-${position}`),
  );
  if (kind === "colocate") return { kind: "colocationSets", id, score: readScore(word), sets };
  const strength = readStrength(word);
  return { kind: "orderSets", id, strength, isSymmetrical: asymmetrical === undefined, sets };
}

function buildSet(text: string, id: string): ResourceSet {
  const words = splitWords(text);
  const options = readPairs(words.filter((word) => word.includes("=")));
  const { sequential } = options;
  return {
    id,
    resources: words.filter((word) => !word.includes("=")),
    isSequential: sequential !== "false",
    ...(sequential === undefined ? { saysSequential: false } : {}),
    needsAll: options["require-all"] !== "false",
    action: readAction(options["action"]),
    role: readRole(options["role"]),
    score: null,
    ordering: null,
    strength: null,
  };
}

function readRole(text: string | undefined): ConstraintRole | null {
  return ROLES.find((role) => role === text) ?? null;
}

function readAction(text: string | undefined): OrderAction | null {
  return ACTIONS.find((action) => action === text) ?? null;
}

function readStrength(text: string | undefined): OrderConstraint["strength"] {
  return text === "Optional" || text === "Serialize" ? text : "Mandatory";
}
