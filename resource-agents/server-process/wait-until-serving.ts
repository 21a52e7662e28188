import { type AgentContext, type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";

const POLL_MS = 5;
/** A start is over when for this long none of the server's processes was there. */
const ABSENT_MAX_MS = 500;
/** Kept of the action's time to tell what was missing. */
const RESERVE_MS = 500;

/** A server that was started just now. */
export interface StartingServer {
  readonly context: AgentContext;
  /** For messages, such as `nginx`. */
  readonly name: string;
  readonly startedAtMs: number;
  readonly isRunning: () => boolean;
  /** Null when it serves, else what is missing. */
  readonly explain: () => Promise<string | null>;
  /** The last words of a server that has ended; "" when it left none. */
  readonly lastWords: () => string;
}

/** Waits until a server answers, or has ended, or the action's time is over. */
export async function waitUntilServing(server: StartingServer): Promise<AgentResult> {
  const { context, name } = server;
  const endsAt = server.startedAtMs + Math.max(context.timeoutMs - RESERVE_MS, POLL_MS);
  let seenAt = performance.now();
  let problem = "no process of it is there";
  for (;;) {
    if (server.isRunning()) {
      seenAt = performance.now();
      const explained = await server.explain();
      if (explained === null) return SUCCEEDED;
      problem = explained;
    }
    const now = performance.now();
    if (now - seenAt > ABSENT_MAX_MS) {
      const words = server.lastWords();
      const reason = `${name} ended right after its start${words === "" ? "" : `: ${words}`}`;
      return failed(OCF.ERR_GENERIC, reason);
    }
    if (context.signal.aborted || now >= endsAt) {
      return failed(OCF.ERR_GENERIC, `${name} started but does not serve: ${problem}`);
    }
    await context.wait(POLL_MS);
  }
}
