import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApacheActions } from "./apache-actions.ts";
import type { ActionOptions } from "./host.ts";
import { TestHost } from "./host.ts";
import { modulesLines, type TestHttpd, writeHttpdConfig } from "./httpd.ts";
import { TestTraffic } from "./web-traffic.ts";

const AGENT = "ocf:heartbeat:apache";
const PORT = 18080;
const MEMBER_PORT = 18090;

suite("apache with a real httpd", function () {
  this.timeout(30_000);
  let host: TestHost;
  let web: TestHttpd;
  let apache: ApacheActions;
  let number = 0;
  const traffic: TestTraffic[] = [];
  suiteSetup(() => {
    host = new TestHost();
  });
  suiteTeardown(() => host?.close());
  setup(() => {
    number += 1;
    web = writeHttpdConfig(join(host.folder, `web${number}`), { port: PORT });
    apache = new ApacheActions(host, web);
  });
  teardown(async () => {
    for (const each of traffic.splice(0)) await each.close();
    await apache.end();
  });

  test("monitor tells 7, start and start again 0, stop and stop again 0", async () => {
    assert.equal((await act("monitor")).status, 7);
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
    await succeeds("start");
    await succeeds("monitor");
    assert.deepEqual((await act("watches")).watches, [{ kind: "process", pid: pidOf(web) }]);
    const pid = pidOf(web);
    await succeeds("start");
    assert.equal(pidOf(web), pid);
    await succeeds("stop");
    assert.deepEqual(processes(), []);
    await succeeds("stop");
    assert.equal((await act("monitor")).status, 7);
    assert.deepEqual((await act("watches")).watches, []);
  });

  test("the folder of the PID file is made when a boot has removed it", async () => {
    assert.equal(existsSync(join(web.folder, "run")), false);
    await succeeds("start");
    assert.ok(pidOf(web) > 0);
  });

  test("a killed parent is not running while its workers live; a start clears them", async () => {
    await succeeds("start");
    process.kill(pidOf(web), "SIGKILL");
    await sleep(50);
    assert.equal((await act("monitor")).status, 7);
    assert.ok(processes().length > 0, "workers were expected to be left");
    const { log } = await succeeds("start");
    assert.match(log.join("\n"), /left without a parent/);
    await succeeds("monitor");
  });

  test("stop ends the workers of a killed parent and removes its PID file", async () => {
    await succeeds("start");
    process.kill(pidOf(web), "SIGKILL");
    await sleep(50);
    await succeeds("stop");
    assert.deepEqual(processes(), []);
  });

  test("a bad graceful time is named with its value", async () => {
    const parameters = { ...web.parameters, graceful_stop_timeout: "soon" };
    const { status, reason } = await act("validate", { parameters });
    const expected = "expected a time such as 100ms, 5s, or 0";
    assert.deepEqual([status, reason], [6, `graceful_stop_timeout "soon": ${expected}`]);
  });

  test("a stopped server that does not end by itself is killed within the timeout", async () => {
    await succeeds("start");
    process.kill(pidOf(web), "SIGSTOP");
    const { status, tookMs } = await act("stop", { timeoutMs: 2000 });
    assert.equal(status, 0);
    assert.ok(tookMs < 2000, `took ${tookMs} ms`);
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(web.pidFile), false);
  });

  test("requests under way are answered before the server ends", async () => {
    const url = await startWithMember();
    const { lines } = await stopDuring(`${url}?ms=60`, 20);
    assert.deepEqual(lines, Array(20).fill("200"));
  });

  test("parked requests hold up a stop for its graceful time only", async () => {
    const url = await startWithMember();
    const { tookMs, lines } = await stopDuring(url, 5);
    assert.ok(tookMs < 500, `took ${tookMs} ms`);
    assert.equal(lines.includes("200"), false);
  });

  test("a longer graceful time is used as far as it is needed", async () => {
    const url = await startWithMember();
    const parameters = { ...web.parameters, graceful_stop_timeout: "8s" };
    const { tookMs, lines } = await stopDuring(`${url}?ms=700`, 5, parameters);
    assert.deepEqual(lines, Array(5).fill("200"));
    assert.ok(tookMs < 2000, `took ${tookMs} ms`);
  });

  test("without a graceful time requests are cut off at once", async () => {
    const url = await startWithMember();
    const parameters = { ...web.parameters, graceful_stop_timeout: "0" };
    const { lines } = await stopDuring(`${url}?ms=3000`, 5, parameters);
    assert.equal(lines.includes("200"), false);
  });

  test("a frozen server is a failure, not a stop", async () => {
    await succeeds("start");
    for (let round = 0; round < 3; round++) {
      // Workers that are made meanwhile are caught in the next round.
      for (const pid of processes()) process.kill(pid, "SIGSTOP");
      await sleep(50);
    }
    const { status, reason } = await act("monitor", { timeoutMs: 1000 });
    assert.equal(status, 1);
    assert.match(reason, /server-status: no answer within 500 ms.*expected status 200/);
  });

  test("a foreign process in the PID file is not the server and is never signalled", async () => {
    mkdirSync(join(web.folder, "run"));
    writeFileSync(web.pidFile, `${process.pid}\n`);
    assert.equal((await act("monitor")).status, 7);
    await succeeds("stop");
    assert.equal(readFileSync(web.pidFile, "utf8"), `${process.pid}\n`);
    await succeeds("start");
    assert.notEqual(pidOf(web), process.pid);
  });

  test("the server of another configuration is left alone", async () => {
    await succeeds("start");
    const other = writeHttpdConfig(join(host.folder, `other${number}`), { port: PORT + 1 });
    const options = { parameters: other.parameters };
    assert.equal((await host.act(AGENT, "start", options)).status, 0);
    await succeeds("stop");
    assert.equal((await host.act(AGENT, "monitor", options)).status, 0);
    assert.equal((await host.act(AGENT, "stop", options)).status, 0);
  });

  test("a PID file path changed while the server runs does not hide it", async () => {
    await succeeds("start");
    appendFileSync(web.configFile, `PidFile ${join(web.folder, "run", "moved.pid")}\n`);
    await succeeds("monitor");
    await succeeds("stop");
    assert.deepEqual(processes(), []);
  });

  test("a configuration broken while the server runs hides nothing", async () => {
    await succeeds("start");
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    await succeeds("monitor");
    const checked = await act("validate");
    assert.equal(checked.status, 5);
    await succeeds("stop");
    assert.deepEqual(processes(), []);
  });

  test("a broken configuration fails the start on this node, in the server's words", async () => {
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    for (const action of ["start", "validate"]) {
      const { status, reason } = await act(action);
      assert.equal(status, 5, action);
      assert.match(reason, /httpd\.conf.*Invalid command 'NoSuchDirective'/);
    }
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
  });

  test("a port in use fails the start as a soft error that names the address", async () => {
    const other = writeHttpdConfig(join(host.folder, `holder${number}`), { port: PORT });
    assert.equal((await host.act(AGENT, "start", { parameters: other.parameters })).status, 0);
    const { status, reason } = await act("start");
    assert.equal((await host.act(AGENT, "stop", { parameters: other.parameters })).status, 0);
    assert.equal(status, 1);
    assert.match(reason, /could not bind to address 127\.0\.0\.1:18080/);
  });

  test("without configuration or binary: not installed, and not running when probed", async () => {
    for (const parameters of [
      { configfile: "/nonexistent/httpd.conf" },
      { ...web.parameters, httpd: "/nonexistent/httpd" },
    ]) {
      assert.equal((await host.act(AGENT, "start", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "validate", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "monitor", { parameters, isProbe: true })).status, 7);
      assert.equal((await host.act(AGENT, "stop", { parameters })).status, 0);
    }
  });

  test("a script as binary is refused: its processes could not be told", async () => {
    const script = join(web.folder, "ctl");
    writeFileSync(script, "#!/bin/sh\n", { mode: 0o755 });
    const parameters = { ...web.parameters, httpd: script };
    assert.match((await host.act(AGENT, "start", { parameters })).reason, /is a script/);
  });

  test("any answer is not enough for a statusurl that was given", async () => {
    const missing = { ...web.parameters, statusurl: `http://127.0.0.1:${PORT}/nothing` };
    await succeeds("start");
    const { status, reason } = await act("monitor", { parameters: missing });
    assert.equal(status, 1);
    assert.match(reason, /nothing: answered 404, expected status 200/);
  });

  test("the machine-readable status page passes without a testregex", async () => {
    const statusurl = `http://127.0.0.1:${PORT}/server-status?auto`;
    await succeeds("start", { parameters: { ...web.parameters, statusurl } });
  });

  test("a testregex that does not match fails, and the page's beginning is shown", async () => {
    await succeeds("start");
    const parameters = { ...web.parameters, testregex: "no such [[:digit:]]+" };
    const { status, reason } = await act("monitor", { parameters });
    assert.equal(status, 1);
    assert.match(reason, /answered 200 with "<!DOCTYPE HTML.*expected it to match/);
  });

  test("without statusurl the first Listen is asked, and a missing page tolerated", async () => {
    const parameters = { configfile: web.configFile };
    await succeeds("start", { parameters });
    await succeeds("monitor", { parameters });
    await succeeds("stop", { parameters });
    writeFileSync(join(web.folder, "conf.d", "status.conf"), `Listen 127.0.0.1:${PORT}\n`);
    await succeeds("start", { parameters });
    await succeeds("monitor", { parameters });
  });

  test("check level 10 fetches testurl, and without it the configuration is wrong", async () => {
    const deep = { checkLevel: 10 };
    await succeeds("start");
    assert.equal((await act("monitor", deep)).status, 6);
    const parameters = { ...web.parameters, testurl: "/health.txt", testregex10: "IS +WELL" };
    await succeeds("monitor", { ...deep, parameters });
    const wrong = { ...parameters, testregex10: "is ill" };
    assert.equal((await act("monitor", { ...deep, parameters: wrong })).status, 1);
    const testconffile = join(web.folder, "tests");
    writeFileSync(testconffile, `test:one\n url: /health.txt\n match: well\nend\n`);
    const named = { ...web.parameters, testconffile, testname: "one" };
    await succeeds("monitor", { ...deep, parameters: named });
  });

  test("all deep checks of a list and a file are made, and each that fails is named", async () => {
    await succeeds("start");
    const testconffile = join(web.folder, "tests");
    const text = (status: number) =>
      `test:health\n url: /health.txt\n match: well\nend\n` +
      `test:absent\n url: /absent\n host: shop.example\n status: ${status}\nend\n`;
    const parameters = {
      ...web.parameters,
      testconffile,
      deep_checks: "/health.txt /server-status",
    };
    writeFileSync(testconffile, text(404));
    await succeeds("monitor", { checkLevel: 10, parameters });
    writeFileSync(testconffile, text(200));
    const { status, reason } = await act("monitor", { checkLevel: 10, parameters });
    const url = `http://localhost:${PORT}/absent`;
    const expected = `check absent: page ${url}: answered 404, expected status 200`;
    assert.deepEqual([status, reason], [1, expected]);
    await succeeds("monitor", { parameters });
  });

  test("members that are down make the service degraded, not failed", async () => {
    appendFileSync(web.configFile, proxyLines(`http://127.0.0.1:${MEMBER_PORT}/`));
    await succeeds("start");
    const parameters = { ...web.parameters, deep_checks: "/health.txt /frontend/about" };
    const { status, reason } = await act("monitor", { checkLevel: 10, parameters });
    const url = `http://localhost:${PORT}/frontend/about`;
    assert.deepEqual([status, reason], [190, `members of "${url}" are down: 503`]);
    await succeeds("monitor", { parameters });
  });

  test("environment files and options reach the server", async () => {
    const envfiles = join(web.folder, "envvars");
    writeFileSync(envfiles, `unset HOME\nexport STATUS_PORT=$((${PORT} + 2))\n`);
    const listen = `<IfDefine EXTRA>\nListen 127.0.0.1:\${STATUS_PORT}\n</IfDefine>\n`;
    appendFileSync(web.configFile, listen);
    const statusurl = `http://127.0.0.1:${PORT + 2}/server-status`;
    await succeeds("start", {
      parameters: { ...web.parameters, envfiles, options: "-D EXTRA", statusurl },
    });
  });

  test("monitor and stop do not wait for environment files or a configuration test", async () => {
    await succeeds("start");
    const envfiles = join(web.folder, "slow");
    writeFileSync(envfiles, "sleep 3\n");
    for (const action of ["monitor", "watches", "stop", "monitor"]) {
      const parameters = { ...web.parameters, envfiles };
      const { tookMs } = await act(action, { parameters });
      assert.ok(tookMs < 1000, `${action} took ${tookMs} ms`);
    }
  });

  test("a missing environment file is not installed, and names itself", async () => {
    const parameters = { ...web.parameters, envfiles: "/nonexistent/envvars" };
    const { status, reason } = await act("start", { parameters });
    assert.deepEqual([status, reason], [5, 'envfiles "/nonexistent/envvars": not found']);
  });

  test("a reload keeps the parent and takes the new configuration", async () => {
    await succeeds("start");
    const pid = pidOf(web);
    await succeeds("reload");
    assert.equal(pidOf(web), pid);
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    assert.equal((await act("reload")).status, 5);
    await succeeds("monitor");
  });

  test("bad parameters are status 6 and all named", async () => {
    const parameters = {
      configfile: "httpd.conf",
      port: "0",
      testregex: "(",
      statusurl: "ftp://x",
    };
    const { status, reason } = await host.act(AGENT, "validate", { parameters });
    assert.equal(status, 6);
    for (const name of ["httpd.conf", "port", "testregex", "statusurl"]) {
      assert.ok(reason.includes(name), `${name} in ${reason}`);
    }
  });

  /** Starts the server in front of a member; the address that reaches it. */
  async function startWithMember(): Promise<string> {
    appendFileSync(web.configFile, proxyLines(`http://127.0.0.1:${MEMBER_PORT}/`));
    traffic.push(await TestTraffic.member(host, MEMBER_PORT));
    await succeeds("start");
    return `http://127.0.0.1:${PORT}/frontend`;
  }

  /** Stops the server while the member has `count` requests; what became of them. */
  async function stopDuring(url: string, count: number, parameters = web.parameters) {
    const [member] = traffic;
    const requests = TestTraffic.requests(host, url, count);
    traffic.push(requests);
    await member?.untilLines(1 + count);
    const { tookMs } = await succeeds("stop", { parameters });
    assert.deepEqual(processes(), []);
    await requests.untilLines(count);
    return { tookMs, lines: requests.lines };
  }

  function act(action: string, options: ActionOptions = {}) {
    return apache.act(action, options);
  }

  function succeeds(action: string, options: ActionOptions = {}) {
    return apache.succeeds(action, options);
  }

  function processes(): number[] {
    return apache.processes();
  }
});

function pidOf({ pidFile }: TestHttpd): number {
  return Number(readFileSync(pidFile, "utf8"));
}

function proxyLines(member: string): string {
  return `${modulesLines("proxy", "proxy_http")}\nProxyPass /frontend ${member}\n`;
}
