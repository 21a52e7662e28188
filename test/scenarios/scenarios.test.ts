// Each scenario here must give its trace exactly. `UPDATE=1 npm test` writes the traces anew; the
// difference is then reviewed like code.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "mocha";

import { playScenario } from "../sim/scenario-script.ts";

const FOLDER = "test/scenarios";

suite("scenarios", () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
  for (const name of names.sort()) {
    test(name.replace(".txt", "").replaceAll("-", " "), () => {
      const path = join(FOLDER, name);
      const before = readFileSync(path, "utf8");
      const after = playScenario(before);
      if (process.env["UPDATE"] === "1" && after !== before) writeFileSync(path, after);
      else assert.equal(after, before);
    });
  }
});
