import { withoutNumber } from "../../model/index.ts";
import type { HistoryEntry } from "../working.ts";
import { ROLE } from "../working.ts";
import { failcountOf } from "./failcounts.ts";
import { banEverywhere } from "./node-scores.ts";
import { settleOperation } from "./operation-settings.ts";
import { type Replay, worsen } from "./replay-state.ts";

/**
 * What `on-fail` stop and standby ask for holds until somebody cleans it up, but the agent's own
 * history keeps only the last result of an operation: a later success takes the place of the
 * failure. The failcount stands for it until it is cleared or expires.
 */
export function applyStandingFailcounts(replay: Replay, entries: readonly HistoryEntry[]): void {
  const { working, resource, node } = replay;
  if (entries.some(({ record }) => record.pacemaker !== undefined)) return;
  if (failcountOf(working, { resource, node }, { isEffective: true }).count === 0) return;
  const history = working.input.histories.find((x) => x.node === node.name);
  for (const failcount of history?.failcounts ?? []) {
    if (withoutNumber(failcount.resource) !== resource.baseId || failcount.count === 0) continue;
    const { operation: task, intervalMs } = failcount;
    const { onFail } = settleOperation(working, resource, { task, intervalMs, node });
    if (onFail !== "stop" && onFail !== "standby") continue;
    const wasStopped = replay.response === "stop";
    worsen(replay, onFail);
    if (onFail !== "stop" || wasStopped) continue;
    if (resource.nextRole < ROLE.stopped) resource.nextRole = ROLE.stopped;
    banEverywhere(working, resource, `its ${task} failed on ${node.name}, and on-fail is stop`);
  }
}
