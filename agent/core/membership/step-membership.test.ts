import assert from "node:assert/strict";
import { suite, test } from "mocha";

import type { Token } from "../model/index.ts";
import type { MembershipSettings } from "./index.ts";
import { initialMembership, nextDeadline, stepMembership } from "./index.ts";
import { MembershipWorld, TIMEOUT_MS, WELL } from "./membership-world.ts";

function formed(linkCount = 1, seed = 1): MembershipWorld {
  const world = new MembershipWorld(seed, linkCount);
  world.start(1);
  world.start(2);
  world.run(500);
  assert.ok(world.isWhole());
  world.forget();
  return world;
}

function calm(): MembershipWorld {
  const world = formed();
  world.run(5 * TIMEOUT_MS);
  return world;
}

function sentIn(world: MembershipWorld, ms: number): number {
  const before = world.sent.length;
  world.run(ms);
  return world.sent.length - before;
}

suite("membership of two machines", () => {
  test("two nodes that start form one ring within a few round trips", () => {
    const world = new MembershipWorld(1);
    world.start(1);
    world.start(2);
    world.run(60);
    assert.ok(world.isWhole());
    const said = ["started n1", "link 0 up", "peerFacts", "joined n1+n2"];
    assert.deepEqual(world.said(1), said);
    assert.deepEqual(world.said(2), ["started n2", ...said.slice(1)]);
  });

  test("tokens go out ten times in the token timeout, and half as often after a calm time", () => {
    const world = formed();
    assert.equal(sentIn(world, 2 * TIMEOUT_MS), 2 * 20);
    world.run(TIMEOUT_MS);
    assert.equal(sentIn(world, 10 * TIMEOUT_MS), 2 * 50);
  });

  for (const missed of ["1>2/0", "2>1/0"]) {
    test(`tokens of ${missed} that are missed are followed by more, until it is calm`, () => {
      const world = calm();
      world.cuts.add(missed);
      world.run(TIMEOUT_MS / 2);
      world.cuts.clear();
      world.run(TIMEOUT_MS / 4);
      assert.equal(sentIn(world, 2 * TIMEOUT_MS), 2 * 20);
      world.run(TIMEOUT_MS);
      assert.equal(sentIn(world, 2 * TIMEOUT_MS), 2 * 10);
      assert.ok(!world.said(1).includes("tokenLost n1"));
    });
  }

  test("a crashed peer is suspected at half of the timeout and lost at its end", () => {
    const world = calm();
    world.crash(2);
    const crashedAt = world.now;
    world.run(3 * TIMEOUT_MS);
    assert.deepEqual(world.said(1), ["peerSuspected", "tokenLost n1", "link 0 down"]);
    const lostMs = world.saidAt(1, "tokenLost n1") - crashedAt;
    assert.ok(lostMs > TIMEOUT_MS - 210 && lostMs <= TIMEOUT_MS + 5, `${lostMs}`);
    assert.equal(world.saidAt(1, "tokenLost n1") - world.saidAt(1, "peerSuspected"), 500);
  });

  test("suspicion and loss come to the millisecond, between two rounds of tokens too", () => {
    const world = formed();
    world.crash(2);
    world.run(33);
    world.post(1, { kind: "factsAdvertised", facts: { ...WELL, holds: [] } });
    const { state, clockMs } = world.node(1);
    const lifeAt = (state.peer?.lifeAt ?? 0) - clockMs;
    world.run(2 * TIMEOUT_MS);
    assert.equal(world.saidAt(1, "peerSuspected") - lifeAt, TIMEOUT_MS / 2);
    assert.equal(world.saidAt(1, "tokenLost n1") - lifeAt, TIMEOUT_MS);
  });

  test("a peer that is heard again in time ends the suspicion and nothing else", () => {
    const world = formed();
    world.pause(2, 800);
    world.run(2000);
    assert.deepEqual(world.said(1), ["peerSuspected", "peerHeard"]);
    // What waited for it echoes rounds of before its pause: it has to ask again.
    assert.deepEqual(world.said(2), ["peerSuspected", "peerHeard"]);
  });

  for (const [from, to] of [
    [1, 2],
    [2, 1],
  ] as const) {
    test(`a link that works only from ${to} to ${from} dies for both about at once`, () => {
      const world = calm();
      world.cuts.add(`${from}>${to}/0`);
      const cutAt = world.now;
      world.run(3 * TIMEOUT_MS);
      for (const id of [1, 2]) {
        const lostMs = world.saidAt(id, `tokenLost n${id}`) - cutAt;
        assert.ok(lostMs > 790 && lostMs <= TIMEOUT_MS + 210, `node ${id}: ${lostMs}`);
        assert.ok(world.said(id).includes("link 0 down"));
      }
      world.cuts.clear();
      world.run(TIMEOUT_MS);
      assert.ok(world.isWhole());
    });
  }

  test("one of two links dies one way: the ring stays, both ends see the link down", () => {
    const world = formed(2);
    world.cuts.add("1>2/1");
    world.run(3 * TIMEOUT_MS);
    assert.deepEqual(world.said(1), ["link 1 down"]);
    assert.deepEqual(world.said(2), ["link 1 down"]);
    world.cuts.clear();
    world.run(TIMEOUT_MS);
    assert.deepEqual(world.said(1), ["link 1 down", "link 1 up"]);
    assert.deepEqual(world.said(2), ["link 1 down", "link 1 up"]);
  });

  test("a goodbye needs no timeout and says whether addresses are held", () => {
    for (const holds of [[], ["192.0.2.9"]]) {
      const world = formed();
      const leftAt = world.now;
      world.post(2, { kind: "leave", as: "leaving", holds });
      world.run(3 * TIMEOUT_MS);
      assert.ok(world.saidAt(1, "goodbye n1") - leftAt < 10);
      const change = world.node(1).reports.find(({ report }) => report.kind === "ringChanged");
      assert.ok(change?.report.kind === "ringChanged");
      assert.equal(change.report.hasPeerReleased, holds.length === 0);
      assert.equal(world.node(2).isRunning, false);
    }
  });

  test("an unwell node is no member until its agent answers again", () => {
    const world = formed();
    world.post(2, { kind: "agentUnwell", holds: [] });
    world.run(2 * TIMEOUT_MS);
    assert.deepEqual(world.said(1), ["peerFacts", "peerUnwell n1"]);
    assert.deepEqual(world.said(2), ["evicted n2"]);
    world.forget();
    world.post(2, { kind: "agentWell" });
    world.run(50);
    assert.deepEqual(world.said(1), ["peerFacts", "joined n1+n2"]);
    assert.deepEqual(world.said(2), ["joined n1+n2"]);
  });

  test("a peer that restarts within the timeout is noticed and joined anew", () => {
    const world = formed();
    world.crash(2);
    world.run(100);
    world.start(2);
    world.run(300);
    assert.deepEqual(world.said(1), ["peerRestarted n1", "peerFacts", "joined n1+n2"]);
    assert.ok(world.isWhole());
  });

  test("a node that wakes from a pause leaves first; its peer, who lost it, is not evicted", () => {
    const world = formed();
    world.pause(1, 1500);
    world.run(1490);
    assert.deepEqual(world.said(2), ["peerSuspected", "tokenLost n2", "link 0 down"]);
    world.run(500);
    assert.deepEqual(world.said(1).slice(0, 2), ["paused", "evicted n1"]);
    assert.ok(world.isWhole());
    assert.ok(!world.said(2).includes("evicted n2"));
  });

  test("a pause that the peer did not notice costs the peer nothing but a new ring", () => {
    const world = formed();
    // The pause is longer than the timeout for node 1 only: as if its clock had jumped.
    const node = world.node(1);
    node.state = { ...node.state, lastStepAt: node.state.lastStepAt - 2 * TIMEOUT_MS };
    world.run(500);
    assert.deepEqual(world.said(1), ["paused", "evicted n1", "joined n1+n2"]);
    assert.deepEqual(world.said(2), ["peerRestarted n2", "joined n1+n2"]);
  });

  test("a node that finds itself left out of a newer ring is evicted, then joins", () => {
    const world = formed();
    const peer = world.node(1);
    // Node 1 lost node 2 a moment ago; node 2 has not noticed anything.
    const lost = { ...peer.state, ring: { representative: 1, seq: peer.state.ring.seq + 1 } };
    peer.state = { ...lost, seqSeen: lost.ring.seq, memberIds: [1] };
    world.run(300);
    assert.deepEqual(world.said(2), ["evicted n2", "joined n1+n2"]);
    assert.ok(world.isWhole());
  });

  test("other configuration bytes are told, and the ring still forms", () => {
    const world = new MembershipWorld(1);
    world.start(1);
    world.start(2);
    world.post(2, { kind: "factsAdvertised", facts: { ...WELL, configHash: "ff" } });
    world.run(200);
    assert.ok(world.isWhole());
    const hashes = world
      .node(1)
      .reports.flatMap(({ report }) =>
        report.kind === "peerFacts" ? [report.facts.configHash] : [],
      );
    assert.equal(hashes.at(-1), "ff");
  });

  test("numbers of rings start above the floor", () => {
    const world = new MembershipWorld(1);
    world.node(2).seqSaved = 77;
    world.start(1);
    world.start(2);
    world.run(200);
    assert.deepEqual(world.node(1).state.ring, { representative: 1, seq: 79 });
  });
});

const SETTINGS: MembershipSettings = {
  localId: 1,
  nodes: [
    { id: 1, name: "n1", addresses: [] },
    { id: 2, name: "n2", addresses: [] },
  ],
  linkCount: 1,
  tokenTimeoutMs: TIMEOUT_MS,
  incarnation: "aa",
  ringSeqFloor: 0,
  facts: WELL,
};
const TOKEN: Token = {
  from: 2,
  link: 0,
  incarnation: "bb",
  sequence: 5,
  echoes: [],
  ring: { representative: 2, seq: 9 },
  memberIds: [2],
  hasWithdrawn: true,
  proposal: null,
  facts: WELL,
};

suite("what counts as life", () => {
  const echo = { incarnation: "aa", sequence: 1, agoMs: 0 };
  const rows: readonly [string, Partial<Token>, number, boolean][] = [
    ["an echo of a round just sent", { echoes: [echo] }, 10, true],
    ["no echo", {}, 10, false],
    ["an echo of another incarnation", { echoes: [{ ...echo, incarnation: "ab" }] }, 10, false],
    ["an echo of a round never sent", { echoes: [{ ...echo, sequence: 99 }] }, 10, false],
    ["an echo of a round a timeout ago", { echoes: [echo] }, TIMEOUT_MS, false],
    ["a token of this very node", { from: 1, echoes: [echo] }, 10, false],
    ["a token on a link that does not exist", { link: 3, echoes: [echo] }, 10, false],
    ["one of two echoes", { echoes: [{ ...echo, incarnation: "ab" }, echo] }, 10, true],
  ];
  for (const [what, change, atMs, isLife] of rows) {
    test(`${what}: ${isLife ? "life" : "no life"}`, () => {
      const first = initialMembership(SETTINGS, 0);
      const sent = stepMembership(first.state, { kind: "timePassed" }, 0).state;
      const token = { ...TOKEN, ...change };
      const { state } = stepMembership(sent, { kind: "tokenReceived", token }, atMs);
      assert.equal(state.peer !== null, isLife);
      assert.equal(state.seqSeen, isLife ? 10 : 1);
    });
  }

  test("an incarnation that was followed by another one never comes back", () => {
    let { state } = initialMembership(SETTINGS, 0);
    state = stepMembership(state, { kind: "timePassed" }, 0).state;
    for (const incarnation of ["bb", "cc", "bb"]) {
      const token = { ...TOKEN, incarnation, echoes: [echo] };
      state = stepMembership(state, { kind: "tokenReceived", token }, 10).state;
    }
    assert.equal(state.peer?.incarnation, "cc");
  });

  test("a stranger is echoed beside the peer, and the next one in its place", () => {
    let { state } = initialMembership(SETTINGS, 0);
    state = stepMembership(state, { kind: "timePassed" }, 0).state;
    const tokens = [{ echoes: [echo] }, { incarnation: "x" }, { incarnation: "y" }, {}];
    for (const change of tokens) {
      const token = { ...TOKEN, ...change };
      state = stepMembership(state, { kind: "tokenReceived", token }, 10).state;
    }
    const { effects } = stepMembership(state, { kind: "timePassed" }, 200);
    const [sent] = effects.flatMap((each) => (each.kind === "sendToken" ? [each.token] : []));
    const echoed = sent?.echoes.map(({ incarnation }) => incarnation).sort();
    assert.deepEqual(echoed, ["bb", "y"]);
  });

  test("another incarnation of the peer gets a proposal of its own", () => {
    let { state } = initialMembership(SETTINGS, 0);
    state = stepMembership(state, { kind: "timePassed" }, 0).state;
    const seqs = ["bb", "cc"].map((incarnation) => {
      const token = { ...TOKEN, incarnation, echoes: [echo] };
      state = stepMembership(state, { kind: "tokenReceived", token }, 10).state;
      return state.proposal?.seq;
    });
    assert.deepEqual(seqs, [10, 11]);
  });

  test("a token that was overtaken is life but takes nothing back", () => {
    let { state } = initialMembership(SETTINGS, 0);
    state = stepMembership(state, { kind: "timePassed" }, 0).state;
    for (const [sequence, seq] of [
      [8, 20],
      [7, 10],
    ] as const) {
      const token = { ...TOKEN, sequence, ring: { representative: 2, seq }, echoes: [echo] };
      state = stepMembership(state, { kind: "tokenReceived", token }, 10).state;
    }
    assert.equal(state.peer?.ring.seq, 20);
  });

  test("a flood of strange incarnations is answered at a bounded rate", () => {
    let { state } = initialMembership(SETTINGS, 0);
    let sent = 0;
    for (let at = 0; at < 100; at++) {
      const token = { ...TOKEN, incarnation: `${at}` };
      const step = stepMembership(state, { kind: "tokenReceived", token }, at);
      state = step.state;
      sent += step.effects.filter(({ kind }) => kind === "sendToken").length;
      assert.ok((state.links[0]?.heard.length ?? 0) <= 2);
    }
    assert.equal(sent, 20);
    assert.ok((nextDeadline(state) ?? 0) <= 100);
  });
});
