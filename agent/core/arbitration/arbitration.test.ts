import assert from "node:assert/strict";
import type { RingReason } from "../model/index.ts";
import {
  type Arbitration,
  decidePresence,
  explainHold,
  initialArbitration,
  noteHeard,
  noteLoss,
  notePeerJoined,
  noteProbed,
  noteSuspicion,
  noteTargets,
  stepArbitration,
} from "./arbitration.ts";

const TOKEN_MS = 1000;
const TARGETS = [{ ip: "192.0.2.20", nic: "eth0" }];
const NOBODY = [{ ip: "192.0.2.20", answeredBy: null, couldAsk: true }];
const NO_LINK = [{ ip: "192.0.2.20", answeredBy: null, couldAsk: false }];
const PEER = [{ ip: "192.0.2.20", answeredBy: "02:00:00:00:00:01", couldAsk: true }];
const NO_VETO = { hasOtherFiles: false, isDropping: false };

function member(): Arbitration {
  return notePeerJoined(initialArbitration(TOKEN_MS, 0));
}

/** Runs probes with these answers, 100 ms each, from `at` on. */
function probed(
  state: Arbitration,
  answers: readonly (typeof NOBODY | typeof PEER | typeof NO_LINK)[],
  at: number,
) {
  return answers.reduce((current, answer, index) => {
    const now = at + index * 100;
    const begun = stepArbitration(current, now, NO_VETO);
    assert.notEqual(begun.probe, null, `a probe is due at ${now}`);
    return noteProbed(begun.state, answer, now + 100);
  }, state);
}

function lost(state: Arbitration, reason: RingReason, now: number): Arbitration {
  return noteLoss(state, { reason, hasReleased: false, targets: TARGETS, turns: 1 }, now);
}

suite("arbitration: may this node take over", () => {
  test("after a goodbye with nothing held, at once", () => {
    const loss = { reason: "goodbye", hasReleased: true, targets: TARGETS, turns: 1 } as const;
    assert.equal(decidePresence(noteLoss(member(), loss, 5)), "offline");
  });

  test("after a goodbye that still holds an address, not before the address is silent", () => {
    const loss = { reason: "goodbye", hasReleased: false, targets: TARGETS, turns: 1 } as const;
    const state = noteLoss(member(), loss, 0);
    assert.equal(decidePresence(stepArbitration(state, 0, NO_VETO).state), "held");
  });

  test("at the token timeout when the address was silent during the suspicion", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const silent = probed(suspected, [NOBODY, NOBODY, NOBODY], 500);
    assert.equal(
      decidePresence(stepArbitration(silent, 900, NO_VETO).state),
      "online",
      "not before",
    );
    const after = stepArbitration(lost(silent, "tokenLost", 1000), 1000, NO_VETO).state;
    assert.equal(decidePresence(after), "offline");
  });

  test("two silent probes are not enough", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const silent = probed(suspected, [NOBODY, NOBODY], 500);
    const after = stepArbitration(lost(silent, "tokenLost", 1000), 1000, NO_VETO).state;
    assert.equal(decidePresence(after), "held");
  });

  test("an address that answers holds back, and says so", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    const answered = probed(suspected, [NOBODY, NOBODY, PEER], 500);
    const held = stepArbitration(lost(answered, "tokenLost", 1000), 1000, NO_VETO).state;
    assert.equal(decidePresence(held), "held");
    assert.match(explainHold(held, 1000) ?? "", /192\.0\.2\.20 still answers .*02:00:00:00:00:01/);
  });

  test("silence must be unbroken: an answer starts the count again", () => {
    const state = lost(noteSuspicion(member(), TARGETS, 500), "tokenLost", 1000);
    const mixed = probed(state, [NOBODY, NOBODY], 1000);
    const answered = noteProbed(stepArbitration(mixed, 1200, NO_VETO).state, PEER, 1300);
    assert.equal(answered.silentProbes, 0);
    assert.equal(decidePresence(stepArbitration(answered, 1300, NO_VETO).state), "held");
  });

  test("a node whose own service link is down never takes over, and says so", () => {
    const state = lost(member(), "tokenLost", 1000);
    const { state: begun } = stepArbitration(state, 1000, NO_VETO);
    const after = stepArbitration(noteProbed(begun, NO_LINK, 1001), 1001, NO_VETO).state;
    assert.equal(decidePresence(after), "held");
    assert.match(explainHold(after, 1001) ?? "", /own service link is down/);
  });

  test("silence from before the own link went down does not count", () => {
    const state = probed(lost(member(), "tokenLost", 1000), [NOBODY, NOBODY], 1000);
    const { state: begun } = stepArbitration(state, 1200, NO_VETO);
    const down = noteProbed(begun, NO_LINK, 1200);
    const again = noteProbed(stepArbitration(down, 1300, NO_VETO).state, NOBODY, 1400);
    assert.equal(decidePresence(stepArbitration(again, 1400, NO_VETO).state), "held");
  });

  test("silence of one address proves nothing for another", () => {
    const silent = probed(lost(member(), "tokenLost", 1000), [NOBODY, NOBODY], 1000);
    const more = [...TARGETS, { ip: "192.0.2.21", nic: "eth0" }];
    assert.equal(noteTargets(silent, more).silentProbes, 0);
    assert.equal(noteTargets(silent, TARGETS), silent);
  });

  for (const veto of [
    { hasOtherFiles: true, isDropping: false },
    { hasOtherFiles: false, isDropping: true },
  ]) {
    test(`silence is not enough with ${JSON.stringify(veto)}`, () => {
      const silent = probed(lost(member(), "tokenLost", 1000), [NOBODY, NOBODY, NOBODY], 1000);
      assert.equal(decidePresence(stepArbitration(silent, 1300, veto).state), "held");
      assert.equal(decidePresence(stepArbitration(silent, 1300, NO_VETO).state), "offline");
    });
  }

  test("two nodes that start alone at once do not decide at the same moment", () => {
    const loss = { reason: "started", hasReleased: false, targets: [] } as const;
    const second = noteLoss(member(), { ...loss, turns: 2 }, 0);
    assert.equal(decidePresence(stepArbitration(second, 1999, NO_VETO).state), "held");
    assert.equal(decidePresence(stepArbitration(second, 2000, NO_VETO).state), "offline");
  });

  test("without any address to ask for, the token timeout decides", () => {
    const loss = { reason: "tokenLost", hasReleased: false, targets: [], turns: 1 } as const;
    const after = stepArbitration(noteLoss(member(), loss, 1000), 1000, NO_VETO).state;
    assert.equal(decidePresence(after), "offline");
  });

  test("a peer that restarted its agent gets one token timeout to come back", () => {
    const loss = { reason: "peerRestarted", hasReleased: false, targets: [], turns: 1 } as const;
    const state = noteLoss(member(), loss, 0);
    assert.equal(decidePresence(stepArbitration(state, 999, NO_VETO).state), "held");
    assert.equal(decidePresence(stepArbitration(state, 1000, NO_VETO).state), "offline");
  });

  test("a suspicion that ends well leaves no trace", () => {
    const suspected = noteSuspicion(member(), TARGETS, 500);
    assert.deepEqual(noteHeard(suspected), member());
  });
});
