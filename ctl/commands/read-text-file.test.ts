import assert from "node:assert/strict";
import { test } from "mocha";
import { readTextFile } from "./read-text-file.ts";

test("what never ends is refused at a limit, what has no size is read", () => {
  assert.throws(() => readTextFile("/dev/zero"), /goes on after \d+ bytes/);
  assert.match(readTextFile("/proc/self/status"), /^Name:/);
});
