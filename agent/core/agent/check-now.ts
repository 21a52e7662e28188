/**
 * A look at what resources need that a person asks for. The node looks when it has no operation
 * under way, as it always does; who asks is told when such a look has ended, or that none has.
 */
import type { Instant } from "../base/index.ts";
import type { Asker } from "./asker.ts";
import { answer, inTurn, nothing, perform } from "./effects.ts";
import type { OpenCheck } from "./inspections.ts";
import type { AgentState, AgentStep } from "./state.ts";

/** Questions that may wait for the same look. */
const CHECKS_MAX = 16;

/** How long one waits: two resources may hang for 15 s each, with a second between looks. */
const CHECK_MAX_MS = 35_000;

/** Asks this node's inspector for a look that begins after this question. */
export function beginCheck(
  state: AgentState,
  { asker, node }: { readonly asker: Asker; readonly node: string },
  now: Instant,
): AgentStep {
  const { checks } = state.inspections;
  const fail = (text: string): AgentStep =>
    answer(state, { to: asker, now }, { kind: "failed", text });
  if (node !== state.identity.local.name) return fail(`node "${node}": is not in this cluster`);
  if (checks.length >= CHECKS_MAX) return fail(`${node}: ${CHECKS_MAX} checks already wait`);
  const askId = state.nextId;
  const opened = [...checks, { askId, asker, endsAt: now + CHECK_MAX_MS }];
  const asked = { ...withChecks(state, opened), nextId: askId + 1 };
  return perform(asked, { kind: "inspectNow", askId });
}

/** A look has ended that began after the question `askId`, and so after all before it. */
export function answerChecks(state: AgentState, askId: number, now: Instant): AgentStep {
  const { checks } = state.inspections;
  const over = checks.filter((check) => check.askId <= askId);
  const left = checks.filter((check) => check.askId > askId);
  return inTurn(
    withChecks(state, left),
    over.map(({ asker }) => (next: AgentState): AgentStep => {
      return answer(next, { to: asker, now }, { kind: "done", notes: [] });
    }),
  );
}

/** Tells those who have waited long enough. */
export function settleChecks(state: AgentState, now: Instant): AgentStep {
  const { checks } = state.inspections;
  const late = checks.filter(({ endsAt }) => now >= endsAt);
  if (late.length === 0) return nothing(state);
  const text =
    `${state.identity.local.name} has not ended a look at its resources within ` +
    `${CHECK_MAX_MS / 1000} s: operations that run go first, or a check hangs; ` +
    `"lbctl status" says what is under way`;
  return inTurn(
    withChecks(
      state,
      checks.filter(({ endsAt }) => now < endsAt),
    ),
    late.map(({ asker }) => (next: AgentState): AgentStep => {
      return answer(next, { to: asker, now }, { kind: "failed", text });
    }),
  );
}

function withChecks(state: AgentState, checks: readonly OpenCheck[]): AgentState {
  return { ...state, inspections: { ...state.inspections, checks } };
}
