/** Constraints and other causes in sentences, with what a person can do about each. */
import { findWhole, renderScore } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  type Constraint,
  INFINITY_SCORE,
  type NodeName,
  type PlaceCause,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { renderRule } from "../render/render-rule.ts";
import type { CausePlace } from "./cause-place.ts";
import { leaderOf, moveLeader } from "./explain-leader.ts";
import type { Remedy } from "./explanation.ts";
import { isSwitchedOn } from "./picture.ts";

const MOVE_PREFIX = "cli-prefer-";
const BAN_PREFIX = "cli-ban-";

/** The causes in words that name whatever stands behind them. */
export function explainCauses(
  causes: readonly PlaceCause[],
  place: CausePlace,
): readonly PlaceCause[] {
  return causes.map((cause) => explainCause(cause, place));
}

/** The same for one of them. */
export function explainCause(cause: PlaceCause, place: CausePlace): PlaceCause {
  const constraint = findConstraint(place.input.cib, cause.id);
  if (constraint === null) return cause;
  const text = describeConstraint(constraint, place.node);
  if (text !== null) return { ...cause, text };
  // The words are those of a colocation: they say where the other is, and lack the constraint.
  return { ...cause, text: `${cause.text} (constraint ${constraint.id})` };
}

/** The constraint of this id, or with a rule of this id. */
export function findConstraint(cib: Cib, id: string): Constraint | null {
  return (
    cib.constraints.find(
      (each) =>
        each.id === id ||
        (each.kind === "locationRules" &&
          each.nodes.kind === "rules" &&
          each.nodes.rules.some(({ rule }) => rule.id === id)),
    ) ?? null
  );
}

function describeConstraint(constraint: Constraint, node: NodeName): string | null {
  const { id } = constraint;
  if (constraint.kind === "location" && constraint.role === "Promoted") {
    if (id.startsWith(MOVE_PREFIX)) {
      return `a person asked for its promotion on ${node} (constraint ${id})`;
    }
    if (id.startsWith(BAN_PREFIX))
      return `a person banned its promotion on ${node} (constraint ${id})`;
    return `constraint ${id} ${describeScore(constraint.score, `promotion on ${node}`)}`;
  }
  if (constraint.kind === "location") {
    if (id.startsWith(MOVE_PREFIX)) return `a person moved it to ${node} (constraint ${id})`;
    if (id.startsWith(BAN_PREFIX)) return `a person banned it from ${node} (constraint ${id})`;
    return `constraint ${id} ${describeScore(constraint.score, node)}`;
  }
  if (constraint.kind !== "locationRules") return null;
  const { nodes } = constraint;
  if (nodes.kind === "node") return `constraint ${id} ${describeScore(nodes.score, node)}`;
  const rules = nodes.rules.map(({ rule, score }) =>
    typeof score === "number"
      ? `"${renderRule(rule)}" ${describeScore(score, node)}`
      : `"${renderRule(rule)}" goes by the node attribute ${score.attribute}`,
  );
  return `constraint ${id}, by its ${rules.length === 1 ? "rule" : "rules"} ${rules.join(", ")}`;
}

function describeScore(score: number, node: NodeName): string {
  if (score >= INFINITY_SCORE) return `asks for ${node}`;
  if (score <= -INFINITY_SCORE) return `forbids ${node}`;
  const verb = score < 0 ? "avoids" : "prefers";
  return `${verb} ${node} (with ${renderScore(Math.abs(score))})`;
}

/** The causes as one clause. */
export function joinCauses(causes: readonly PlaceCause[]): string {
  return causes.map(({ text }) => text).join("; ");
}

/** What would take the cause away; empty when nobody can do that by a command. */
export function remediesOf(cause: PlaceCause, place: CausePlace): readonly Remedy[] {
  const { input, resource, node } = place;
  switch (cause.kind) {
    case "constraint":
      return remedyOfConstraint(findConstraint(input.cib, cause.id), place);
    case "failure":
      return remediesOfFailures(input, resource, node);
    case "node":
      return remediesOfNode(input, node);
    case "company":
      return remediesOfCompany(input.cib, cause.id, place);
    case "capacity":
      return [
        {
          command: `lbctl node utilization ${node} NAME=VALUE`,
          effect: `says that ${node} has more capacity`,
        },
      ];
    case "property":
      return remedyOfProperty(cause.id, place);
    case "stickiness":
    case "configuration":
      return [];
  }
}

function remedyOfConstraint(
  constraint: Constraint | null,
  { node }: CausePlace,
): readonly Remedy[] {
  if (constraint === null) return [];
  const { id } = constraint;
  const isByPerson = id.startsWith(MOVE_PREFIX) || id.startsWith(BAN_PREFIX);
  const owner = isByPerson ? ownerOf(constraint) : null;
  if (owner !== null) {
    const command = `lbctl resource clear ${owner}`;
    return [{ command, effect: "takes back what resource move or ban has left" }];
  }
  return [{ command: `lbctl constraint delete ${id}`, effect: tellLoss(constraint, node) }];
}

function ownerOf(constraint: Constraint): ResourceId | null {
  if (constraint.kind === "location") return constraint.resource;
  if (constraint.kind !== "locationRules" || constraint.target.kind !== "resource") return null;
  return constraint.target.resource;
}

/** What a person gives up with a constraint: it was made for something. */
function tellLoss(constraint: Constraint, node: NodeName): string {
  switch (constraint.kind) {
    case "colocation": {
      const { resource, withResource, score } = constraint;
      return score < 0
        ? `gives up that ${resource} and ${withResource} run apart: both may then be on one node`
        : `gives up that ${resource} runs where ${withResource} runs: each may then be elsewhere`;
    }
    case "colocationSets":
      return "gives up that its resources run together, or apart";
    case "order":
      return `gives up that ${constraint.then} waits for ${constraint.first}`;
    case "orderSets":
      return "gives up that its resources start and stop in this order";
    default:
      return node === "" ? "removes the constraint" : `lets ${node} count like every other node`;
  }
}

/** A cleanup for each resource whose failures count on the node: itself, or those of its group. */
export function remediesOfFailures(
  { cib, histories }: SchedulerInput,
  resource: ResourceId,
  node: NodeName | null,
): readonly Remedy[] {
  const own = withoutNumber(resource);
  const whole = findWhole(cib, own);
  const related = whole === null ? [own] : primitivesOf(whole).map(({ id }) => id);
  const failed = histories
    .filter((history) => node === null || history.node === node)
    .flatMap((history) => history.failcounts.map((count) => ({ ...count, node: history.node })))
    .filter((failcount) => failcount.count > 0);
  const ids = new Set(failed.map((failcount) => withoutNumber(failcount.resource)));
  const meant = ids.has(own) ? [own] : related.filter((id) => ids.has(id));
  return (meant.length === 0 ? [own] : meant).map((id) => ({
    command: `lbctl resource cleanup ${id}${node === null ? "" : ` node=${node}`}`,
    effect: `forgets its failures${node === null ? "" : ` on ${node}`}, so that it is tried again`,
  }));
}

function remediesOfNode(input: SchedulerInput, node: NodeName): readonly Remedy[] {
  const state = input.nodes.find(({ name }) => name === node);
  if (state?.presence !== "online") {
    return [
      {
        command: `lbctl cluster start (on ${node})`,
        effect: `brings ${node} back into the cluster`,
      },
    ];
  }
  const remedies: Remedy[] = [];
  const permanent = input.cib.nodes.find(({ name }) => name === node)?.attributes ?? {};
  if (permanent["standby"] !== undefined && isSwitchedOn(input, node, "standby")) {
    const effect = `lets ${node} run resources again`;
    remedies.push({ command: `lbctl node unstandby ${node}`, effect });
  }
  if (isSwitchedOn(input, node, "maintenance")) {
    const effect = `lets the cluster look after ${node} again`;
    remedies.push({ command: `lbctl node unmaintenance ${node}`, effect });
  }
  if (remedies.length > 0) return remedies;
  // What is left is a standby that a failure brought about (on-fail).
  const failed = input.histories.find((history) => history.node === node)?.failcounts ?? [];
  return [...new Set(failed.map(({ resource }) => withoutNumber(resource)))].map((id) => ({
    command: `lbctl resource cleanup ${id} node=${node}`,
    effect: `forgets the failures of ${id} on ${node}`,
  }));
}

/**
 * Who follows another is helped by what brings that one there. A colocation is deleted only where
 * nothing else is known: what it keeps together belongs together, most of the time.
 */
function remediesOfCompany(cib: Cib, id: string, place: CausePlace): readonly Remedy[] {
  const constraint = findConstraint(cib, id);
  const leader = leaderOf(place, constraint);
  const isPulled = constraint?.kind !== "colocation" || constraint.score > 0;
  const others = leader === null || !isPulled ? [] : remediesOfLeader(leader, place);
  return others.length > 0 ? others : remedyOfConstraint(constraint, place);
}

function remediesOfLeader(leader: ResourceId, place: CausePlace): readonly Remedy[] {
  const { transition, resource, node, followed = [] } = place;
  const found = transition?.explanations?.find(({ baseId }) => baseId === leader);
  const there = found?.places.find((each) => each.node === node);
  // Colocations may lead in a circle.
  if (found === undefined || there === undefined || followed.includes(leader)) return [];
  const at = { ...place, resource: leader, followed: [...followed, leader] };
  const obstacles = there.speaksAgainst.flatMap((cause) => remediesOf(cause, at));
  if (obstacles.length > 0) return obstacles;
  return there.isPossible && found.isManaged ? moveLeader(place, leader, resource) : [];
}

function remedyOfProperty(name: string, { input, resource, node }: CausePlace): readonly Remedy[] {
  const set = (value: string, effect: string): Remedy => ({
    command: `lbctl property set ${name}=${value}`,
    effect,
  });
  switch (name) {
    case "shutdown-lock": {
      const kept = input.histories.filter(({ resources }) =>
        resources.some((each) => each.resource === resource && each.lockedSinceS !== undefined),
      );
      const effect = "gives up the lock of this resource: it may start elsewhere at once";
      const release = (name: NodeName): Remedy => {
        return { command: `lbctl resource refresh ${resource} node=${name}`, effect };
      };
      const off = set("false", "keeps no resource for a node that was stopped");
      return [...kept.map((history) => release(history.node)), off];
    }
    case "symmetric-cluster":
      return [
        {
          command: `lbctl constraint location ${withoutNumber(resource)} prefers ${node}`,
          effect: `names ${node} for it`,
        },
        set("true", "lets every resource run on every node unless it is forbidden"),
      ];
    case "stop-all-resources":
      return [set("false", "lets resources run again")];
    case "no-quorum-policy":
      return [
        {
          command: "lbctl cluster start (on the node that is missing)",
          effect: "brings back its vote",
        },
      ];
    case "stonith-enabled":
      return [set("false", "does without fencing: only where two owners of a resource do no harm")];
    default:
      return [];
  }
}
