import type { ClusterStatus } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { failed, refused } from "../ctl-error.ts";

const POLL_INTERVAL_MS = 100;
/** How often in a row nothing may be pending before that is believed. */
const QUIET_POLLS = 2;
/** What `--wait` without a number means, as with pcs: 60 minutes. */
const WAIT_DEFAULT_S = 3600;

/** Milliseconds of `--wait[=SECONDS]`; null when it was not given. */
export function parseWait(value: unknown): number | null {
  if (value === undefined || value === false) return null;
  if (value === true) return WAIT_DEFAULT_S * 1000;
  const text = String(value);
  if (!/^\d{1,6}$/.test(text)) throw refused(`'${text}' is not a valid number of seconds to wait`);
  return Number(text) * 1000;
}

/**
 * Waits until nothing is under way, and returns the status then. Throws what is left at the end.
 */
export async function waitUntilStable(agent: AgentClient, limitMs: number): Promise<ClusterStatus> {
  const end = Date.now() + limitMs;
  let quiet = 0;
  for (;;) {
    const status = await agent.getStatus();
    quiet = status.pending.length === 0 ? quiet + 1 : 0;
    if (quiet >= QUIET_POLLS) return status;
    if (Date.now() >= end) {
      const left = status.pending.length === 0 ? "the cluster has just become stable" : "";
      const pending = status.pending.join("; ");
      throw failed(`not done within ${limitMs / 1000} s: ${left}${pending}`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
