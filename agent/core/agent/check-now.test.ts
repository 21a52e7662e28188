import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_START } from "../../../test/agent/example-start.ts";
import { openChannel } from "../messaging/index.ts";
import type { AgentEffect, AgentEvent } from "../model/index.ts";
import { acceptRequest, serve } from "./requests.ts";
import { type AgentState, initialAgent } from "./state.ts";
import { agentDeadline, stepAgent } from "./step-agent.ts";

const NOW = 5_000_000;
const NOBODY = { resources: [] };

function alone(): AgentState {
  return { ...initialAgent(EXAMPLE_START, NOW, 1), survey: "done" };
}

function looked(askId: number): AgentEvent {
  return { kind: "inspected", inspection: NOBODY, wallMs: 1, askId };
}

function replies(effects: readonly AgentEffect[]): readonly string[] {
  return effects.flatMap((one) =>
    one.kind === "reply" ? [`${one.requestId} ${one.reply.kind}`] : [],
  );
}

function ask(state: AgentState, requestId: number, node = "ip1") {
  const request = { kind: "inspectNow", node } as const;
  const step = acceptRequest(state, { requestId, request }, NOW);
  const ids = step.effects.flatMap((one) => (one.kind === "inspectNow" ? [one.askId] : []));
  return { ...step, askId: ids[0] ?? 0 };
}

suite("a look that a person asks for", () => {
  test("is answered by one that began after the question, and by no other", () => {
    const first = ask(alone(), 7);
    const second = ask(first.state, 8);
    const before = stepAgent(second.state, looked(first.askId - 1), NOW);
    assert.deepEqual(replies(before.effects), []);
    const one = stepAgent(before.state, looked(first.askId), NOW);
    assert.deepEqual(replies(one.effects), ["7 done"]);
    assert.deepEqual(replies(stepAgent(one.state, looked(second.askId), NOW).effects), ["8 done"]);
  });

  test("that does not end is told as such after 35 s, once", () => {
    const asked = ask(alone(), 7);
    const endsAt = NOW + 35_000;
    const before = stepAgent(asked.state, { kind: "timePassed", wallMs: 1 }, endsAt - 1);
    assert.deepEqual(replies(before.effects), []);
    assert.equal(agentDeadline(before.state, endsAt - 1), endsAt);
    const late = stepAgent(before.state, { kind: "timePassed", wallMs: 1 }, endsAt);
    assert.deepEqual(replies(late.effects), ["7 failed"]);
    assert.deepEqual(replies(stepAgent(late.state, looked(asked.askId), endsAt).effects), []);
  });

  test("of the peer is passed on, and refused while it is away", () => {
    assert.deepEqual(replies(ask(alone(), 7, "ip2").effects), ["7 failed"]);
    const ring = { representative: 1, seq: 4 };
    const peer = {
      ring: { ring, hasPeer: true, reason: "joined", peerIncarnation: "b" },
      channel: openChannel({ ring, ownIncarnation: "a", peerIncarnation: "b" }),
      dc: "ip1",
    } as const;
    const step = ask({ ...alone(), ...peer }, 7, "ip2");
    assert.equal(step.state.forwarded.length, 1);
    assert.equal(step.state.inspections.checks.length, 0);
  });

  test("for the peer is answered to the peer", () => {
    const asker = { from: "peer", requestId: 3 } as const;
    const ring = { representative: 1, seq: 4 };
    const channel = openChannel({ ring, ownIncarnation: "a", peerIncarnation: "b" });
    const request = { kind: "inspectNow", node: "ip1" } as const;
    const asked = serve({ ...alone(), channel }, { asker, request }, NOW);
    const ended = stepAgent(asked.state, looked(asked.state.nextId), NOW);
    const texts = ended.effects.flatMap((one) =>
      one.kind === "sendPacket" ? [new TextDecoder().decode(one.packet.bytes)] : [],
    );
    assert.ok(
      texts.some((text) => /"forwardReply","requestId":3.*"done"/.test(text)),
      `${texts}`,
    );
  });

  test("at most 16 wait", () => {
    let state = alone();
    for (let id = 1; id <= 16; id++) state = ask(state, id).state;
    assert.deepEqual(replies(ask(state, 17).effects), ["17 failed"]);
  });
});
