import type {
  ConstraintRole,
  LocationConstraint,
  LocationRule,
  LocationRules,
  NodeName,
  ResourceDiscovery,
  ResourceId,
} from "../../model/index.ts";
import { type ConstraintTargets, indexTargets, readConstraintRole } from "../constraint-targets.ts";
import { parseScore, renderScore } from "../score.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingLocation,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { parametersOf } from "./attributes.ts";
import { evaluateRule, fillMatches, type RuleContext } from "./rules.ts";

/**
 * Unpacks every location constraint, and the health of the nodes, for the resources that they are
 * about. The list is in the order in which they are applied: the last constraint first.
 */
export function unpackLocations(working: Working, context: RuleContext): void {
  const unpacking: Unpacking = { working, context, targets: indexTargets(working) };
  const found: WorkingLocation[] = [...healthLocations(working)];
  for (const constraint of working.cib.constraints) {
    if (constraint.kind === "location") found.push(...unpackPlain(unpacking, constraint));
    else if (constraint.kind === "locationRules") found.push(...unpackRules(unpacking, constraint));
  }
  for (const location of found.reverse()) {
    working.locations.push(location);
    location.resource.locations.push(location);
    if (location.discovery === "exclusive") location.resource.hasExclusiveDiscovery = true;
  }
}

interface Unpacking {
  readonly working: Working;
  readonly context: RuleContext;
  readonly targets: ConstraintTargets;
}

/** One resource that a constraint is about, and what it says about this one. */
interface Target {
  readonly resource: WorkingResource;
  readonly role: ConstraintRole | null;
  /** Null: the score of the constraint. */
  readonly score: number | null;
  readonly matched?: readonly string[];
}

interface Made {
  readonly id: string;
  readonly resource: WorkingResource;
  readonly role: ConstraintRole | null;
  readonly discovery: ResourceDiscovery | undefined;
  readonly scores: ReadonlyMap<WorkingNode, number>;
  readonly description: string;
}

function* healthLocations({ nodes, resources, options }: Working): Generator<WorkingLocation> {
  for (const node of nodes) {
    const { healthScore } = node;
    if (healthScore === 0) continue;
    for (const resource of resources) {
      if (healthScore < 0 && resource.allowsUnhealthyNodes) continue;
      const strategy = options.nodeHealthStrategy;
      yield makeLocation({
        id: strategy,
        resource,
        role: null,
        discovery: undefined,
        scores: new Map([[node, healthScore]]),
        description: `the health of ${node.name} counts ${renderScore(healthScore)} (${strategy})`,
      });
    }
  }
}

function unpackPlain(unpacking: Unpacking, constraint: LocationConstraint): WorkingLocation[] {
  const { id, discovery, resource, node, score } = constraint;
  const role = constraint.role ?? null;
  const targets = targetsNamed(unpacking.targets, [resource], { role, score: null });
  return targets.flatMap((target) => {
    const made = placeOn(unpacking.working, { id, target, node, score });
    return made === null ? [] : [makeLocation({ ...made, discovery })];
  });
}

function unpackRules(unpacking: Unpacking, constraint: LocationRules): WorkingLocation[] {
  const { id, discovery, nodes } = constraint;
  return listTargets(unpacking, constraint).flatMap((target) => {
    if (nodes.kind === "node") {
      const { node, score } = nodes;
      const made = placeOn(unpacking.working, { id, target, node, score });
      return made === null ? [] : [makeLocation({ ...made, discovery })];
    }
    return nodes.rules.map((rule) =>
      makeLocation({ ...placeByRule(unpacking, target, { id, rule }), discovery }),
    );
  });
}

function placeOn(
  { nodeByName }: Working,
  asked: {
    readonly id: string;
    readonly target: Target;
    readonly node: NodeName;
    readonly score: number;
  },
): Omit<Made, "discovery"> | null {
  const { id, target, node: name } = asked;
  const node = nodeByName.get(name);
  if (node === undefined) return null;
  const score = target.score ?? asked.score;
  return {
    id,
    resource: target.resource,
    role: target.role,
    scores: new Map([[node, score]]),
    description: describeScore(id, score),
  };
}

function placeByRule(
  { working, context }: Unpacking,
  { resource, role, matched }: Target,
  asked: { readonly id: string; readonly rule: LocationRule },
): Omit<Made, "discovery"> {
  const { rule, score, role: ownRole } = asked.rule;
  const scores = new Map<WorkingNode, number>();
  for (const node of working.nodes) {
    const holds = evaluateRule(rule, {
      ...context,
      attributes: node.attributes,
      parameters: parametersOf(working, resource, node),
      meta: resource.meta,
      ...(matched === undefined ? {} : { matched }),
    });
    const value = holds ? scoreOn(node, score, matched) : null;
    if (value !== null) scores.set(node, value);
  }
  const description =
    typeof score === "number"
      ? `${describeScore(asked.id, score)} by rule ${rule.id}`
      : `location constraint ${asked.id} gives it the score in attribute ${score.attribute}`;
  return { id: rule.id, resource, role: ownRole ?? role, scores, description };
}

/** Null: the node does not have the attribute, or it is no score. */
function scoreOn(
  node: WorkingNode,
  score: LocationRule["score"],
  matched: readonly string[] | undefined,
): number | null {
  if (typeof score === "number") return score;
  const text = node.attributes.get(fillMatches(score.attribute, matched));
  const value = parseScore(text, Number.NaN);
  return Number.isNaN(value) ? null : value;
}

function listTargets({ working, targets }: Unpacking, constraint: LocationRules): Target[] {
  const { target } = constraint;
  const role = constraint.role ?? null;
  switch (target.kind) {
    case "resource":
      return targetsNamed(targets, [target.resource], { role, score: null });
    case "sets":
      return target.sets.flatMap((set) =>
        targetsNamed(targets, set.resources, { role: set.role ?? role, score: set.score }),
      );
    case "pattern": {
      const pattern = compilePattern(target.pattern);
      if (pattern === null) return [];
      return working.resources.flatMap((resource): Target[] => {
        const matched = pattern.exec(resource.id);
        if ((matched === null) !== target.isInverted) return [];
        const found = { resource, role, score: null };
        return [matched === null ? found : { ...found, matched: matched.map((x) => x ?? "") }];
      });
    }
  }
}

/** The resources of that name, or those behind a tag or template. What is unknown ends the list. */
function targetsNamed(
  targets: ConstraintTargets,
  ids: readonly ResourceId[],
  how: Pick<Target, "role" | "score">,
): Target[] {
  const found: Target[] = [];
  for (const id of ids) {
    for (const member of targets.find(id) === null ? (targets.membersOf(id) ?? [id]) : [id]) {
      const resource = targets.find(member);
      if (resource === null) return found;
      found.push({ resource, ...how });
    }
  }
  return found;
}

/** Null for a text that is no pattern. */
function compilePattern(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function makeLocation(made: Made): WorkingLocation {
  const { id, resource, scores, description, discovery = "always" } = made;
  return { id, resource, role: readRole(made.role), discovery, scores, description };
}

/**
 * What is promoted is unpromoted first, so a constraint for the lower roles counts for every role.
 */
function readRole(role: ConstraintRole | null): Role {
  const asked = readConstraintRole(role);
  return asked === ROLE.unpromoted ? ROLE.unknown : asked;
}

function describeScore(id: string, score: number): string {
  const verb = score < 0 ? "forbids" : "prefers";
  return `location constraint ${id} ${verb} it (${renderScore(score)})`;
}
