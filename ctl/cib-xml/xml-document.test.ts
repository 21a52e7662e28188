import assert from "node:assert/strict";
import { test } from "mocha";
import { DEPTH_MAX, parseXml } from "./xml-document.ts";

test("elements keep their order, attributes, children and the line of their tag", () => {
  const parsed = parseXml('<a x="1">\n  <b/><!-- c -->\n  <c\n y="&lt;&#10;2"/>\n</a>');
  assert.ok(parsed.kind === "document");
  assert.equal(parsed.comments, 1);
  const [b, c] = parsed.root.children;
  assert.deepEqual([b?.name, b?.line, c?.name, c?.line], ["b", 2, "c", 3]);
  assert.deepEqual({ ...c?.attributes }, { y: "<\n2" });
});

const REFUSED: readonly (readonly [document: string, place: string])[] = [
  ["", "line 1, column 0"],
  ["<a>", "line 1, column 3"],
  ["<a>\n</b>", "line 2, column 4"],
  ['<a x="1" x="2"/>', "line 1, column 16"],
  ["<a x=1/>", "line 1, column 6"],
  ['<a x="&b;"/>', "line 1, column 9"],
  ["<a/><b/>", "line 1, column 7"],
  ['<a x="<"/>', "line 1, column 7"],
];
for (const [document, place] of REFUSED) {
  test(`${JSON.stringify(document)} is refused with its place`, () => {
    const parsed = parseXml(document);
    assert.ok(parsed.kind === "refused");
    assert.deepEqual(
      parsed.problems.map(({ code, path }) => [code, path]),
      [["bad-xml", place]],
    );
  });
}

test("a document type is refused before any entity of its own counts", () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a x="&c;"/>';
  const parsed = parseXml(bomb);
  assert.ok(parsed.kind === "refused");
  assert.match(parsed.problems[0]?.expected ?? "", /document type/);
});

test("elements nested deeper than the limit are refused, at the limit they are read", () => {
  const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
  assert.equal(parseXml(nested(DEPTH_MAX)).kind, "document");
  assert.equal(parseXml(nested(DEPTH_MAX + 1)).kind, "refused");
});

test("what is nested too deep is not parsed to its end", () => {
  // To its end this would take longer than a test may, and gigabytes.
  const parsed = parseXml("<a>".repeat(1_500_000));
  assert.ok(parsed.kind === "refused");
  assert.deepEqual(
    parsed.problems.map(({ path }) => path),
    [`line 1, column ${DEPTH_MAX * 3 + 3}`],
  );
});

test("a document of several chunks is read whole, letters on their borders too", () => {
  for (const shift of [0, 1, 2]) {
    const value = `${"x".repeat(65_520 + shift)}\u{1f642}\u{1f642}\u{1f642}`;
    const parsed = parseXml(`\uFEFF<a b="${value}"/>`);
    assert.ok(parsed.kind === "document");
    assert.equal(parsed.root.attributes["b"], value);
  }
});
