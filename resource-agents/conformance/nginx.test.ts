import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BalancerClient } from "./balancer-client.ts";
import type { ActionOptions } from "./host.ts";
import { TestHost } from "./host.ts";
import { siteOf, type TestNginx, writeNginxConfig } from "./nginx-files.ts";
import {
  processesOf,
  requestPage,
  runScript,
  signal,
  startSilentMember,
  until,
  untilPortFree,
} from "./server-children.ts";
import { makeCertificate } from "./test-certificate.ts";

const AGENT = "ocf:heartbeat:nginx";
const PORT = 18280;

suite("nginx with a real server", function () {
  this.timeout(30_000);
  let host: TestHost;
  let web: TestNginx;
  let number = 0;
  suiteSetup(() => {
    host = new TestHost();
  });
  suiteTeardown(() => host?.close());
  setup(() => {
    number += 1;
    web = writeNginxConfig(join(host.folder, `nginx${number}`), { port: PORT });
  });
  teardown(async () => {
    for (const pid of processes()) signal(pid, "SIGKILL");
    await untilPortFree(host, PORT);
  });

  test("monitor tells 7, start and start again 0, stop and stop again 0", async () => {
    assert.equal((await act("monitor")).status, 7);
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
    await succeeds("start");
    await succeeds("monitor");
    const pid = pidOf(web);
    assert.deepEqual((await act("watches")).watches, [{ kind: "process", pid }]);
    await succeeds("start");
    assert.equal(pidOf(web), pid);
    await succeeds("stop");
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(web.pidFile), false);
    await succeeds("stop");
    assert.equal((await act("monitor")).status, 7);
    assert.deepEqual((await act("watches")).watches, []);
  });

  test("a start takes milliseconds, as does a stop without requests", async () => {
    const started = await succeeds("start");
    assert.ok(started.tookMs < 1000, `start took ${started.tookMs} ms`);
    const stopped = await succeeds("stop");
    assert.ok(stopped.tookMs < 1000, `stop took ${stopped.tookMs} ms`);
  });

  test("workers of a killed master count as stopped, and a start ends them first", async () => {
    await succeeds("start");
    const master = pidOf(web);
    signal(master, "SIGKILL");
    await until(async () => (await act("monitor")).status === 7);
    assert.ok(processes().length > 0, "workers were expected to be left");
    const { log } = await succeeds("start");
    assert.match(log.join("\n"), /left without a master/);
    await succeeds("monitor");
    assert.notEqual(pidOf(web), master);
  });

  test("workers of a killed master are ended by a stop, told by the PID file alone", async () => {
    await succeeds("start");
    signal(pidOf(web), "SIGKILL");
    await succeeds("stop");
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(web.pidFile), false);
  });

  test("a stopped server that does not end by itself is killed within the timeout", async () => {
    await succeeds("start");
    for (const pid of processes()) signal(pid, "SIGSTOP");
    const { status, tookMs } = await act("stop", { timeoutMs: 2000 });
    assert.equal(status, 0);
    assert.ok(tookMs < 2000, `took ${tookMs} ms`);
    assert.deepEqual(processes(), []);
  });

  test("a frozen server is a failure, not a stop", async () => {
    await succeeds("start");
    for (const pid of processes()) signal(pid, "SIGSTOP");
    const { status, reason } = await act("monitor", { timeoutMs: 1000 });
    assert.equal(status, 1);
    assert.match(reason, /nginx_status: no answer within 500 ms/);
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
      assert.equal(sleeper.exitCode, null);
      assert.equal(sleeper.signalCode, null);
    } finally {
      sleeper.kill("SIGKILL");
    }
  });

  test("the server of another configuration is left alone", async () => {
    await succeeds("start");
    const other = writeNginxConfig(join(host.folder, `other${number}`), { port: PORT + 10 });
    const options = { parameters: other.parameters };
    assert.equal((await host.act(AGENT, "start", options)).status, 0);
    await succeeds("stop");
    assert.equal((await host.act(AGENT, "monitor", options)).status, 0);
    assert.equal((await host.act(AGENT, "stop", options)).status, 0);
  });

  test("a broken configuration is 5 in nginx's words; one that runs goes on", async () => {
    await succeeds("start");
    appendFileSync(web.siteFile, "no_such_directive on;\n");
    await succeeds("monitor");
    for (const action of ["validate", "reload"]) {
      const { status, reason } = await act(action);
      assert.equal(status, 5, action);
      assert.match(reason, /web\.conf:8: unknown directive "no_such_directive"/);
    }
    await succeeds("monitor");
    await succeeds("stop");
    const { status, reason } = await act("start");
    assert.equal(status, 5);
    assert.match(reason, /web\.conf:8: unknown directive "no_such_directive"/);
    assert.equal((await act("monitor", { isProbe: true })).status, 7);
  });

  test("a port in use fails the start as a soft error that names it", async () => {
    const holder = runScript(
      host,
      `require("net").createServer().listen(${PORT}, "127.0.0.1", () => console.log("asked"))`,
    );
    try {
      await until(() => holder.text().includes("asked"));
      const { status, reason } = await act("start");
      assert.equal(status, 1);
      assert.match(reason, /bind\(\) to 127\.0\.0\.1:18280 failed \(98/);
      const ready = await act("readiness");
      assert.match(JSON.stringify(ready.findings), /127\.0\.0\.1:18280: taken by node/);
    } finally {
      holder.child.kill("SIGKILL");
    }
  });

  test("a listen on an address of the other node passes validate, and warns", async () => {
    const site = siteOf(PORT, "word").replace("127.0.0.1:", "10.99.0.77:");
    writeFileSync(web.siteFile, site);
    await succeeds("validate");
    const { findings } = await act("readiness");
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ["warns"],
    );
    assert.match(findings[0]?.remedy ?? "", /sysctl -w net\.ipv4\.ip_nonlocal_bind=1/);
    const { status, reason } = await act("start");
    assert.equal(status, 1);
    assert.match(reason, /bind\(\) to 10\.99\.0\.77:18280 failed \(99/);
  });

  test("without configuration or binary: not installed, and not running when probed", async () => {
    for (const parameters of [
      { configfile: "/nonexistent/nginx.conf" },
      { ...web.parameters, httpd: "/nonexistent/nginx" },
    ]) {
      assert.equal((await host.act(AGENT, "start", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "validate", { parameters })).status, 5);
      assert.equal((await host.act(AGENT, "monitor", { parameters, isProbe: true })).status, 7);
      assert.equal((await host.act(AGENT, "stop", { parameters })).status, 0);
      const { findings } = await act("readiness", { parameters });
      assert.equal(findings[0]?.severity, "blocks");
    }
  });

  test("daemon off is refused: nobody would wait for such a start", async () => {
    const main = "daemon off;";
    web = writeNginxConfig(join(host.folder, `front${number}`), { port: PORT, main });
    const { status, reason } = await act("start");
    assert.equal(status, 5);
    assert.match(reason, /"daemon off", expected a server in the background/);
  });

  test("a status10url that was given must be right; one that was found may be denied", async () => {
    await succeeds("start");
    const wrong = { ...web.parameters, status10url: `http://127.0.0.1:${PORT}/` };
    assert.match((await act("monitor", { parameters: wrong })).reason, /expected it to match/);
    writeFileSync(web.siteFile, siteOf(PORT, "first").replace("allow 127.0.0.1;", ""));
    await succeeds("reload");
    await succeeds("monitor");
    const given = { ...web.parameters, status10url: `http://127.0.0.1:${PORT}/nginx_status` };
    assert.match((await act("monitor", { parameters: given })).reason, /answered 403/);
  });

  test("without a status page a worker is asked, whatever it proxies to", async () => {
    writeFileSync(
      web.siteFile,
      `server { listen 127.0.0.1:${PORT}; location / { proxy_pass http://127.0.0.1:1; } }`,
    );
    await succeeds("start");
    await succeeds("monitor");
    for (const pid of processes()) signal(pid, "SIGSTOP");
    const { status, reason } = await act("monitor", { timeoutMs: 1000 });
    assert.equal(status, 1);
    assert.match(reason, /port 18280 of 127\.0\.0\.1: no answer within 500 ms/);
  });

  test("level 10: dead members degrade, wrong pages fail, nothing given is fine", async () => {
    await succeeds("start");
    for (const checkLevel of [10, 20, 30]) await succeeds("monitor", { checkLevel });
    const deep = (more: Record<string, string>, checkLevel = 10) =>
      act("monitor", { parameters: { ...web.parameters, ...more }, checkLevel });
    const dead = await deep({ testurl: "/dead" });
    assert.equal(dead.status, 190);
    assert.match(dead.reason, /members of .*dead.* are down: 502/);
    assert.equal((await deep({ testurl: "/x", testregex10: "first" })).status, 0);
    assert.equal((await deep({ testurl: "/x", testregex10: "second" })).status, 1);
    assert.equal((await deep({ test20url: "/x", test20regex: "second" })).status, 0);
    assert.equal((await deep({ test20url: "/x", test20regex: "second" }, 20)).status, 1);
    assert.equal((await deep({ external_monitor30_cmd: "exit 3" }, 20)).status, 0);
    assert.match((await deep({ external_monitor30_cmd: "exit 3" }, 30)).reason, /exit status 3/);
  });

  test("reloads lose no request, and the last answer is that of the new file", async () => {
    await succeeds("start");
    const client = new BalancerClient(host.hostName, `http://127.0.0.1:${PORT}/`);
    await client.started();
    for (const word of ["second", "third", "fourth"]) {
      writeFileSync(web.siteFile, siteOf(PORT, word));
      await succeeds("reload");
      assert.equal(await client.answerNow(), word);
    }
    const { answered, failures } = await client.stop();
    assert.deepEqual(failures, []);
    assert.ok(answered > 100, `only ${answered} requests were made`);
  });

  test("a reload that passes the test and still cannot be done is told at once", async () => {
    await succeeds("start");
    const holder = runScript(
      host,
      `require("net").createServer().listen(${PORT + 5}, "127.0.0.1", () => console.log("asked"))`,
    );
    try {
      await until(() => holder.text().includes("asked"));
      appendFileSync(web.siteFile, `server { listen 127.0.0.1:${PORT + 5}; }\n`);
      const { status, reason, tookMs } = await act("reload");
      assert.equal(status, 1);
      assert.match(reason, /did not reload: \[emerg\].*18285 failed \(98/);
      assert.ok(tookMs < 5000, `took ${tookMs} ms`);
    } finally {
      holder.child.kill("SIGKILL");
    }
  });

  test("a ready node has no findings; what both nodes need alike is what nginx reads", async () => {
    assert.deepEqual((await act("readiness")).findings, []);
    const { compared } = await act("compared");
    const files = compared.flatMap((item) => (item.kind === "file" ? [item.name] : []));
    const dump = host.command("nginx", "-c", web.configFile, "-T");
    const told = [...dump.matchAll(/^# configuration file (.*):$/gm)].map(([, path]) => path);
    assert.deepEqual(files, told);
    const version = compared.find(({ kind }) => kind === "version");
    assert.match(JSON.stringify(version), /nginx\/[0-9]/);
  });

  test("a key of another certificate blocks, and is compared by its public part", async () => {
    for (const name of ["own", "other"]) makeCertificate(web.folder, name);
    const certificate = join(web.folder, "own.crt");
    const otherKey = join(web.folder, "other.key");
    const tls = `ssl_certificate ${certificate}; ssl_certificate_key ${otherKey};`;
    writeFileSync(web.siteFile, `server { listen 127.0.0.1:${PORT} ssl; ${tls} }\n`);
    const problems = (await act("readiness")).findings.map(({ problem }) => problem).join("\n");
    assert.match(problems, /key values mismatch/);
    assert.match(problems, /key ".*other\.key": does not belong to certificate ".*own\.crt"/);
    const { compared } = await act("compared");
    const kindOf = (path: string) =>
      compared.filter(({ name }) => name === path).map(({ kind }) => kind);
    assert.deepEqual([kindOf(certificate), kindOf(otherKey)], [["certificate"], ["key"]]);
    assert.equal(JSON.stringify(compared).includes("PRIVATE"), false);
  });

  test("bad parameters are status 6 in every action", async () => {
    const parameters = { configfile: "nginx.conf", port: "http" };
    for (const action of ["start", "stop", "monitor", "validate", "reload"]) {
      const { status, reason } = await act(action, { parameters });
      assert.equal(status, 6, action);
      assert.match(reason, /configfile "nginx.conf": expected a full path; port "http": expected/);
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
    return processesOf(host, "nginx");
  }
});

function pidOf({ pidFile }: TestNginx): number {
  return Number(readFileSync(pidFile, "utf8"));
}
