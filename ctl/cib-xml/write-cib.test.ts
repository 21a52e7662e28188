import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "mocha";
import { type Cib, emptyCib } from "../../agent/core/model/index.ts";
import { FULL_CIB } from "../../test/configuration/full-cib.ts";
import { cibDocument, dummy, pairs } from "./example-documents.ts";
import { readCibDocument } from "./read-cib-document.ts";
import { writeCib } from "./write-cib.ts";

function write(cib: Cib): string {
  const written = writeCib(cib);
  assert.ok(written.kind === "text", JSON.stringify(written));
  return written.text;
}

function read(document: string): Cib {
  const found = readCibDocument(document);
  assert.ok(found.kind === "cib", JSON.stringify(found));
  return found.input.cib;
}

/** The full configuration without what Pacemaker has no place for. */
const WRITABLE: Cib = {
  ...FULL_CIB,
  constraints: FULL_CIB.constraints.map((constraint) => {
    if (constraint.kind === "colocationSets") {
      const { nodeAttribute: _, ...rest } = constraint;
      return rest;
    }
    if (constraint.kind !== "locationRules" || constraint.target.kind !== "sets") return constraint;
    // Beside sets there is no role, each set has its own.
    const { role: _, ...rest } = constraint;
    return rest;
  }),
};

/** The same without sets that hold without a rule: reading joins those with the plain values. */
const RULED: Cib = {
  ...withoutPlainSets(WRITABLE),
  lineage: [],
  lastChange: { atWallMs: 1_700_000_000_000, by: "somebody" },
  nodes: withoutPlainSets(WRITABLE.nodes).map((node, index) => ({
    id: String(index + 1),
    ...node,
  })),
};

function withoutPlainSets<Value>(value: Value): Value {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (!Array.isArray(inner)) return inner;
    const kept = inner.filter((each) => !(isSet(each) && each.rule === null));
    return kept.length === 0 && inner.length > 0 ? undefined : kept;
  });
  return JSON.parse(text);
}

function isSet(value: unknown): value is { readonly rule: unknown } {
  return typeof value === "object" && value !== null && "rule" in value && "values" in value;
}

suite("an exported configuration is read as the same one", () => {
  test("when it uses every member of the model", () => {
    const found = readCibDocument(write(RULED));
    assert.ok(found.kind === "cib");
    assert.deepEqual(found.notes, []);
    assert.deepEqual(found.input.cib, RULED);
  });

  test("when plain values are in several sets, after a first reading has joined them", () => {
    const cib = read(write(WRITABLE));
    assert.deepEqual(read(write(cib)), cib);
  });

  test("when it is empty", () => {
    const cib = emptyCib(["p1", "p2"]);
    const nodes = cib.nodes.map((node, index) => ({ ...node, id: String(index + 1) }));
    assert.deepEqual(read(write(cib)), { ...cib, nodes });
  });

  test("when values hold what XML must escape", () => {
    const value = `<&>"'\t\n\r é 😀`;
    const cib = { ...emptyCib([]), properties: { "stonith-action": value } };
    assert.equal(read(write(cib)).properties["stonith-action"], value);
  });

  test("when two resources share one set of values", () => {
    const rule = '<rule id="r"><expression id="e" attribute="x" operation="defined"/></rule>';
    const shared = `<meta_attributes id="m">${rule}${pairs("m", { priority: "1" })}
      </meta_attributes>`;
    const document = cibDocument({
      resources: dummy("a", shared) + dummy("b", '<meta_attributes id-ref="m"/>'),
    });
    const cib = read(document);
    assert.deepEqual(read(write(cib)).resources, cib.resources);
  });
});

test("no two elements of an export have the same id", () => {
  const own = write(WRITABLE).replace(/<(?:resource|obj)_ref [^>]*>/g, "");
  const ids = [...own.matchAll(/ id="([^"]*)"/g)].map((match) => match[1] ?? "");
  assert.ok(ids.length > 0);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) < index),
    [],
  );
});

test("a node attribute of a colocation of sets is refused: Pacemaker would not heed it", () => {
  const written = writeCib(FULL_CIB);
  assert.ok(written.kind === "refused");
  assert.deepEqual(
    written.problems.map(({ code }) => code),
    ["not-in-xml"],
  );
});

test("the role of a location of sets goes into each set that has none", () => {
  const xml = write({ ...FULL_CIB, constraints: FULL_CIB.constraints.slice(0, 4) });
  assert.match(
    xml,
    /<rsc_location id="l4" node="ip2" score="5">\s*<resource_set [^>]*role="Started"/,
  );
});

for (const value of ["a\u0001b", "a\ud83d", "\ude00b", "\uffff"]) {
  test(`${JSON.stringify(value)}, which XML cannot hold, is refused by its place`, () => {
    const cib = { ...emptyCib([]), properties: { "stonith-action": value } };
    const written = writeCib(cib);
    assert.ok(written.kind === "refused");
    assert.deepEqual(
      written.problems.map(({ code }) => code),
      ["not-in-xml"],
    );
  });
}

// Documents of others, when there is a folder with them.
const shared = process.env["LB_SHARED"];
if (shared !== undefined) {
  const folder = join(shared, "scheduler-corpus");
  suite("documents of Pacemaker: import, export and import give the same", () => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".xml"))) {
      test(file, () => {
        const cib = read(readFileSync(join(folder, file), "utf8"));
        assert.deepEqual(read(write(cib)), cib);
      });
    }
  });
}
