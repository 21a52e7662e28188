import { ROLE } from "../working.ts";
import { applyMigration } from "./migrations.ts";
import { clearNextRole, type Replay, setActive } from "./replay-state.ts";
import { isMaskedProbe, type Result, STATUS } from "./results.ts";

/** Takes an operation into account that did what it should; `status` is what it comes to. */
export function applySuccess(replay: Replay, result: Result, status: number): void {
  if (changeState(replay, result, status)) clearFailure(replay);
}

/** True when past failures are over with it. */
function changeState(replay: Replay, result: Result, status: number): boolean {
  const { resource, response } = replay;
  if (status === STATUS.notInstalled || isMaskedProbe(result)) {
    resource.role = ROLE.stopped;
    return false;
  }
  if (status === STATUS.notRunning) return true;
  switch (result.task) {
    case "monitor":
      if (resource.role < ROLE.started) setActive(resource);
      return isRepeated(replay, result);
    case "start":
    case "migrate_from":
      resource.role = ROLE.started;
      return true;
    case "stop":
      resource.role = ROLE.stopped;
      return true;
    case "promote":
      resource.role = ROLE.promoted;
      return true;
    case "demote":
      resource.role = ROLE.unpromoted;
      return response === "demote";
    case "migrate_to":
      applyMigration(replay, result);
      return false;
    default:
      if (resource.role < ROLE.started) setActive(resource);
      return false;
  }
}

/** The very operation that failed last has succeeded. */
function isRepeated({ lastFailure }: Replay, { task, intervalMs }: Result): boolean {
  return lastFailure?.task === task && lastFailure.intervalMs === intervalMs;
}

/** A success clears a failure, but not one that holds until somebody cleans it up. */
function clearFailure(replay: Replay): void {
  switch (replay.response) {
    case "stop":
    case "ban":
    case "standby":
    case "fence":
      return;
    default:
      replay.response = "ignore";
      replay.resource.failures.delete(replay.node);
      clearNextRole(replay.resource);
  }
}
