/** What systemd is doing to this unit. A signal does not tell a restart from a stop. */
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

const ASK_MAX_MS = 2000;
/** Operations under way are waited for so long before a restart, and looked at so often. */
const WAIT_MAX_MS = 5000;
const POLL_MS = 20;

/** The environment as the unit sets it. */
export type UnitEnvironment = Readonly<Record<string, string | undefined>>;

/** What decides between a stop and a restart besides systemd. */
export interface EndingAgent {
  readonly environment: UnitEnvironment;
  /** True while operations run, or are about to. */
  readonly isBusy: () => boolean;
  /** True once this node leaves, whoever asked for it: then it goes on to. */
  readonly isStopping: () => boolean;
}

/**
 * True when the signal that has come is the first half of a restart. What is being started or
 * stopped has come to its end by then, so that the next agent knows what it finds, or the wait for
 * it has.
 */
export async function endsInRestart(agent: EndingAgent): Promise<boolean> {
  const isRestart = async (): Promise<boolean> =>
    !agent.isStopping() && (await isBeingRestarted(agent.environment));
  if (!(await isRestart())) return false;
  const latestAt = performance.now() + WAIT_MAX_MS;
  while (agent.isBusy() && performance.now() < latestAt) await pause(POLL_MS);
  // A stop that took the place of the restart meanwhile sends no second signal.
  return isRestart();
}

/**
 * True while systemd restarts this unit: it has said that it will start it again. False for
 * everything else, and when systemd does not say.
 */
export function isBeingRestarted(environment: UnitEnvironment): Promise<boolean> {
  const unit = environment["LB_AGENT_UNIT"] ?? "";
  if (unit === "") return Promise.resolve(false);
  const words = ["list-jobs", "--no-legend", "--no-pager", "--plain", unit];
  return new Promise((resolve) => {
    execFile("systemctl", words, { timeout: ASK_MAX_MS }, (error, jobs) =>
      resolve(error === null && hasRestartJob(jobs, unit)),
    );
  });
}

/** Reads lines such as `1234 lb-agent.service restart running`. */
export function hasRestartJob(jobs: string, unit: string): boolean {
  return jobs.split("\n").some((line) => {
    const [, name, type] = line.trim().split(/\s+/);
    return name === unit && type === "restart";
  });
}
