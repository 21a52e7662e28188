import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeHaproxyConfig } from "./haproxy-files.ts";
import { bundle, TestHost } from "./host.ts";
import { writeHttpdConfig } from "./httpd.ts";
import { writeNginxConfig } from "./nginx-files.ts";

const TESTER = "/usr/sbin/ocf-tester";

suite("lb-ocf as an OCF executable", function () {
  this.timeout(60_000);
  let host: TestHost;
  let program: string;
  let wrappers: string;
  suiteSetup(() => {
    if (!existsSync(TESTER))
      throw new Error(`${TESTER}: expected, from the package resource-agents`);
    host = new TestHost();
    // ocf-tester asks for metadata as the user nobody, who may not get at the checkout.
    chmodSync(host.folder, 0o755);
    wrappers = join(host.folder, "wrappers");
    cpSync(resolve("packaging/ocf"), wrappers, { recursive: true });
    const script = bundle("resource-agents/ocf.ts", join(host.folder, "lb-ocf.cjs"));
    program = join(host.folder, "lb-ocf");
    writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${script} "$@"\n`, { mode: 0o755 });
  });
  suiteTeardown(() => host?.close());

  test("IPaddr2 passes ocf-tester", () => {
    passes("IPaddr2", ["-o", "ip=10.99.0.150", "-o", "nic=eth0", "-o", "cidr_netmask=32"]);
  });

  test("apache passes ocf-tester", () => {
    const web = writeHttpdConfig(join(host.folder, "web"), { port: 18180 });
    passes("apache", optionWords(web.parameters));
  });

  test("nginx passes ocf-tester", () => {
    const { parameters } = writeNginxConfig(join(host.folder, "nginx"), { port: 18190 });
    passes("nginx", optionWords(parameters));
  });

  test("haproxy passes ocf-tester", () => {
    const { parameters } = writeHaproxyConfig(join(host.folder, "haproxy"), { port: 18290 });
    passes("haproxy", optionWords(parameters));
  });

  test("Dummy passes ocf-tester", () => {
    passes("Dummy", []);
  });

  test("MailTo passes ocf-tester", () => {
    passes("MailTo", ["-o", "email=root"], standIn("mail", "cat >/dev/null"));
  });

  test("ping passes ocf-tester", () => {
    // No Pacemaker runs here that would keep an attribute.
    passes("ping", ["-o", "host_list=10.99.0.2"], standIn("attrd_updater", "exit 0"));
  });

  test("reasons go to standard error in OCF form, with the OCF status", () => {
    const environment = { OCF_RESKEY_ip: "10.99.0.150", OCF_RESKEY_nic: "eth9" };
    const result = invoke([join(wrappers, "IPaddr2"), "validate-all"], environment);
    assert.equal(result.status, 5);
    assert.equal(
      result.stderr,
      'ocf-exit-reason:nic "eth9": not found on this host, expected one of lo, eth0\n',
    );
  });

  test("an unknown action is unimplemented, an unknown agent a wrong argument", () => {
    assert.equal(invoke([program, "IPaddr2", "promote"]).status, 3);
    assert.equal(invoke([program, "nothing", "start"]).status, 2);
    assert.equal(invoke([program, "IPaddr2", "start"]).status, 6);
  });

  /** A PATH that begins with a program that stands in for one that cannot run here. */
  function standIn(name: string, body: string): Record<string, string> {
    const folder = join(host.folder, `stand-in-${name}`);
    mkdirSync(folder);
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return { PATH: `${folder}:${process.env["PATH"]}` };
  }

  function passes(
    name: string,
    options: readonly string[],
    environment: Record<string, string> = {},
  ): void {
    const words = [TESTER, "-n", `test_${name}`, ...options, join(wrappers, name)];
    const result = invoke(words, environment);
    assert.match(result.stdout, /passed all tests/, `${result.stdout}${result.stderr}`);
    assert.equal(result.status, 0);
  }

  function invoke(words: readonly string[], environment: Record<string, string> = {}) {
    const env = { ...process.env, LB_OCF: program, HA_RSCTMP: host.folder, ...environment };
    const args = ["netns", "exec", host.hostName, ...words];
    return spawnSync("ip", args, { encoding: "utf8", env });
  }
});

function optionWords(parameters: Readonly<Record<string, string>>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}
