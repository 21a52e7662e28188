import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import { ApacheActions } from "./apache-actions.ts";
import { type ActionOptions, TestHost } from "./host.ts";
import { modulesLines, type TestHttpd, writeHttpdConfig } from "./httpd.ts";
import { makeCertificate } from "./test-certificate.ts";
import { TestTraffic } from "./web-traffic.ts";

const PORT = 18080;
const ABSENT = "10.99.0.99";

suite("readiness and drift of a real httpd", function () {
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
    mkdirSync(join(web.folder, "run"));
    apache = new ApacheActions(host, web);
  });
  teardown(async () => {
    for (const each of traffic.splice(0)) await each.close();
    await apache.end();
  });

  test("a good configuration has no finding, stopped or running; httpd is asked once", async () => {
    assert.deepEqual(await problems(), []);
    await apache.succeeds("start");
    assert.deepEqual(await problems(), []);
    const { commands, tookMs } = await apache.act("readiness");
    assert.equal(commands, 0);
    assert.ok(tookMs < 100, `took ${tookMs} ms`);
    appendFileSync(web.configFile, "# changed\n");
    assert.equal((await apache.act("readiness")).commands, 1);
    writeFileSync(join(web.folder, "conf.d", "new.conf"), "# a file that was not there\n");
    assert.equal((await apache.act("readiness")).commands, 1);
    const empty = join(web.folder, "empty.d");
    mkdirSync(empty);
    appendFileSync(web.configFile, "IncludeOptional empty.d/*.conf\n");
    assert.equal((await apache.act("readiness")).commands, 1);
    writeFileSync(join(empty, "first.conf"), "NoSuchDirective\n");
    assert.match((await problems())[0] ?? "", /Invalid command 'NoSuchDirective'/);
  });

  test("a configuration that httpd refuses blocks in its words, asked for once", async () => {
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    const { findings, commands } = await apache.act("readiness");
    assert.equal(commands, 1);
    assert.equal(findings[0]?.severity, "blocks");
    assert.match(findings[0]?.problem ?? "", /httpd\.conf.*Invalid command 'NoSuchDirective'/);
    assert.match(findings[0]?.remedy ?? "", /^correct it, then verify: \S+ -f \S+httpd\.conf -t$/);
    assert.equal((await apache.act("readiness")).commands, 0);
    copyFileSync(web.configFile, `${web.configFile}.bad`);
    const good = writeHttpdConfig(join(host.folder, `good${number}`), { port: PORT });
    copyFileSync(good.configFile, web.configFile);
    assert.deepEqual(await problems(), []);
  });

  test("a missing binary or configuration blocks", async () => {
    for (const [name, path] of [
      ["httpd", "/nonexistent/httpd"],
      ["configfile", "/nonexistent/httpd.conf"],
    ] as const) {
      const parameters = { ...web.parameters, [name]: path };
      assert.deepEqual(await problems({ parameters }), [`blocks ${name} "${path}": not found`]);
    }
  });

  test("bad parameters block, each by itself", async () => {
    const parameters = { ...web.parameters, port: "x", use_ipv6: "maybe" };
    assert.equal((await problems({ parameters })).length, 2);
  });

  test("a key of another certificate blocks, and an expiry in few days warns", async () => {
    makeCertificate(web.folder, "a", 3);
    makeCertificate(web.folder, "b");
    appendFileSync(web.configFile, tlsLines("a.crt", "b.key"));
    const [mismatch, expiry, ...more] = await problems();
    assert.deepEqual(more, []);
    assert.match(mismatch ?? "", /^blocks key ".*b\.key": does not belong to certificate/);
    assert.match(expiry ?? "", /^warns certificate ".*a\.crt": expires in 2 days at/);
    makeCertificate(web.folder, "b");
    for (const name of ["b.crt", "b.key"]) {
      copyFileSync(join(web.folder, name), join(web.folder, name.replace("b", "a")));
    }
    copyFileSync(join(web.folder, "a.key"), join(web.folder, "b.key"));
    assert.deepEqual(await problems(), []);
  });

  for (const [what, comingAddresses, expected] of [
    ["nobody knows of", undefined, /^warns address 10\.99\.0\.99 of port 18081: not on this host/],
    ["comes with the service", [ABSENT], null],
    ["nothing brings", ["10.99.0.98"], /^blocks address 10\.99\.0\.99.*no resource brings it$/],
  ] as const) {
    test(`an address that ${what}: ${expected?.source.slice(1, 7) ?? "no finding"}`, async () => {
      appendFileSync(web.configFile, `Listen ${ABSENT}:${PORT + 1}\n`);
      const found = await problems(comingAddresses === undefined ? {} : { comingAddresses });
      assert.equal(found.length, expected === null ? 0 : 1);
      if (expected !== null) assert.match(found[0] ?? "", expected);
    });
  }

  test("with nonlocal bind an absent address is no finding", async () => {
    appendFileSync(web.configFile, `Listen ${ABSENT}:${PORT + 1}\n`);
    const set = (value: string) =>
      host.command("sysctl", "-q", "-w", `net.ipv4.ip_nonlocal_bind=${value}`);
    set("1");
    const found = await problems();
    const compared = await itemOf("sysctl", "net.ipv4.ip_nonlocal_bind");
    set("0");
    assert.deepEqual(found, []);
    assert.equal(compared, "1");
  });

  test("a port that another process has blocks and names it", async () => {
    traffic.push(await TestTraffic.member(host, PORT));
    const [finding, ...more] = await problems();
    assert.deepEqual(more, []);
    assert.match(finding ?? "", /^blocks 127\.0\.0\.1:18080: taken by \S+ \([0-9]+\), expected/);
  });

  test("a member that does not resolve warns", async () => {
    const member = "ProxyPass /a http://no-such-member.invalid:8080/";
    appendFileSync(web.configFile, `${modulesLines("proxy", "proxy_http")}\n${member}\n`);
    const [finding, ...more] = await problems();
    assert.deepEqual(more, []);
    assert.match(finding ?? "", /^warns member "no-such-member\.invalid": /);
  });

  test("a status page that is not configured warns and says what to add", async () => {
    writeFileSync(join(web.folder, "conf.d", "status.conf"), `Listen 127.0.0.1:${PORT}\n`);
    const warning =
      "warns status page /server-status: not in the configuration, expected mod_status and " +
      '"<Location /server-status> SetHandler server-status Require local </Location>"';
    assert.deepEqual(await problems(), [warning]);
    assert.deepEqual(await problems({ parameters: { configfile: web.configFile } }), [warning]);
    // A page of one's own is as good.
    const statusurl = `http://127.0.0.1:${PORT}/health.txt`;
    assert.deepEqual(await problems({ parameters: { ...web.parameters, statusurl } }), []);
  });

  test("a file of deep checks that is wrong warns", async () => {
    const parameters = { ...web.parameters, testconffile: "/nonexistent/checks" };
    const [finding, ...more] = await problems({ parameters });
    assert.deepEqual(more, []);
    assert.match(finding ?? "", /^warns testconffile "\/nonexistent\/checks": ENOENT/);
  });

  test("a unit that systemd starts at boot warns", async () => {
    const copy = join(web.folder, "etc");
    const wants = join(copy, "systemd/system/multi-user.target.wants");
    execFileSync("cp", ["-a", "/etc", copy]);
    mkdirSync(wants, { recursive: true });
    symlinkSync("/usr/lib/systemd/system/httpd.service", join(wants, "httpd.service"));
    host.mountCommand(`mount --bind ${copy} /etc`);
    const { findings } = await apache.act("readiness");
    const state = await itemOf("unit", "httpd.service");
    host.mountCommand("umount /etc");
    const finding = findings.find(({ problem }) => problem.startsWith('unit "httpd.service"'));
    assert.deepEqual(finding, {
      severity: "warns",
      problem: 'unit "httpd.service": enabled in systemd, expected the cluster alone to start it',
      remedy: "systemctl disable --now httpd",
    });
    assert.equal(state, "enabled");
  });

  test("a full disk under the log blocks", async () => {
    const logs = join(web.folder, "logs");
    host.mountCommand(
      `mount -t tmpfs -o size=1m tmpfs ${logs} && head -c 900000 /dev/zero >${logs}/x`,
    );
    const found = await problems();
    host.mountCommand(`umount ${logs}`);
    assert.deepEqual(found.length, 1);
    assert.match(found[0] ?? "", /^blocks folder ".*logs": disk full, [0-9]+ bytes free/);
  });

  test("what both nodes should have alike is listed, and no secret is in it", async () => {
    makeCertificate(web.folder, "a");
    appendFileSync(web.configFile, tlsLines("a.crt", "a.key"));
    const member = "ProxyPass /a http://localhost:8080/\nProxyPass /b http://127.0.0.2/";
    appendFileSync(web.configFile, `${modulesLines("proxy", "proxy_http")}\n${member}\n`);
    writeFileSync(join(web.folder, "real.conf"), "# by a link\n");
    symlinkSync("../real.conf", join(web.folder, "conf.d", "link.conf"));
    const envfiles = join(web.folder, "envvars");
    writeFileSync(envfiles, "export A=b\n");
    const parameters = { ...web.parameters, envfiles };
    const { compared } = await apache.act("compared", { parameters });
    const values = new Map(compared.map((item) => [`${item.kind} ${shorten(item.name)}`, item]));
    const isModule = (key: string): boolean => key.startsWith("modules ");
    assert.deepEqual(
      [...values.keys()].filter((key) => !isModule(key)),
      [
        "file httpd.conf",
        "file conf.d/link.conf",
        "link conf.d/link.conf",
        "file conf.d/status.conf",
        "file envvars",
        "certificate a.crt",
        "key a.key",
        "hosts localhost",
        "version httpd",
        "sysctl net.ipv4.ip_nonlocal_bind",
        "sysctl net.ipv6.ip_nonlocal_bind",
        "unit apache2.service",
        "unit httpd.service",
        "unit httpd.socket",
      ],
    );
    const value = (key: string) => {
      const item = values.get(key);
      return item === undefined || item.kind === "file" ? "" : item.value;
    };
    assert.equal(value("link conf.d/link.conf"), "../real.conf");
    for (const key of ["certificate a.crt", "key a.key"])
      assert.match(value(key), /^[0-9a-f]{64}$/);
    assert.match(value("version httpd"), /^Apache\/2\.4/);
    for (const name of ["proxy_module", "ssl_module", "status_module"]) {
      assert.equal(value(`modules ${name}`), "loaded");
    }
    assert.match(value("hosts localhost"), /127\.0\.0\.1/);
    const again = await apache.act("compared", { parameters });
    assert.deepEqual(again.compared, compared);
    assert.equal(again.commands, 0);
  });

  test("a refused configuration lists what it had before, if that is known", async () => {
    const good = await apache.act("compared");
    appendFileSync(web.configFile, "NoSuchDirective on\n");
    const broken = await apache.act("compared");
    assert.deepEqual(broken.compared, good.compared);
    const other = writeHttpdConfig(join(host.folder, `other${number}`), { port: PORT });
    appendFileSync(other.configFile, "NoSuchDirective on\n");
    const { compared } = await apache.act("compared", { parameters: other.parameters });
    assert.deepEqual(compared[0], { kind: "file", name: other.configFile });
    const kinds = new Set(compared.map(({ kind }) => kind));
    assert.deepEqual([...kinds], ["file", "version", "sysctl", "unit"]);
  });

  test("asking does not touch what is there", async () => {
    writeFileSync(web.pidFile, "1\n");
    await problems();
    await apache.act("compared");
    assert.equal(existsSync(web.pidFile), true);
    unlinkSync(web.pidFile);
    assert.deepEqual(apache.processes(), []);
  });

  async function problems(options: ActionOptions = {}): Promise<string[]> {
    const { findings } = await apache.act("readiness", options);
    // Units are this machine's own, whatever its httpd is there for.
    const own = findings.filter(({ problem }) => !problem.startsWith("unit "));
    return own.map(({ severity, problem }) => `${severity} ${problem}`);
  }

  async function itemOf(kind: string, name: string): Promise<string | null> {
    const { compared } = await apache.act("compared");
    const item = compared.find((each) => each.kind === kind && each.name === name);
    return item === undefined || item.kind === "file" ? null : item.value;
  }

  function shorten(name: string): string {
    return name.replace(`${web.folder}/`, "");
  }

  function tlsLines(certificate: string, key: string): string {
    return [
      modulesLines("ssl", "socache_shmcb"),
      `Listen 127.0.0.1:${PORT + 1} https`,
      `<VirtualHost *:${PORT + 1}>`,
      "SSLEngine on",
      `SSLCertificateFile ${certificate}`,
      `SSLCertificateKeyFile ${key}`,
      "</VirtualHost>\n",
    ].join("\n");
  }
});
