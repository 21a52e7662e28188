import assert from "node:assert/strict";
import { join } from "node:path";
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
import {
  type Certificates,
  makeCertificates,
  must,
  openSite,
  placeCertificates,
  type Site,
  until,
} from "./site.ts";

const EXAMPLE = "co-browse";
const SESSION = "gcbSessionServer";
const NUMBERS = [1, 2, 3];
/** A dead member is left within 5 s; the rest is for a busy machine. */
const LEFT_WITHIN_MS = 7_000;

/** A server's files and ports; `folder` is its configuration's, by layout. */
const SERVERS = {
  nginx: {
    port: 8080,
    tlsPort: 8083,
    files: ["../nginx/status.conf", "nginx/co-browse.conf"],
    variant: "co-browse",
    folder: { rhel: "/etc/nginx", debian: "/etc/nginx" },
    enabled: { rhel: "conf.d", debian: "conf.d" },
  },
  httpd: {
    port: 8090,
    tlsPort: 8093,
    files: [
      "../httpd/serverstatus.conf",
      "../httpd/sizing.conf",
      "httpd/10-co-browse.conf",
      "../httpd/rhel-ssl.conf",
      "hosts",
    ],
    variant: "20-co-browse",
    folder: { rhel: "/etc/httpd", debian: "/etc/apache2" },
    enabled: { rhel: "conf.d", debian: "sites-enabled" },
  },
} as const;

type Kind = keyof typeof SERVERS;

function members(tls?: MemberOptions["tls"]): readonly MemberOptions[] {
  return NUMBERS.map((number) => ({
    name: `cobrowse${number}${tls === undefined ? "" : "-tls"}`,
    address: `192.168.33.6${number}`,
    port: tls === undefined ? 8700 : 8743,
    healthPath: "/cobrowse/health",
    cookie: { name: SESSION, value: `.CB_Server_${number}`, path: "/" },
    ...(tls === undefined ? {} : { tls }),
  }));
}

suite("example: co-browse", function () {
  this.timeout(30_000);
  let site: Site;
  let certificates: Certificates;
  const servers = new Map<string, Server>();

  function serverOf(kind: Kind, host: Host): Server {
    return servers.get(`${kind} ${host.name}`) ?? assert.fail(`no ${kind} on ${host.name}`);
  }

  async function prepare(host: Host, layout: Layout): Promise<void> {
    servers.set(`httpd ${host.name}`, await prepareHttpd(host, layout));
    servers.set(`nginx ${host.name}`, await prepareNginx(host, layout));
    if (layout === "debian") {
      for (const word of ["a2enmod", "a2dissite"]) {
        for (const line of commandsIn(EXAMPLE, word)) await must(host, line);
      }
    }
    for (const kind of ["nginx", "httpd"] as const) {
      const files = [...SERVERS[kind].files, `${kind}/${SERVERS[kind].variant}-offload.conf`];
      await install(host, { example: EXAMPLE, layout, files });
      await placeCertificates(host, { folder: SERVERS[kind].folder[layout], certificates });
    }
    // The second host takes the form for httpd before 2.4.47: each is tried, and they go together.
    if (layout === "debian") await pretendOldHttpd(host, "/etc/apache2/sites-available");
  }

  suiteSetup(async () => {
    site = await openSite(members());
    certificates = makeCertificates(join(site.lab.folder, "tls"), {
      balancer: "co-browse",
      members: ["cobrowse-members", "cobrowse1", "cobrowse2", "cobrowse3"],
    });
    await site.outside("addMembers", members(certificates.members));
    await Promise.all([prepare(site.rhel, "rhel"), prepare(site.debian, "debian")]);
  });
  suiteTeardown(async () => {
    await site?.close();
  });

  for (const kind of ["nginx", "httpd"] as const) {
    suite(kind, () => {
      const { port, tlsPort, enabled, folder, variant } = SERVERS[kind];

      function at(path: string, number?: number): Ask {
        const where = { address: VIRTUAL_IP, port, path: `/cobrowse${path}` };
        return number === undefined
          ? where
          : { ...where, cookie: `${SESSION}=.CB_Server_${number}` };
      }

      function secure(ask: Ask): Ask {
        const tls = { authority: certificates.authority, name: "co-browse" };
        return { ...ask, port: tlsPort, tls };
      }

      suiteSetup(async () => {
        await start(site.rhel, serverOf(kind, site.rhel));
        await site.takeAddress(site.rhel);
      });
      suiteTeardown(async () => {
        for (const host of site.lab.hosts) await endServers(host);
      });

      test("without a cookie requests are spread; members see path and host", async () => {
        const asked = await membersAsked(site, at("/js/gcb.min.js?v=a%2Fb"), 12);
        assert.deepEqual([...asked.members].sort(), ["cobrowse1", "cobrowse2", "cobrowse3"]);
        assert.deepEqual([...asked.urls], ["/cobrowse/js/gcb.min.js?v=a%2Fb"]);
        assert.deepEqual([...asked.hosts], [`${VIRTUAL_IP}:${port}`]);
      });

      test("the application's cookie holds a client to its member, WebSocket too", async () => {
        for (const number of NUMBERS) {
          const asked = await membersAsked(site, at("/x", number), 3);
          assert.deepEqual([...asked.members], [`cobrowse${number}`]);
          await checkWebSocket(site, at("/ws", number), `cobrowse${number}`);
        }
      });

      test("TLS ends at the balancer, and the members are told", async () => {
        const asked = await membersAsked(site, secure(at("/x", 2)), 3);
        assert.deepEqual([[...asked.members], asked.failures], [["cobrowse2"], []]);
        assert.deepEqual([...asked.protocols], ["https"]);
        await checkWebSocket(site, secure(at("/ws", 3)), "cobrowse3");
      });

      test("300 clients hold a request each", () => checkParked(site, at("/park"), 300));

      test("a member that answers no packet is left within 5 s, once, and returns", async () => {
        const [first, second] = members();
        if (first === undefined || second === undefined) throw new Error("no members");
        await site.outside("kill", [second.name]);
        const dead = await membersAsked(site, at("/x", 2), 2);
        await site.silence([first]);
        const slow = await site.outside("ask", at("/x", 1));
        const next = await site.outside("ask", at("/x", 1));
        await site.hear();
        await site.outside("revive", [second.name]);
        assert.deepEqual([dead.failures, dead.members.has("cobrowse2")], [[], false]);
        assert.deepEqual([slow.status, next.status], [200, 200]);
        assert.ok(slow.tookMs > 500, `${slow.tookMs} ms: the member was not silent`);
        assert.ok(slow.tookMs < LEFT_WITHIN_MS, `${slow.tookMs} ms`);
        assert.ok(next.tookMs < 1_000, `${next.tookMs} ms`);
        for (const number of [1, 2]) {
          await until(`cobrowse${number} is asked again`, async () => {
            const { members } = await membersAsked(site, at("/x", number), 1);
            return members.has(`cobrowse${number}`);
          });
        }
      });

      test("a reload loses no request", () =>
        checkReload(site, {
          host: site.rhel,
          server: serverOf(kind, site.rhel),
          asks: [at("/x"), at("/x", 2)],
        }));

      test("the address moves to the other host: every client keeps its member", async () => {
        await checkStatusPage(site, site.rhel, port);
        await start(site.debian, serverOf(kind, site.debian));
        await checkFailover(site, {
          clients: Array.from({ length: 24 }, (_, index) => ({
            ask: index % 2 === 0 ? at("/x") : secure(at("/x")),
            cookie: SESSION,
          })),
          fail: () => site.dropAddress(site.rhel),
          takeOver: () => site.takeAddress(site.debian),
        });
        await checkWebSocket(site, at("/ws", 1), "cobrowse1");
        await checkWebSocket(site, secure(at("/ws", 2)), "cobrowse2");
        await checkStatusPage(site, site.debian, port);
        await site.dropAddress(site.debian);
      });

      for (const layout of ["rhel", "debian"] as const) {
        test(`TLS to the members again, ${layout}: https reaches https members`, async () => {
          const host = site[layout];
          const offload = `${folder[layout]}/${enabled[layout]}/${variant}-offload.conf`;
          await endServers(host);
          await must(host, `rm ${offload}`);
          const files = [`${kind}/${variant}-bridging.conf`];
          await install(host, { example: EXAMPLE, layout, files });
          await start(host, serverOf(kind, host));
          await site.takeAddress(host);
          const asked = await membersAsked(site, secure(at("/x")), 6);
          assert.deepEqual([...asked.members].sort(), [
            "cobrowse1-tls",
            "cobrowse2-tls",
            "cobrowse3-tls",
          ]);
          assert.deepEqual(asked.failures, []);
          assert.deepEqual([...(await membersAsked(site, at("/x", 2), 2)).members], ["cobrowse2"]);
          await checkWebSocket(site, secure(at("/ws", 3)), "cobrowse3-tls");
          await site.dropAddress(host);
        });
      }
    });
  }
});
