import type { ClusterStatus } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { CtlError, failed, refused } from "../ctl-error.ts";
import { tellHappened } from "../render/render-happened.ts";

const POLL_INTERVAL_MS = 100;
/** How often in a row nothing may be pending before that is believed. */
const QUIET_POLLS = 2;
/** What `--wait` without a number means. */
const WAIT_DEFAULT_S = 60;

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
    const left = listUnderWay(status);
    quiet = left.length === 0 ? quiet + 1 : 0;
    if (quiet >= QUIET_POLLS) return status;
    if (Date.now() >= end) {
      const words = left.length === 0 ? "the cluster has just become stable" : left.join("; ");
      throw failed(`not done within ${limitMs / 1000} s: ${words}`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}

/** The node that is asked may not be the DC: what the other has begun stands in the histories. */
function listUnderWay({ dc, pending, operations }: ClusterStatus): readonly string[] {
  const begun = operations
    .filter(({ outcome }) => outcome === "pending")
    .map(({ operation, resource, node }) => `${operation} of ${resource} on ${node}`);
  const election = dc === "" ? ["the nodes have not agreed on a DC yet"] : [];
  return [...new Set([...election, ...pending, ...begun])];
}

/**
 * Waits until nothing is under way and tells what was done since `before`, one line each. Throws
 * when it is not stable in time, or when something failed meanwhile.
 */
export async function waitAndTell(
  agent: AgentClient,
  {
    before,
    limitMs,
    tell,
  }: {
    readonly before: ClusterStatus;
    readonly limitMs: number;
    readonly tell: (line: string) => void;
  },
): Promise<void> {
  let late: unknown = null;
  const status = await waitUntilStable(agent, limitMs).catch(async (error: unknown) => {
    if (!(error instanceof CtlError)) throw error;
    late = error;
    return agent.getStatus();
  });
  const { done, failures } = tellHappened(before, status);
  for (const line of done) tell(line);
  if (done.length === 0 && failures.length === 0 && late === null) {
    tell("Nothing had to be stopped, started or moved");
  }
  if (failures.length > 0) throw failed(...failures);
  if (late !== null) throw late;
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
