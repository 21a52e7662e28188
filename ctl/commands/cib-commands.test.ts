import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { changingAgent } from "../../test/ctl/changing-agent.ts";
import { cibDocument, dummy, propertySet } from "../cib-xml/example-documents.ts";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

const NODES = EXAMPLE_STATUS.nodes.map(({ name }) => name);

const DOCUMENT = cibDocument({
  nodes: NODES.map((name, index) => `<node id="${index + 1}" uname="${name}"/>`).join(""),
  options: propertySet({ "stonith-enabled": "false" }),
  resources: dummy("d"),
});

suite("lbctl cib", () => {
  let folder = "";
  let changing = changingAgent();

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-cib-"));
    changing = changingAgent();
  });

  teardown(() => rmSync(folder, { recursive: true, force: true }));

  async function run(
    words: readonly string[],
    hasAgent = true,
  ): Promise<readonly [number, string, string]> {
    const printed = { out: "", err: "" };
    const exitCode = await runProgram(["cib", ...words], {
      paths: readPaths({ LB_CLUSTER_RUN: folder, LB_CLUSTER_ETC: join(folder, "etc") }),
      terminal: {
        out: (text) => {
          printed.out += `${text}\n`;
        },
        err: (text) => {
          printed.err += `${text}\n`;
        },
      },
      withAgent: (use) => (hasAgent ? use(changing.agent) : assert.fail("no agent is needed")),
    });
    return [exitCode, printed.out, printed.err];
  }

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  test("import replaces the configuration by one change and keeps its ancestors", async () => {
    const [exitCode, out, err] = await run(["import", file("a.xml", DOCUMENT)]);
    assert.deepEqual([exitCode, err], [0, ""]);
    assert.match(out, /^carried {7}primitive d: ocf:pacemaker:Dummy$/m);
    assert.match(out, /^\d+ carried, 0 changed, 0 dropped, 0 out of scope$/m);
    assert.deepEqual(
      changing.asked().map(({ kind }) => kind),
      ["replaceConfiguration"],
    );
    assert.deepEqual(changing.cib().properties, { "stonith-enabled": "false" });
    assert.deepEqual(changing.cib().version, { adminEpoch: 0, epoch: 1, numUpdates: 0 });
    assert.equal(changing.cib().lineage.length, 1);
    assert.equal(changing.cib().lastChange.by, "tester");
  });

  test("a dry run needs no agent and changes nothing", async () => {
    const [exitCode, out] = await run(["import", file("a.xml", DOCUMENT), "--dry-run"], false);
    assert.equal(exitCode, 0);
    assert.match(out, /Dry run: nothing was changed\n$/);
    assert.deepEqual(changing.asked(), []);
  });

  test("nodes are mapped one --map each, before or after the file", async () => {
    const document = DOCUMENT.replace(`"${NODES[0]}"`, '"old1"').replace(`"${NODES[1]}"`, '"old2"');
    const path = file("a.xml", document);
    const [refused, , err] = await run(["import", path]);
    assert.equal(refused, 2);
    assert.match(err, /such as --map old1=/);
    const maps = ["--map", `old1=${NODES[1]}`, `--map=old2=${NODES[0]}`];
    assert.equal((await run(["import", ...maps, path]))[0], 0);
    assert.deepEqual(
      changing.cib().nodes.map(({ name }) => name),
      [NODES[1], NODES[0]],
    );
  });

  test("what is wrong is said before anything is asked of the cluster", async () => {
    const rows: readonly (readonly [string, RegExp])[] = [
      ["<cib>", /line 1, column 5: is not XML/],
      ["<other/>", /the document must be a cib/],
      [DOCUMENT.replace('value="false"', 'value="maybe"'), /must be true or false/],
    ];
    for (const [text, message] of rows) {
      const [exitCode, , err] = await run(["import", file("a.xml", text)]);
      assert.equal(exitCode, 2);
      assert.match(err, message);
    }
    assert.deepEqual(changing.asked(), []);
    assert.equal((await run(["import", file("a.xml", DOCUMENT), "--map", "x"]))[0], 2);
    assert.equal((await run(["import", join(folder, "none.xml")]))[0], 2);
    assert.equal((await run(["import"]))[0], 2);
  });

  test("what is exported can be imported and exported again, in XML and in JSON", async () => {
    await run(["import", file("a.xml", DOCUMENT)]);
    const [, xml] = await run(["export"]);
    const [, json] = await run(["export", "--format", "json"]);
    assert.deepEqual(JSON.parse(json), changing.cib());
    const fromXml = await run(["export", "--from", file("b.xml", xml)], false);
    const fromJson = await run(["export", "--from", file("b.json", json)], false);
    assert.deepEqual(fromXml, [0, xml, ""]);
    assert.deepEqual(fromJson, [0, xml, ""]);
    const [, script] = await run(["export", "--format=pcs", "--from", file("c.xml", xml)], false);
    assert.match(script, /pcs -f "\$CIB" resource create d ocf:pacemaker:Dummy/);
  });

  test("an export from a file says on standard error what it leaves out", async () => {
    const document = cibDocument({ more: '<alerts><alert id="mail"/></alerts>' });
    const [exitCode, , err] = await run(["export", "--from", file("a.xml", document)], false);
    assert.equal(exitCode, 0);
    assert.match(err, /Warning: line \d+: left out: alert mail: alerts are not supported/);
  });

  test("a file that is none, or in another code than UTF-8, is refused by its name", async () => {
    const latin = Buffer.from(DOCUMENT.replace('type="Dummy"', 'type="D\u00fcmmy"'), "latin1");
    writeFileSync(join(folder, "latin.xml"), latin);
    const rows = [
      ["", "is a directory: must be a file"],
      ["/none.xml", "does not exist"],
      ["/latin.xml", "must be a text in UTF-8"],
    ] as const;
    for (const [name, reason] of rows) {
      const path = `${folder}${name}`;
      for (const words of [
        ["import", path, "--dry-run"],
        ["export", "--from", path],
      ]) {
        const [exitCode, , err] = await run(words, false);
        assert.equal(exitCode, 2, err);
        assert.match(err, /^Error: [^\n]+\n$/);
        assert.ok(err.startsWith(`Error: ${path}`) && err.includes(reason), err);
      }
    }
    const [, , err] = await run(["import", file("open.xml", "<cib>"), "--dry-run"], false);
    assert.match(err, /open\.xml: line 1, column 5: is not XML/);
  });

  test("each thing of an import stays one line, whatever is in its name", async () => {
    const nodes = '<node id="1" uname="a&#10;Error: b&#155;31m"/>';
    const path = file("a.xml", cibDocument({ nodes }));
    const [, out] = await run(["import", path, "--dry-run"], false);
    assert.match(out, /^carried {7}node a\\nError: b\\u009b31m$/m);
  });

  test("a dry run in JSON is one object", async () => {
    const path = file("a.xml", DOCUMENT);
    const words = ["import", path, "--dry-run", "--output-format", "json"];
    const [exitCode, out, err] = await run(words, false);
    assert.deepEqual([exitCode, err], [0, ""]);
    const { lines, problems } = JSON.parse(out);
    assert.deepEqual(problems, []);
    assert.ok(lines.length > 0);
  });

  test("a node of the document is mapped once", async () => {
    const words = ["import", file("a.xml", DOCUMENT), "--dry-run", "--map", "a=b", "--map", "a=c"];
    const [exitCode, , err] = await run(words, false);
    assert.deepEqual([exitCode, err], [2, "Error: --map a=c: a is b already\n"]);
  });

  test("an unknown format and a damaged JSON are refused", async () => {
    assert.equal((await run(["export", "--format", "yaml"]))[0], 2);
    assert.equal((await run(["export", "--from", file("a.json", "{")], false))[0], 2);
    assert.equal((await run(["export", "--from", file("a.json", '{"a":1}')], false))[0], 2);
  });
});
