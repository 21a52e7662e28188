import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { changingAgent } from "../../test/ctl/changing-agent.ts";
// The command loads its readers when it runs: here before, so that no test counts the time of it.
import "../cluster-import/index.ts";
import "yaml";
import { parseConfigText } from "../host/cluster-texts.ts";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

const NODES = EXAMPLE_STATUS.nodes.map(({ name }) => name);
const OLD_CLUSTERS = join(import.meta.dirname, "../../test/old-clusters");
const COROSYNC = join(OLD_CLUSTERS, "corosync/corosync.conf");
const CIB = join(OLD_CLUSTERS, "corosync/cib.xml");

/** An address of this host that is no loopback address, so that it can be one of the nodes. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const found = all.find(({ family, internal }) => family === "IPv4" && !internal);
  return found?.address ?? "127.0.0.1";
}

suite("lbctl cluster import", function () {
  this.timeout(60_000); // On a machine that is busy with other things.
  let folder = "";
  let etc = "";
  let changing = changingAgent();
  let socket: Server | undefined;

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-import-"));
    etc = join(folder, "etc");
    changing = changingAgent();
  });

  teardown(async () => {
    const open = socket;
    socket = undefined;
    if (open !== undefined) await new Promise((resolve) => open.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...words: readonly string[]): Promise<readonly [number, string, string]> {
    const printed = { out: "", err: "" };
    const exitCode = await runProgram(["cluster", "import", ...words], {
      paths: readPaths({ LB_CLUSTER_RUN: folder, LB_CLUSTER_ETC: etc }),
      terminal: {
        out: (text) => {
          printed.out += `${text}\n`;
        },
        err: (text) => {
          printed.err += `${text}\n`;
        },
      },
      withAgent: (use) =>
        socket === undefined ? assert.fail("no agent is needed") : use(changing.agent),
    });
    return [exitCode, printed.out, printed.err];
  }

  /** Something that takes connections where the agent would. */
  async function runAgent(): Promise<void> {
    const server = createServer((connection) => connection.end());
    await new Promise<void>((resolve) => server.listen(join(folder, "agent.sock"), resolve));
    socket = server;
  }

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** The pair's files with the address of this host for the first node. */
  function ownCorosync(): string {
    const text = readFileSync(COROSYNC, "utf8").replace(/ {8}ring1_addr.*\n/g, "");
    return file("corosync.conf", text.replace("192.168.33.18", ownAddress()));
  }

  test("a dry run writes nothing and shows the whole cluster.yaml", async () => {
    const [exitCode, out, err] = await run(COROSYNC, CIB, "--dry-run");
    assert.deepEqual([exitCode, err], [0, ""]);
    assert.match(out, /^ {2}carried {7}totem\.token="4000": token_timeout_ms \(line 5\)$/m);
    assert.match(out, /^ {4}- id: 2\n {6}name: "ip2"\n {6}addresses: \["192.168.33.19", /m);
    assert.match(out, /^\d+ carried, 3 changed, \d+ dropped, 0 out of scope$/m);
    assert.match(out, /Dry run: nothing was changed\n$/);
    assert.equal(existsSync(etc), false);
  });

  test("a dry run in JSON has the lines of each file, the file and the configuration", async () => {
    const [exitCode, out] = await run(COROSYNC, CIB, "--dry-run", "--output-format", "json");
    assert.equal(exitCode, 0);
    const parsed = JSON.parse(out);
    assert.deepEqual(parsed.problems, []);
    assert.deepEqual(
      parsed.parts.map((part: { what: string }) => part.what),
      ["corosync.conf", "what the files leave open", "CIB of Pacemaker"],
    );
    assert.equal((await parseConfigText(parsed.clusterFile)).tokenTimeoutMs, 4000);
    assert.equal(parsed.cib.resources.length, 2);
  });

  test("without an agent it writes both files, which the parser of the agent takes", async () => {
    const [exitCode, out, err] = await run(ownCorosync(), CIB);
    assert.deepEqual([exitCode, err], [0, ""]);
    const text = readFileSync(join(etc, "cluster.yaml"), "utf8");
    const config = await parseConfigText(text);
    assert.deepEqual(
      config.nodes.map(({ name, addresses }) => [name, addresses]),
      [
        ["ip1", [ownAddress()]],
        ["ip2", ["192.168.33.19"]],
      ],
    );
    assert.equal(config.quorum.waitsForAll, true);
    assert.equal(statSync(join(etc, "authkey")).mode & 0o777, 0o400);
    assert.match(out, /"lbctl cluster join -" reads it/);
    assert.match(out, /the same command again on one of them brings the resources \(2\)/);
    assert.deepEqual(changing.asked(), []);
  });

  test("the files of another cluster stay unless --force says otherwise", async () => {
    await run(ownCorosync(), CIB);
    const names = ["cluster.yaml", "authkey"];
    const before = names.map((name) => readFileSync(join(etc, name), "utf8"));
    const [exitCode, , err] = await run(ownCorosync(), CIB);
    assert.equal(exitCode, 2);
    assert.match(err, /^Error: .*cluster\.yaml exists; .*--force replaces it\n$/);
    assert.deepEqual(
      names.map((name) => readFileSync(join(etc, name), "utf8")),
      before,
    );
    assert.equal((await run(ownCorosync(), CIB, "--force"))[0], 0);
    assert.notEqual(readFileSync(join(etc, "authkey"), "utf8"), before[1]);
  });

  test("a mistake in one file keeps all from being written", async () => {
    const bad = file(
      "bad.xml",
      readFileSync(CIB, "utf8").replace('enabled" value="false"', 'enabled" value="x"'),
    );
    const broken = file("broken.xml", "<cib>\n<configuration>\n</cib>");
    for (const [path, message] of [
      [bad, /^Error: .*bad\.xml: property "stonith-enabled": "x": must be true or false\n$/],
      [broken, /^Error: .*broken\.xml: line 3, column \d+: is not XML: .*\n$/],
    ] as const) {
      const [exitCode, , err] = await run(ownCorosync(), path);
      assert.equal(exitCode, 2, err);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n {4}at /);
      assert.equal(existsSync(etc), false);
    }
  });

  test("this host has to be one of the nodes, or a folder is named", async () => {
    const [exitCode, , err] = await run(COROSYNC, CIB);
    assert.equal(exitCode, 2);
    assert.match(err, /must be one of the nodes ip1 .* and ip2/);
    const to = join(folder, "for-the-hosts");
    const [done, out] = await run(COROSYNC, CIB, "--to", to);
    assert.equal(done, 0);
    assert.deepEqual(readdirSync(to).sort(), ["authkey", "cluster.yaml"]);
    assert.match(out, /put both files into .* on both hosts/);
    assert.equal(existsSync(etc), false);
  });

  test("names that stand for no address are all told of; --addr and --map say more", async () => {
    const conf = join(OLD_CLUSTERS, "cman/cluster.conf");
    const [exitCode, out, err] = await run(conf, "--dry-run", "--map", "ip1=no-such-a.invalid");
    assert.equal(exitCode, 2);
    assert.match(out, /node ip1: is node no-such-a\.invalid here/);
    const lines = err.trimEnd().split("\n");
    assert.equal(lines.length, 2, err);
    assert.match(lines[0] ?? "", /^Error: node no-such-a\.invalid: .*give --addr no-such-a/);
    const addresses = ["--addr", "ip1=192.0.2.1,192.0.3.1", "--addr=web2=192.0.2.2,192.0.3.2"];
    const [done, shown] = await run(conf, "--dry-run", "--map=ip2=web2", ...addresses);
    assert.equal(done, 0);
    assert.match(shown, /name: "web2"\n {6}addresses: \["192.0.2.2", "192.0.3.2"\]/);
    for (const word of ["ip3=192.0.2.1", "ip1=name", "ip1", "ip1=1.2.3.4,1.2.3.5,1.2.3.6"]) {
      assert.equal((await run(conf, "--dry-run", "--addr", word))[0], 2, word);
    }
    assert.match((await run(conf, "--dry-run", "--map=x=y"))[2], /--map x=y: x: is none of/);
  });

  test("with a running agent the resources are replaced, cluster.yaml stays", async () => {
    await runAgent();
    const texts = readFileSync(COROSYNC, "utf8");
    const map = new Map(NODES.map((name, index) => [`ip${index + 1}`, name]));
    const words = [...map].flatMap(([from, to]) => (from === to ? [] : ["--map", `${from}=${to}`]));
    const [exitCode, out, err] = await run(file("c.conf", texts), CIB, ...words);
    assert.deepEqual([exitCode, err], [0, ""]);
    assert.deepEqual(
      changing.asked().map(({ kind }) => kind),
      ["replaceConfiguration"],
    );
    assert.deepEqual(
      changing.cib().resources.map(({ id }) => id),
      ["virtual_ip", "webserver"],
    );
    assert.match(out, /primitive webserver: ocf:heartbeat:apache/);
    assert.equal(existsSync(etc), false);
  });

  test("with a running agent, settings that cluster.yaml has otherwise are told of", async () => {
    const names = NODES.flatMap((name, index) => ["--map", `ip${index + 1}=${name}`]);
    const words = [CIB, ...names];
    assert.equal((await run(COROSYNC, ...words, "--to", etc))[0], 0);
    await runAgent();
    const text = readFileSync(COROSYNC, "utf8").replace("token: 4000", "token: 2000");
    const [exitCode, out] = await run(file("c.conf", text), ...words);
    assert.equal(exitCode, 0);
    assert.match(out, /^ {2}dropped {7}token_timeout_ms 2000: is 4000 here and stays so/m);
    assert.equal(out.match(/stays so while lb-agent runs/g)?.length, 1);
  });

  test("with a running agent, files without resources are refused, and a plan is one", async () => {
    const [refusedPlan, , said] = await run(ownCorosync(), CIB, "--plan");
    assert.equal(refusedPlan, 2);
    assert.match(said, /--plan: lb-agent does not run here/);
    await runAgent();
    const [exitCode, , err] = await run(COROSYNC);
    assert.equal(exitCode, 2);
    assert.match(err, /only resources are imported, and there are none/);
  });

  test("with a running agent, services that have no equivalent replace nothing", async () => {
    await runAgent();
    const rm = (services: string): string =>
      file("cluster.conf", `<cluster name="c"><rm>${services}</rm></cluster>`);
    const database = '<service name="db"><mysql name="m"/></service>';
    const [exitCode, out, err] = await run(rm(database));
    assert.equal(exitCode, 2);
    assert.match(out, /dropped {7}service db: nothing in it has an equivalent here/);
    assert.match(err, /only resources are imported, and there are none/);
    const [refused, , said] = await run(rm("<service/>".repeat(5001)));
    assert.equal(refused, 2);
    assert.match(said, /at most 5000 elements/);
    assert.deepEqual(changing.asked(), []);
  });

  test("files that are none, or too much, are refused with one line", async () => {
    const rows: readonly (readonly [string, RegExp])[] = [
      [join(folder, "none"), /does not exist/],
      [folder, /is a directory/],
      [file("binary", "\u0000\u0000"), /NUL bytes/],
      ["/bin/sh", /must be a text in UTF-8/],
    ];
    for (const [path, message] of rows) {
      const [exitCode, , err] = await run(path, "--dry-run");
      assert.equal(exitCode, 2, err);
      assert.match(err, message);
      assert.equal(err.trimEnd().split("\n").length, 1);
    }
    assert.equal((await run())[0], 2);
  });

  test("what a terminal would obey in a file is shown as an escape", async () => {
    const text = readFileSync(COROSYNC, "utf8").replace("transport: knet", "transport: \u001b[2J");
    const [, out] = await run(file("evil.conf", text), CIB, "--dry-run");
    assert.match(out, /transport="\\u001b\[2J"/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
    assert.doesNotMatch(out, /\u001b/);
  });
});
