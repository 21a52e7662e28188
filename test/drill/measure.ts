import { monotonicMs } from "../lab/index.ts";
import {
  type AddressPings,
  findOutages,
  longestDoubleOwnerMs,
  type Outage,
  singleOwnerAfterMs,
  type Watch,
} from "../lab/watch/index.ts";
import { disorderOf, eventsOf, renderEvents } from "./order.ts";
import type { Deed, DrillContext, FaultScenario, Parts } from "./scenarios/index.ts";

/** The figures of one run, as `--output-format json` prints them. All in ms but the counts. */
export interface RunFigures {
  /**
   * From the instant of the fault to the end of the first success that 500 ms without a failure
   * follow. For faults that do not touch the service themselves (heartbeat-cut, partition), what
   * the client saw: from the end of the last success before the first failure. 0: no request
   * failed. null: the service did not come back.
   */
  readonly outage_ms: number | null;
  /** The same from the end of the last success before the first failure. */
  readonly gap_ms: number | null;
  /** Further outages in the same run, each as the client saw it. */
  readonly later_gaps_ms: readonly (number | null)[];
  /** The longest outage after the heal as the client saw it, 0 if none. */
  readonly heal_outage_ms?: number | null;
  /** From the heal to the first moment with one owner. null: never. */
  readonly heal_single_owner_ms?: number | null;
  /** The longest time without a break in which two hosts held the address, sampled every 5 ms. */
  readonly double_owner_ms: number;
  /** Requests that failed, of these. */
  readonly failed: number;
  readonly requests: number;
  /** Who answered last before the fault, and last of all. */
  readonly before: string | null;
  readonly after: string | null;
  /** Announcements of the address to all, from the fault on. */
  readonly announced: readonly { readonly node: string; readonly at_ms: number }[];
  /** The longest time in which the prober itself began no request: its own resolution. */
  readonly prober_pause_ms: number;
  /**
   * With `--addresses`: from the fault to the end of the longest silence after it, of the address
   * that was back first and of the last one. 0: silent for less than 60 ms. null: not back.
   */
  readonly addresses?: { readonly first_ms: number | null; readonly last_ms: number | null };
  readonly notes: readonly string[];
  /** What happened from the fault on, in order. */
  readonly events: readonly string[];
  /** What of the order was not as it has to be. */
  readonly disorder?: string;
}

/** Works the figures out from what was recorded between the fault and the end of the run. */
export function figuresOf(
  { watch, pings }: Pick<DrillContext, "watch" | "pings">,
  deed: Deed,
  service?: FaultScenario["service"],
): RunFigures {
  const probes = watch.probes.filter(({ startAt }) => startAt <= deed.untilAt);
  const outages = findOutages(probes, deed.faultAt);
  const cutOutages = outages.filter(({ lastGoodAt }) => lastGoodAt < (deed.healAt ?? Infinity));
  const [first, ...later] = cutOutages;
  const window = { fromAt: deed.faultAt, toAt: deed.untilAt };
  const answered = probes.filter(({ ok }) => ok);
  const counted = probes.filter(({ endAt }) => endAt >= deed.faultAt);
  const before = answered.filter(({ endAt }) => endAt < deed.faultAt).at(-1)?.host ?? null;
  const disorder = disorderOf({ watch, deed, before }, service);
  return {
    outage_ms: first === undefined ? 0 : outageMs(first, deed),
    gap_ms: first === undefined ? 0 : gapMs(first),
    later_gaps_ms: later.map(gapMs),
    ...(deed.healAt === undefined ? {} : healFigures(watch, { outages, healAt: deed.healAt })),
    double_owner_ms: Math.round(longestDoubleOwnerMs(watch.owners, window)),
    failed: counted.filter(({ ok }) => !ok).length,
    requests: counted.length,
    before,
    after: answered.filter(({ endAt }) => endAt >= deed.faultAt).at(-1)?.host ?? null,
    announced: watch
      .announcementsSince(deed.faultAt)
      .map(({ at, host }) => ({ node: host, at_ms: Math.round(at - deed.faultAt) })),
    prober_pause_ms: longestPauseMs(counted),
    ...(pings === undefined ? {} : { addresses: addressFigures(pings, deed.faultAt) }),
    notes: deed.notes,
    events: renderEvents(eventsOf(watch, deed), deed.faultAt),
    ...(disorder === undefined ? {} : { disorder }),
  };
}

function addressFigures(pings: AddressPings, faultAt: number) {
  const back = pings.backAfterMs(faultAt);
  const known = back.filter((ms) => ms !== null);
  const isAllBack = known.length === back.length;
  return {
    first_ms: known.length === 0 ? null : Math.min(...known),
    last_ms: isAllBack ? Math.max(...known) : null,
  };
}

function outageMs(outage: Outage, { faultAt, countFrom }: Deed): number | null {
  if (countFrom === "client") return gapMs(outage);
  return outage.recoveredAt === undefined ? null : Math.round(outage.recoveredAt - faultAt);
}

function gapMs({ lastGoodAt, recoveredAt }: Outage): number | null {
  return recoveredAt === undefined ? null : Math.round(recoveredAt - lastGoodAt);
}

function healFigures(
  watch: Watch,
  { outages, healAt }: { readonly outages: readonly Outage[]; readonly healAt: number },
) {
  const gaps = outages.filter(({ lastGoodAt }) => lastGoodAt >= healAt).map(gapMs);
  const known = gaps.filter((gap) => gap !== null);
  const single = singleOwnerAfterMs(watch.owners, healAt);
  return {
    heal_outage_ms: known.length < gaps.length ? null : Math.max(0, ...known),
    heal_single_owner_ms: single === undefined ? null : Math.round(single),
  };
}

function longestPauseMs(probes: Watch["probes"]): number {
  const starts = probes.map(({ startAt }) => startAt).sort((a, b) => a - b);
  const pauses = starts.map((at, index) => at - (starts[index - 1] ?? at));
  return Math.round(Math.max(0, ...pauses));
}

/** Why a run does not count as one after which all was well; undefined when it does. */
export function complaintOf(figures: RunFigures): string | undefined {
  if (figures.outage_ms === null) return "the service did not come back";
  if (figures.heal_outage_ms === null) return "the service did not come back after the heal";
  if (figures.heal_single_owner_ms === null) return "two owners remained after the heal";
  if (figures.addresses?.last_ms === null) return "not every address came back";
  if (figures.later_gaps_ms.includes(null)) return "the service went away again and stayed away";
  return figures.disorder;
}

/** Least, middle and greatest; of an even number the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = (at(Math.ceil(middle) - 1) + at(Math.floor(middle))) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** Does the fault and reports it; `untilAt` is never before the present. */
export async function runFault(
  scenario: FaultScenario,
  { context, parts }: { context: Parameters<FaultScenario["act"]>[0]; parts: Parts },
): Promise<RunFigures> {
  const deed = await scenario.act(context, parts);
  const untilAt = Math.min(deed.untilAt, monotonicMs());
  return figuresOf(context, { ...deed, untilAt }, scenario.service);
}
