/** Why a resource is where it is, why not elsewhere, and what would change that. */
import { findResource } from "../../agent/core/configuration/index.ts";
import {
  type Decision,
  type NodeName,
  type PlaceCause,
  type PlaceExplanation,
  type Primitive,
  primitivesOf,
  type Resource,
  type ResourceExplanation,
  type ResourceId,
  type ResourceState,
  type SchedulerInput,
  type Transition,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { moveTimeTo } from "./change-input.ts";
import { explainCauses, joinCauses, remediesOf } from "./explain-cause.ts";
import { explainCompanions } from "./explain-company.ts";
import { remediesOfHold } from "./explain-held.ts";
import { moveTo } from "./explain-leader.ts";
import { explainOrders } from "./explain-orders.ts";
import { explainPromotion } from "./explain-promoted.ts";
import type { ExplainedPlace, Explanation, Remedy } from "./explanation.ts";

/** What an explanation is made from. */
export interface ExplainedFacts {
  readonly input: SchedulerInput;
  readonly transition: Transition;
}

/** Null when neither the configuration nor any history knows the resource. */
export function explainResource(facts: ExplainedFacts, id: ResourceId): Explanation | null {
  const resource = findResource(facts.input.cib, id);
  if (resource !== null) return explainTree(facts, resource);
  const known = listExplanations(facts, id);
  if (known.length > 0) return explainInstances(facts, id, known);
  if (!facts.transition.states.some((state) => state.resource === id)) return null;
  return { ...explainPlain(facts, id), kind: "orphan" };
}

function explainTree(facts: ExplainedFacts, resource: Resource): Explanation {
  switch (resource.kind) {
    case "primitive":
      return explainPrimitive(facts, resource);
    case "group":
      return joinParts(
        resource,
        resource.members.map((member) => explainPrimitive(facts, member)),
      );
    case "clone":
      return joinParts(
        resource,
        primitivesOf(resource).map((each) => explainPrimitive(facts, each)),
      );
  }
}

function explainPrimitive(facts: ExplainedFacts, { id }: Primitive): Explanation {
  const instances = listExplanations(facts, id);
  return instances.length === 0 ? explainPlain(facts, id) : explainInstances(facts, id, instances);
}

function listExplanations(
  { transition }: ExplainedFacts,
  id: ResourceId,
): readonly ResourceExplanation[] {
  const all = transition.explanations ?? [];
  return all.filter(({ resource, baseId }) => resource === id || baseId === id);
}

/** One primitive, which may have several instances as (part of) a clone. */
function explainInstances(
  facts: ExplainedFacts,
  id: ResourceId,
  instances: readonly ResourceExplanation[],
): Explanation {
  const [only] = instances;
  if (instances.length === 1 && only !== undefined) return explainInstance(facts, only);
  const parts = instances.map((instance) => explainInstance(facts, instance));
  const activeOn = [...new Set(parts.flatMap((part) => part.activeOn))].sort();
  const running = instances.filter((each) => each.activeOn.length > 0).length;
  const where = activeOn.length === 0 ? "" : `: on ${listWords(activeOn)}`;
  const verb = running === 1 ? "runs" : "run";
  const summary = `${id} has ${instances.length} instances, of which ${running} ${verb}${where}`;
  return { ...nothingSaid(id), activeOn, summary, parts };
}

function explainInstance(facts: ExplainedFacts, found: ResourceExplanation): Explanation {
  const { input } = facts;
  const { resource, activeOn } = found;
  const state = findState(facts, resource);
  const decision = findDecision(facts, found);
  const chosen = found.goesTo ?? null;
  return {
    ...nothingSaid(resource),
    kind: findResource(input.cib, withoutNumber(resource)) === null ? "orphan" : "primitive",
    activeOn,
    summary: summarize(found, decision),
    heldBy: [...new Set(found.heldBy.map(({ text }) => text))],
    waitsFor: [...found.waitsFor, ...explainOrders(facts, resource)],
    places: found.places.map((place) => explainPlace(facts, found, { place, chosen })),
    promotion: explainPromotion(input, found),
    remedies: distinct([
      ...(state === undefined ? [] : remediesOfHold(input, { ...state, resource, activeOn })),
      ...found.heldBy.flatMap((cause) => remediesOf(cause, { input, resource, node: "" })),
    ]),
  };
}

/** Without explanations of the scheduler: its decision says why. */
function explainPlain(facts: ExplainedFacts, id: ResourceId): Explanation {
  const state = findState(facts, id);
  const decision = facts.transition.decisions.find(({ resource }) => resource === id);
  return {
    ...nothingSaid(id),
    activeOn: state?.activeOn ?? [],
    summary: `${id} ${decision?.reason ?? "is not known to the scheduler"}`,
    remedies: state === undefined ? [] : remediesOfHold(facts.input, state),
  };
}

function nothingSaid(resource: ResourceId): Explanation {
  const lists = { activeOn: [], heldBy: [], waitsFor: [], places: [], remedies: [], parts: [] };
  return { resource, kind: "primitive", summary: "", promotion: null, ...lists };
}

function findState(
  { transition: { states } }: ExplainedFacts,
  resource: ResourceId,
): ResourceState | undefined {
  return (
    states.find((state) => state.resource === resource) ??
    states.find((state) => state.resource === withoutNumber(resource))
  );
}

/** Of the decisions about an anonymous clone, the one about this instance's places. */
function findDecision(
  { transition }: ExplainedFacts,
  { resource, baseId, activeOn, goesTo }: ResourceExplanation,
): Decision | undefined {
  const about = transition.decisions.filter(
    (each) => each.resource === resource || each.resource === baseId,
  );
  const from = activeOn[0] ?? null;
  return (
    about.find((each) => each.from === from && each.to === goesTo) ??
    about.find((each) => each.from === from)
  );
}

function summarize(
  { resource, activeOn, goesTo, nextRole, role, heldBy, places }: ResourceExplanation,
  decision: Decision | undefined,
): string {
  const promoted = role === "Promoted" || role === "Unpromoted" ? `${role.toLowerCase()} ` : "";
  const here = activeOn.length === 0 ? "is stopped" : `runs ${promoted}on ${listWords(activeOn)}`;
  const because = decision === undefined ? "" : reasonOf(decision);
  if (decision?.isBlocked === true && decision.what !== "leave") {
    return `${resource} ${here}, and what is due cannot be done${because}`;
  }
  const [only] = activeOn;
  if (only === undefined) {
    if (goesTo !== null)
      return `${resource} is stopped and is about to start on ${goesTo}${because}`;
    // What speaks against each node is said there.
    const isSaidBelow = heldBy.length === 0 && places.length > 0;
    return `${resource} is stopped and stays so${isSaidBelow ? "" : because}`;
  }
  if (goesTo === null) {
    return decision?.what === "leave"
      ? `${resource} ${here} and stays there${because}`
      : `${resource} ${here} and is about to stop${because}`;
  }
  if (activeOn.length > 1) return `${resource} ${here}, and belongs on ${goesTo} alone${because}`;
  if (only !== goesTo) return `${resource} ${here} and is about to move to ${goesTo}${because}`;
  if (nextRole !== role) {
    const change = `is about to be ${nextRole.toLowerCase()}`;
    return `${resource} ${here} and ${change} there${because}`;
  }
  const isDisturbed = decision !== undefined && decision.what !== "leave";
  return isDisturbed
    ? `${resource} ${here} and is about to ${decision.what} there${because}`
    : `${resource} ${here} and stays there${because}`;
}

/** `stays on ip1: …` repeats in front what the summary says; what cannot be done is news. */
function reasonOf({ reason, isBlocked }: Decision): string {
  const at = reason.indexOf(": ");
  if (at >= 0) return reason.slice(at);
  return isBlocked ? `: ${reason}` : "";
}

type Standing = Pick<ExplainedPlace, "node" | "isHere" | "isChosen" | "isPossible">;

interface PlaceInQuestion {
  readonly place: PlaceExplanation;
  readonly chosen: NodeName | null;
}

function explainPlace(
  facts: ExplainedFacts,
  found: ResourceExplanation,
  { place, chosen }: PlaceInQuestion,
): ExplainedPlace {
  const { input } = facts;
  const { node, isPossible } = place;
  const { resource } = found;
  const at = { input, resource, node, transition: facts.transition };
  const company = explainCompanions(facts, resource, node);
  const speaksFor = [...explainCauses(place.speaksFor, at), ...company.speaksFor];
  const speaksAgainst = [...explainCauses(place.speaksAgainst, at), ...company.speaksAgainst];
  const isHere = found.activeOn.includes(node);
  const isChosen = node === chosen;
  const twin = describeTwin(facts, found, node);
  const standing = { node, isHere, isChosen, isPossible };
  const obstacles = place.speaksAgainst.flatMap((cause) => remediesOf(cause, at));
  const move = isPossible && found.isManaged ? moveTo(input, resource, node) : [];
  return {
    ...standing,
    sentence: sentenceOf(standing, {
      speaksFor,
      speaksAgainst,
      otherwise: twin || whyNotOtherwise(found),
      instead: twin || whyElsewhere(found, chosen),
    }),
    speaksFor,
    speaksAgainst,
    remedies: isChosen ? [] : distinct([...obstacles, ...company.remedies, ...move]),
  };
}

/** Another instance that runs, or is to run, on the node; "" when there is none. */
function describeTwin(
  { transition }: ExplainedFacts,
  { resource, baseId }: ResourceExplanation,
  node: NodeName,
): string {
  const twin = (transition.explanations ?? []).find(
    (each) => each.baseId === baseId && each.resource !== resource && each.goesTo === node,
  );
  return twin === undefined ? "" : `instance ${twin.resource} has that node`;
}

/** What keeps it from a node of which nothing else is known to speak against. */
function whyNotOtherwise({ heldBy }: ResourceExplanation): string {
  return heldBy.length > 0 ? "" : "too much speaks for other nodes";
}

function whyElsewhere({ isManaged }: ResourceExplanation, chosen: NodeName | null): string {
  if (!isManaged) return "it is left alone";
  return chosen === null ? "it is to run nowhere" : `${chosen} comes first`;
}

function sentenceOf(
  { node, isHere, isChosen, isPossible }: Standing,
  causes: {
    readonly speaksFor: readonly PlaceCause[];
    readonly speaksAgainst: readonly PlaceCause[];
    readonly otherwise: string;
    readonly instead: string;
  },
): string {
  const pro = joinCauses(causes.speaksFor);
  const contra = joinCauses(causes.speaksAgainst);
  if (isChosen) {
    const where = isHere ? `it is on ${node}` : `it goes to ${node}`;
    return `${where}${pro === "" ? ", which nothing forbids" : `, since ${pro}`}`;
  }
  if (!isPossible && contra === "" && causes.otherwise === "") {
    const what = isHere ? `it is to leave ${node}` : `nothing speaks against ${node} itself`;
    return `${what}; the reason stands above`;
  }
  if (!isPossible) {
    const verdict = isHere ? "it is, and must not be, on" : "it cannot run on";
    return `${verdict} ${node}: ${contra === "" ? causes.otherwise : contra}`;
  }
  const liked = pro === "" ? "" : `; for it: ${pro}`;
  const against = contra === "" ? "" : `; against it: ${contra}`;
  return `it could run on ${node}, but ${causes.instead}${liked}${against}`;
}

/** A group or clone as the sum of its parts. */
function joinParts(resource: Resource, parts: readonly Explanation[]): Explanation {
  const activeOn = [...new Set(parts.flatMap((part) => part.activeOn))].sort();
  const where = activeOn.length === 0 ? "runs nowhere" : `runs on ${listWords(activeOn)}`;
  const stopped = parts.filter((part) => part.activeOn.length === 0).map((part) => part.resource);
  const isPartial = stopped.length > 0 && stopped.length < parts.length;
  const without = isPartial ? `, without ${listWords(stopped)}` : "";
  const kind = resource.kind === "group" ? "group" : "clone";
  return {
    ...nothingSaid(resource.id),
    kind,
    activeOn,
    summary: `${kind} ${resource.id} ${where}${without}`,
    parts,
  };
}

function distinct(remedies: readonly Remedy[]): readonly Remedy[] {
  return [...new Map(remedies.map((remedy) => [remedy.command, remedy])).values()];
}

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** An explanation with the time at which it changes by itself. */
export interface FoundExplanation {
  readonly explanation: Explanation;
  /** Null: never. */
  readonly recheckAtWallMs: number | null;
}

/** So many times of rules are looked at: those of a week by the hour. */
const RECHECKS_MAX = 170;

/** Schedules, and explains what came of it; null when nothing is known of the resource. */
export function explainFacts(input: SchedulerInput, id: ResourceId): FoundExplanation | null {
  const transition = scheduleTransition(input);
  const explanation = explainResource({ input, transition }, id);
  if (explanation === null) return null;
  return { explanation, recheckAtWallMs: findChange(input, transition.recheckAt, explanation) };
}

/** The first time at which the same facts are explained otherwise; null: none is found. */
function findChange(
  input: SchedulerInput,
  recheckAt: number | null,
  explanation: Explanation,
): number | null {
  const offsetMs = (input.wallNowMs ?? input.now) - input.now;
  const before = JSON.stringify(explanation);
  let at = recheckAt;
  let last = input.now;
  for (let count = 0; at !== null && at > last && count < RECHECKS_MAX; count += 1) {
    const then = moveTimeTo(input, at + offsetMs);
    const transition = scheduleTransition(then);
    const changed = explainResource({ input: then, transition }, explanation.resource);
    if (JSON.stringify(changed) !== before) return at + offsetMs;
    last = at;
    at = transition.recheckAt;
  }
  return null;
}
