import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ComparedFact, Inspection } from "../model/index.ts";
import { compareInspections, listUnusedEntries } from "./index.ts";

function file(name: string, value: string): ComparedFact {
  return { kind: "file", name, value };
}

function inspection(byResource: Readonly<Record<string, readonly ComparedFact[]>>): Inspection {
  const resources = Object.entries(byResource).map(([resource, facts]) => ({
    resource,
    findings: [],
    facts,
  }));
  return { resources };
}

suite("differences between the nodes", () => {
  test("what is alike is not listed, what differs is, by kind and name", () => {
    const here = inspection({
      web: [
        file("/b", "1"),
        file("/a", "1"),
        file("/same", "1"),
        { kind: "version", name: "httpd", value: "2.4.37" },
      ],
    });
    const there = inspection({
      web: [
        file("/a", "2"),
        file("/b", "2"),
        file("/same", "1"),
        { kind: "version", name: "httpd", value: "2.4.62" },
      ],
    });
    const { differences } = compareInspections(here, there, "");
    assert.deepEqual(
      differences.map(({ kind, name, here: a, there: b }) => [kind, name, a, b]),
      [
        ["file", "/a", "1", "2"],
        ["file", "/b", "1", "2"],
        ["version", "httpd", "2.4.37", "2.4.62"],
      ],
    );
  });

  test("what only one node has differs", () => {
    const [one] = compareInspections(
      inspection({ web: [file("/a", "1")] }),
      inspection({ web: [] }),
      "",
    ).differences;
    assert.deepEqual(one, { kind: "file", name: "/a", resources: ["web"], here: "1", there: "" });
  });

  test("what a node could not find out differs from nothing", () => {
    const here = inspection({ web: [{ kind: "version", name: "httpd", value: "?" }] });
    const there = inspection({ web: [{ kind: "version", name: "httpd", value: "2.4.62" }] });
    assert.deepEqual(compareInspections(here, there, "").differences, []);
    assert.deepEqual(compareInspections(there, here, "").differences, []);
  });

  test("a file that two resources read is listed once, with both", () => {
    const here = inspection({ b: [file("/a", "1")], a: [file("/a", "1")] });
    const there = inspection({ b: [file("/a", "2")], a: [file("/a", "2")] });
    const { differences } = compareInspections(here, there, "");
    assert.deepEqual(
      differences.map(({ resources }) => resources),
      [["a", "b"]],
    );
  });

  test("a resource that one node has not looked at yet says nothing", () => {
    const here = inspection({ web: [file("/a", "1")], new: [file("/n", "1")] });
    assert.deepEqual(
      compareInspections(here, inspection({ web: [file("/a", "1")] }), "").differences,
      [],
    );
  });

  test("what was declared to differ is told apart, with the first entry that says so", () => {
    const there = inspection({ web: [file("/a", "2"), file("/b", "2"), file("/c", "1")] });
    const here = inspection({ web: [file("/a", "1"), file("/b", "1"), file("/c", "1")] });
    const { differences, ignored } = compareInspections(here, there, " /b* file:/b /c");
    assert.deepEqual(
      differences.map(({ name }) => name),
      ["/a"],
    );
    assert.deepEqual(ignored, [{ kind: "file", name: "/b", entry: "/b*" }]);
  });

  test("an entry is unused where it fits nothing on either node, alike or not", () => {
    const here = inspection({ web: [file("/a", "1")] });
    const there = inspection({ web: [file("/a", "1"), file("/b", "2")] });
    assert.deepEqual(listUnusedEntries([here, there], "/a /b key:/a /x*"), ["key:/a", "/x*"]);
  });
});
