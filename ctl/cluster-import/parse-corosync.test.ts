import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { type CorosyncSection, parseCorosync } from "./parse-corosync.ts";

function parsed(text: string): CorosyncSection {
  const result = parseCorosync(text);
  return result.kind === "sections" ? result.root : assert.fail(JSON.stringify(result.problems));
}

suite("corosync.conf(5) as text", () => {
  test("sections, settings and their lines; comments and blank lines say nothing", () => {
    const root = parsed(
      "# totem {\n\ntotem {\n\ttoken : 10\n  interface{\n#x\n mcastaddr:ff15::1\n}\n}",
    );
    const [totem] = root.sections;
    assert.deepEqual(totem?.entries, [{ name: "token", value: "10", line: 4 }]);
    assert.deepEqual(totem.sections, [
      {
        name: "interface",
        line: 5,
        entries: [{ name: "mcastaddr", value: "ff15::1", line: 7 }],
        sections: [],
      },
    ]);
  });

  test("line ends of Windows and an empty value are read", () => {
    const [totem] = parsed("totem {\r\n cluster_name:\r\n}\r\n").sections;
    assert.deepEqual(totem?.entries, [{ name: "cluster_name", value: "", line: 2 }]);
  });

  // `corosync -t` of release 3.1.7 refuses all but the last on the same line; that is our bound.
  const refused: readonly (readonly [text: string, line: number, expected: RegExp])[] = [
    ["totem {\n version 2\n}", 2, /must be NAME \{, NAME: VALUE, \} or a comment/],
    ["totem {\n}\n}", 3, /closes a section that is not open/],
    ["totem\n{\n}", 1, /must be NAME \{/],
    ["totem { version: 2 }\n", 1, /must be NAME \{/],
    ["totem {\n} # end", 2, /must be NAME \{/],
    ["{\n}", 1, /to open a section/],
    [`totem {\n a: ${"a".repeat(2000)}\n}`, 2, /longer than 1024 characters/],
    [`${"totem {\n".repeat(9)}${"}\n".repeat(9)}`, 9, /nested deeper than 8 sections/],
  ];
  for (const [text, line, expected] of refused) {
    test(`refused with its line: ${JSON.stringify(text.slice(0, 30))}`, () => {
      const result = parseCorosync(text);
      assert.ok(result.kind === "refused");
      assert.equal(result.problems.length, 1);
      assert.equal(result.problems[0]?.path, `line ${line}`);
      assert.match(result.problems[0].expected, expected);
    });
  }

  test("a brace that is missing is told with the line that opens", () => {
    const result = parseCorosync("totem {\n token: 10\n interface {\n}\n");
    assert.ok(result.kind === "refused");
    assert.equal(result.problems[0]?.path, "line 1");
    assert.match(result.problems[0].expected, /no closing brace/);
  });

  test("a key in a damaged line is not shown", () => {
    const result = parseCorosync("totem {\n key : {secret}x: y\n key value: SECRET\n}");
    assert.ok(result.kind === "refused");
    assert.doesNotMatch(JSON.stringify(result.problems), /SECRET|secret/);
  });

  test("length and lines have limits", () => {
    for (const text of [" ".repeat(1024 * 1024 + 1), "\n".repeat(20_001)]) {
      const result = parseCorosync(text);
      assert.ok(result.kind === "refused");
      assert.match(result.problems[0]?.expected ?? "", /^at most/);
    }
  });

  test("what has no section of corosync is not taken for its file", () => {
    assert.equal(parseCorosync("name: x\nnodes: y\n").kind, "refused");
  });
});
