import assert from "node:assert/strict";
import type { RingReason } from "../model/index.ts";
import {
  type Arbitration,
  decidePresence,
  explainHold,
  initialArbitration,
  noteHeard,
  noteLink,
  noteLoss,
  notePeerJoined,
  noteProbed,
  noteSuspicion,
  stepArbitration,
} from "./arbitration.ts";

const TOKEN_MS = 1000;
const TARGETS = [{ ip: "192.0.2.20", nic: "eth0" }];
const NOBODY = [{ ip: "192.0.2.20", answeredBy: null }];
const PEER = [{ ip: "192.0.2.20", answeredBy: "02:00:00:00:00:01" }];

function member(): Arbitration {
  return notePeerJoined(initialArbitration(TOKEN_MS, 0));
}

/** Runs probes with these answers, 100 ms each, from `at` on. */
function probed(state: Arbitration, answers: readonly (typeof NOBODY | typeof PEER)[], at: number) {
  return answers.reduce((current, answer, index) => {
    const now = at + index * 100;
    const begun = stepArbitration(current, now);
    assert.notEqual(begun.probe, null, `a probe is due at ${now}`);
    return noteProbed(begun.state, answer, now + 100);
  }, state);
}

function lost(state: Arbitration, reason: RingReason, now: number): Arbitration {
  return noteLoss(state, { reason, hasReleased: false, targets: TARGETS }, now);
}

suite("arbitration: may this node take over", () => {
  test("after a goodbye with nothing held, at once", () => {
    const loss = { reason: "goodbye", hasReleased: true, targets: TARGETS } as const;
    assert.equal(decidePresence(noteLoss(member(), loss, 5)), "offline");
  });

  test("after a goodbye that still holds an address, not before the address is silent", () => {
    const loss = { reason: "goodbye", hasReleased: false, targets: TARGETS } as const;
    const state = noteLoss(member(), loss, 0);
    assert.equal(decidePresence(stepArbitration(state, 0).state), "held");
  });

  test("at the token timeout when the address was silent during the suspicion", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const silent = probed(suspected, [NOBODY, NOBODY, NOBODY], 500);
    assert.equal(decidePresence(stepArbitration(silent, 900).state), "online", "not before");
    const after = stepArbitration(lost(silent, "tokenLost", 1000), 1000).state;
    assert.equal(decidePresence(after), "offline");
  });

  test("two silent probes are not enough", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const silent = probed(suspected, [NOBODY, NOBODY], 500);
    const after = stepArbitration(lost(silent, "tokenLost", 1000), 1000).state;
    assert.equal(decidePresence(after), "held");
  });

  test("an address that answers holds back, and says so", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const answered = probed(suspected, [NOBODY, NOBODY, PEER], 500);
    const held = stepArbitration(lost(answered, "tokenLost", 1000), 1000).state;
    assert.equal(decidePresence(held), "held");
    assert.match(explainHold(held, 1000) ?? "", /192\.0\.2\.20 still answers .*02:00:00:00:00:01/);
  });

  test("silence must be unbroken: an answer starts the count again", () => {
    const state = lost(noteSuspicion(member(), TARGETS, 500), "tokenLost", 1000);
    const mixed = probed(state, [NOBODY, NOBODY], 1000);
    const answered = noteProbed(stepArbitration(mixed, 1200).state, PEER, 1300);
    assert.equal(answered.silentProbes, 0);
    assert.equal(decidePresence(stepArbitration(answered, 1300).state), "held");
  });

  test("a node whose own service link is down never takes over", () => {
    const state = noteLink(lost(member(), "tokenLost", 1000), "eth0", false);
    const silent = probed(state, [NOBODY, NOBODY, NOBODY, NOBODY], 1000);
    const after = stepArbitration(silent, 1400).state;
    assert.equal(decidePresence(after), "held");
    assert.match(explainHold(after, 1400) ?? "", /own service link eth0 is down/);
  });

  test("silence from before the own link came back does not count", () => {
    const down = noteLink(lost(member(), "tokenLost", 1000), "eth0", false);
    const up = noteLink(probed(down, [NOBODY, NOBODY, NOBODY], 1000), "eth0", true);
    assert.equal(decidePresence(stepArbitration(up, 1300).state), "held");
  });

  test("without any address to ask for, the token timeout decides", () => {
    const loss = { reason: "tokenLost", hasReleased: false, targets: [] } as const;
    const after = stepArbitration(noteLoss(member(), loss, 1000), 1000).state;
    assert.equal(decidePresence(after), "offline");
  });

  test("a peer that restarted its agent gets one token timeout to come back", () => {
    const loss = { reason: "peerRestarted", hasReleased: false, targets: [] } as const;
    const state = noteLoss(member(), loss, 0);
    assert.equal(decidePresence(stepArbitration(state, 999).state), "held");
    assert.equal(decidePresence(stepArbitration(state, 1000).state), "offline");
  });

  test("a suspicion that ends well leaves no trace", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    assert.deepEqual(noteHeard(suspected), member());
  });
});
