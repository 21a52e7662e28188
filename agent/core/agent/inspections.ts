/** What the state of the agent holds of inspections; `inspect.ts` changes it. */
import type { Instant } from "../base/index.ts";
import type { Inspection } from "../model/index.ts";
import type { Asker } from "./asker.ts";

/** An inspection, and when it was made; wall-clock milliseconds of this node. */
export interface KnownInspection {
  readonly inspection: Inspection;
  readonly atWallMs: number;
}

/** Somebody who waits for a look that begins after the question. */
export interface OpenCheck {
  readonly askId: number;
  readonly asker: Asker;
  readonly endsAt: Instant;
}

/** What is known of both nodes. */
export interface Inspections {
  readonly here: KnownInspection | null;
  /** Of the peer in this ring; null: it has not said yet. */
  readonly there: KnownInspection | null;
  /** False: the peer of this ring has not got what `here` holds. */
  readonly isShared: boolean;
  /** Since when each thing differs, by kind and name. */
  readonly differsSince: ReadonlyMap<string, number>;
  /** Who waits for the texts of files, by the id of the question. */
  readonly questions: ReadonlyMap<number, Asker>;
  /** Who waits for a look, in the order of the questions. */
  readonly checks: readonly OpenCheck[];
}

/** Nothing has been looked at. */
export const NOT_INSPECTED: Inspections = {
  here: null,
  there: null,
  isShared: false,
  differsSince: new Map(),
  questions: new Map(),
  checks: [],
};
