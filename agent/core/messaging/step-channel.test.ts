import assert from "node:assert/strict";
import { suite, test } from "mocha";

import { nextRandom, type Random, seededRandom } from "../base/index.ts";
import type { MessagePacket } from "../model/index.ts";
import {
  type Channel,
  type ChannelEffect,
  FRAGMENT_BYTES,
  nextDeadline,
  openChannel,
  QUEUE_BYTES_MAX,
  receivePacket,
  sendText,
  stepTime,
  TEXT_BYTES_MAX,
  WINDOW_PACKETS,
} from "./index.ts";

const RING = { representative: 1, seq: 7 };

interface Faults {
  readonly lossPercent: number;
  readonly duplicatePercent: number;
  readonly delayMaxMs: number;
}

/** Two ends and the packets between them, on virtual time. */
class ChannelWorld {
  now = 0;
  packetCount = 0;
  readonly texts: string[][] = [[], []];
  readonly ends: [Channel, Channel] = [
    openChannel({ ring: RING, ownIncarnation: "a", peerIncarnation: "b" }),
    openChannel({ ring: RING, ownIncarnation: "b", peerIncarnation: "a" }),
  ];
  faults: Faults = { lossPercent: 0, duplicatePercent: 0, delayMaxMs: 1 };
  #random: Random;
  #flights: { at: number; order: number; to: 0 | 1; packet: MessagePacket }[] = [];
  #orders = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  chance(limit: number): number {
    const [value, next] = nextRandom(this.#random, limit);
    this.#random = next;
    return value;
  }

  send(from: 0 | 1, text: string): void {
    const result = sendText(this.ends[from], text, this.now);
    assert.equal(result.kind, "queued");
    if (result.kind === "queued") this.apply(from, result.state, result.effects);
  }

  apply(end: 0 | 1, state: Channel, effects: readonly ChannelEffect[]): void {
    this.ends[end] = state;
    assert.ok(state.early.length < WINDOW_PACKETS && state.inFlight.length <= WINDOW_PACKETS);
    for (const effect of effects) {
      if (effect.kind === "deliverText") this.texts[end]?.push(effect.text);
      if (effect.kind === "sendPacket") this.#fly(end === 0 ? 1 : 0, effect.packet);
      assert.notEqual(effect.kind, "broken");
    }
  }

  #fly(to: 0 | 1, packet: MessagePacket): void {
    this.packetCount += 1;
    const { lossPercent, duplicatePercent, delayMaxMs } = this.faults;
    const copies = this.chance(100) < duplicatePercent ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.chance(100) < lossPercent) continue;
      const at = this.now + this.chance(delayMaxMs);
      this.#flights.push({ at, order: this.#orders++, to, packet });
    }
    this.#flights.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  run(forMs: number): void {
    const endAt = this.now + forMs;
    for (;;) {
      const deadlines = this.ends.map((end) => nextDeadline(end) ?? endAt);
      const next = Math.max(this.now, Math.min(this.#flights[0]?.at ?? endAt, ...deadlines));
      if (next >= endAt) break;
      this.now = next;
      const flight = this.#flights[0];
      if (flight !== undefined && flight.at <= next) {
        this.#flights.shift();
        const { state, effects } = receivePacket(this.ends[flight.to], flight.packet, next);
        this.apply(flight.to, state, effects);
        continue;
      }
      for (const end of [0, 1] as const) {
        const { state, effects } = stepTime(this.ends[end], next);
        this.apply(end, state, effects);
      }
    }
    this.now = endAt;
  }
}

function packets(effects: readonly ChannelEffect[]): readonly MessagePacket[] {
  return effects.flatMap((effect) => (effect.kind === "sendPacket" ? [effect.packet] : []));
}

suite("messages between two members", () => {
  test("texts arrive whole, once and in order, both ways", () => {
    const world = new ChannelWorld(1);
    const texts = ["", "one", "grüße, 世界", "x".repeat(FRAGMENT_BYTES), "y".repeat(5000)];
    for (const text of texts) {
      world.send(0, text);
      world.send(1, text);
    }
    world.run(10);
    assert.deepEqual(world.texts, [texts, texts]);
    assert.equal(nextDeadline(world.ends[0]), null);
    assert.equal(world.ends[0].queuedBytes, 0);
  });

  test("a text of the greatest length passes; a longer one is refused", () => {
    const world = new ChannelWorld(1);
    world.send(0, "x".repeat(TEXT_BYTES_MAX));
    world.run(1000);
    assert.equal(world.texts[1]?.[0]?.length, TEXT_BYTES_MAX);
    const refused = sendText(world.ends[0], "x".repeat(TEXT_BYTES_MAX + 1), 0);
    assert.deepEqual(refused, { kind: "refused", reason: "textTooLong" });
  });

  test("a full queue refuses and keeps what it has", () => {
    const world = new ChannelWorld(1);
    world.faults = { ...world.faults, lossPercent: 100 };
    const text = "x".repeat(TEXT_BYTES_MAX);
    for (let i = 0; i < QUEUE_BYTES_MAX / TEXT_BYTES_MAX; i++) world.send(0, text);
    assert.deepEqual(sendText(world.ends[0], "x", 0), { kind: "refused", reason: "queueFull" });
    world.faults = { ...world.faults, lossPercent: 0 };
    world.run(10_000);
    assert.equal(world.texts[1]?.length, 4);
    assert.equal(sendText(world.ends[0], "x", world.now).kind, "queued");
  });

  test("an unanswered packet is sent again after 20, 40, 80, 160, 200, 200 ms", () => {
    let channel = new ChannelWorld(1).ends[0];
    const sent = sendText(channel, "x", 0);
    assert.ok(sent.kind === "queued");
    channel = sent.state;
    const times = [0];
    for (let at = 0; at < 800; at++) {
      const { state, effects } = stepTime(channel, at);
      channel = state;
      if (packets(effects).length > 0) times.push(at);
    }
    assert.deepEqual(times, [0, 20, 60, 140, 300, 500, 700]);
  });

  test("one lost packet among others is sent again at once", () => {
    const [a, b] = new ChannelWorld(1).ends;
    const sent = sendText(a, "x".repeat(4 * FRAGMENT_BYTES), 0);
    assert.ok(sent.kind === "queued");
    const [, ...arrived] = packets(sent.effects);
    let [left, right] = [sent.state, b];
    const again: number[] = [];
    for (const packet of arrived) {
      const taken = receivePacket(right, packet, 1);
      right = taken.state;
      for (const ack of packets(taken.effects)) {
        const step = receivePacket(left, ack, 2);
        left = step.state;
        again.push(...packets(step.effects).map(({ sequence }) => sequence));
      }
    }
    assert.deepEqual(again, [1]);
    assert.equal(left.inFlight.length, 1);
  });

  const strange = [
    ["an older ring", { ring: { ...RING, seq: 6 } }],
    ["another process life of the sender", { fromIncarnation: "c" }],
    ["another process life of the receiver", { toIncarnation: "c" }],
  ] as const;
  for (const [what, change] of strange) {
    test(`a packet of ${what} is dropped without an answer`, () => {
      const [a, b] = new ChannelWorld(1).ends;
      const sent = sendText(a, "x", 0);
      assert.ok(sent.kind === "queued");
      for (const packet of packets(sent.effects)) {
        const step = receivePacket(b, { ...packet, ...change }, 1);
        assert.deepEqual(step, { state: b, effects: [] });
      }
    });
  }

  test("a peer that breaks the rules breaks the channel, once", () => {
    const rows = [
      [{ fragmentIndex: 1, fragmentCount: 2 }, /expected 0/],
      [{ fragmentCount: 0 }, /fragment 0 of 0/],
      [{ fragmentCount: 60_000 }, /fragment 0 of 60000/],
      [{ bytes: new Uint8Array([0xff]) }, /UTF-8/],
    ] as const;
    for (const [change, reason] of rows) {
      const [a, b] = new ChannelWorld(1).ends;
      const sent = sendText(a, "x", 0);
      assert.ok(sent.kind === "queued");
      const [packet] = packets(sent.effects);
      assert.ok(packet !== undefined);
      const { state, effects } = receivePacket(b, { ...packet, ...change }, 1);
      const [first] = effects;
      assert.match(first?.kind === "broken" ? first.reason : "", reason);
      assert.equal(effects.length, 1);
      assert.deepEqual(receivePacket(state, packet, 2).effects, []);
      assert.deepEqual(sendText(state, "y", 3), { kind: "refused", reason: "broken" });
    }
  });

  test("loss, duplicates and reordering change nothing but the time", function () {
    this.timeout(10_000);
    for (let seed = 1; seed <= 40; seed++) {
      const world = new ChannelWorld(seed);
      world.faults = {
        lossPercent: world.chance(50),
        duplicatePercent: world.chance(50),
        delayMaxMs: 1 + world.chance(60),
      };
      const expected: string[][] = [[], []];
      for (let i = 0; i < 60; i++) {
        const from = world.chance(2) === 0 ? 0 : 1;
        const text = `${i}`.repeat(world.chance(4000));
        world.send(from, text);
        expected[1 - from]?.push(text);
        world.run(world.chance(30));
      }
      world.run(60_000);
      assert.deepEqual(world.texts, expected, `seed ${seed}`);
      assert.equal(nextDeadline(world.ends[0]), null, `seed ${seed}`);
    }
  });

  test("without faults a text takes as many packets as it has fragments, and their answers", () => {
    const world = new ChannelWorld(1);
    world.send(0, "x".repeat(100 * FRAGMENT_BYTES));
    world.run(1000);
    assert.ok(world.packetCount <= 201, `${world.packetCount}`);
  });
});
