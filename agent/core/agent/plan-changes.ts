/** What changes would do, without making them. */
import type { Instant } from "../base/index.ts";
import { applyChanges } from "../configuration/index.ts";
import type { ApiReply, ApiRequest, NodeHistory, SchedulerInput } from "../model/index.ts";
import { scheduleTransition } from "../scheduler/index.ts";
import { schedulerInput } from "./plan.ts";
import type { AgentState } from "./state.ts";

/**
 * The answer to a dry run: what the scheduler would decide once the changes were made, and what it
 * would decide it from. Every node knows enough to answer by itself.
 */
export function planChanges(
  state: AgentState,
  request: ApiRequest & { readonly kind: "apply" },
  now: Instant,
): ApiReply {
  const { changes, by, atWallMs } = request;
  const present = schedulerInput(state, now);
  const nodes = state.identity.config.nodes.map((node) => node.name);
  const result =
    changes.length === 0
      ? { kind: "changed" as const, cib: present.cib, notes: [] }
      : applyChanges(present.cib, changes, { stamp: { by, atWallMs }, nodes });
  if (result.kind === "refused") return result;
  const input = { ...present, cib: result.cib, wallNowMs: atWallMs };
  return {
    kind: "applied",
    cibVersion: "",
    notes: result.notes,
    savedOn: [],
    decisions: scheduleTransition(input).decisions,
    input: dateInput(input, atWallMs),
  };
}

/**
 * The same input with wall-clock times in the place of instants, which mean nothing outside of the
 * agent that took them. Nothing changes for the scheduler: it compares them with `now` alone.
 */
export function dateInput(input: SchedulerInput, wallMs: number): SchedulerInput {
  const offsetMs = wallMs - input.now;
  return {
    ...input,
    now: wallMs,
    histories: input.histories.map((history) => shiftHistory(history, offsetMs)),
  };
}

function shiftHistory(history: NodeHistory, offsetMs: number): NodeHistory {
  return {
    ...history,
    resources: history.resources.map((entry) => ({
      ...entry,
      records: entry.records.map((record) => ({
        ...record,
        changedAt: record.changedAt + offsetMs,
      })),
    })),
    failcounts: history.failcounts.map((failcount) => ({
      ...failcount,
      lastFailureAt: failcount.lastFailureAt + offsetMs,
    })),
  };
}
