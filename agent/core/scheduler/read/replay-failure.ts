import { INFINITY_SCORE } from "../../model/index.ts";
import { topOf } from "../tree.ts";
import { type OperationSettings, ROLE, type WorkingResource } from "../working.ts";
import { renderFailure } from "./failure-words.ts";
import { isAnonymous } from "./instance-kinds.ts";
import { applyFailedMigration } from "./migrations.ts";
import { banEverywhere, changeScore } from "./node-scores.ts";
import { type Replay, setActive, worsen } from "./replay-state.ts";
import { type Result, STATUS } from "./results.ts";

/** Takes a failure into account that counts. */
export function applyFailure(replay: Replay, result: Result, settings: OperationSettings): void {
  const { working, resource, node } = replay;
  const words = `${renderFailure(result.entry.record)} on ${node.name}`;
  replay.lastFailure = result;
  worsen(replay, settings.onFail);
  switch (result.task) {
    case "stop":
      changeScore(working, resource, { node, score: -INFINITY_SCORE, reason: words });
      break;
    case "migrate_to":
    case "migrate_from":
      applyFailedMigration(replay, result);
      break;
    case "promote":
      resource.role = ROLE.promoted;
      break;
    case "demote":
      applyFailedDemotion(replay, result, settings);
      break;
    default:
      break;
  }
  if (result.isProbe && result.status === STATUS.notInstalled) resource.role = ROLE.stopped;
  else if (resource.role < ROLE.started) setActive(resource);
  applyRole(replay, settings, words);
}

function applyFailedDemotion(
  { resource, node }: Replay,
  { status }: Result,
  { onFail }: OperationSettings,
): void {
  if (onFail === "block") {
    resource.role = ROLE.promoted;
    resource.nextRole = ROLE.stopped;
    resource.nextRoleReason = `its demotion failed on ${node.name}, and on-fail is block`;
  } else if (status === STATUS.notRunning) {
    resource.role = ROLE.stopped;
  } else {
    // It is stopped before anything else is promoted, so the lower role does no harm; with the
    // higher one its demotion would be tried for ever.
    resource.role = ROLE.unpromoted;
  }
}

function applyRole(
  { working, resource }: Replay,
  { roleAfterFailure }: OperationSettings,
  words: string,
): void {
  if (roleAfterFailure !== ROLE.started && resource.nextRole < roleAfterFailure) {
    resource.nextRole = roleAfterFailure;
    resource.nextRoleReason = words;
  }
  if (roleAfterFailure !== ROLE.stopped) return;
  banEverywhere(working, stoppedWith(resource), `${words}, and on-fail is stop`);
}

/** A failure that stops one instance of an anonymous clone stops the whole clone. */
function stoppedWith(resource: WorkingResource): WorkingResource {
  return resource.parent !== null && isAnonymous(resource) ? topOf(resource) : resource;
}
