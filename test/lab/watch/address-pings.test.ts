import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { backAfterMs, parseAnswer } from "./address-pings.ts";

suite("pings of many addresses", () => {
  test("an answer is a line with a time stamp and a sender, nothing else", () => {
    const line = "[1.500000] 64 bytes from 10.0.0.9: icmp_seq=1 ttl=64 time=0.1 ms";
    assert.equal(parseAnswer(line, 1000), 2500);
    assert.equal(parseAnswer(line.replace("10.0.0.9", "fd33::9"), 0), 1500);
    const none = "[1.500000] From 10.0.0.1 icmp_seq=1 Destination Host Unreachable";
    assert.equal(parseAnswer(none, 0), undefined);
    assert.equal(parseAnswer("PING 10.0.0.9 (10.0.0.9) 56(84) bytes of data.", 0), undefined);
  });

  const rows = [
    { times: [90, 105, 125, 135], back: 0, what: "answered all the time" },
    { times: [90, 100, 400, 410], back: 300, what: "back after 300 ms" },
    { times: [90, 400, 410], back: 300, what: "the silence began before" },
    { times: [90, 130, 430, 440, 520], back: 330, what: "the longest silence counts" },
    { times: [80, 90], back: null, what: "never again" },
    { times: [], back: null, what: "never" },
  ];
  for (const { times, back, what } of rows) {
    test(`${what}: ${back}`, () => assert.equal(backAfterMs(times, 100), back));
  }
});
