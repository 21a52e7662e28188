import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type Host, VIRTUAL_IP } from "../lab/index.ts";
import { commandsIn, install, type Layout } from "./installed-example.ts";
import type { Ask } from "./outside/client-requests.ts";
import type { MemberOptions, MemberState } from "./outside/stub-member.ts";
import {
  checkFailover,
  checkParked,
  checkReload,
  checkStatusPage,
  checkWebSocket,
  membersAsked,
} from "./rules-of-balancers.ts";
import {
  endServers,
  prepareHttpd,
  prepareNginx,
  pretendOldHttpd,
  type Server,
  start,
} from "./servers.ts";
import { must, openSite, type Site, until } from "./site.ts";

const EXAMPLE = "web-engagement";
const HTTPD_FILES = [
  "../httpd/serverstatus.conf",
  "../httpd/sizing.conf",
  "httpd/web-engagement.conf",
];
const NGINX_FILES = ["../nginx/status.conf", "nginx/web-engagement.conf", "nginx/gwe-proxy.inc"];
const NUMBERS = [1, 2, 3];

/** One cluster behind a balancer: where it is asked for, and what its routes look like. */
interface Cluster {
  readonly name: "frontend" | "backend";
  readonly port: number;
  readonly cookie: string;
  readonly routes: readonly string[];
}

function clusters(ports: { readonly frontend: number; readonly backend: number }): Cluster[] {
  const routes = NUMBERS.map((number) => `GWE_Frontend_${number}`);
  return [
    { name: "frontend", port: ports.frontend, cookie: "FRONTEND_ROUTEID", routes },
    { name: "backend", port: ports.backend, cookie: "ROUTEID", routes: NUMBERS.map(String) },
  ];
}

const MEMBERS: readonly MemberOptions[] = NUMBERS.flatMap((number) =>
  (["frontend", "backend"] as const).map((name) => ({
    name: `${name}${number}`,
    address: `192.168.33.5${number}`,
    port: name === "frontend" ? 8081 : 9081,
    healthPath: `/${name}/about`,
  })),
);

function at({ name, port }: Cluster, path: string, cookie?: string): Ask {
  const where = { address: VIRTUAL_IP, port, path: `/${name}${path}` };
  return cookie === undefined ? where : { ...where, cookie };
}

/** The rules of both servers; what only one of them does is in its own suite. */
function testBalancer(
  site: () => Site,
  options: {
    readonly clusters: readonly Cluster[];
    readonly server: (host: Host) => Server;
    readonly setCookie: RegExp;
    /** What of a member this server notices: its health page, or its answers to clients. */
    readonly unhealthy: Partial<MemberState>;
  },
): void {
  const [frontend, backend] = options.clusters;
  if (frontend === undefined || backend === undefined) throw new Error("two clusters are needed");

  test("without a cookie requests are spread, and the balancer sets one for the site", async () => {
    for (const cluster of [frontend, backend]) {
      const asked = await membersAsked(site(), at(cluster, "/x?a=b%20c"), 12);
      assert.deepEqual(
        [...asked.members].sort(),
        NUMBERS.map((number) => `${cluster.name}${number}`),
      );
      assert.deepEqual([...asked.urls], [`/${cluster.name}/x?a=b%20c`]);
      assert.equal(asked.setCookies.length, 12);
      for (const text of asked.setCookies) assert.match(text, options.setCookie);
    }
  });

  test("the cookie holds a client to its member, and is not set again", async () => {
    for (const cluster of [frontend, backend]) {
      for (const [index, route] of cluster.routes.entries()) {
        const cookie = `other=1; ${cluster.cookie}=.${route}`;
        const asked = await membersAsked(site(), at(cluster, "/x", cookie), 4);
        assert.deepEqual([...asked.members], [`${cluster.name}${index + 1}`]);
        assert.deepEqual(asked.setCookies, []);
      }
    }
  });

  test("frontend: the URL parameter alias counts before the cookie", async () => {
    const ask = at(frontend, "/x?alias=.GWE_Frontend_2", "FRONTEND_ROUTEID=.GWE_Frontend_3");
    assert.deepEqual([...(await membersAsked(site(), ask, 4)).members], ["frontend2"]);
  });

  test("WebSocket reaches the client's member", async () => {
    for (const cluster of [frontend, backend]) {
      const cookie = `${cluster.cookie}=.${cluster.routes[1]}`;
      await checkWebSocket(site(), at(cluster, "/ws", cookie), `${cluster.name}2`);
    }
  });

  test("300 clients hold a request each", () => checkParked(site(), at(frontend, "/park"), 300));

  test("clients of a dead or unhealthy member go on with another, and return", async () => {
    const cookie = "ROUTEID=.2";
    const unhealthy = at(frontend, "/x", "FRONTEND_ROUTEID=.GWE_Frontend_3");
    await site().outside("kill", ["backend2"]);
    await site().outside("change", { name: "frontend3", ...options.unhealthy });
    const asked = await membersAsked(site(), at(backend, "/x", cookie), 3);
    assert.deepEqual([asked.failures, asked.members.has("backend2")], [[], false]);
    assert.match(asked.setCookies[0] ?? "", /^ROUTEID=\.[13]; path=\//i);
    const echoed = await site().outside("echo", { ...at(backend, "/ws", cookie), text: "on" });
    assert.match(echoed, /^backend[13]:on$/);
    await until("frontend3 is left", async () => {
      const { members, failures } = await membersAsked(site(), unhealthy, 3);
      return failures.length === 0 && !members.has("frontend3");
    });
    await site().outside("revive", ["backend2"]);
    await site().outside("change", { name: "frontend3", healthStatus: 200, status: 200 });
    await until("frontend3 is asked again", async () => {
      const { members } = await membersAsked(site(), unhealthy, 1);
      return members.has("frontend3");
    });
    await until("backend2 is asked again", async () => {
      const { members } = await membersAsked(site(), at(backend, "/x", cookie), 1);
      return members.has("backend2");
    });
  });

  test("a reload loses no request", () =>
    checkReload(site(), {
      host: site().rhel,
      server: options.server(site().rhel),
      asks: [at(frontend, "/x"), at(backend, "/x", "ROUTEID=.1")],
    }));

  test("the address moves to the other host: every client keeps its members", async () => {
    await checkStatusPage(site(), site().rhel, frontend.port);
    await start(site().debian, options.server(site().debian));
    await checkFailover(site(), {
      clients: Array.from({ length: 24 }, (_, index) =>
        index % 2 === 0
          ? { ask: at(frontend, "/x"), cookie: frontend.cookie }
          : { ask: at(backend, "/x"), cookie: backend.cookie },
      ),
      fail: () => site().dropAddress(site().rhel),
      takeOver: () => site().takeAddress(site().debian),
    });
    await checkWebSocket(site(), at(backend, "/ws", "ROUTEID=.3"), "backend3");
    await checkStatusPage(site(), site().debian, frontend.port);
    await site().dropAddress(site().debian);
  });
}

suite("example: web-engagement", function () {
  this.timeout(30_000);
  let site: Site;
  const servers = new Map<string, Server>();
  const serverOf = (kind: string) => (host: Host) =>
    servers.get(`${kind} ${host.name}`) ?? assert.fail(`no ${kind} on ${host.name}`);

  async function prepare(host: Host, layout: Layout): Promise<void> {
    servers.set(`httpd ${host.name}`, await prepareHttpd(host, layout));
    servers.set(`nginx ${host.name}`, await prepareNginx(host, layout));
    if (layout === "debian") {
      for (const word of ["a2enmod", "a2dissite"]) {
        for (const line of commandsIn(EXAMPLE, word)) await must(host, line);
      }
    }
    await install(host, { example: EXAMPLE, layout, files: [...HTTPD_FILES, ...NGINX_FILES] });
    if (layout === "debian") await pretendOldHttpd(host, "/etc/apache2/sites-available");
  }

  suiteSetup(async () => {
    site = await openSite(MEMBERS);
    await Promise.all([prepare(site.rhel, "rhel"), prepare(site.debian, "debian")]);
  });
  suiteTeardown(async () => {
    await site?.close();
  });

  // The second host takes the form for httpd before 2.4.47: each is tried, and they go together.
  suite("httpd", () => {
    const both = clusters({ frontend: 80, backend: 80 });
    suiteSetup(async () => {
      await start(site.rhel, serverOf("httpd")(site.rhel));
      await site.takeAddress(site.rhel);
    });
    suiteTeardown(async () => {
      for (const host of site.lab.hosts) await endServers(host);
    });

    testBalancer(() => site, {
      clusters: both,
      server: serverOf("httpd"),
      setCookie: /^(FRONTEND_ROUTEID=\.GWE_Frontend_[123]|ROUTEID=\.[123]); path=\/$/,
      unhealthy: { healthStatus: 503 },
    });

    test("the balancer-manager shows the members to this host", async () => {
      const page = await must(site.debian, "curl -sS http://127.0.0.1/balancer-manager");
      for (const { address, port } of MEMBERS) assert.ok(page.includes(`${address}:${port}`));
    });
  });

  suite("nginx", () => {
    const both = clusters({ frontend: 8088, backend: 9088 });
    suiteSetup(async () => {
      await start(site.rhel, serverOf("nginx")(site.rhel));
      await site.takeAddress(site.rhel);
    });

    testBalancer(() => site, {
      clusters: both,
      server: serverOf("nginx"),
      setCookie:
        /^(FRONTEND_ROUTEID=\.GWE_Frontend_[123]; Path=\/|ROUTEID=\.[123]; Path=\/; Max-Age=\d+)$/,
      unhealthy: { status: 503 },
    });
  });
});
