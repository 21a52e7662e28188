/** What systemd is doing to this unit. A signal does not tell a restart from a stop. */
import { execFile } from "node:child_process";

const ASK_MAX_MS = 2000;

/** The environment as the unit sets it. */
export type UnitEnvironment = Readonly<Record<string, string | undefined>>;

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
