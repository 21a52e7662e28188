import { Planner } from "../corpus/planner.ts";
import { closeWorkplace, openWorkplace } from "./simulate.ts";
import type { Seat } from "./trial.ts";

/** Several seats; each does one thing at a time. */
export interface Pool {
  readonly seats: readonly Seat[];
}

/** Opens so many seats, each with its processes at work. */
export async function openPool(jobs: number): Promise<Pool> {
  const seats = Array.from({ length: jobs }, () => ({
    oracle: openWorkplace(),
    planner: new Planner(),
  }));
  await Promise.all(seats.map(({ planner }) => planner.plan({ xml: "<cib/>", nowMs: 0 })));
  return { seats };
}

/** Ends their processes and removes what they wrote. */
export function closePool({ seats }: Pool): void {
  for (const { oracle, planner } of seats) {
    closeWorkplace(oracle);
    planner.close();
  }
}

/** Does one thing for each item, as many at a time as there are seats; keeps the order. */
export async function forEachIn<Item, Result>(
  { seats }: Pool,
  items: readonly Item[],
  work: (item: Item, seat: Seat) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const open = items.entries();
  const run = async (seat: Seat): Promise<void> => {
    // All seats take from the same iterator, so each item is taken once.
    for (const [index, item] of open) results.set(index, await work(item, seat));
  };
  await Promise.all(seats.map(run));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
