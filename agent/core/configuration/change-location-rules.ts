import type {
  Change,
  Cib,
  LocationRule,
  LocationRuleInput,
  LocationRules,
  Problem,
  Rule,
} from "../model/index.ts";
import { INFINITY_SCORE } from "../model/index.ts";
import { addUnlessRefused, missingConstraint } from "./change-constraints.ts";
import {
  checkGivenId,
  checkOutsideClones,
  isPromotableRole,
  readDiscovery,
  readRoleWord,
  readScoreWord,
  warnOfPromotion,
} from "./constraint-words.ts";
import { type Edit, edited, refuse } from "./edit.ts";
import { freeId, type IdMaker, idMaker } from "./listed-ids.ts";
import { quote } from "./near-names.ts";

/** Gives a score to the nodes that fulfil a rule. */
export function addLocationRule(
  cib: Cib,
  change: Change & { readonly kind: "addLocationRule" },
): Edit {
  const { resource, isPattern } = change;
  const path = `location of ${quote(resource)}`;
  const id = change.id ?? freeId(cib, `location-${resource}`);
  const read = readRuleInput(cib, change.rule, { path, base: `${id}-rule` });
  const discovery = change.discovery === null ? null : readDiscovery(path, change.discovery);
  const problems = [
    ...checkGivenId(cib, path, change.id),
    ...(isPattern ? [] : checkOutsideClones(cib, [resource])),
    ...read.problems,
    ...(discovery?.problems ?? []),
  ];
  const constraint: LocationRules = {
    kind: "locationRules",
    id,
    target: isPattern
      ? { kind: "pattern", pattern: resource, isInverted: false }
      : { kind: "resource", resource },
    nodes: { kind: "rules", rules: [read.rule] },
    ...(discovery === null ? {} : { discovery: discovery.value }),
  };
  const isAsked = !isPattern && isPromotableRole(read.rule.role);
  return addUnlessRefused(cib, problems, {
    constraint,
    notes: warnOfPromotion(cib, resource, isAsked),
  });
}

/** Adds a rule to a location constraint that has rules. */
export function addRule(cib: Cib, change: Change & { readonly kind: "addRule" }): Edit {
  const path = `constraint ${quote(change.constraint)}`;
  const found = cib.constraints.find(({ id }) => id === change.constraint);
  if (found === undefined) return refuse(cib, missingConstraint(cib, change.constraint));
  if (found.kind !== "locationRules" || found.nodes.kind !== "rules") {
    const expected = "has no rules; make a location with a rule";
    return refuse(cib, { code: "bad-rule", path, found: "", expected });
  }
  const base = freeId(cib, `${found.id}-rule`);
  const read = readRuleInput(cib, change.rule, { path, base });
  if (read.problems.length > 0) return refuse(cib, ...read.problems);
  const nodes = { kind: "rules", rules: [...found.nodes.rules, read.rule] } as const;
  const constraints = cib.constraints.map((each) => (each === found ? { ...found, nodes } : each));
  return edited({ ...cib, constraints });
}

/** The rule with an id in each place where none was given; `base` is what they are made from. */
export function withRuleIds(rule: Rule, base: string, make: IdMaker): Rule {
  const id = rule.id === "" ? make(base) : rule.id;
  const conditions = rule.conditions.map((condition) =>
    condition.kind === "rule" ? withRuleIds(condition, `${id}-rule`, make) : condition,
  );
  return { ...rule, id, conditions };
}

function readRuleInput(
  cib: Cib,
  input: LocationRuleInput,
  { path, base }: { readonly path: string; readonly base: string },
): { readonly rule: LocationRule; readonly problems: readonly Problem[] } {
  const score = input.score === null ? null : readScoreWord(path, input.score);
  const role = input.role === null ? null : readRoleWord(path, input.role);
  const rule = withRuleIds(input.rule, base, idMaker(cib));
  const plain = score?.value ?? INFINITY_SCORE;
  const { scoreAttribute } = input;
  const both =
    score === null || scoreAttribute === null
      ? []
      : [
          {
            code: "bad-score",
            path,
            found: "",
            expected: "either score or score-attribute may be given, not both",
          },
        ];
  return {
    rule: {
      rule,
      score: scoreAttribute === null ? plain : { attribute: scoreAttribute },
      role: role?.value ?? null,
    },
    problems: [
      ...(input.rule.id === "" ? [] : checkGivenId(cib, path, input.rule.id)),
      ...(score?.problems ?? []),
      ...(role?.problems ?? []),
      ...both,
    ],
  };
}
