import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { type Change, type Cib, emptyCib } from "../model/index.ts";
import { applyChanges } from "./index.ts";

const NODES = ["ip1", "ip2"];
const UNTIL = "2026-11-21T17:00:00Z";
const CIB: Cib = {
  ...emptyCib(NODES),
  resources: [
    {
      kind: "primitive",
      id: "web",
      agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
      parameters: {},
      meta: {},
      operations: [],
    },
  ],
};
const BAN: Change = { kind: "banResource", id: "web", node: "ip1", activeOn: [] };

function after(...changes: readonly Change[]) {
  const result = applyChanges(CIB, changes, { stamp: { by: "root", atWallMs: 1 }, nodes: NODES });
  assert.ok(result.kind === "changed", JSON.stringify(result));
  return { notes: result.notes, constraints: result.cib.constraints };
}

suite("a ban or move for a time", () => {
  test("is a rule that holds on the node until then, and the note says until when", () => {
    const { notes, constraints } = after({ ...BAN, until: UNTIL });
    const [constraint] = constraints;
    assert.ok(constraint?.kind === "locationRules" && constraint.nodes.kind === "rules");
    assert.equal(constraint.id, "cli-ban-web-on-ip1");
    const [located] = constraint.nodes.rules;
    assert.deepEqual([located?.score, located?.role], [-1_000_000, null]);
    assert.deepEqual(
      located?.rule.conditions.map((each) =>
        each.kind === "date" ? each.end : each.kind === "attribute" ? each.value : "",
      ),
      ["ip1", UNTIL],
    );
    assert.match(notes.join("\n"), /until 2026-11-21T17:00:00Z; it is listed as expired then/);
  });

  test("is removed by clear, on its node or on all", () => {
    const banned = { ...BAN, until: UNTIL };
    const clear = (node: string | null): Change => ({ kind: "clearResource", id: "web", node });
    assert.equal(after(banned, clear("ip2")).constraints.length, 1);
    assert.equal(after(banned, clear("ip1")).constraints.length, 0);
    assert.equal(after(banned, clear(null)).constraints.length, 0);
  });

  test("gives way to the next one, for ever or for a time", () => {
    const banned = { ...BAN, until: UNTIL };
    assert.deepEqual(
      after(banned, { ...BAN, until: "2026-11-22T17:00:00Z" }).constraints.map(({ id }) => id),
      ["cli-ban-web-on-ip1"],
    );
    assert.deepEqual(
      after(banned, BAN).constraints.map(({ kind }) => kind),
      ["location"],
    );
  });
});
