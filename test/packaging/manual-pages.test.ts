import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { PROPERTIES } from "../../agent/core/configuration/index.ts";
import { CLUSTER_FILE_FIELDS } from "../../agent/wire/index.ts";
import { flatten, readCommandTree } from "../../packaging/generate/command-tree.ts";
import { listAgents } from "../../resource-agents/index.ts";
import { type GeneratedFiles, generateFiles } from "./generated-files.ts";

/** How terminals of paper print bold: a character, a step back, the same again. */
const OVERSTRUCK = new RegExp(`.${String.fromCharCode(8)}`, "g");

suite("manual pages", function () {
  this.timeout(20_000);
  let generated: GeneratedFiles;
  let pages: readonly string[] = [];

  suiteSetup(() => {
    generated = generateFiles();
    pages = readdirSync(join(generated.folder, "man"));
  });

  suiteTeardown(() => generated?.close());

  const run = (program: string, words: readonly string[]) =>
    spawnSync(program, words, {
      cwd: join(generated.folder, "man"),
      encoding: "utf8",
      env: { ...process.env, MANWIDTH: "200", MAN_KEEP_FORMATTING: "", LC_ALL: "C" },
    });

  /** The page as people read it, without breaks of words and lines. */
  const read = (page: string): string =>
    run("mandoc", ["-T", "ascii", "-O", "width=200", page])
      .stdout.replace(OVERSTRUCK, "")
      .replace(/\s+/g, " ");

  test("there is one for each program, file and agent", () => {
    const agents = listAgents().map(({ metadata }) => metadata.type);
    const expected = [
      "lb-agent.8",
      "lb-cluster.yaml.5",
      "lb-pacemaker-Dummy.7",
      "lb-properties.7",
      "lbctl.8",
      ...new Set(agents.map((type) => `lb-${type}.7`)),
    ];
    assert.deepEqual(pages.toSorted(), expected.toSorted());
  });

  test("mandoc and groff find nothing wrong", () => {
    const ofMandoc = run("mandoc", ["-T", "lint", "-W", "warning", ...pages]);
    assert.deepEqual([ofMandoc.stdout + ofMandoc.stderr, ofMandoc.status], ["", 0]);
    const ofGroff = run("groff", ["-man", "-ww", "-z", ...pages]);
    assert.deepEqual([ofGroff.stderr, ofGroff.status], ["", 0]);
  });

  test("lbctl(8) has every command with its words and options", () => {
    const text = read("lbctl.8");
    for (const { path, usage, options } of flatten(readCommandTree()).slice(1)) {
      const words = usage.replace("[options]", "").trim();
      const command = path.length === 1 ? words : `${path.join(" ")} ${words}`.trim();
      assert.ok(text.includes(command), command);
      for (const { flags } of options) assert.ok(text.includes(flags), `${command} ${flags}`);
    }
  });

  test("the page of an agent has every parameter with its text", () => {
    for (const { metadata } of listAgents()) {
      const isSecond = metadata.type === "Dummy" && metadata.provider === "pacemaker";
      const text = read(`lb-${isSecond ? "pacemaker-" : ""}${metadata.type}.7`);
      for (const { name, longDescription } of metadata.parameters) {
        assert.ok(text.includes(` ${name} `), `${metadata.type} ${name}`);
        assert.ok(text.includes(longDescription.replace(/\s+/g, " ")), `${name}: text`);
      }
    }
  });

  test("the fields of the file and all properties have their text", () => {
    const file = read("lb-cluster.yaml.5");
    for (const name of Object.values(CLUSTER_FILE_FIELDS).flat()) {
      assert.ok(file.includes(` ${name} `), name);
    }
    const properties = read("lb-properties.7");
    for (const { name } of PROPERTIES) assert.ok(properties.includes(` ${name} `), name);
  });
});
