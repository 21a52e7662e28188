import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_START } from "../../../test/agent/example-start.ts";
import { openChannel } from "../messaging/index.ts";
import {
  type AgentEffect,
  type Cib,
  type DeepFinding,
  emptyCib,
  type OperationOrder,
  type OperationReport,
} from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import {
  acceptDeepAnswer,
  acceptDeepLook,
  acceptDeepQuestion,
  acceptOperation,
  deepDeadline,
  settleDeepChecks,
} from "./deep-checks.ts";
import { explainWarnings } from "./describe-warnings.ts";
import { beginOperation } from "./local-operations.ts";
import { type AgentState, type AgentStep, initialAgent } from "./state.ts";

const NOW = 5_000_000;
const WALL_MS = 1_800_000_000_000;
const TIMEOUT_MS = 6000;
const WEB = {
  kind: "primitive",
  id: "web",
  agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
  parameters: {},
  meta: { "migration-threshold": "1" },
  operations: [],
} as const;
const PAIR: Cib = { ...emptyCib(["ip1", "ip2"]), resources: [WEB] };
const DOWN: DeepFinding = { checks: ["page"], groups: ["app (192.0.2.9:80)"] };
const WELL: DeepFinding = { checks: [], groups: null };

/** Who the peer is that the node has met; null: none. */
type Peer = { readonly answersDeep?: true } | null;

/** A node whose monitor of web runs, in a ring with this peer. */
function monitoring(cib: Cib, peer: Peer, ...ids: readonly string[]): AgentState {
  const alone = initialAgent({ ...EXAMPLE_START, cib }, NOW, WALL_MS);
  const ring = { representative: 1, seq: 4 };
  const hello = {
    kind: "hello",
    stamp: { version: cib.version, lineage: [], lastChange: cib.lastChange, digest: "" },
    memberForMs: 1000,
    wasDc: false,
    active: [],
    history: { node: "ip2", resources: [], failcounts: [], attributes: {} },
    release: "0.1.0",
    ...peer,
  } as const;
  const joined: AgentState = {
    ...alone,
    survey: "done",
    ring: { ring, hasPeer: peer !== null, reason: "joined", peerIncarnation: "b" },
    channel:
      peer === null ? null : openChannel({ ring, ownIncarnation: "a", peerIncarnation: "b" }),
    meeting:
      peer === null ? alone.meeting : { ...alone.meeting, sentHello: hello, peerHello: hello },
  };
  return ["web", ...ids].reduce((state, id) => begin(state, orderOf(cib, id)), joined);
}

function begin(state: AgentState, order: OperationOrder): AgentState {
  return beginOperation(state, order, { purpose: { kind: "survey" }, now: NOW }).state;
}

function orderOf(cib: Cib, id: string): OperationOrder {
  const order = planOperation(cib, id, "probe") ?? assert.fail(`no order of ${id}`);
  const monitor = { intervalMs: 10_000, timeoutMs: TIMEOUT_MS, checkLevel: 10, expectedStatus: 0 };
  return { ...order, ...monitor };
}

const ORDERS_ID = 1;

/** A report of the monitor of web, and all that follows of it by itself. */
function reported(state: AgentState, status: number, more: Partial<OperationReport> = {}) {
  const report: OperationReport = {
    orderId: ORDERS_ID,
    outcome: { kind: "exited", status },
    ranForMs: 5,
    reason: status === 0 ? "" : "page: answered 503",
    wasRepaired: false,
    ...(status === 0 ? {} : { deep: DOWN }),
    ...more,
  };
  const accepted = acceptOperation(state, report, { now: NOW, wallMs: WALL_MS });
  return then(accepted, (next) => settleDeepChecks(next, NOW));
}

function then(first: AgentStep, next: (state: AgentState) => AgentStep): AgentStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** The step in which the peer answers the question that is open. */
function answered({ state }: AgentStep, finding: DeepFinding | null): AgentStep {
  const askId = state.deepQuestions.asked?.askId ?? assert.fail("nothing was asked");
  return acceptDeepAnswer(state, { askId, finding }, NOW + 20);
}

function resultOf({ state }: AgentStep): string {
  const [web] = state.localHistory.resources.filter(({ resource }) => resource === "web");
  const record = web?.records.find(({ intervalMs }) => intervalMs > 0);
  if (record === undefined) return "none";
  const { outcome, reason } = record;
  return outcome.kind === "exited" ? `${outcome.status} ${reason}`.trim() : outcome.kind;
}

function failuresOf({ state }: AgentStep): number {
  return state.localHistory.failcounts.reduce((sum, { count }) => sum + count, 0);
}

/** Texts of the messages of one kind. */
function told(effects: readonly AgentEffect[], kind: string): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "sendPacket") return [];
    const text = new TextDecoder().decode(effect.packet.bytes);
    return text.startsWith(`{"kind":"${kind}"`) ? [text] : [];
  });
}

suite("a deep check that fails", () => {
  const met = { answersDeep: true } as const;

  test("counts as nothing before the peer has answered, and the peer is asked in time", () => {
    const step = reported(monitoring(PAIR, met), 1);
    assert.equal(resultOf(step), "none");
    const [question = ""] = told(step.effects, "askDeep");
    assert.match(question, /"resource":"web","checkLevel":10,"withinMs":2400/);
    assert.equal(deepDeadline(step.state), NOW + TIMEOUT_MS / 2);
  });

  for (const [what, status, finding, result, failures] of [
    ["fails there too", 1, DOWN, /^190 members of app .* are down, seen from both nodes: page/, 0],
    ["answers 503 there too", 190, DOWN, /^190 members of app .* seen from both nodes: page/, 0],
    ["passes there", 1, WELL, /^1 page: answered 503; passes from ip2$/, 1],
    ["answers 503 here alone", 190, WELL, /^1 page: answered 503; passes from ip2$/, 1],
    ["is not known there", 1, null, /^1 page: answered 503$/, 1],
    ["answers 503, not known there", 190, null, /^190 page: answered 503$/, 0],
  ] as const) {
    test(`and ${what} counts as it should`, () => {
      const step = answered(reported(monitoring(PAIR, met), status), finding);
      assert.match(resultOf(step), result);
      assert.equal(failuresOf(step), failures);
      assert.equal(deepDeadline(step.state), null);
    });
  }

  test("without a threshold a gateway error stays degraded, and is said not to move", () => {
    for (const threshold of ["INFINITY", "0"]) {
      const web = { ...WEB, meta: { "migration-threshold": threshold } };
      const state = monitoring({ ...PAIR, resources: [web] }, met);
      const gateway = answered(reported(state, 190), WELL);
      const words = "page: answered 503; passes from ip2, but no migration-threshold";
      assert.equal(resultOf(gateway), `190 ${words}`);
      assert.match(resultOf(answered(reported(state, 1), WELL)), /^1 .*passes from ip2$/);
    }
  });

  test("a failure that is no answer of a gateway is not blamed on members without evidence", () => {
    const deep = { checks: ["page"], groups: [] };
    const step = answered(reported(monitoring(PAIR, met), 1, { deep }), DOWN);
    assert.equal(resultOf(step), "190 fails alike on both nodes: page: answered 503");
  });

  test("status and log say it; the log says it once", () => {
    const first = answered(reported(monitoring(PAIR, met), 1), DOWN);
    const lines = first.effects.filter((effect) => effect.kind === "log");
    assert.deepEqual(
      lines.map(({ event }) => event),
      ["deepCheckJudged", "operationFinished"],
    );
    const words = explainWarnings(first.state, NOW).filter((line) => /degraded/.test(line));
    assert.match(words[0] ?? "", /^resource web is degraded on ip1: members of app .* both nodes/);
    const again = answered(reported(first.state, 1), DOWN);
    assert.deepEqual(again.effects, []);
    const gone = reported(again.state, 0);
    assert.equal(resultOf(gone), "0");
  });

  test("a peer that does not answer in time is waited for no longer", () => {
    const asked = reported(monitoring(PAIR, met), 1);
    const early = settleDeepChecks(asked.state, NOW + TIMEOUT_MS / 2 - 1);
    assert.equal(resultOf(early), "none");
    const late = settleDeepChecks(asked.state, NOW + TIMEOUT_MS / 2);
    assert.equal(resultOf(late), "1 page: answered 503");
    const answer = { askId: asked.state.deepQuestions.asked?.askId ?? 0, finding: DOWN };
    const dropped = acceptDeepAnswer(late.state, answer, NOW + 9000);
    assert.equal(dropped.state.droppedEvents, late.state.droppedEvents + 1);
    assert.equal(resultOf(dropped), "1 page: answered 503");
  });

  test("an older peer is not asked, and the check counts as it was reported", () => {
    const step = reported(monitoring(PAIR, {}), 1);
    assert.deepEqual(told(step.effects, "askDeep"), []);
    assert.equal(resultOf(step), "1 page: answered 503");
  });

  test("a node that is alone, or whose peer is in standby, is degraded", () => {
    const alone = reported(monitoring(PAIR, null), 1);
    assert.equal(resultOf(alone), "190 ip2 could not take over: page: answered 503");
    const state = monitoring(PAIR, met);
    const attributes = { standby: "on" };
    const standby = { ...state, peerHistory: { ...state.peerHistory, attributes } };
    assert.match(resultOf(reported(standby, 1)), /^190 ip2 could not take over/);
  });

  test("that would be the end of the service counts as none: the peer may not run it", () => {
    const cib = { ...PAIR, properties: { ...PAIR.properties, "stonith-enabled": "false" } };
    const start = { ...orderOf(cib, "web"), operation: "start", intervalMs: 0 };
    const failcount = {
      resource: "web",
      operation: "monitor",
      intervalMs: 10_000,
      count: 1,
      lastFailureAt: NOW,
      lastFailureAtWallMs: WALL_MS,
    };
    const begun = begin(monitoring(cib, met), start);
    const orderId = Math.max(...begun.orders.keys());
    const started = reported(begun, 0, { orderId }).state;
    const running = begin(started, orderOf(cib, "web"));
    const monitorId = Math.max(...running.orders.keys());
    const fail = (failcounts: readonly (typeof failcount)[]) => {
      const state = { ...running, peerHistory: { ...running.peerHistory, failcounts } };
      return answered(reported(state, 1, { orderId: monitorId }), WELL);
    };
    assert.match(resultOf(fail([])), /^1 .*passes from ip2$/);
    assert.match(resultOf(fail([failcount])), /^190 ip2 could not take over: page/);
  });

  test("with the ring the question ends", () => {
    const { state } = reported(monitoring(PAIR, met), 1);
    const ring = {
      ring: { representative: 1, seq: 8 },
      hasPeer: false,
      reason: "tokenLost",
    } as const;
    const lost = { ...state, ring: { ...ring, peerIncarnation: null }, channel: null };
    assert.match(resultOf(settleDeepChecks(lost, NOW + 1)), /^190 ip2 could not take over/);
  });

  test("a shallow failure meanwhile counts at once", () => {
    const { state } = reported(monitoring(PAIR, met), 1);
    const outcome = { kind: "exited", status: 7 } as const;
    const report = { orderId: ORDERS_ID, outcome, ranForMs: 1, reason: "gone", wasRepaired: false };
    const step = acceptOperation(state, report, { now: NOW, wallMs: WALL_MS });
    assert.equal(resultOf(step), "7 gone");
    assert.deepEqual(step.state.deepQuestions.held, []);
    assert.equal(step.state.deepQuestions.asked, null);
  });

  test("one question at a time; the next one follows the answer", () => {
    const other = { ...WEB, id: "other" };
    const cib = { ...PAIR, resources: [WEB, other] };
    const first = reported(monitoring(cib, met, "other"), 1);
    const second = reported(first.state, 1, { orderId: ORDERS_ID + 1 });
    assert.deepEqual(told(second.effects, "askDeep"), []);
    const step = then(answered(second, DOWN), (next) => settleDeepChecks(next, NOW + 20));
    assert.match(told(step.effects, "askDeep").at(-1) ?? "", /"resource":"other"/);
  });

  test("where the address is not, an instance is not failed for what it alone cannot reach", () => {
    const clone = { kind: "clone", id: "web-clone", child: WEB, meta: {} } as const;
    const address = { ...WEB, id: "ip" };
    const cib: Cib = { ...PAIR, resources: [clone, address] };
    const passive = answered(reported(monitoring(cib, met), 190), WELL);
    assert.equal(resultOf(passive), "190 page: answered 503");
    const state = monitoring(cib, met);
    const start = { ...orderOf(cib, "ip"), operation: "start", intervalMs: 0 };
    const active = answered(reported(begin(state, start), 190), WELL);
    assert.match(resultOf(active), /^1 .*passes from ip2$/);
  });
});

suite("a peer that asks about a deep check", () => {
  const question = { resource: "web", checkLevel: 10, withinMs: 2400 };
  const asked = (state: AgentState, askId = 7): AgentStep =>
    acceptDeepQuestion(state, { askId, question }, NOW);

  test("is answered what was found, by this node's own configuration", () => {
    const step = asked(monitoring(PAIR, {}));
    const [effect] = step.effects;
    assert.ok(effect?.kind === "lookDeep");
    assert.deepEqual([effect.order.checkLevel, effect.order.timeoutMs], [10, 2400]);
    const found = acceptDeepLook(step.state, { lookId: effect.lookId, finding: DOWN }, NOW);
    assert.match(
      told(found.effects, "deepAnswer")[0] ?? "",
      /"askId":7,"finding":\{"checks":\["page"/,
    );
  });

  test("hears at once that nothing is known while this node looks already, or has no such", () => {
    const second = asked(asked(monitoring(PAIR, {})).state, 8);
    assert.match(told(second.effects, "deepAnswer")[0] ?? "", /"askId":8,"finding":null/);
    const none = asked(monitoring({ ...PAIR, resources: [{ ...WEB, id: "web" }] }, {}));
    assert.equal(none.effects.length, 1);
    const unknown = { askId: 9, question: { ...question, resource: "nobody" } };
    const step = acceptDeepQuestion(monitoring(PAIR, {}), unknown, NOW);
    assert.match(told(step.effects, "deepAnswer")[0] ?? "", /"askId":9,"finding":null/);
  });

  test("is not answered in the next ring", () => {
    const { state } = asked(monitoring(PAIR, {}));
    const next = { ...state, ring: state.ring === null ? null : { ...state.ring } };
    const lookId = state.deepQuestions.looking?.lookId ?? assert.fail();
    const step = acceptDeepLook(next, { lookId, finding: DOWN }, NOW);
    assert.deepEqual(step.effects, []);
    assert.equal(step.state.deepQuestions.looking, null);
  });
});
