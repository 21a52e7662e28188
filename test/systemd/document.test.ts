import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { findMissing, readDocument } from "./document.ts";
import { DOCUMENTS, findStandIn, STAND_INS, sectionsOf } from "./stand-ins.ts";

const EXAMPLE = `# Title

On both hosts:

    one
    two a \\
      b

Then on ip1, not as
root:

\`\`\`sh
cat >x <<'EOF'
text

EOF
# on the passive host
three
\`\`\`

\`\`\`text
said
\`\`\`

\`\`\`conf
not a command
\`\`\`

## Next

<!-- client: served -->
On another machine:

    four
`;

suite("commands of a document", () => {
  test("the paragraph or a comment says where; continued and here-documents stay whole", () => {
    const sections = readDocument(EXAMPLE);
    assert.deepEqual(
      sections.map(({ title, keepsServing }) => [title, keepsServing]),
      [
        ["Title", false],
        ["Next", true],
      ],
    );
    const rows = sections.flatMap(({ commands }) =>
      commands.map(({ line, place, text, output }) => [line, place, text, output] as const),
    );
    assert.deepEqual(rows, [
      [5, "both", "one", null],
      [6, "both", "two a \\\n  b", null],
      [13, "ip1", "cat >x <<'EOF'\ntext\n\nEOF", null],
      [18, "passive", "three", ["said"]],
      [34, "client", "four", null],
    ]);
  });

  test("a section alone is read without what stands in the others", () => {
    const sections = readDocument(`# A\n\nDo:\n\n    ls\n\n${EXAMPLE}`, "Next");
    assert.deepEqual(
      sections.map(({ title }) => title),
      ["Next"],
    );
  });

  test("a command of which nothing says where is an error", () => {
    assert.throws(() => readDocument("# A\n\nDo:\n\n    ls\n"), /line 5: on which host\? ls/);
  });

  test("printed lines are compared in order, whatever their numbers", () => {
    const printed = "a 12\n\nb: key 0a1b2c3d\nc\n";
    assert.equal(findMissing(["a 7", "...", "b:  key ffff0000"], printed), null);
    assert.equal(findMissing(["b: ..."], printed), null);
    assert.equal(findMissing(["d: ..."], printed), "d: ...");
    assert.equal(findMissing(["c", "a 7"], printed), "a 7");
    assert.equal(
      findMissing(["up 2 s: Started ip1"], "up 3 s: Started ip2"),
      "up 2 s: Started ip1",
    );
  });
});

suite("documents that the drill runs", () => {
  const all = DOCUMENTS.map((name) => [name, sectionsOf(name)] as const);
  for (const [path, sections] of all) {
    test(`${path} holds commands`, () => assert.ok(sections.length > 0));
  }

  test("every stand-in stands for a command that is printed", () => {
    const texts = all.flatMap(([, sections]) =>
      sections.flatMap(({ commands }) => commands.map(({ text }) => text)),
    );
    const used = new Set(texts.map(findStandIn));
    const unused = STAND_INS.filter((each) => !used.has(each)).map(({ printed }) => printed);
    assert.deepEqual(unused, []);
  });
});
