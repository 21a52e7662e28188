import assert from "node:assert/strict";
import type { Instant } from "../base/index.ts";
import type { Token } from "../model/index.ts";
import { initialMembership, type Membership, nextDeadline, stepMembership } from "./index.ts";

const TOKEN_MS = 1000;
const NODES = [
  { id: 1, name: "a", addresses: ["x"] },
  { id: 2, name: "b", addresses: ["y"] },
];
const FACTS = {
  state: "member",
  configHash: "0",
  cibVersion: { adminEpoch: 0, epoch: 0, numUpdates: 0 },
  holds: [],
  release: "",
} as const;

function start(localId: number, incarnation: string, now: Instant): Membership {
  const settings = { localId, nodes: NODES, linkCount: 1, tokenTimeoutMs: TOKEN_MS };
  const rest = { incarnation, ringSeqFloor: 45, facts: FACTS };
  return initialMembership({ ...settings, ...rest }, now).state;
}

interface OnTheWay {
  readonly at: Instant;
  readonly to: number;
  readonly token: Token;
}

test("a proposal to a former incarnation, installed late by the next one, ends in one ring", () => {
  const states = new Map([1, 2].map((id) => [id, start(id, String(id).repeat(16), 0)]));
  let onTheWay: OnTheWay[] = [];
  let isDeaf = false;
  const step = (id: number, event: Parameters<typeof stepMembership>[1], now: Instant) => {
    const state = states.get(id);
    assert(state !== undefined);
    const next = stepMembership(state, event, now);
    states.set(id, next.state);
    for (const effect of next.effects) {
      if (effect.kind !== "sendToken" || (isDeaf && id === 1)) continue;
      onTheWay.push({ at: now + 1, to: 3 - id, token: effect.token });
    }
  };
  const run = (now: Instant, ids: readonly number[]) => {
    const due = onTheWay.filter(({ at }) => at <= now);
    onTheWay = onTheWay.filter(({ at }) => at > now);
    for (const { to, token } of due) {
      if (ids.includes(to)) step(to, { kind: "tokenReceived", token }, now);
    }
    for (const id of ids) {
      const state = states.get(id);
      const deadline = state === undefined ? null : nextDeadline(state);
      if (deadline !== null && deadline <= now) step(id, { kind: "timePassed" }, now);
    }
  };
  let now = 0;
  for (; states.get(1)?.proposal === null; now++) run(now, [1, 2]);
  isDeaf = true; // The proposal never arrives: the process of node 2 dies now.
  for (; now < 3000; now++) run(now, [1]);
  onTheWay = [];
  states.set(2, start(2, "c".repeat(16), now));
  isDeaf = false;
  for (const until = now + 2 * TOKEN_MS; now < until; now++) run(now, [1, 2]);
  assert.deepEqual(states.get(1)?.memberIds, [1, 2]);
  assert.deepEqual(states.get(2)?.ring, states.get(1)?.ring);
});
