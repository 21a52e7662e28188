import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { EXAMPLE_NOW_MS, exampleInput } from "../../test/what-if/example.ts";
import { bringNodeUp, loseNode, moveTimeTo, putInStandby, takeNodeDown } from "./change-input.ts";

suite("suppositions about nodes and the time", () => {
  const input = exampleInput();

  test("a node that is down is no member and holds nothing", () => {
    const down = takeNodeDown(input, "ip1");
    assert.deepEqual(down.nodes[0], { name: "ip1", presence: "offline", isMember: false });
    assert.deepEqual(down.histories[0]?.resources, []);
    assert.deepEqual(down.nodes[1], input.nodes[1]);
    assert.deepEqual(down.histories[1], input.histories[1]);
  });

  test("a node without a goodbye has to be fenced, where there is fencing", () => {
    const fenced = exampleInput({ properties: { "stonith-enabled": "true" } });
    assert.equal(loseNode(fenced, "ip1").nodes[0]?.presence, "unclean");
    assert.equal(loseNode(input, "ip1").nodes[0]?.presence, "offline");
  });

  test("a node that comes up is probed for everything; one that was there stays as it is", () => {
    const back = bringNodeUp(takeNodeDown(input, "ip1"), "ip1");
    assert.deepEqual(back.nodes[0], { name: "ip1", presence: "online", isMember: true });
    assert.deepEqual(back.histories[0]?.resources, []);
    assert.deepEqual(bringNodeUp(input, "ip1").histories, input.histories);
    const away = input.nodes.map((node) => ({ ...node, presence: "offline" as const }));
    assert.deepEqual(bringNodeUp({ ...input, nodes: away }, "ip1").histories[0]?.resources, []);
  });

  test("a node in standby gives up what it has", () => {
    const { placements } = scheduleTransition(putInStandby(input, "ip1"));
    assert.equal(placements["server"], "ip2");
  });

  test("another time moves the present and leaves the past where it is", () => {
    const later = moveTimeTo(input, EXAMPLE_NOW_MS + 60_000);
    assert.equal(later.now, input.now + 60_000);
    assert.equal(later.wallNowMs, EXAMPLE_NOW_MS + 60_000);
    assert.deepEqual(later.histories, input.histories);
  });

  test("a node that does not exist changes nothing", () => {
    assert.deepEqual(takeNodeDown(input, "ip9"), input);
  });
});
