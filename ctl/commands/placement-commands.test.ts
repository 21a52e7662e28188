import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Change, Decision } from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";

const REPLY = { cibVersion: "1", notes: [], savedOn: [], input: null };

async function run(line: string, decisions: readonly Decision[] = []) {
  const made: Change[] = [];
  const printed = await runWithAgent(`resource ${line}`, {
    apply: async (changes, options = {}) => {
      if (options.isDryRun !== true) made.push(...changes);
      return { ...REPLY, decisions: options.isDryRun === true ? decisions : [] };
    },
  });
  return { ...printed, made };
}

suite("placement by hand", () => {
  for (const verb of ["ban", "move", "move-with-constraint"]) {
    test(`${verb} takes a lifetime, and leaves the constraint to end by itself`, async () => {
      const beganAtMs = Date.now();
      const { exitCode, made } = await run(`${verb} webserver p2 lifetime=PT1H`);
      const [change] = made;
      assert.deepEqual([exitCode, made.length], [0, 1]);
      assert.ok(change?.kind === "banResource" || change?.kind === "moveResource");
      const lifetimeMs = Date.parse(change.until ?? "") - beganAtMs;
      assert.ok(Math.abs(lifetimeMs - 3_600_000) < 60_000, change.until);
    });
  }

  for (const lifetime of ["soon", "-1h", "0s", "P1Y"]) {
    test(`lifetime=${lifetime} is refused`, async () => {
      const { exitCode, err, made } = await run(`ban webserver p1 lifetime=${lifetime}`);
      assert.deepEqual([exitCode, made], [2, []]);
      assert.match(err, new RegExp(`^Error: lifetime '${lifetime}': expected 1 s to 24 days`));
    });
  }

  const decide = (resource: string): Decision => {
    return { what: "move", resource, from: "p1", to: "p2", isBlocked: false, reason: "" };
  };

  test("--strict moves nothing where others would move too", async () => {
    const line = "move-with-constraint webserver p2 --strict";
    const refused = await run(line, [decide("webserver"), decide("virtual_ip")]);
    assert.deepEqual([refused.exitCode, refused.made], [1, []]);
    assert.match(refused.err, /^Error: it also means: move virtual_ip from p1 to p2$/m);
    const alone = await run(line, [decide("webserver")]);
    assert.deepEqual([alone.exitCode, alone.made.length], [0, 1]);
  });
});
