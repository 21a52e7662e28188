import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type Host, VIRTUAL_IP } from "../lab/index.ts";
import { commandsIn, exampleText, install, type Layout } from "./installed-example.ts";
import type { Ask } from "./outside/client-requests.ts";
import type { MemberOptions } from "./outside/stub-member.ts";
import {
  checkFailover,
  checkParked,
  checkReload,
  checkStatusPage,
  membersAsked,
} from "./rules-of-balancers.ts";
import { prepareHttpd, type Server, start } from "./servers.ts";
import {
  type Certificates,
  makeCertificates,
  must,
  openSite,
  placeCertificates,
  type Site,
  until,
} from "./site.ts";

const EXAMPLE = "recording";
const FILES = [
  "hosts",
  "../httpd/serverstatus.conf",
  "../httpd/sizing.conf",
  "httpd/loadbalancer_tenant1.conf",
  "httpd/loadbalancer_single.conf",
  "httpd/loadbalancer_tls.conf",
  "httpd/loadbalancer_members_tls.conf",
  "../httpd/rhel-ssl.conf",
];

/** A member by the number that ends its address in the example's `hosts`. */
function member(last: number, name: string, port: number): MemberOptions {
  return { name, address: `192.168.33.${last}`, port };
}

function cryptoServer(last: number, name: string): MemberOptions {
  const cookie = { name: "JSESSIONID", value: `s${last}.T1_${name}`, path: "/rcs" };
  return { ...member(last, name, 8008), cookie };
}

const RWS = [member(31, "rws1", 8080), member(32, "rws2", 8080), member(33, "rws3", 8080)];
const MEMBERS = [
  ...RWS,
  member(34, "rp1", 8889),
  member(35, "rp2", 8889),
  cryptoServer(36, "RCS_1"),
  cryptoServer(37, "RCS_2"),
  member(38, "ir1", 80),
  member(39, "ir2", 80),
  member(40, "webdav1", 80),
  member(41, "webdav2", 80),
];

/** What a client asks the balancer for. */
function at(path: string, cookie?: string): Ask {
  return { address: VIRTUAL_IP, port: 80, path, ...(cookie === undefined ? {} : { cookie }) };
}

suite("example: recording", function () {
  this.timeout(30_000);
  let site: Site;
  let certificates: Certificates;
  let servers: { readonly rhel: Server; readonly debian: Server };

  /** Makes one host a balancer; tenant 2 is made as the file of tenant 1 says, with TLS members. */
  async function prepare(host: Host, layout: Layout): Promise<Server> {
    const folder = layout === "rhel" ? "/etc/httpd" : "/etc/apache2";
    const server = await prepareHttpd(host, layout);
    if (layout === "debian")
      for (const line of commandsIn(EXAMPLE, "a2enmod")) await must(host, line);
    await install(host, { example: EXAMPLE, layout, files: FILES });
    await placeCertificates(host, { folder, certificates });
    const conf = `${folder}/${layout === "rhel" ? "conf.d" : "conf-enabled"}`;
    const second = /sed '([^']+)'/.exec(exampleText(EXAMPLE, FILES[3] ?? ""))?.[1] ?? "";
    const httpsMembers = "s|http://\\(t2rws.\\):8080|https://\\1:8443|";
    await must(
      host,
      `sed '${second}' ${conf}/loadbalancer_tenant1.conf | sed '${httpsMembers}'` +
        ` >${conf}/loadbalancer_tenant2.conf; sed 's/ t1/ t2/' <<'end' >>/etc/hosts\n` +
        `${exampleText(EXAMPLE, "hosts")}end\n`,
    );
    return server;
  }

  suiteSetup(async () => {
    site = await openSite(MEMBERS);
    certificates = makeCertificates(join(site.lab.folder, "tls"), {
      balancer: "loadbalancer",
      members: ["t2rws1", "t2rws2", "t2rws3"],
    });
    const tls = certificates.members;
    await site.outside(
      "addMembers",
      RWS.map((each) => ({ ...each, name: `${each.name}-tls`, port: 8443, tls })),
    );
    servers = {
      rhel: await prepare(site.rhel, "rhel"),
      debian: await prepare(site.debian, "debian"),
    };
    await start(site.rhel, servers.rhel);
    await site.takeAddress(site.rhel);
  });
  suiteTeardown(async () => {
    await site?.close();
  });

  test("every path reaches its members, spread over them, with its own path there", async () => {
    for (const [path, url, ...names] of [
      ["/t1/api/x?y=1", "/api/x?y=1", "rws1", "rws2", "rws3"],
      ["/t1/internal-api/x", "/internal-api/x", "rws1", "rws2", "rws3"],
      ["/t1/rp/api/x", "/api/x", "rp1", "rp2"],
      ["/t1/rcs/x", "/rcs/x", "RCS_1", "RCS_2"],
      ["/t1/interactionreceiver/x", "/interactionreceiver/x", "ir1", "ir2"],
      ["/t1/recordings/x", "/recordings/x", "webdav1"],
      ["/t1/dest2/x", "/dest2/x", "webdav1"],
      ["/api/x", "/api/x", "rws1", "rws2", "rws3"],
      ["/rcs/x", "/rcs/x", "RCS_1", "RCS_2"],
      ["/recordings/x", "/recordings/x", "webdav1"],
      ["/t2/api/x", "/api/x", "rws1-tls", "rws2-tls", "rws3-tls"],
    ]) {
      const asked = await membersAsked(site, at(path ?? ""), 12);
      assert.deepEqual([...asked.members].sort(), names, path);
      assert.deepEqual([...asked.urls], [url]);
    }
  });

  test("RWS: the cookie holds its client to a member, for the paths of its tenant", async () => {
    const { setCookies } = await site.outside("ask", at("/t1/api/"));
    assert.match(setCookies.join(), /^ROUTEID=\.T1RWS[123]; path=\/t1$/);
    const single = await site.outside("ask", at("/api/"));
    assert.match(single.setCookies.join(), /^ROUTEID=\.RWS[123]; path=\/$/);
    for (const number of [1, 2, 3]) {
      const asked = await membersAsked(site, at("/t1/api/", `ROUTEID=.T1RWS${number}`), 6);
      assert.deepEqual([...asked.members], [`rws${number}`]);
      assert.deepEqual(asked.setCookies, []);
    }
  });

  test("RCS: its own session cookie holds, with the path that clients see", async () => {
    const { setCookies } = await site.outside("ask", at("/t1/rcs/login"));
    assert.match(setCookies.join(), /^JSESSIONID=s3[67]\.T1_RCS_[12]; Path=\/t1\/rcs$/);
    for (const number of [1, 2]) {
      const asked = await membersAsked(site, at("/t1/rcs/", `JSESSIONID=x.T1_RCS_${number}`), 6);
      assert.deepEqual([...asked.members], [`RCS_${number}`]);
    }
  });

  test("clients of dead members go on with others, WebDAV with the standby", async () => {
    const dead = ["rws2", "RCS_1", "webdav1"];
    const asks = [
      at("/t1/api/", "ROUTEID=.T1RWS2"),
      at("/t1/rcs/", "JSESSIONID=x.T1_RCS_1"),
      at("/t1/recordings/a.wav"),
    ];
    await site.outside("kill", dead);
    const seen = await Promise.all(asks.map((ask) => membersAsked(site, ask, 4)));
    assert.deepEqual(
      seen.flatMap(({ failures }) => failures),
      [],
    );
    const [rws, rcs, webdav] = seen;
    assert.equal(rws?.members.has("rws2"), false);
    assert.match(rws?.setCookies[0] ?? "", /^ROUTEID=\.T1RWS[13]; path=\/t1$/);
    assert.deepEqual([...(rcs?.members ?? [])], ["RCS_2"]);
    assert.deepEqual([...(webdav?.members ?? [])], ["webdav2"]);
    await site.outside("revive", dead);
    for (const [index, name] of dead.entries()) {
      await until(`${name} alone is asked again`, async () => {
        const { members } = await membersAsked(site, asks[index] ?? at("/"), 2);
        return members.has(name) && members.size === 1;
      });
    }
  });

  test("TLS in front serves the same paths, to http and to https members", async () => {
    const tls = { authority: certificates.authority, name: "loadbalancer" };
    const secure = { ...at("/t1/api/", "ROUTEID=.T1RWS3"), port: 443, tls };
    const asked = await membersAsked(site, secure, 3);
    assert.deepEqual([[...asked.members], asked.failures], [["rws3"], []]);
    assert.deepEqual([...asked.protocols], ["https"]);
    const twice = await membersAsked(site, { ...secure, path: "/t2/api/" }, 6);
    assert.deepEqual(twice.failures, []);
  });

  test("300 agents hold a request each", () => checkParked(site, at("/t1/api/park"), 300));

  test("the status page is for this host alone", () => checkStatusPage(site, site.rhel, 80));

  test("a reload loses no request", () =>
    checkReload(site, {
      host: site.rhel,
      server: servers.rhel,
      asks: [at("/t1/api/"), at("/t1/dest2/x")],
    }));

  test("the host crashes: every client keeps its member", async () => {
    await checkFailover(site, {
      clients: Array.from({ length: 24 }, (_, index) => {
        const [path, name] = index % 2 === 0 ? ["/t1/api/", "ROUTEID"] : ["/t1/rcs/", "JSESSIONID"];
        return { ask: at(path ?? ""), cookie: name ?? "" };
      }),
      fail: () => site.rhel.crash(),
      takeOver: async () => {
        await start(site.debian, servers.debian);
        await site.takeAddress(site.debian);
      },
    });
    assert.deepEqual((await membersAsked(site, at("/t1/recordings/x"), 4)).failures, []);
    await checkStatusPage(site, site.debian, 80);
  });
});
