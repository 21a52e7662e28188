import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { PROTOCOL_VERSIONS } from "../../wire/index.ts";
import { PacketTally } from "./packet-tally.ts";

const NEWER = { cause: "wrongVersion", versions: { oldest: 2, newest: 3 } } as const;

function kinds(tally: PacketTally): readonly string[] {
  return tally.reports().map(({ kind }) => kind);
}

suite("packet tally", () => {
  test("counters are told at once after a refusal, and else each fifth time", () => {
    const tally = new PacketTally();
    tally.noteRefused({ cause: "wrongKey" });
    const [first] = tally.reports();
    assert.ok(first?.kind === "counters" && first.counters.wrongKey === 1);
    const later = Array.from({ length: 5 }, () => kinds(tally).length);
    assert.deepEqual(later, [0, 0, 0, 0, 1]);
  });

  test("versions that are not spoken here are told once", () => {
    const tally = new PacketTally();
    tally.noteRefused(NEWER);
    tally.noteRefused(NEWER);
    const [told] = tally.reports();
    assert.deepEqual(told, {
      kind: "versionRefused",
      theirs: NEWER.versions,
      ours: PROTOCOL_VERSIONS,
    });
    tally.noteRefused(NEWER);
    assert.deepEqual(kinds(tally), ["counters"]);
  });

  test("others are told again, and the same ones after packets that were read", () => {
    const tally = new PacketTally();
    tally.noteRefused(NEWER);
    tally.reports();
    tally.noteRefused({ ...NEWER, versions: { oldest: 4, newest: 4 } });
    assert.deepEqual(kinds(tally), ["versionRefused", "counters"]);
    tally.noteRefused(NEWER);
    tally.noteAccepted();
    assert.deepEqual(kinds(tally), ["counters"]);
    tally.noteRefused(NEWER);
    assert.deepEqual(kinds(tally), ["versionRefused", "counters"]);
  });
});
