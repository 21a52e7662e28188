/**
 * The words of `lbctl constraint …` to changes. Pure; throws `CtlError` on words that mean nothing.
 */
import type {
  Change,
  LocationRuleInput,
  NameValues,
  OrderAction,
} from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseRule } from "./parse-rule.ts";
import { onlyKnown, parseFilledValues, parseYesNo } from "./parse-values.ts";

const ORDER =
  "constraint order [start|stop|promote|demote] ID then [start|stop|promote|demote] ID " +
  "[kind=Mandatory|Optional|Serialize] [symmetrical=true|false] [require-all=true|false] [id=ID]";
const COLOCATION =
  "constraint colocation add [ROLE] ID with [ROLE] ID [SCORE] [influence=true|false] " +
  "[node-attribute=NAME] [id=ID]";
const LOCATION =
  "constraint location ID|regexp%PATTERN prefers|avoids NODE[=SCORE]... | " +
  "rule [OPTIONS] EXPRESSION";
const RULE_OPTIONS = ["id", "role", "score", "score-attribute"];
const LOCATION_RULE_OPTIONS = ["constraint-id", "resource-discovery", ...RULE_OPTIONS];
const RULE_ROLES = ["Promoted", "Unpromoted", "Master", "Slave"];
const ROLES = ["Started", "Stopped", ...RULE_ROLES];
const ACTIONS: readonly OrderAction[] = ["start", "stop", "promote", "demote"];
const DISCOVERY = "resource-discovery=";

/**
 * `constraint location ID prefers NODE[=SCORE]…`, `… avoids …`, `… rule …`, or `add CONSTRAINT ID
 * NODE SCORE`. For an id may stand a pattern of ids, `regexp%web.*`.
 */
export function parseLocation(words: readonly string[]): readonly Change[] {
  if (words[0] === "add") return [parseLocationAdd(words.slice(1))];
  const [target, verb, ...rest] = words;
  if (target !== undefined && verb === "rule") return [parseLocationRule(target, rest)];
  const nodes = rest.filter((word) => !word.startsWith(DISCOVERY));
  if (target === undefined || nodes.length === 0 || (verb !== "prefers" && verb !== "avoids")) {
    throw refused(`usage: lbctl ${LOCATION}`);
  }
  const discovery = parseDiscovery(rest);
  return nodes.map((word) => {
    const at = word.indexOf("=");
    const node = at < 0 ? word : word.slice(0, at);
    const score = at < 0 ? "INFINITY" : word.slice(at + 1);
    if (/^-\d|^-INFINITY$/i.test(score)) {
      // Whoever writes "avoids ip1=-5" hardly means that ip1 is preferred.
      const other = verb === "prefers" ? "avoids" : "prefers";
      throw refused(
        `score '${score}' of '${verb} ${node}': must not be negative; ` +
          `use '${other} ${node}=${score.slice(1)}'`,
      );
    }
    const signed = verb === "prefers" ? score : `-${score.replace(/^\+/, "")}`;
    return {
      kind: "addLocation",
      id: null,
      ...parseTarget(target),
      node,
      score: signed,
      ...discovery,
    };
  });
}

function parseLocationAdd(words: readonly string[]): Change {
  const [id, target, node, score] = words.filter((word) => !word.startsWith(DISCOVERY));
  const isLong = words.filter((word) => !word.startsWith(DISCOVERY)).length > 4;
  if (id === undefined || target === undefined || node === undefined || isLong) {
    throw refused(
      "usage: lbctl constraint location add CONSTRAINT-ID ID NODE SCORE " +
        "[resource-discovery=always|never|exclusive]",
    );
  }
  const place = { node, score: score ?? "INFINITY" };
  return { kind: "addLocation", id, ...parseTarget(target), ...place, ...parseDiscovery(words) };
}

function parseLocationRule(target: string, words: readonly string[]): Change {
  const { options, rule } = parseRuleWords(words, LOCATION_RULE_OPTIONS);
  const { resource, isPattern = false } = parseTarget(target);
  return {
    kind: "addLocationRule",
    id: options["constraint-id"] ?? null,
    resource,
    isPattern,
    rule,
    discovery: options["resource-discovery"] ?? null,
  };
}

/** `constraint rule add CONSTRAINT-ID [id=…] [role=…] [score=…|score-attribute=…] EXPRESSION`. */
export function parseRuleAdd(words: readonly string[]): Change {
  const [constraint, ...rest] = words;
  if (constraint === undefined || rest.length === 0) {
    throw refused(
      "usage: lbctl constraint rule add CONSTRAINT-ID [id=ID] [role=ROLE] " +
        "[score=SCORE | score-attribute=NAME] EXPRESSION",
    );
  }
  return { kind: "addRule", constraint, rule: parseRuleWords(rest, RULE_OPTIONS).rule };
}

function parseRuleWords(
  words: readonly string[],
  known: readonly string[],
): { readonly options: NameValues; readonly rule: LocationRuleInput } {
  const isOption = (word: string): boolean => known.some((name) => word.startsWith(`${name}=`));
  const start = words.findIndex((word) => !isOption(word));
  const options = parseFilledValues(start < 0 ? words : words.slice(0, start));
  const role = options["role"] ?? null;
  if (role !== null && !RULE_ROLES.some((each) => each.toLowerCase() === role.toLowerCase())) {
    throw refused(`invalid role '${role}', use 'Promoted' or 'Unpromoted'`);
  }
  if (options["score"] !== undefined && options["score-attribute"] !== undefined) {
    throw refused("only one of 'score' and 'score-attribute' can be given");
  }
  const rule = parseRule(start < 0 ? [] : words.slice(start));
  return {
    options,
    rule: {
      rule: { ...rule, id: options["id"] ?? "" },
      score: options["score"] ?? null,
      scoreAttribute: options["score-attribute"] ?? null,
      role,
    },
  };
}

/** `ID`, `%ID`, `resource%ID`, or `regexp%PATTERN`. */
function parseTarget(text: string): { readonly resource: string; readonly isPattern?: true } {
  const [, kind, rest = ""] = /^(|resource|regexp)%(.*)$/.exec(text) ?? [];
  if (kind === undefined) return { resource: text };
  return kind === "regexp" ? { resource: rest, isPattern: true } : { resource: rest };
}

function parseDiscovery(words: readonly string[]): { readonly discovery?: string } {
  const given = parseFilledValues(words.filter((word) => word.startsWith(DISCOVERY)));
  const discovery = given["resource-discovery"];
  return discovery === undefined ? {} : { discovery };
}

/** `constraint colocation add [ROLE] ID with [ROLE] ID [SCORE]`; the older form has no `with`. */
export function parseColocation(words: readonly string[]): Change {
  const plain = words.filter((word) => !word.includes("="));
  const options = onlyKnown(words, ["id", "score", "influence", "node-attribute"]);
  const at = plain.indexOf("with");
  const left = takeRole(plain.slice(0, at < 0 ? plain.length : at));
  // The oldest form has no `with`.
  const right = at < 0 ? { words: left.words.slice(1) } : takeRole(plain.slice(at + 1));
  const [resource, ...tooMany] = at < 0 ? left.words.slice(0, 1) : left.words;
  const [withResource, score, ...rest] = right.words;
  if (resource === undefined || withResource === undefined || tooMany.length + rest.length > 0) {
    throw refused(`usage: lbctl ${COLOCATION}`);
  }
  const withRole = "role" in right ? right.role : undefined;
  return {
    kind: "addColocation",
    id: options["id"] ?? null,
    resource,
    withResource,
    score: score ?? options["score"] ?? "INFINITY",
    ...(left.role === undefined ? {} : { role: left.role }),
    ...(withRole === undefined ? {} : { withRole }),
    ...parseInfluence(options),
  };
}

/** The options that colocations have besides their score. */
export function parseInfluence(options: NameValues): {
  readonly influence?: boolean;
  readonly nodeAttribute?: string;
} {
  const { influence, "node-attribute": nodeAttribute } = options;
  return {
    ...(influence === undefined ? {} : { influence: parseYesNo("influence", influence) }),
    ...(nodeAttribute === undefined ? {} : { nodeAttribute }),
  };
}

/** `constraint order [ACTION] ID then [ACTION] ID [options]`. */
export function parseOrder(words: readonly string[]): Change {
  const plain = words.filter((word) => !word.includes("="));
  const options = onlyKnown(words, ["id", "kind", "symmetrical", "require-all", "score"]);
  const at = plain.indexOf("then");
  // The oldest form, `order add ID ID`, has no `then`.
  const sides =
    at < 0 ? [plain.slice(0, 1), plain.slice(1)] : [plain.slice(0, at), plain.slice(at + 1)];
  const [first, then] = sides.map((side) => parseOrderSide(side));
  if (first === undefined || then === undefined) throw refused(`usage: lbctl ${ORDER}`);
  const { "require-all": requireAll } = options;
  return {
    kind: "addOrder",
    id: options["id"] ?? null,
    first: first.id,
    firstAction: first.action,
    // biome-ignore lint/suspicious/noThenProperty: the field's word; a text is never called.
    then: then.id,
    // As with pcs, an action named for the first side alone counts for both.
    thenAction: then.isGiven ? then.action : first.action,
    ...parseStrength(options),
    ...(requireAll === undefined ? {} : { needsAll: parseYesNo("require-all", requireAll) }),
  };
}

/** The kind of an order and whether it counts for stopping too. */
export function parseStrength(options: NameValues): {
  readonly strength: string;
  readonly isSymmetrical: boolean;
} {
  const { kind, score, symmetrical } = options;
  const strength = kind ?? (score === "0" ? "Optional" : "Mandatory");
  const isSymmetrical =
    symmetrical === undefined
      ? strength.toLowerCase() !== "serialize"
      : parseYesNo("symmetrical", symmetrical);
  return { strength, isSymmetrical };
}

interface OrderSide {
  readonly id: string;
  readonly action: OrderAction;
  readonly isGiven: boolean;
}

function parseOrderSide(words: readonly string[]): OrderSide {
  const [first, second] = words;
  if (first === undefined || words.length > 2) throw refused(`usage: lbctl ${ORDER}`);
  if (second === undefined) return { id: first, action: "start", isGiven: false };
  const action = ACTIONS.find((each) => each === first);
  if (action === undefined) {
    const allowed = ACTIONS.map((each) => `'${each}'`).join(", ");
    throw refused(`invalid action '${first}', allowed values are: ${allowed}`);
  }
  return { id: second, action, isGiven: true };
}

/** A role in front of a resource; `Started` is what counts without one. */
function takeRole(words: readonly string[]): {
  readonly words: readonly string[];
  readonly role?: string;
} {
  const [first = "", ...rest] = words;
  const role = ROLES.find((each) => each.toLowerCase() === first.toLowerCase());
  if (role === undefined || rest.length === 0) return { words };
  return role === "Started" ? { words: rest } : { words: rest, role };
}
