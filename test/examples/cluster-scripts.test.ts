import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { type Host, VIRTUAL_IP } from "../lab/index.ts";
import {
  formPair,
  holds,
  must,
  openPair,
  type Pair,
  pidsOf,
  resourceIn,
  untilQuiet,
  untilServing,
  untilStatus,
  untilTrue,
} from "../pair/pair.ts";
import { commandsIn, exampleFolder, install } from "./installed-example.ts";
import { prepareHaproxy, prepareHttpd, prepareNginx } from "./servers.ts";

/** A server and an example with scripts for it; those of one server are the same everywhere. */
const SERVERS = [
  {
    kind: "httpd",
    example: "recording",
    files: [
      "hosts",
      "../httpd/serverstatus.conf",
      "../httpd/sizing.conf",
      "httpd/loadbalancer_tenant1.conf",
    ],
    port: 80,
    processes: ["apache2", "httpd"],
    prepare: (host: Host) => prepareHttpd(host, "debian"),
  },
  {
    kind: "nginx",
    example: "web-engagement",
    files: ["../nginx/status.conf", "nginx/web-engagement.conf", "nginx/gwe-proxy.inc"],
    port: 8088,
    processes: ["nginx"],
    prepare: (host: Host) => prepareNginx(host, "debian"),
  },
  {
    kind: "haproxy",
    example: "orchestration",
    files: ["haproxy/haproxy.cfg"],
    port: 3480,
    processes: ["haproxy"],
    prepare: prepareHaproxy,
  },
] as const;

/** Whether the balancer answers the client; there are no members here. */
async function answers({ lab }: Pair, port: number): Promise<boolean> {
  const url = `http://${VIRTUAL_IP}:${port}/`;
  const format = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "2"];
  return (await lab.client.run("curl", [...format, url])).stdout !== "000";
}

/** Waits until all runs as the warm form has it: the server on both, the address on `node`. */
function untilWarm(pair: Pair, node: string): Promise<ClusterStatus> {
  return untilStatus(pair.first, `server on both, address on ${node}`, (status) => {
    const both = resourceIn(status, "webserver").places.filter(({ role }) => role === "Started");
    const [owner] = resourceIn(status, "virtual_ip").nodes;
    return both.length === 2 && owner === node && status.pending.length === 0;
  });
}

for (const { kind, example, files, port, processes, prepare } of SERVERS) {
  suite(`examples: scripts for the cluster, ${kind}`, function () {
    this.timeout(60_000);
    let pair: Pair;

    const runScript = (name: string) =>
      must(pair.first, `sh ${join(exampleFolder(example), "cluster", name)}`);

    suiteSetup(async () => {
      pair = await openPair();
      for (const host of pair.lab.hosts) {
        await prepare(host);
        if (kind === "httpd")
          for (const line of commandsIn(example, "a2enmod")) await must(host, line);
        await install(host, { example, layout: "debian", files });
      }
      await formPair(pair);
    });
    suiteTeardown(async () => {
      await pair?.lab.close();
    });

    test("ordered: address and server run on one node and move together", async () => {
      await runScript(`${kind}-ordered.sh`);
      const active = await untilServing(pair);
      const before = await must(pair.first, "lbctl config");
      for (const form of ["ordered", "warm"]) {
        const said = await runScript(`${kind}-${form}.sh`);
        assert.match(said, /^resource webserver exists: nothing was changed[^\n]*\n$/);
      }
      assert.equal(await must(pair.first, "lbctl config"), before);
      await untilTrue("the client is answered", () => answers(pair, port));
      const passive = pair.lab.peerOf(active);
      // A test of the server's configuration runs there now and then.
      const isIdle = () => pidsOf(passive, ...processes).length === 0;
      await untilTrue("no server on the other node", isIdle);
      await must(active, `lbctl node standby ${active.name}`);
      await untilTrue("the other node has both", async () => {
        return (await holds(passive)) && pidsOf(passive, ...processes).length > 0;
      });
      await untilTrue("the client is answered", () => answers(pair, port));
      await must(active, `lbctl node unstandby ${active.name}`);
      for (const id of ["webserver", "virtual_ip"]) {
        await must(active, `lbctl resource delete ${id}`);
      }
      await untilTrue(`${kind} has ended`, () =>
        pair.lab.hosts.every((host) => pidsOf(host, ...processes).length === 0),
      );
      await untilQuiet(pair);
    });

    test("warm: the server runs on both nodes, and only the address moves", async () => {
      await runScript(`${kind}-warm.sh`);
      const { resources } = await untilStatus(pair.first, "the address runs", (status) => {
        return status.resources.length > 1 && resourceIn(status, "virtual_ip").nodes.length === 1;
      });
      const owner = resources.find(({ id }) => id === "virtual_ip")?.nodes[0] ?? "";
      await untilWarm(pair, owner);
      await untilTrue("the client is answered", () => answers(pair, port));
      const active = pair.lab.host(owner);
      const passive = pair.lab.peerOf(active);
      const before = pidsOf(passive, ...processes).length;
      assert.ok(before > 0);
      await must(active, `lbctl node standby ${owner}`);
      await untilTrue("the address has moved", () => holds(passive));
      assert.equal(await answers(pair, port), true);
      await must(active, `lbctl node unstandby ${owner}`);
      await untilWarm(pair, passive.name);
    });
  });
}
