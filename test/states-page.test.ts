import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "mocha";
import type { ResourceStatus } from "../agent/core/model/index.ts";
import { EXAMPLE_STATUS } from "../ctl/render/example-status.ts";
import { renderResource } from "../ctl/render/render-resource.ts";
import { nodeState } from "../ctl/render/status-sections.ts";

/** The words in the first column of the tables of a section. */
function wordsOf(section: string): readonly string[] {
  const page = readFileSync("docs/states.md", "utf8").split(`\n## ${section}\n`)[1] ?? "";
  const rows = (page.split("\n## ")[0] ?? "").matchAll(/^\| (`.*?`) \|/gm);
  return [...rows].flatMap((row) =>
    [...(row[1] ?? "").matchAll(/`([^`]*)`/g)].map(([, word = ""]) => word),
  );
}

suite("the page of states", () => {
  test("it has each word for a node that lbctl prints", () => {
    const [node] = EXAMPLE_STATUS.nodes;
    assert.ok(node !== undefined);
    const states = ["online", "standby", "maintenance", "pending", "OFFLINE", "UNCLEAN", "held"];
    const idle = { ...EXAMPLE_STATUS, resources: [] };
    const printed = [EXAMPLE_STATUS, idle].flatMap((status) =>
      states.map((state) => nodeState(status, { ...node, state })),
    );
    assert.deepEqual([...new Set(printed)].sort(), [...wordsOf("A node")].sort());
  });

  test("it has each flag of a resource that lbctl prints", () => {
    const [resource] = EXAMPLE_STATUS.resources;
    assert.ok(resource !== undefined);
    const flagged: readonly Partial<ResourceStatus>[] = [
      { isDisabled: true },
      { isBlocked: true },
      { isManaged: false, places: [] },
      { isManaged: false, isInMaintenance: true, places: [] },
      { isFailureIgnored: true },
      { lockedTo: "p1" },
    ];
    const printed = flagged.map((flags) => {
      const line = renderResource(EXAMPLE_STATUS, { ...resource, ...flags }, { withNode: true });
      return /\([^)]*\)$/.exec(line)?.[0] ?? line;
    });
    const listed = wordsOf("A resource").filter((word) => word.startsWith("("));
    assert.deepEqual([...printed].sort(), [...listed].sort());
  });
});
