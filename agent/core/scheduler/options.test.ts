import assert from "node:assert/strict";
import { readClusterOptions, readDurationMs, readFlag } from "./options.ts";

suite("cluster options", () => {
  const durations = [
    ["90", 90_000],
    ["90s", 90_000],
    ["500ms", 500],
    ["5min", 300_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["PT1M30S", 90_000],
    ["P1DT1H", 90_000_000],
    ["soon", 7],
    ["5 weeks", 7],
    [undefined, 7],
  ] as const;
  for (const [text, ms] of durations) {
    test(`${text} reads as ${ms} ms`, () => assert.equal(readDurationMs(text, 7), ms));
  }

  test("yes and no have several spellings, anything else counts as the default", () => {
    for (const text of ["true", "on", "YES", "y", "1"]) assert.equal(readFlag(text, false), true);
    for (const text of ["false", "Off", "no", "n", "0"]) assert.equal(readFlag(text, true), false);
    assert.equal(readFlag("perhaps", true), true);
    assert.equal(readFlag(undefined, false), false);
  });

  test("without properties fencing is on and the lack of quorum stops everything", () => {
    const options = readClusterOptions({});
    assert.equal(options.isFencingEnabled, true);
    assert.equal(options.noQuorumPolicy, "stop");
    assert.equal(options.defaultTimeoutMs, 20_000);
  });

  for (const policy of ["suicide", "demote", "nonsense"]) {
    test(`no-quorum-policy ${policy} counts as stop`, () => {
      assert.equal(readClusterOptions({ "no-quorum-policy": policy }).noQuorumPolicy, "stop");
    });
  }
});
