import assert from "node:assert/strict";
import fc from "fast-check";
import { suite, test } from "mocha";

import type { Token } from "../core/model/index.ts";
import {
  createMessageCodec,
  createOpener,
  createSealer,
  createTokenCodec,
  decodeMessage,
  decodeToken,
  encodeToken,
  FRAGMENT_BYTES_MAX,
  PACKET_BYTES_MAX,
  type SealSettings,
} from "./index.ts";

const SECRET = { authkeyHex: "ab".repeat(32), otherAuthkeyHex: null, clusterName: "web" };
type Secret = Omit<SealSettings, "packetKind">;
const A = { incarnation: "00000000000000a1", nodeId: 1 };
const B = { incarnation: "00000000000000b2", nodeId: 2 };
const TOKEN: Token = {
  from: 1,
  link: 1,
  incarnation: A.incarnation,
  sequence: 2 ** 40,
  echoes: [{ incarnation: B.incarnation, sequence: 7, agoMs: 33 }],
  ring: { representative: 1, seq: 2 ** 33 },
  memberIds: [1, 2],
  hasWithdrawn: true,
  proposal: { representative: 1, seq: 12 },
  facts: {
    state: "unwell",
    configHash: "0123456789abcd",
    cibVersion: { adminEpoch: 1, epoch: 2, numUpdates: 3 },
    holds: ["192.0.2.1", "fd00::1"],
    release: "0.1.0",
  },
};

function refusalOf(opened: { readonly kind: string; readonly cause?: string }): string {
  return opened.cause ?? opened.kind;
}

suite("sealed packets", () => {
  test("a token comes out as it went in", () => {
    const packet = createTokenCodec(SECRET, A).seal(TOKEN);
    const opened = createTokenCodec(SECRET, B).open(packet);
    assert.deepEqual(opened, { kind: "opened", token: TOKEN });
    assert.equal(packet.length < 300, true);
  });

  test("the largest token fits a packet", () => {
    const holds = Array.from({ length: 20 }, (_, i) => `${i}`.padStart(45, "f"));
    const facts = { ...TOKEN.facts, holds, release: "1".repeat(255) };
    const packet = createTokenCodec(SECRET, A).seal({ ...TOKEN, facts });
    assert.ok(packet.length <= PACKET_BYTES_MAX);
    const opened = createTokenCodec(SECRET, B).open(packet);
    assert.deepEqual(opened.kind === "opened" && opened.token.facts.holds, holds.slice(0, 16));
  });

  test("a message comes out as it went in, of the greatest size too", () => {
    const packet = {
      ring: { representative: 2, seq: 5 },
      fromIncarnation: A.incarnation,
      toIncarnation: B.incarnation,
      sequence: 9,
      ack: 8,
      ackMask: 0xffffffff,
      fragmentIndex: 1,
      fragmentCount: 3,
      bytes: new Uint8Array(FRAGMENT_BYTES_MAX).fill(7),
    };
    const sealed = createMessageCodec(SECRET, A).seal(0, packet);
    assert.equal(sealed.length, PACKET_BYTES_MAX);
    const opened = createMessageCodec(SECRET, B).open(sealed);
    assert.ok(opened.kind === "opened");
    assert.deepEqual(
      { ...opened.packet, bytes: [...opened.packet.bytes] },
      { ...packet, bytes: [...packet.bytes] },
    );
  });

  test("a message that claims another incarnation than its seal is malformed", () => {
    const bytes = new Uint8Array(0);
    const ends = { fromIncarnation: B.incarnation, toIncarnation: B.incarnation };
    const counts = { sequence: 1, ack: 0, ackMask: 0, fragmentIndex: 0, fragmentCount: 1 };
    const ring = { representative: 1, seq: 1 };
    const sealed = createMessageCodec(SECRET, A).seal(0, { ring, bytes, ...ends, ...counts });
    assert.equal(refusalOf(createMessageCodec(SECRET, B).open(sealed)), "malformed");
  });

  const refused = [
    ["wrongKey", { ...SECRET, authkeyHex: "cd".repeat(32) }],
    ["foreignCluster", { ...SECRET, clusterName: "other" }],
  ] as const;
  for (const [cause, settings] of refused) {
    test(`a packet of others is refused as ${cause}`, () => {
      const packet = createTokenCodec(settings, A).seal(TOKEN);
      assert.equal(refusalOf(createTokenCodec(SECRET, B).open(packet)), cause);
    });
  }

  test("in a rotation both secrets are accepted, and the first one seals", () => {
    const next = "cd".repeat(32);
    const only = { ...SECRET, authkeyHex: next };
    const both = [
      { ...SECRET, otherAuthkeyHex: next },
      { ...only, otherAuthkeyHex: SECRET.authkeyHex },
    ];
    const outcome = (from: Secret, to: Secret) =>
      refusalOf(createTokenCodec(to, B).open(createTokenCodec(from, A).seal(TOKEN)));
    // The steps in their order, one node ahead of the other: old, old + new, new + old, new.
    const steps = [SECRET, ...both, only];
    const rows = steps.map((from) => steps.map((to) => outcome(from, to) === "opened"));
    assert.deepEqual(rows, [
      [true, true, true, false],
      [true, true, true, false],
      [false, true, true, true],
      [false, true, true, true],
    ]);
  });

  test("a process that is known by one secret is not believed under the other", () => {
    const other = "cd".repeat(32);
    const open = createTokenCodec({ ...SECRET, otherAuthkeyHex: other }, B).open;
    assert.equal(refusalOf(open(createTokenCodec(SECRET, A).seal(TOKEN))), "opened");
    const forged = createTokenCodec({ ...SECRET, authkeyHex: other }, A).seal(TOKEN);
    assert.equal(refusalOf(open(forged)), "wrongKey");
  });

  test("another version and another kind are named before the seal is tried", () => {
    const packet = createTokenCodec(SECRET, A).seal(TOKEN);
    const newer = Buffer.from(packet).fill(9, 3, 5);
    assert.deepEqual(createTokenCodec(SECRET, B).open(newer), {
      kind: "refused",
      cause: "wrongVersion",
      versions: { oldest: 9, newest: 9 },
    });
    assert.equal(refusalOf(createMessageCodec(SECRET, B).open(packet)), "malformed");
  });

  test("a release that speaks this version too is heard", () => {
    const seal = createTokenCodec(SECRET, A).seal(TOKEN);
    for (const [oldest, newest, expected] of [
      [1, 7, "wrongKey"], // The seal vouches for the header, so it is tried and does not fit.
      [0, 1, "wrongKey"],
      [2, 7, "wrongVersion"],
      [0, 0, "wrongVersion"],
    ] as const) {
      const packet = Buffer.from(seal);
      packet.set([oldest, newest], 3);
      assert.equal(refusalOf(createTokenCodec(SECRET, B).open(packet)), expected);
    }
  });

  test("token and message subkeys differ", () => {
    const body = Buffer.from("the same text under the same counter");
    const [token, message] = (["token", "message"] as const).map((packetKind) =>
      Buffer.from(createSealer({ ...SECRET, packetKind }, A)(0, body)).subarray(32, -16),
    );
    assert.notDeepEqual(token, message);
    assert.equal(token?.length, body.length);
  });

  test("each packet is accepted once, in any order within the window", () => {
    const seal = createSealer({ ...SECRET, packetKind: "token" }, A);
    const open = createOpener({ ...SECRET, packetKind: "token" });
    const packets = Array.from({ length: 1100 }, () => seal(0, Buffer.from("x")));
    const at = (index: number) => packets[index] ?? Buffer.alloc(0);
    const rows = [
      [5, "opened"],
      [5, "replayed"],
      [3, "opened"],
      [3, "replayed"],
      [900, "opened"],
      [5, "replayed"],
      [6, "opened"],
      [1090, "opened"],
      [66, "stale"],
      [1029, "opened"],
      [67, "opened"],
      [67, "replayed"],
      [900, "replayed"],
    ] as const;
    for (const [index, expected] of rows) assert.equal(refusalOf(open(at(index))), expected);
  });

  test("links and incarnations have windows of their own", () => {
    const seal = createSealer({ ...SECRET, packetKind: "token" }, A);
    const other = createSealer({ ...SECRET, packetKind: "token" }, B);
    const open = createOpener({ ...SECRET, packetKind: "token" });
    const body = Buffer.from("x");
    const packets = [seal(0, body), seal(1, body), other(0, body)];
    assert.deepEqual(
      packets.map((packet) => refusalOf(open(packet))),
      Array(3).fill("opened"),
    );
  });

  test("equal bodies never give equal packets", () => {
    const seal = createSealer({ ...SECRET, packetKind: "token" }, A);
    const other = createSealer({ ...SECRET, packetKind: "token" }, B);
    const body = Buffer.from("same");
    const sealed = [seal(0, body), seal(0, body), other(0, body)].map((packet) =>
      Buffer.from(packet).subarray(32).toString("hex"),
    );
    assert.equal(new Set(sealed).size, 3);
  });

  test("a short authkey ends the process", () => {
    assert.throws(() => createTokenCodec({ ...SECRET, authkeyHex: "ab" }, A), /at least 32 bytes/);
  });
});

suite("packets from anywhere", () => {
  const codec = createTokenCodec(SECRET, A);
  const sealed = Buffer.from(codec.seal(TOKEN));

  test("random bytes are refused and never throw", () => {
    const opener = createTokenCodec(SECRET, B);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
        assert.equal(opener.open(bytes).kind, "refused");
      }),
      { numRuns: 300 },
    );
  });

  test("random bytes behind a true header are refused for their key", () => {
    const opener = createTokenCodec(SECRET, B);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 300 }), (bytes) => {
        const packet = Buffer.concat([sealed.subarray(0, 32), bytes]);
        assert.equal(refusalOf(opener.open(packet)), "wrongKey");
      }),
      { numRuns: 100 },
    );
  });

  test("a packet with a bit flipped or its end cut off is refused", () => {
    const opener = createTokenCodec(SECRET, B);
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), fc.nat(sealed.length - 1), (bit, length) => {
        const flipped = Buffer.from(sealed);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(opener.open(flipped).kind, "refused");
        assert.equal(opener.open(sealed.subarray(0, length)).kind, "refused");
      }),
      { numRuns: 200 },
    );
  });

  test("bodies of any bytes decode to something or to null", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeToken(bytes);
        decodeMessage(bytes);
      }),
      { numRuns: 500 },
    );
    const body = encodeToken(TOKEN);
    for (let length = 0; length < body.length; length++) {
      assert.equal(decodeToken(body.subarray(0, length)), null);
    }
    assert.equal(decodeToken(Buffer.concat([body, Buffer.from([0])])), null);
  });
});
