import type { Place } from "../drill-pair.ts";
import type { DrillContext, Parts } from "./context.ts";

/** What a scenario did and when, in monotonic ms; the figures are worked out from it. */
export interface Deed {
  /** Just before the fault, or before the command that does it is spawned. */
  readonly faultAt: number;
  /**
   * What the outage is counted from. `fault`: the fault itself takes the service down, so its
   * instant. `client`: the fault does not touch the service, so what the client saw, from the end
   * of the last success to the end of the first lasting one.
   */
  readonly countFrom: "fault" | "client";
  /** Just before the network was healed. */
  readonly healAt?: number;
  /** Until when the run's requests count. */
  readonly untilAt: number;
  /** What else happened, for the order of events. */
  readonly marks?: readonly Mark[];
  /** Lines for people. */
  readonly notes: readonly string[];
}

/** Something of note in a run. */
export interface Mark {
  readonly at: number;
  readonly what: string;
}

/** What only hosts of one kind have, and why the scenario needs it, for one line. */
export interface Needs {
  readonly kind: Place["kind"];
  readonly why: string;
}

/** A scenario that breaks something and watches the client. */
export interface FaultScenario {
  readonly kind: "fault";
  readonly needs?: Needs;
  /** Where the service has to be afterwards, and nowhere else in between. */
  readonly service?: "moves" | "stays";
  /** Does the fault and watches until the client is served again or it is clear that it is not. */
  act(context: DrillContext, parts: Parts): Promise<Deed>;
  /** Puts right what the fault broke; the next run waits until the pair is ready. */
  restore(context: DrillContext, parts: Parts): Promise<void>;
}

/** A scenario that measures something else: its figures by name. */
export interface FigureScenario {
  readonly kind: "figure";
  readonly needs?: Needs;
  /** What it measures is printed for people while it runs. */
  readonly isShownAlready?: true;
  measure(context: DrillContext): Promise<Readonly<Record<string, unknown>>>;
}

/** Everything that `--scenario` can name. */
export type Scenario = FaultScenario | FigureScenario;
