/** pcs commands that create a constraint. */
import type {
  ColocationConstraint,
  ColocationSets,
  Constraint,
  ConstraintRole,
  LocationConstraint,
  LocationRules,
  OrderConstraint,
  OrderSets,
  ResourceSet,
} from "../../agent/core/model/index.ts";
import type { Commands } from "./pcs-resources.ts";
import { ruleWords, scoreWord } from "./pcs-words.ts";

/** The commands for a constraint; null when pcs cannot express something of it. */
export function constraintCommands(constraint: Constraint): Commands | null {
  switch (constraint.kind) {
    case "location":
      return locationCommands(constraint);
    case "locationRules":
      return locationRulesCommands(constraint);
    case "colocation":
      return [colocationWords(constraint)];
    case "order":
      return [orderWords(constraint)];
    case "colocationSets":
      return colocationSetsCommands(constraint);
    case "orderSets":
      return orderSetsCommands(constraint);
  }
}

function locationCommands(constraint: LocationConstraint): Commands | null {
  const { id, resource, node, score, role, discovery } = constraint;
  // Only rules have a role.
  if (role !== undefined) return null;
  return [
    [
      ...["constraint", "location", "add", id, resource, node, scoreWord(score)],
      ...(discovery === undefined ? [] : [`resource-discovery=${discovery}`]),
      "--force",
    ],
  ];
}

function locationRulesCommands(constraint: LocationRules): Commands | null {
  const { id, target, nodes, role, discovery } = constraint;
  if (target.kind === "sets" || role !== undefined) return null;
  const whom = target.kind === "resource" ? target.resource : `regexp%${target.pattern}`;
  if (target.kind === "pattern" && target.isInverted) return null;
  const options = discovery === undefined ? [] : [`resource-discovery=${discovery}`];
  if (nodes.kind === "node") {
    const words = ["constraint", "location", "add", id, whom, nodes.node];
    return [[...words, scoreWord(nodes.score), ...options, "--force"]];
  }
  const [first, ...others] = nodes.rules;
  if (first === undefined || others.length > 0) return null;
  const expression = ruleWords(first.rule);
  const isRoleKnown = first.role === null || isPromotionRole(first.role);
  if (expression === null || !isRoleKnown) return null;
  return [
    [
      ...["constraint", "location", whom, "rule", `id=${first.rule.id}`, `constraint-id=${id}`],
      ...options,
      ...(first.role === null ? [] : [`role=${first.role}`]),
      typeof first.score === "number"
        ? `score=${scoreWord(first.score)}`
        : `score-attribute=${first.score.attribute}`,
      ...expression,
      "--force",
    ],
  ];
}

function colocationWords(constraint: ColocationConstraint): readonly string[] {
  const { id, resource, withResource, score, role, withRole, influence, nodeAttribute } =
    constraint;
  return [
    ...["constraint", "colocation", "add"],
    ...(role === undefined ? [] : [role]),
    resource,
    "with",
    ...(withRole === undefined ? [] : [withRole]),
    withResource,
    scoreWord(score),
    `id=${id}`,
    ...(influence === undefined ? [] : [`influence=${influence}`]),
    ...(nodeAttribute === undefined ? [] : [`node-attribute=${nodeAttribute}`]),
    "--force",
  ];
}

function orderWords(constraint: OrderConstraint): readonly string[] {
  const { id, first, firstAction, thenAction, strength, isSymmetrical, needsAll } = constraint;
  return [
    ...["constraint", "order", firstAction, first, "then", thenAction, constraint.then],
    `id=${id}`,
    `kind=${strength}`,
    ...(isSymmetrical ? [] : ["symmetrical=false"]),
    ...(needsAll === undefined ? [] : [`require-all=${needsAll}`]),
    "--force",
  ];
}

function colocationSetsCommands(constraint: ColocationSets): Commands | null {
  const { id, score, influence, sets } = constraint;
  const isMore = influence !== undefined;
  const words = sets.map((set) =>
    set.needsAll && set.action === null ? setWords(set, { hasRole: true }) : null,
  );
  if (isMore || words.includes(null)) return null;
  return [
    [
      ...["constraint", "colocation"],
      ...words.filter((each) => each !== null).flat(),
      ...["setoptions", `id=${id}`, `score=${scoreWord(score)}`, "--force"],
    ],
  ];
}

function orderSetsCommands(constraint: OrderSets): Commands | null {
  const { id, strength, isSymmetrical, sets } = constraint;
  const words = sets.map((set) => (set.role === null ? setWords(set, { hasRole: false }) : null));
  if (words.includes(null)) return null;
  return [
    [
      ...["constraint", "order"],
      ...words.filter((each) => each !== null).flat(),
      ...["setoptions", `id=${id}`, `kind=${strength}`],
      ...(isSymmetrical ? [] : ["symmetrical=false"]),
      "--force",
    ],
  ];
}

function setWords(
  set: ResourceSet,
  { hasRole }: { readonly hasRole: boolean },
): readonly string[] | null {
  if (set.score !== null || set.ordering !== null || set.strength !== null) return null;
  return [
    "set",
    ...set.resources,
    ...(set.isSequential && set.saysSequential === false ? [] : [`sequential=${set.isSequential}`]),
    ...(set.needsAll ? [] : ["require-all=false"]),
    ...(set.action === null ? [] : [`action=${set.action}`]),
    ...(hasRole && set.role !== null ? [`role=${set.role}`] : []),
  ];
}

function isPromotionRole(role: ConstraintRole): boolean {
  return role === "Promoted" || role === "Unpromoted";
}
