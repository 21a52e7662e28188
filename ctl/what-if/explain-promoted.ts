/** Why an instance of a promotable clone is promoted on its node, or another one is. */
import { findWhole } from "../../agent/core/configuration/index.ts";
import {
  type PlaceCause,
  type ResourceExplanation,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { explainCauses, joinCauses, remediesOf } from "./explain-cause.ts";
import type { ExplainedPromotion, Remedy } from "./explanation.ts";

/** Null for what cannot be promoted at all, and for what is not to run. */
export function explainPromotion(
  input: SchedulerInput,
  { resource, promotion, isManaged }: ResourceExplanation,
): ExplainedPromotion | null {
  if (promotion === undefined) return null;
  const { node, isPromoted, score } = promotion;
  const at = { input, resource, node };
  const speaksFor = explainCauses(promotion.speaksFor, at);
  const speaksAgainst = explainCauses(promotion.speaksAgainst, at);
  const obstacles = promotion.speaksAgainst
    .filter(({ kind }) => kind === "constraint")
    .flatMap((cause) => remediesOf(cause, at));
  const isFree = isManaged && obstacles.length === 0;
  return {
    node,
    isPromoted,
    score,
    sentence: sentenceOf(isPromoted, speaksFor, speaksAgainst),
    speaksFor,
    speaksAgainst,
    remedies: isPromoted ? [] : [...obstacles, ...(isFree ? promote(input, resource, node) : [])],
  };
}

function sentenceOf(
  isPromoted: boolean,
  speaksFor: readonly PlaceCause[],
  speaksAgainst: readonly PlaceCause[],
): string {
  const pro = joinCauses(speaksFor);
  if (isPromoted) return pro === "" ? "no other instance has a better score" : pro;
  const contra = joinCauses(speaksAgainst);
  const liked = pro === "" ? "" : `; for it: ${pro}`;
  return `${contra === "" ? "another instance comes first" : contra}${liked}`;
}

function promote(input: SchedulerInput, resource: ResourceId, node: string): readonly Remedy[] {
  const clone = findWhole(input.cib, withoutNumber(resource));
  if (clone === null) return [];
  const command = `lbctl resource move ${clone.id} ${node} --promoted`;
  return [{ command, effect: `has it promoted on ${node}` }];
}
