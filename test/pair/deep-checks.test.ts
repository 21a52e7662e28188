import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import {
  type Host,
  killGroup,
  orderedCommands,
  type ServerName,
  warmCommands,
} from "../lab/index.ts";
import {
  formPair,
  must,
  openPair,
  type Pair,
  placeOf,
  resourceIn,
  untilServedBy,
  untilStatus,
  untilTrue,
} from "./pair.ts";

/** Two members of a balancer, beside the client on the service network. */
const MEMBERS = ["192.168.33.50", "192.168.33.51"] as const;
const GROUP = /app \(192\.168\.33\.50:8080, 192\.168\.33\.51:8080\)/;
const CLIENTS = ["192.168.33.1/24", "fd33::1/64", ...MEMBERS.map((ip) => `${ip}/24`)];
const LOG = "/var/log/lb-cluster/agent.log";
/** The deep monitor repeats so often; what must not happen is waited for several times as long. */
const DEEP_MONITOR = "op monitor interval=1s timeout=10s OCF_CHECK_LEVEL=10";
const SEVERAL_MONITORS_MS = 5000;

const STUB = `
  for (const ip of ${JSON.stringify(MEMBERS)}) {
    require("node:http").createServer((_, response) => response.end("member")).listen(8080, ip);
  }
  console.log("begun");
`;

const HAPROXY = `
sed -i '/http-request return/d; s/timeout connect 5s/timeout connect 1s\\n  retries 0/' \\
  /etc/haproxy/haproxy.cfg
cat >>/etc/haproxy/haproxy.cfg <<'END'
  http-request return status 200 content-type text/plain file /var/www/html/index.html if { path / }
  default_backend app
backend app
${MEMBERS.map((ip, at) => `  server m${at} ${ip}:8080`).join("\n")}
END`;

const NGINX = `
sed -i 's|server {|upstream app { zone app 64k;\\
${MEMBERS.map((ip) => `server ${ip}:8080 max_fails=0;`).join(" ")} }\\nserver {\\n\\
location /app { proxy_pass http://app; proxy_connect_timeout 1s; }|' /etc/nginx/nginx.conf`;

const HTTPD = `
cat >>/etc/httpd/conf/httpd.conf <<'END'
${["proxy", "proxy_http", "proxy_balancer", "slotmem_shm", "lbmethod_byrequests"]
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so`)
  .join("\n")}
<Proxy balancer://app>
${MEMBERS.map((ip) => `BalancerMember http://${ip}:8080 retry=0 connectiontimeout=1`).join("\n")}
</Proxy>
ProxyPass /app balancer://app/
END`;

/** What makes a host's server a balancer of the members, and its processes. */
const BALANCERS: Readonly<Record<ServerName, { readonly edit: string; readonly process: string }>> =
  {
    haproxy: { edit: HAPROXY, process: "haproxy" },
    nginx: { edit: NGINX, process: "nginx" },
    apache: { edit: HTTPD, process: "apache2" },
  };

/** The members, which can be ended and begun again. */
class Members {
  #child: ChildProcess | null = null;

  async begin({ lab }: Pair): Promise<void> {
    this.#child = lab.client.spawn("node", ["-e", STUB]);
    await once(this.#child.stdout ?? assert.fail("no output"), "data");
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const ended = once(child, "close");
    killGroup(child);
    await ended;
  }
}

/** The pids of the server, without tests of its configuration, which the agent makes often. */
function serverPids(host: Host, server: ServerName): readonly number[] {
  const isTest = (words: readonly string[]) => words.some((word) => /^-[tTc]$/.test(word));
  return host
    .processes()
    .filter(({ name, command }) => name === BALANCERS[server].process && !isTest(command))
    .map(({ pid }) => pid);
}

/** From now on a host reaches the members no more, or does again. */
function cutMembers(host: Host, how: "add" | "del"): Promise<string> {
  return must(host, MEMBERS.map((ip) => `ip route ${how} unreachable ${ip}/32`).join("; "));
}

function isDegraded({ warnings }: ClusterStatus, node: string): boolean {
  const words = new RegExp(`webserver is degraded on ${node}: .*both nodes`);
  return warnings.some((line) => words.test(line) && GROUP.test(line));
}

function judged(host: Host): number {
  return (host.readFile(LOG) ?? "").split("deepCheckJudged").length - 1;
}

/** The same holds for some monitors on end. */
async function stays(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + SEVERAL_MONITORS_MS;
  await untilTrue(what, async () => {
    assert.ok(await holds(), what);
    return Date.now() > end;
  });
}

for (const [server, form] of [
  ["haproxy", "ordered"],
  ["apache", "ordered"],
  ["nginx", "warm"],
] as const) {
  suite(`pair: members of ${server} are down, in the ${form} form`, function () {
    this.timeout(120_000);
    const members = new Members();
    let pair: Pair;
    let first: Host;
    let second: Host;

    suiteSetup(async () => {
      pair = await openPair({ clientAddresses: CLIENTS });
      ({ first, second } = pair);
      for (const host of pair.lab.hosts) await must(host, BALANCERS[server].edit);
      await members.begin(pair);
      await formPair(pair);
      await must(first, "lbctl resource defaults migration-threshold=1");
      const commands = form === "warm" ? warmCommands(server) : orderedCommands(server);
      const lines = commands.filter((line) => !/migration-threshold/.test(line));
      for (const line of lines) {
        const isServer = line.startsWith("lbctl resource create webserver");
        const more = ` deep_checks=/app op monitor interval=30s ${DEEP_MONITOR}`;
        await must(first, isServer ? line.replace(" op monitor interval=30s", more) : line);
      }
      await untilServedBy(pair, "ip1");
    });

    suiteTeardown(async () => {
      await members.end();
      await pair?.lab.close();
    });

    test("down for both: degraded, and nothing is restarted or moved", async () => {
      const pids = serverPids(first, server);
      assert.ok(pids.length > 0);
      await members.end();
      const status = await untilStatus(first, "degraded", (found) => isDegraded(found, "ip1"));
      assert.deepEqual(status.failcounts, []);
      await stays("nothing moves", async () => {
        const found = await untilStatus(second, "degraded", (one) => isDegraded(one, "ip1"));
        return placeOf(resourceIn(found, "virtual_ip")) === "ip1" && found.failcounts.length === 0;
      });
      assert.deepEqual(serverPids(first, server), pids);
      assert.equal(judged(first), 1);
      assert.match(
        await must(first, "lbctl status"),
        /degraded on ip1: members of app .*both nodes/,
      );
      await untilServedBy(pair, "ip1");
    });

    test("up again: all is well by itself", async () => {
      await members.begin(pair);
      await untilStatus(first, "no warnings", ({ warnings }) => warnings.length === 0);
    });

    test("reached from the other node alone: the service moves there, once", async () => {
      await cutMembers(first, "add");
      await untilServedBy(pair, "ip2");
      const { failcounts } = await untilStatus(second, "address on ip2", (status) => {
        const isThere = placeOf(resourceIn(status, "virtual_ip")) === "ip2";
        return isThere && status.pending.length === 0;
      });
      assert.deepEqual(
        failcounts.map(({ resource, node, count }) => [
          resource.replace(/-clone$/, ""),
          node,
          count,
        ]),
        [["webserver", "ip1", 1]],
      );
      await stays("the address stays", async () => {
        const found = await untilStatus(first, "an answer", () => true);
        return placeOf(resourceIn(found, "virtual_ip")) === "ip2";
      });
      assert.match(first.readFile(LOG) ?? "", /deepCheckJudged.*onlyHere/);
    });

    test("after a cleanup the former node is a standby again", async () => {
      await cutMembers(first, "del");
      await must(first, "lbctl resource cleanup webserver");
      await untilStatus(
        first,
        "nothing wrong",
        ({ warnings, failcounts }) => warnings.length === 0 && failcounts.length === 0,
      );
      await untilServedBy(pair, "ip2");
    });
  });
}
