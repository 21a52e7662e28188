import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";

const OLD = "0f".repeat(32);
const ROOT = join(import.meta.dirname, "../..");

suite("lbctl cluster authkey", function () {
  this.timeout(60_000); // On a machine that is busy with other things.
  let folder = "";
  const etcOf = (host: string) => join(folder, host, "etc");
  const keysOf = (host: string) =>
    readFileSync(join(etcOf(host), "authkey"), "utf8")
      .trimEnd()
      .split("\n");

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-authkey-"));
    for (const host of ["ip1", "ip2"]) {
      mkdirSync(etcOf(host), { recursive: true });
      writeFileSync(join(etcOf(host), "cluster.yaml"), "name: web\n");
      writeFileSync(join(etcOf(host), "authkey"), `${OLD}\n`, { mode: 0o400 });
    }
  });

  teardown(() => rmSync(folder, { recursive: true, force: true }));

  async function run(host: string, ...words: readonly string[]): Promise<string> {
    let printed = "";
    const say = (text: string) => {
      printed += `${text}\n`;
    };
    const environment = { LB_CLUSTER_ETC: etcOf(host), LB_CLUSTER_RUN: join(folder, host) };
    const status = await runProgram(["cluster", ...words], {
      paths: readPaths(environment),
      terminal: { out: say, err: say },
      withAgent: () => assert.fail("no agent is needed"),
    });
    return `${status} ${printed.trimEnd()}`;
  }

  /** The same as a process, which has a standard input. */
  function pipe(host: string, token: string): string {
    const argv = ["--import=tsx", "ctl/main.ts", "cluster", "authkey", "add", "-"];
    const env = { ...process.env, LB_CLUSTER_ETC: etcOf(host), LB_CLUSTER_RUN: join(folder, host) };
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: ROOT,
      env,
      input: token,
      encoding: "utf8",
    });
    return `${status} ${stdout}${stderr}`;
  }

  test("three steps on both hosts lead from the old secret to a new one", async () => {
    assert.match(await run("ip1", "authkey"), /^0 Seals with key [0-9a-f]{8}, accepts no other$/);
    assert.match(await run("ip1", "authkey", "add"), /accepts key [0-9a-f]{8} as well/);
    const [first, next = ""] = keysOf("ip1");
    assert.equal(first, OLD);
    assert.match(next, /^[0-9a-f]{64}$/);
    assert.equal(statSync(join(etcOf("ip1"), "authkey")).mode & 0o777, 0o400);
    const token = (await run("ip1", "token")).slice(2);
    assert.match(pipe("ip2", token), /^0 Seals with/);
    assert.deepEqual(keysOf("ip2"), [OLD, next]);
    assert.match(pipe("ip2", token), /^0 This host accepts the new key already/);
    for (const host of ["ip1", "ip2"]) {
      assert.match(await run(host, "authkey", "use"), /^0 /);
      assert.deepEqual(keysOf(host), [next, OLD]);
    }
    for (const host of ["ip1", "ip2"]) {
      assert.match(await run(host, "authkey", "drop"), /^0 .*accepts no other$/);
      assert.deepEqual(keysOf(host), [next]);
    }
  });

  test("a secret that is not in use yet is given up by drop", async () => {
    await run("ip1", "authkey", "add");
    await run("ip1", "authkey", "drop");
    assert.deepEqual(keysOf("ip1"), [OLD]);
  });

  test("a step out of order is refused and changes nothing", async () => {
    assert.match(await run("ip1", "authkey", "use"), /^2 .*no second key/);
    assert.match(await run("ip1", "authkey", "drop"), /^2 .*nothing to drop/);
    assert.match(await run("ip1", "authkey", "add", "lbc1:x"), /^2 .*found lbc1:x/);
    const token = (await run("ip2", "token")).slice(2);
    assert.match(pipe("ip1", token), /^2 .*brings no second key/);
    assert.deepEqual(keysOf("ip1"), [OLD]);
    await run("ip1", "authkey", "add");
    assert.match(await run("ip1", "authkey", "add"), /^2 .*is accepted already/);
  });

  test("no step follows one that the running agent does not know of", async () => {
    const pidFile = join(folder, "ip1", "agent.pid");
    writeFileSync(pidFile, `${process.pid}\n`);
    await run("ip1", "authkey", "add");
    const past = new Date(Date.now() - 60_000);
    utimesSync(pidFile, past, past);
    assert.match(await run("ip1", "authkey"), /Not in use before "systemctl restart lb-agent"$/);
    assert.match(await run("ip1", "authkey", "use"), /^2 .*since before the last step/);
    const later = new Date(Date.now() + 60_000);
    utimesSync(pidFile, later, later); // As after a restart.
    assert.match(await run("ip1", "authkey", "use"), /^0 /);
  });

  test("a secret of another cluster is not taken", async () => {
    await run("ip1", "authkey", "add");
    const token = (await run("ip1", "token")).slice(2);
    writeFileSync(join(etcOf("ip2"), "cluster.yaml"), "name: other\n");
    assert.match(pipe("ip2", token), /^2 .*of another cluster/);
    assert.deepEqual(keysOf("ip2"), [OLD]);
  });
});
