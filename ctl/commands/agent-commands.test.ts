import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";

/** An agent with something of everything that is shown. */
const AGENT = `#!/bin/sh
cat <<'END'
<resource-agent name="Thing" version="1"><longdesc>Keeps a
  thing.</longdesc><shortdesc>A thing</shortdesc><parameters>
<parameter name="port" required="1" unique="1"><longdesc>The port</longdesc>
<content type="integer" default="80"/></parameter>
<parameter name="state" unique-group="where"><shortdesc>File</shortdesc><content/></parameter>
<parameter name="old" deprecated="1"><longdesc>Not used</longdesc><content/></parameter>
</parameters><actions><action name="start" timeout="20"/>
<action name="monitor" timeout="20" interval="10" role="Master" depth="10"/>
<action name="meta-data" timeout="5"/></actions></resource-agent>
END
`;

suite("the agents of this host, without a daemon", () => {
  let root = "";
  const before = process.env["OCF_ROOT"];
  suiteSetup(() => {
    root = mkdtempSync(join(tmpdir(), "lb-ocf-root-"));
    mkdirSync(join(root, "resource.d", "own"), { recursive: true });
    writeFileSync(join(root, "resource.d", "own", "Thing"), AGENT, { mode: 0o755 });
    writeFileSync(join(root, "resource.d", "own", "Broken"), "#!/bin/sh\nexit 1\n", {
      mode: 0o755,
    });
    process.env["OCF_ROOT"] = root;
  });
  suiteTeardown(() => {
    if (before === undefined) delete process.env["OCF_ROOT"];
    else process.env["OCF_ROOT"] = before;
    rmSync(root, { recursive: true, force: true });
  });

  async function run(...words: readonly string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const status = await runProgram(words, {
      paths: readPaths({}),
      terminal: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
      withAgent: () => assert.fail("no daemon is needed"),
    });
    return { status, out: out.join("\n"), err: err.join("\n") };
  }

  test("standards, providers and types", async () => {
    assert.match((await run("resource", "standards")).out, /^ocf$/m);
    assert.match((await run("resource", "providers")).out, /^heartbeat\nlb\nown\npacemaker$/);
    assert.equal((await run("resource", "agents", "ocf:own")).out, "Broken\nThing");
    const json = await run("resource", "agents", "ocf:own", "--output-format", "json");
    assert.deepEqual(JSON.parse(json.out), ["Broken", "Thing"]);
  });

  test("list: with a line of each, without those that have no metadata; names alone", async () => {
    assert.equal((await run("resource", "list", "OCF:OWN")).out, "ocf:own:Thing - A thing");
    const plain = await run("resource", "list", "ocf:own", "--nodesc");
    assert.equal(plain.out, "ocf:own:Broken\nocf:own:Thing");
  });

  const DESCRIPTION = `ocf:own:Thing - A thing

Keeps a thing.

Resource options:
  port (required) (unique): The port Default: 80.
  state (unique group: where): File

Default operations:
  start:
    interval=0s
    timeout=20s
  monitor:
    interval=10s
    timeout=20s
    role=Promoted
    OCF_CHECK_LEVEL=10`;

  test("describe: as pcs lays it out; --full adds what is deprecated and for tracing", async () => {
    assert.equal((await run("resource", "describe", "ocf:own:Thing")).out, DESCRIPTION);
    const guessed = await run("resource", "describe", "thing");
    assert.equal(guessed.out, DESCRIPTION);
    assert.equal(guessed.err, "Assumed agent name 'ocf:own:Thing' (deduced from 'thing')");
    const full = (await run("resource", "describe", "ocf:own:Thing", "--full")).out;
    assert.match(full, /^ {2}old \(deprecated\): Not used$/m);
    assert.match(full, /^ {2}trace_ra: /m);
  });

  const refusals = [
    [["describe", "ocf:own:Thign"], /not found or not executable; did you mean ocf:own:Thing\?/],
    [["describe", "ocf:own:Broken"], /agent 'ocf:own:Broken': .*meta-data: exit status 1/],
    [["describe", "Dummy"], /multiple agents match 'Dummy'.*'ocf:heartbeat:Dummy'/],
    [["describe", "../../etc/x"], /no agent of this name/],
    [["describe"], /usage: lbctl resource describe/],
    [["agents", "foo"], /no agents found for foo; standards are .*ocf/],
    [
      ["agents", "ocf:foo"],
      /no agents found for ocf:foo; providers are heartbeat, lb, own, pacemaker/,
    ],
    [["list", "zzzz"], /no resource agents matching the filter 'zzzz'; near are /],
    [["standards", "x"], /usage: lbctl resource standards/],
  ] as const;
  for (const [words, says] of refusals) {
    test(`resource ${words.join(" ")} is refused`, async () => {
      const { status, err } = await run("resource", ...words);
      assert.equal(status, 2);
      assert.match(err, says);
      assert.equal(err.split("\n").length, 1);
    });
  }
});
