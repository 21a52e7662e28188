import assert from "node:assert/strict";
import { parseDurationMs, parseMetadata } from "./parse-metadata.ts";

suite("metadata of other agents", () => {
  for (const [text, ms] of [
    ["20", 20_000],
    ["20s", 20_000],
    ["500ms", 500],
    ["2min", 120_000],
    ["1h", 3_600_000],
    ["x", null],
    ["-1", null],
    ["", null],
  ] as const) {
    test(`duration "${text}": ${ms}`, () => {
      assert.equal(parseDurationMs(text), ms);
    });
  }

  test("parameters without content, unknown types and unknown actions do no harm", () => {
    const xml = `<resource-agent name="X" version="2"><parameters>
      <parameter name="a" required="true"/><parameter name="b"><content type="time"/></parameter>
      <parameter/></parameters><actions><action name="dance" timeout="5"/>
      <action name="monitor" depth="x" timeout="?"/></actions></resource-agent>`;
    const metadata = parseMetadata(xml, "p");
    assert.deepEqual(
      metadata?.parameters.map(({ name, type, isRequired }) => [name, type, isRequired]),
      [
        ["a", "string", true],
        ["b", "string", false],
      ],
    );
    assert.deepEqual(metadata?.actions, [{ name: "monitor", timeoutMs: 20_000, intervalMs: 0 }]);
    assert.equal(metadata?.version, "2");
  });

  test("groups of unique parameters, and what is not to be used any more", () => {
    const xml = `<resource-agent name="X"><parameters><parameter name="a" unique-group="where"/>
      <parameter name="b" deprecated="1"/><parameter name="trace_ra"><deprecated/></parameter>
      </parameters></resource-agent>`;
    const parameters = parseMetadata(xml, "p")?.parameters ?? [];
    assert.deepEqual(
      parameters.map(({ name, isUnique, uniqueGroup, isDeprecated }) => {
        return [name, isUnique, uniqueGroup, isDeprecated];
      }),
      [
        ["a", true, "where", undefined],
        ["b", false, undefined, true],
        ["trace_ra", false, undefined, true],
      ],
    );
  });

  test("what a fence agent prints has its short description in the root", () => {
    const xml = `<resource-agent name="fence_x" shortdesc="Fences x"><parameters/>
      </resource-agent>`;
    const metadata = parseMetadata(xml, "", "stonith");
    assert.deepEqual([metadata?.shortDescription, metadata?.parameters], ["Fences x", []]);
  });

  for (const xml of ["", "usage: agent {start|stop}", "<other/>", "<resource-agent/>"]) {
    test(`"${xml}" is not metadata`, () => {
      assert.equal(parseMetadata(xml, "p"), null);
    });
  }
});
