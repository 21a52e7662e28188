import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type Host, VIRTUAL_IP } from "../lab/index.ts";
import { commandsIn, install, type Layout } from "./installed-example.ts";
import type { Ask } from "./outside/client-requests.ts";
import type { MemberOptions } from "./outside/stub-member.ts";
import {
  checkFailover,
  checkParked,
  checkReload,
  checkStatusPage,
  membersAsked,
} from "./rules-of-balancers.ts";
import {
  endServers,
  prepareHaproxy,
  prepareHttpd,
  type Server,
  start,
  untilReloaded,
} from "./servers.ts";
import { must, openSite, type Site, until } from "./site.ts";

const EXAMPLE = "orchestration";
const FILES = [
  "../httpd/serverstatus.conf",
  "../httpd/sizing.conf",
  "httpd/orchestration.conf",
  "haproxy/haproxy.cfg",
];
const OUTER_PORT = 3480;
const SESSION = "ORSSESSIONID";

/** One instance of a node, by the end of its address. */
function instance(last: number, node: string, name: string): MemberOptions {
  const cookie = { name: SESSION, value: `00A1B2${last}.${node}`, path: "/" };
  const address = `192.168.33.${last}`;
  return { name: `${node} ${name}`, address, port: 7031, healthPath: "/heartbeat", cookie };
}

const MEMBERS = [
  instance(71, "node749", "primary"),
  instance(72, "node749", "backup"),
  instance(73, "node753", "primary"),
  instance(74, "node753", "backup"),
];
const PRIMARY_MODE = { healthStatus: 200, status: 200 };
/** The instance in backup mode sends its clients to the one in primary mode. */
const BACKUP_MODE = { healthStatus: 503, status: 307 };

function at(path: string, node?: string, port = OUTER_PORT): Ask {
  const where = { address: VIRTUAL_IP, port, path };
  return node === undefined ? where : { ...where, cookie: `${SESSION}=00FF.${node}` };
}

/** The rules of both servers. */
function testBalancer(site: () => Site, server: (host: Host) => Server): void {
  test("from the start on, requests reach primary instances alone, and both nodes", async () => {
    const asked = await membersAsked(site(), at("/session/start"), 12);
    assert.deepEqual([...asked.members].sort(), ["node749 primary", "node753 primary"]);
    assert.deepEqual([...asked.urls, ...asked.failures], ["/session/start"]);
    for (const [port, node] of [
      [3481, "node749"],
      [3482, "node753"],
    ] as const) {
      const inner = await membersAsked(site(), at("/x", undefined, port), 4);
      assert.deepEqual([[...inner.members], inner.failures], [[`${node} primary`], []]);
    }
  });

  test("the session's cookie holds a client to its node", async () => {
    for (const node of ["node749", "node753"]) {
      const asked = await membersAsked(site(), at("/session/1", node), 6);
      assert.deepEqual([[...asked.members], asked.failures], [[`${node} primary`], []]);
    }
  });

  test("a redirect to another node is the client's to follow", async () => {
    await site().outside("change", { name: "node749 primary", status: 307 });
    const answer = await site().outside("ask", at("/session/1", "node749"));
    await site().outside("change", { name: "node749 primary", ...PRIMARY_MODE });
    assert.deepEqual([answer.status, answer.location], [307, "http://elsewhere.invalid/"]);
  });

  test("300 requests are held at once", () => checkParked(site(), at("/session/park"), 300));

  test("the backup instance takes over when the primary dies, or changes its role", async () => {
    await site().outside("kill", ["node749 primary"]);
    await site().outside("change", { name: "node749 backup", ...PRIMARY_MODE });
    await site().outside("change", { name: "node753 primary", ...BACKUP_MODE });
    await site().outside("change", { name: "node753 backup", ...PRIMARY_MODE });
    for (const node of ["node749", "node753"]) {
      await until(`${node}: backup answers`, async () => {
        const { members, failures } = await membersAsked(site(), at("/session/1", node), 2);
        return failures.length === 0 && members.size === 1 && members.has(`${node} backup`);
      });
    }
  });

  test("a node without any instance leaves its clients to the other node", async () => {
    await site().outside("kill", ["node749 backup"]);
    await until("node753 answers all", async () => {
      const { members, failures } = await membersAsked(site(), at("/session/1", "node749"), 2);
      return failures.length === 0 && members.has("node753 backup");
    });
    await site().outside("revive", ["node749 primary", "node749 backup"]);
    for (const node of ["node749", "node753"]) {
      await site().outside("change", { name: `${node} primary`, ...PRIMARY_MODE });
      await site().outside("change", { name: `${node} backup`, ...BACKUP_MODE });
      await until(`${node}: primary answers`, async () => {
        const { members, failures } = await membersAsked(site(), at("/session/1", node), 2);
        return failures.length === 0 && members.has(`${node} primary`);
      });
    }
  });

  test("a reload loses no request", () =>
    checkReload(site(), {
      host: site().rhel,
      server: server(site().rhel),
      asks: [at("/x"), at("/session/1", "node753")],
    }));

  test("the address moves to the other host: every session keeps its node", async () => {
    await checkStatusPage(site(), site().rhel, OUTER_PORT);
    await start(site().debian, server(site().debian));
    await checkFailover(site(), {
      clients: Array.from({ length: 24 }, () => ({ ask: at("/x"), cookie: SESSION })),
      fail: () => site().dropAddress(site().rhel),
      takeOver: () => site().takeAddress(site().debian),
    });
    await checkStatusPage(site(), site().debian, OUTER_PORT);
    await site().dropAddress(site().debian);
  });
}

suite("example: orchestration", function () {
  this.timeout(30_000);
  let site: Site;
  const servers = new Map<string, Server>();
  const serverOf = (kind: string) => (host: Host) =>
    servers.get(`${kind} ${host.name}`) ?? assert.fail(`no ${kind} on ${host.name}`);

  async function prepare(host: Host, layout: Layout): Promise<void> {
    servers.set(`httpd ${host.name}`, await prepareHttpd(host, layout));
    servers.set(`haproxy ${host.name}`, await prepareHaproxy(host));
    if (layout === "debian") {
      for (const line of commandsIn(EXAMPLE, "a2enmod")) await must(host, line);
    }
    await install(host, { example: EXAMPLE, layout, files: FILES });
  }

  suiteSetup(async () => {
    site = await openSite(MEMBERS);
    for (const node of ["node749", "node753"]) {
      await site.outside("change", { name: `${node} backup`, ...BACKUP_MODE });
    }
    await Promise.all([prepare(site.rhel, "rhel"), prepare(site.debian, "debian")]);
  });
  suiteTeardown(async () => {
    await site?.close();
  });

  for (const kind of ["httpd", "haproxy"]) {
    suite(kind, () => {
      suiteSetup(async () => {
        await site.takeAddress(site.rhel); // Before, so that the first test asks before any check.
        await start(site.rhel, serverOf(kind)(site.rhel));
      });
      suiteTeardown(async () => {
        for (const host of site.lab.hosts) await endServers(host);
      });

      testBalancer(() => site, serverOf(kind));
    });
  }

  suite("haproxy, reloaded", () => {
    suiteTeardown(() => endServers(site.rhel));

    test("HAProxy knows over a reload which instance is the primary one", async () => {
      await site.outside("change", { name: "node753 primary", ...BACKUP_MODE });
      await site.outside("change", { name: "node753 backup", ...PRIMARY_MODE });
      const server = serverOf("haproxy")(site.rhel);
      await start(site.rhel, server);
      await site.takeAddress(site.rhel);
      await until("the backup instance answers", async () => {
        const { failures } = await membersAsked(site, at("/x", "node753"), 2);
        return failures.length === 0;
      });
      await site.outside("takeCounts", undefined);
      await site.outside("startLoop", { asks: [at("/x", "node753")], clients: 4 });
      await untilReloaded(site.rhel, server);
      await until("answers after the reload", async () => {
        return (await site.outside("loopedSoFar", undefined)) > 1000;
      });
      const { failures } = await site.outside("stopLoop", undefined);
      const counts = await site.outside("takeCounts", undefined);
      assert.deepEqual([failures, counts["node753 primary"]], [[], 0]);
    });
  });
});
