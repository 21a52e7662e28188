/** What the state of the agent holds of deep checks that failed; `deep-checks.ts` changes it. */
import type { Instant } from "../base/index.ts";
import type { DeepFinding, OperationReport, RingId } from "../model/index.ts";

/** The ring in which something was asked; the very one of the state. */
type Membership = { readonly ring: RingId } | null;

/** A report of a deep check that failed here, until it is known what it counts as. */
export interface HeldReport {
  readonly report: OperationReport;
  readonly deep: DeepFinding;
  readonly wallMs: number;
}

/** What waits for the peer, and what the peer waits for. */
export interface DeepQuestions {
  /** One an order, in the order of their coming; the first is the one that is asked about. */
  readonly held: readonly HeldReport[];
  readonly asked: {
    readonly askId: number;
    /** In another ring nobody answers any more. */
    readonly ring: Membership;
    readonly endsAt: Instant;
  } | null;
  /** The peer's question that this node looks into; `askId` is the peer's, `lookId` its own. */
  readonly looking: {
    readonly lookId: number;
    readonly askId: number;
    readonly ring: Membership;
  } | null;
}

/** No deep check has failed. */
export const NO_DEEP_QUESTIONS: DeepQuestions = { held: [], asked: null, looking: null };
