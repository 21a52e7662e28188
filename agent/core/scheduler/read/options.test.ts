import assert from "node:assert/strict";
import type { NameValues } from "../../model/index.ts";
import { readOptions } from "./options.ts";

suite("cluster properties", () => {
  test("what nobody has set: fencing on, stop without quorum, every node a candidate", () => {
    const options = readOptions({}, { isQuorate: true });
    assert.equal(options.isFencingEnabled, true);
    assert.equal(options.fencesAtStartup, true);
    assert.equal(options.noQuorumPolicy, "stop");
    assert.equal(options.isSymmetric, true);
    assert.equal(options.placementStrategy, "default");
    assert.equal(options.defaultTimeoutMs, 20_000);
  });

  const rows: readonly (readonly [NameValues, boolean, boolean, string])[] = [
    [{ "no-quorum-policy": "freeze" }, false, false, "freeze"],
    [{ "no-quorum-policy": "demote" }, false, false, "demote"],
    [{ "no-quorum-policy": "suicide" }, true, false, "suicide"],
    [{ "no-quorum-policy": "suicide" }, false, true, "suicide"],
    [{ "no-quorum-policy": "suicide" }, false, false, "stop"],
    [{ "no-quorum-policy": "suicide", "stonith-enabled": "false" }, true, true, "stop"],
    [{ "no-quorum-policy": "panic" }, true, true, "stop"],
  ];
  for (const [properties, isQuorate, hadQuorum, expected] of rows) {
    const when = `${isQuorate ? "with" : "without"} quorum${hadQuorum ? ", which was there" : ""}`;
    test(`${JSON.stringify(properties)} ${when} is ${expected}`, () => {
      assert.equal(readOptions(properties, { isQuorate, hadQuorum }).noQuorumPolicy, expected);
    });
  }

  test("the newer names of the options count before the older ones", () => {
    const options = readOptions(
      { "stonith-enabled": "true", "fencing-enabled": "false", "fencing-action": "off" },
      { isQuorate: true },
    );
    assert.deepEqual([options.isFencingEnabled, options.fencingAction], [false, "off"]);
  });
});
