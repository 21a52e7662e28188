/** What `lbctl explain` answers, as plain values: docs/operations.md lists the members. */
import type { NodeName, PlaceCause, ResourceId } from "../../agent/core/model/index.ts";

/** What a person can do about it. */
export interface Remedy {
  readonly command: string;
  /** What that brings about; a clause. */
  readonly effect: string;
}

/** What has a say in something on one node; the causes name the constraints behind them. */
export interface Weighed {
  readonly node: NodeName;
  /** The whole in one sentence. */
  readonly sentence: string;
  readonly speaksFor: readonly PlaceCause[];
  readonly speaksAgainst: readonly PlaceCause[];
  /** What would let it, or make it, happen there. */
  readonly remedies: readonly Remedy[];
}

/** How one node stands for a resource. */
export interface ExplainedPlace extends Weighed {
  readonly isHere: boolean;
  /** Where it is, or is about to be. */
  readonly isChosen: boolean;
  readonly isPossible: boolean;
}

/** Why an instance of a promotable clone is promoted on its node, or is not. */
export interface ExplainedPromotion extends Weighed {
  readonly isPromoted: boolean;
  /** What the instances were compared by. */
  readonly score: number;
}

/** Why a resource is where it is. Groups and clones have parts: members or instances. */
export interface Explanation {
  readonly resource: ResourceId;
  readonly kind: "primitive" | "group" | "clone" | "orphan";
  readonly activeOn: readonly NodeName[];
  readonly summary: string;
  /** Why it is left alone, kept stopped or blocked. */
  readonly heldBy: readonly string[];
  /** What has to happen before something that is due. */
  readonly waitsFor: readonly string[];
  readonly places: readonly ExplainedPlace[];
  /** Null for all but instances of promotable clones that are to run. */
  readonly promotion: ExplainedPromotion | null;
  /** What would change the whole, wherever it runs. */
  readonly remedies: readonly Remedy[];
  readonly parts: readonly Explanation[];
}
