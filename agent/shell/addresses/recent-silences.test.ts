import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { RecentSilences, SILENCE_FRESH_MS } from "./recent-silences.ts";

const PLACE = { ip: "192.0.2.1", nic: "eth0" };

suite("silences of a moment ago", () => {
  test("a silence spares one question, of no more waiting than it had", () => {
    const silences = new RecentSilences(() => 0);
    silences.note(PLACE, 20);
    assert.equal(silences.take(PLACE, 20), true);
    assert.equal(silences.take(PLACE, 20), false, "it counts once");
    silences.note(PLACE, 20);
    assert.equal(silences.take(PLACE, 21), false);
  });

  test("it is of one address on one interface, however it is spelled", () => {
    const silences = new RecentSilences(() => 0);
    silences.note({ ip: "FD00:0::1", nic: "eth0" }, 20);
    assert.equal(silences.take({ ip: "fd00::1", nic: "eth1" }, 20), false);
    assert.equal(silences.take({ ip: "fd00::2", nic: "eth0" }, 20), false);
    assert.equal(silences.take({ ip: "fd00::1", nic: "eth0" }, 20), true);
  });

  test("it is forgotten after a while, and when somebody answers", () => {
    let now = 0;
    const silences = new RecentSilences(() => now);
    silences.note(PLACE, 20);
    now = SILENCE_FRESH_MS + 1;
    assert.equal(silences.take(PLACE, 20), false);
    silences.note(PLACE, 20);
    silences.note(PLACE, null);
    assert.equal(silences.take(PLACE, 20), false);
  });
});
