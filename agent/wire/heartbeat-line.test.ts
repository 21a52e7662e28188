import assert from "node:assert/strict";
import { suite, test } from "mocha";

import { encodeHeartbeatLine, parseHeartbeatCommand, parseHeartbeatReport } from "./index.ts";

suite("lines between the agent and its heartbeat process", () => {
  test("a command and a report come out as they went in, one line each", () => {
    const command = { kind: "alive", ping: 3 } as const;
    const report = { kind: "warning", text: "a\nb" } as const;
    assert.equal(encodeHeartbeatLine(report).split("\n").length, 2);
    assert.deepEqual(parseHeartbeatCommand(encodeHeartbeatLine(command)), command);
    assert.deepEqual(parseHeartbeatReport(encodeHeartbeatLine(report)), report);
  });

  for (const line of ["", "{", "null", "[]", '"alive"', '{"kind":"unknown"}', '{"kind":7}']) {
    test(`"${line}" is neither`, () => {
      assert.equal(parseHeartbeatCommand(line), null);
      assert.equal(parseHeartbeatReport(line), null);
    });
  }

  test("a report is no command", () => {
    assert.equal(parseHeartbeatCommand('{"kind":"peerHeard"}'), null);
  });
});
