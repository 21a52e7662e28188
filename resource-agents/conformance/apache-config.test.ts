import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import { ApacheActions } from "./apache-actions.ts";
import { TestHost } from "./host.ts";
import { modulesLines, type TestHttpd, writeHttpdConfig } from "./httpd.ts";
import { makeCertificate } from "./test-certificate.ts";
import { TestTraffic } from "./web-traffic.ts";

const PORT = 18080;
const MEMBER_PORT = 18090;
const URL_BASE = `http://127.0.0.1:${PORT}`;

suite("configurations of a real httpd", function () {
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

  for (const [fault, lines, reason] of [
    [
      "a key of another certificate",
      () => tlsLines("a.crt", "b.key"),
      /key ".*b\.key": does not belong to certificate ".*a\.crt"/,
    ],
    ["no certificate", () => tlsLines(null, null), /SSLEngine at .*: no certificate/],
    [
      "no shared memory for balancers",
      () => modulesLines("proxy", "proxy_balancer"),
      /module slotmem_shm_module: not loaded, expected by proxy_balancer_module/,
    ],
    [
      "no method for balancers",
      () =>
        `${modulesLines("proxy", "proxy_http", "proxy_balancer", "slotmem_shm")}\n` +
        "<Proxy balancer://a>\nBalancerMember http://127.0.0.1:1\n</Proxy>\n",
      /module lbmethod_byrequests_module: not loaded, expected by a balancer without lbmethod/,
    ],
    [
      "two ports that exclude each other",
      () => `Listen ${PORT}`,
      /Listen 127\.0\.0\.1:18080: Listen 18080 has it, expected one of both/,
    ],
  ] as const) {
    test(`${fault} passes the test of httpd, and is still found at start and reload`, async () => {
      await apache.succeeds("start");
      appendFileSync(web.configFile, `${lines()}\n`);
      await apache.succeeds("validate");
      const reloaded = await apache.act("reload");
      assert.equal(reloaded.status, 5);
      assert.match(reloaded.reason, /^not reloaded: /);
      assert.match(reloaded.reason, reason);
      await apache.succeeds("monitor");
      await apache.succeeds("stop");
      const started = await apache.act("start");
      assert.equal(started.status, 5, started.reason);
      assert.match(started.reason, reason);
      assert.deepEqual(apache.processes(), []);
    });
  }

  test("an address that is not here is told, and may come: a soft error", async () => {
    appendFileSync(web.configFile, `Listen 10.99.0.99:${PORT + 1}\n`);
    const { status, reason } = await apache.act("start");
    assert.equal(status, 1);
    assert.match(reason, /^address 10\.99\.0\.99 of port 18081: not on this host/);
    assert.match(reason, /AH00072/);
  });

  test("a port in use names the process that has it", async () => {
    traffic.push(await TestTraffic.member(host, PORT));
    const { status, reason } = await apache.act("start");
    assert.equal(status, 1);
    assert.match(reason, /^127\.0\.0\.1:18080: taken by \S+ \([0-9]+\), expected it to be free/);
  });

  test("no request is lost over a reload, not even one that was under way before it", async () => {
    const proxy = `ProxyPass /frontend http://127.0.0.1:${MEMBER_PORT}/`;
    appendFileSync(web.configFile, `${modulesLines("proxy", "proxy_http")}\n${proxy}\n`);
    const member = await TestTraffic.member(host, MEMBER_PORT);
    traffic.push(member);
    await apache.succeeds("start");
    const pid = apache.pid();
    const slow = TestTraffic.requests(host, `${URL_BASE}/frontend?ms=1500`, 5);
    await member.untilLines(1 + 5);
    const stream = await TestTraffic.stream(host, `${URL_BASE}/health.txt`);
    traffic.push(slow, stream);
    writeFileSync(join(web.folder, "conf.d", "more.conf"), `Listen 127.0.0.1:${PORT + 1}\n`);
    await apache.succeeds("reload");
    const found = await stream.endStream();
    assert.deepEqual(Object.keys(found), ["200"], JSON.stringify(found));
    await slow.untilLines(5);
    assert.deepEqual(slow.lines, Array(5).fill("200"));
    assert.equal(apache.pid(), pid);
    const statusurl = `http://127.0.0.1:${PORT + 1}/server-status`;
    await apache.succeeds("monitor", { parameters: { ...web.parameters, statusurl } });
  });

  for (const [what, line] of [
    ["a port that another process has", `Listen 127.0.0.1:${MEMBER_PORT}`],
    ["an address that is not here", `Listen 10.99.0.99:${PORT + 1}`],
  ] as const) {
    test(`a reload to ${what} is refused, and the server goes on`, async () => {
      traffic.push(await TestTraffic.member(host, MEMBER_PORT));
      await apache.succeeds("start");
      appendFileSync(web.configFile, `${line}\n`);
      const { status, reason } = await apache.act("reload");
      assert.equal(status, 1);
      assert.match(reason, /^not reloaded: (127\.0\.0\.1:18090: taken by|address 10\.99\.0\.99)/);
      await apache.succeeds("monitor");
    });
  }

  test("a reload from one address to all of them is refused: httpd would end", async () => {
    await apache.succeeds("start");
    const status = join(web.folder, "conf.d", "status.conf");
    writeFileSync(status, `Listen ${PORT}\n<Location /server-status>\nSetHandler server-status\n`);
    appendFileSync(status, "</Location>\n");
    const reloaded = await apache.act("reload");
    const reason = "not reloaded: Listen 18080: held as 127.0.0.1, expected a restart";
    assert.deepEqual([reloaded.status, reloaded.reason], [1, reason]);
    await apache.succeeds("monitor");
  });

  test("a reload that httpd refuses leaves the old configuration, in httpd's words", async () => {
    await apache.succeeds("start");
    const pid = apache.pid();
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    const { status, reason } = await apache.act("reload");
    assert.equal(status, 5);
    assert.match(reason, /Invalid command 'NoSuchDirective'/);
    assert.equal(apache.pid(), pid);
    await apache.succeeds("monitor");
  });

  test("a status page is found where an optional file has it", async () => {
    const page = "<Location /st>\nSetHandler server-status\n</Location>\n";
    const inside = `ServerName a.example\n${page}`;
    const vhost = `<VirtualHost 127.0.0.1:${PORT + 1}>\n${inside}</VirtualHost>`;
    const lines = `Listen 127.0.0.1:${PORT}\nListen 127.0.0.1:${PORT + 1}\n${vhost}\n`;
    writeFileSync(join(web.folder, "conf.d", "status.conf"), lines);
    // The expression is what makes sure that no other page has answered.
    const parameters = { configfile: web.configFile, testregex: "Apache Server Status" };
    await apache.succeeds("start", { parameters });
    await apache.succeeds("monitor", { parameters });
  });

  for (const [what, lines, reason] of [
    ["missing", "", /answered 404, expected status 200; expected mod_status and "<Location/],
    [
      "forbidden",
      "<Location /server-status>\nRequire all denied\n</Location>",
      /answered 403.*expected "Require local" for it/,
    ],
    [
      "proxied",
      `${modulesLines("proxy", "proxy_http")}\nProxyPass / http://127.0.0.1:1/`,
      /answered 503.*expected "ProxyPass \/server-status !" before the other ProxyPass lines/,
    ],
  ] as const) {
    test(`a status page that is ${what} fails, and says what to add`, async () => {
      writeFileSync(
        join(web.folder, "conf.d", "status.conf"),
        `Listen 127.0.0.1:${PORT}\n${lines}\n`,
      );
      const parameters = { configfile: web.configFile };
      await apache.succeeds("start", { parameters });
      const { status, reason: found } = await apache.act("monitor");
      assert.equal(status, 1);
      assert.match(found, reason);
    });
  }

  test("on a host laid out like RHEL its own file of options and variables is read", async () => {
    layOutLikeRhel();
    const statusurl = `http://127.0.0.1:${PORT + 2}/server-status`;
    const parameters = { statusurl };
    const pidFile = join(web.folder, "run", "httpd.pid");
    const rhel = { ...web, configFile: "/etc/httpd/conf/httpd.conf", pidFile, parameters };
    apache = new ApacheActions(host, rhel);
    await apache.succeeds("start");
    assert.ok(apache.pid() > 0);
    await apache.succeeds("reload");
    await apache.succeeds("monitor");
    const { compared } = await apache.act("compared");
    const files = compared.filter(({ kind }) => kind === "file").map(({ name }) => name);
    assert.deepEqual(files, [
      "/etc/httpd/conf/httpd.conf",
      "/etc/httpd/conf.d/status.conf",
      "/etc/sysconfig/httpd",
    ]);
    await apache.succeeds("stop");
    host.mountCommand("printf 'OPTIONS=\"-f /other.conf\"\\n' > /etc/sysconfig/httpd");
    const { status, reason } = await apache.act("start");
    assert.equal(status, 5);
    assert.match(reason, /OPTIONS "-f \/other\.conf" of \/etc\/sysconfig\/httpd: expected no -f/);
    await apache.succeeds("stop");
    host.mountCommand("umount /etc");
  });

  /** RHEL's layout in a copy of /etc that only the agents' process sees. */
  function layOutLikeRhel(): void {
    const copy = join(web.folder, "etc");
    execFileSync("cp", ["-a", "/etc", copy]);
    execFileSync("rm", ["-rf", join(copy, "apache2")]);
    for (const name of ["httpd/conf", "httpd/conf.d", "sysconfig"]) {
      mkdirSync(join(copy, name), { recursive: true });
    }
    const moduleLines = modulesLines("mpm_event", "authz_core", "status", "unixd");
    const lines = [
      'ServerRoot "/etc/httpd"',
      moduleLines,
      "ServerName localhost",
      "DefaultRuntimeDir logs",
      "PidFile run/httpd.pid",
      "ErrorLog logs/error_log",
      `Listen 127.0.0.1:${PORT}`,
      "<IfDefine EXTRA>",
      "Listen 127.0.0.1:${STATUS_PORT}",
      "</IfDefine>",
      "IncludeOptional conf.d/*.conf",
    ];
    writeFileSync(join(copy, "httpd/conf/httpd.conf"), `${lines.join("\n")}\n`);
    const page = "<Location /server-status>\nSetHandler server-status\n</Location>\n";
    writeFileSync(join(copy, "httpd/conf.d/status.conf"), page);
    const variables = `# not a shell\nOPTIONS="-D EXTRA"\nSTATUS_PORT=${PORT + 2}\nSPACED=a b\n`;
    writeFileSync(join(copy, "sysconfig/httpd"), variables);
    // Empty after a boot, as /run/httpd is.
    const linkTo = (name: string) => ["-s", join(web.folder, name), join(copy, "httpd", name)];
    execFileSync("ln", linkTo("run"));
    execFileSync("ln", linkTo("logs"));
    host.mountCommand(`mount --bind ${copy} /etc`);
  }

  function tlsLines(certificate: string | null, key: string | null): string {
    for (const name of ["a", "b"]) makeCertificate(web.folder, name);
    const files =
      certificate === null
        ? ""
        : `SSLCertificateFile ${certificate}\nSSLCertificateKeyFile ${key}\n`;
    const vhost = `<VirtualHost *:${PORT + 1}>\nSSLEngine on\n${files}</VirtualHost>`;
    const listen = `Listen 127.0.0.1:${PORT + 1} https`;
    return `${modulesLines("ssl", "socache_shmcb")}\n${listen}\n${vhost}`;
  }
});
