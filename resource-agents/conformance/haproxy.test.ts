import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BalancerClient } from "./balancer-client.ts";
import { haproxySiteOf, type TestHaproxy, writeHaproxyConfig } from "./haproxy-files.ts";
import type { ActionOptions } from "./host.ts";
import { TestHost } from "./host.ts";
import {
  processesOf,
  requestPage,
  runScript,
  signal,
  startSilentMember,
  until,
  untilPortFree,
} from "./server-children.ts";

const AGENT = "ocf:lb:haproxy";
const PORT = 18380;

suite("haproxy with a real server", function () {
  this.timeout(30_000);
  let host: TestHost;
  let web: TestHaproxy;
  let number = 0;
  suiteSetup(() => {
    host = new TestHost();
  });
  suiteTeardown(() => host?.close());
  setup(() => {
    number += 1;
    web = writeHaproxyConfig(join(host.folder, `haproxy${number}`), { port: PORT });
  });
  teardown(async () => {
    for (const pid of processes()) signal(pid, "SIGKILL");
    await untilPortFree(host, PORT);
  });

  test("monitor tells 7, start and start again 0, stop and stop again 0", async () => {
    assert.equal((await act("monitor")).status, 7);
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
    const started = await succeeds("start");
    assert.ok(started.tookMs < 1000, `start took ${started.tookMs} ms`);
    await succeeds("monitor");
    const pid = pidOf(web);
    assert.deepEqual((await act("watches")).watches, [{ kind: "process", pid }]);
    await succeeds("start");
    assert.equal(pidOf(web), pid);
    const stopped = await succeeds("stop");
    assert.ok(stopped.tookMs < 1000, `stop took ${stopped.tookMs} ms`);
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(web.pidFile), false);
    await succeeds("stop");
    assert.equal((await act("monitor")).status, 7);
    assert.deepEqual((await act("watches")).watches, []);
  });

  test("a killed master is not running, and a start begins anew", async () => {
    await succeeds("start");
    const master = pidOf(web);
    const workers = processes().filter((pid) => pid !== master);
    for (const pid of workers) signal(pid, "SIGSTOP");
    signal(master, "SIGKILL");
    await until(async () => (await act("monitor")).status === 7);
    // The kernel may wake the workers at the death of their master, and they end by themselves.
    await succeeds("start");
    assert.notEqual(pidOf(web), master);
    assert.deepEqual(
      processes().filter((pid) => workers.includes(pid)),
      [],
    );
  });

  test("a frozen worker is a failure, and a stop ends it within the timeout", async () => {
    await succeeds("start");
    for (const pid of processes()) signal(pid, "SIGSTOP");
    const { status, reason } = await act("monitor", { timeoutMs: 1000 });
    assert.equal(status, 1);
    assert.match(reason, /stats socket: no answer within 500 ms/);
    const stopped = await act("stop", { timeoutMs: 2000 });
    assert.equal(stopped.status, 0);
    assert.ok(stopped.tookMs < 2000, `took ${stopped.tookMs} ms`);
    assert.deepEqual(processes(), []);
  });

  test("requests are answered within graceful_stop_timeout, and cut off after it", async () => {
    await succeeds("start");
    const member = await startSilentMember(host, PORT + 1);
    try {
      const parked = requestPage(host, `http://127.0.0.1:${PORT}/parked`);
      await until(() => member.text().includes("asked"));
      const stopped = await succeeds("stop");
      assert.ok(stopped.tookMs < 1000, `took ${stopped.tookMs} ms`);
      assert.equal(await parked, "cut");
      await succeeds("start");
      const answered = requestPage(host, `http://127.0.0.1:${PORT}/parked`);
      await until(() => member.text().split("asked").length > 2);
      const parameters = { ...web.parameters, graceful_stop_timeout: "5s" };
      const stopping = act("stop", { parameters });
      member.answer();
      assert.equal(await answered, "late");
      assert.equal((await stopping).status, 0);
    } finally {
      member.child.kill("SIGKILL");
    }
    assert.deepEqual(processes(), []);
  });

  test("a foreign process in the PID file is never signalled", async () => {
    const sleeper = spawn("sleep", ["60"]);
    try {
      mkdirSync(join(web.folder, "run"));
      writeFileSync(web.pidFile, `${sleeper.pid}\n`);
      assert.equal((await act("monitor")).status, 7);
      await succeeds("stop");
      assert.equal(readFileSync(web.pidFile, "utf8"), `${sleeper.pid}\n`);
      const { log } = await succeeds("start");
      assert.match(log.join("\n"), /names no process of this server, removed/);
      await succeeds("stop");
      assert.deepEqual([sleeper.exitCode, sleeper.signalCode], [null, null]);
    } finally {
      sleeper.kill("SIGKILL");
    }
  });

  test("the server of another configuration is left alone", async () => {
    await succeeds("start");
    const other = writeHaproxyConfig(join(host.folder, `other${number}`), { port: PORT + 10 });
    const options = { parameters: other.parameters };
    assert.equal((await host.act(AGENT, "start", options)).status, 0);
    await succeeds("stop");
    assert.equal((await host.act(AGENT, "monitor", options)).status, 0);
    assert.equal((await host.act(AGENT, "stop", options)).status, 0);
  });

  test("a broken configuration is 5 in haproxy's words; one that runs goes on", async () => {
    await succeeds("start");
    appendFileSync(web.siteFile, "  no-such-keyword\n");
    await succeeds("monitor");
    for (const action of ["validate", "reload"]) {
      const { status, reason } = await act(action);
      assert.equal(status, 5, action);
      assert.match(reason, /10-site\.cfg:7: unknown keyword 'no-such-keyword'/);
    }
    await succeeds("monitor");
    await succeeds("stop");
    const { status, reason } = await act("start");
    assert.equal(status, 5);
    assert.match(reason, /unknown keyword 'no-such-keyword'/);
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
  });

  test("a port in use passes haproxy's test, and blocks readiness and start", async () => {
    const script = `require("node:net").createServer()
      .listen(${PORT}, "127.0.0.1", () => console.log("listening"))`;
    const holder = runScript(host, script);
    try {
      await until(() => holder.text().includes("listening"));
      await succeeds("validate");
      const { status, reason } = await act("start");
      assert.equal(status, 1);
      assert.match(reason, /cannot bind socket.*127\.0\.0\.1:18380/);
      const { findings } = await act("readiness");
      assert.match(JSON.stringify(findings), /127\.0\.0\.1:18380: taken by node/);
    } finally {
      holder.child.kill("SIGKILL");
    }
  });

  test("a bind on an address of the other node warns with the kernel's switch", async () => {
    const site = haproxySiteOf(PORT, "word").replace("127.0.0.1:", "10.99.0.77:");
    writeFileSync(web.siteFile, site);
    const { findings } = await act("readiness");
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ["warns"],
    );
    assert.match(findings[0]?.remedy ?? "", /sysctl -w net\.ipv4\.ip_nonlocal_bind=1/);
    const { status, reason } = await act("start");
    assert.equal(status, 1);
    assert.match(reason, /cannot bind socket/);
  });

  test("without configuration or binary: not installed, and not running when probed", async () => {
    for (const parameters of [
      { ...web.parameters, conffile: "/nonexistent/haproxy.cfg" },
      { ...web.parameters, binary: "/nonexistent/haproxy" },
    ]) {
      assert.equal((await host.act(AGENT, "start", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "validate", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "monitor", { parameters, isProbe: true })).status, 7);
      assert.equal((await host.act(AGENT, "stop", { parameters })).status, 0);
      const { findings } = await act("readiness", { parameters });
      assert.equal(findings[0]?.severity, "blocks");
    }
  });

  test("a given statusurl or stats socket must answer", async () => {
    await succeeds("start");
    const withStatus = (path: string) =>
      act("monitor", {
        parameters: { ...web.parameters, statusurl: `http://127.0.0.1:${PORT}${path}` },
      });
    assert.equal((await withStatus("/alive")).status, 0);
    assert.match((await withStatus("/dead")).reason, /dead: answered 503, expected status 200/);
    const parameters = { ...web.parameters, stats_socket: "/nonexistent/haproxy.sock" };
    assert.match((await act("monitor", { parameters })).reason, /stats socket: .*ENOENT/);
  });

  test("level 10: dead members degrade, wrong pages fail, nothing given is fine", async () => {
    await succeeds("start");
    await succeeds("monitor", { checkLevel: 10 });
    const deep = (more: Record<string, string>) =>
      act("monitor", { parameters: { ...web.parameters, ...more }, checkLevel: 10 });
    const dead = await deep({ deep_checks: "/ /dead" });
    assert.equal(dead.status, 190);
    assert.match(dead.reason, /members of .*dead.* are down: 503/);
    assert.equal((await deep({ testurl: "/x", testregex10: "first" })).status, 0);
    assert.equal((await deep({ testurl: "/x", testregex10: "second" })).status, 1);
  });

  test("reloads lose no request, and the last answer is that of the new file", async () => {
    await succeeds("start");
    const client = new BalancerClient(host.hostName, `http://127.0.0.1:${PORT}/`);
    await client.started();
    for (const word of ["second", "third", "fourth"]) {
      writeFileSync(web.siteFile, haproxySiteOf(PORT, word));
      await succeeds("reload");
      assert.equal(await client.answerNow(), word);
    }
    const { answered, failures } = await client.stop();
    assert.deepEqual(failures, []);
    assert.ok(answered > 100, `only ${answered} requests were made`);
  });

  test("a reload that cannot be done is told at once, and the old worker stays", async () => {
    await succeeds("start");
    const script = `require("node:net").createServer()
      .listen(${PORT + 5}, "127.0.0.1", () => console.log("listening"))`;
    const holder = runScript(host, script);
    try {
      await until(() => holder.text().includes("listening"));
      appendFileSync(web.siteFile, `  bind 127.0.0.1:${PORT + 5}\n`);
      const { status, reason, tookMs } = await act("reload");
      assert.equal(status, 1);
      assert.match(reason, /did not reload: its master could not use the configuration/);
      assert.ok(tookMs < 5000, `took ${tookMs} ms`);
      await succeeds("monitor");
    } finally {
      holder.child.kill("SIGKILL");
    }
    await succeeds("reload");
  });

  test("a reload keeps the state of the members in the server-state-file", async () => {
    await succeeds("start");
    await succeeds("reload");
    assert.match(
      readFileSync(web.stateFile, "utf8"),
      /^# be_id[\s\S]* members 1 dead 127\.0\.0\.1 /m,
    );
  });

  test("a reload waits for absent peers until the worker is as old as peers_wait", async () => {
    const more = `peers pair\n  peer A 127.0.0.1:${PORT + 3}\n  peer B 127.0.0.1:${PORT + 4}
backend table\n  stick-table type ip size 1k expire 1m peers pair`;
    web = writeHaproxyConfig(join(host.folder, `peers${number}`), { port: PORT, more });
    const parameters = { ...web.parameters, options: "-L A", peers_wait: "2s" };
    await succeeds("start", { parameters });
    const held = await succeeds("reload", { parameters });
    assert.match(held.log.join("\n"), /reload held until the peers/);
    assert.ok(held.tookMs > 1000 && held.tookMs < 4000, `took ${held.tookMs} ms`);
    const hasty = await succeeds("reload", { parameters: { ...parameters, peers_wait: "0" } });
    assert.ok(hasty.tookMs < 1000, `took ${hasty.tookMs} ms`);
  });

  test("a stick table survives a reload that is asked for right after a start", async function () {
    this.timeout(60_000);
    const site = `peers pair\n  peer A 127.0.0.1:${PORT + 3}\n  peer B 127.0.0.1:${PORT + 4}
backend table\n  stick-table type string len 32 size 1k expire 10m peers pair
${haproxySiteOf(PORT, "word")}`;
    const track = "  http-request track-sc0 path table table\n  http-request return";
    writeFileSync(web.siteFile, site.replace("  http-request return", track));
    const parameters = { ...web.parameters, options: "-L A" };
    await succeeds("start", { parameters });
    assert.equal(await requestPage(host, `http://127.0.0.1:${PORT}/kept`), "word");
    const { tookMs } = await succeeds("reload", { parameters, timeoutMs: 40_000 });
    assert.ok(tookMs > 3000 && tookMs < 14_000, `took ${tookMs} ms`);
    await until(() => showTable().includes("key=/kept"));
  });

  test("a ready node has no findings; what both nodes need alike is named", async () => {
    assert.deepEqual((await act("readiness")).findings, []);
    const { compared } = await act("compared");
    const files = compared.flatMap((item) => (item.kind === "file" ? [item.name] : []));
    assert.deepEqual(files, [web.configFile, web.siteFile]);
    const version = compared.find(({ kind }) => kind === "version");
    assert.match(JSON.stringify(version), /HAProxy version [0-9]/);
    assert.deepEqual((await act("compared")).compared, compared);
    assert.equal((await act("compared")).commands, 0, "the binary was asked again");
  });

  test("the name of the local peer is no difference, all else is", async () => {
    const told = async (global: string) => {
      web = writeHaproxyConfig(join(host.folder, `local${number}`), { port: PORT, global });
      return JSON.stringify((await act("compared")).compared);
    };
    const first = await told("localpeer A");
    assert.match(first, /without the local peer/);
    assert.equal(await told("localpeer B"), first);
    assert.notEqual(await told("localpeer B\n  maxconn 99"), first);
  });

  test("bad parameters are status 6 in every action", async () => {
    const parameters = { conffile: "haproxy.cfg", peers_wait: "soon" };
    for (const action of ["start", "stop", "monitor", "validate", "reload"]) {
      const { status, reason } = await act(action, { parameters });
      assert.equal(status, 6, action);
      assert.match(reason, /peers_wait "soon": expected a time.*conffile "haproxy.cfg": expected/);
    }
  });

  function act(action: string, options: ActionOptions = {}) {
    return host.act(AGENT, action, { parameters: web.parameters, ...options });
  }

  async function succeeds(action: string, options: ActionOptions = {}) {
    const reply = await act(action, options);
    assert.deepEqual([reply.status, reply.reason], [0, ""], action);
    return reply;
  }

  function processes(): number[] {
    return processesOf(host, "haproxy");
  }

  /** What the running worker has in its table, through the socket of its master. */
  function showTable(): string {
    const args = readFileSync(`/proc/${pidOf(web)}/cmdline`, "utf8").split("\0");
    const path = args[args.indexOf("-S") + 1]?.split(",")[0] ?? "";
    const script = `const socket = require("node:net").connect(process.argv[1], () => {
      socket.end("@1 show table table\\n"); socket.pipe(process.stdout); });`;
    return host.command(process.execPath, "-e", script, path);
  }
});

function pidOf({ pidFile }: TestHaproxy): number {
  return Number(readFileSync(pidFile, "utf8"));
}
