import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { VIRTUAL_IP } from "../lab/index.ts";
import {
  formPair,
  holds,
  httpdPids,
  must,
  openPair,
  type Pair,
  resourceIn,
  untilQuiet,
  untilServing,
  untilStatus,
  untilTrue,
} from "../pair/pair.ts";
import { commandsIn, exampleFolder, install } from "./installed-example.ts";
import { prepareHttpd } from "./servers.ts";

const EXAMPLE = "recording";
const FILES = [
  "hosts",
  "../httpd/serverstatus.conf",
  "../httpd/sizing.conf",
  "httpd/loadbalancer_tenant1.conf",
];

/** Whether httpd answers the client; there are no members here. */
async function answers({ lab }: Pair): Promise<boolean> {
  const url = `http://${VIRTUAL_IP}/`;
  const format = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "2"];
  return (await lab.client.run("curl", [...format, url])).stdout !== "000";
}

/** Waits until all runs as the warm form wants it: httpd on both nodes, the address on `node`. */
function untilWarm(pair: Pair, node: string): Promise<ClusterStatus> {
  return untilStatus(pair.first, `httpd on both, address on ${node}`, (status) => {
    const both = resourceIn(status, "webserver").places.filter(({ role }) => role === "Started");
    const [owner] = resourceIn(status, "virtual_ip").nodes;
    return both.length === 2 && owner === node && status.pending.length === 0;
  });
}

suite("examples: scripts for the cluster", function () {
  this.timeout(60_000);
  let pair: Pair;

  const runScript = (name: string) =>
    must(pair.first, `sh ${join(exampleFolder(EXAMPLE), "cluster", name)}`);

  suiteSetup(async () => {
    pair = await openPair();
    for (const host of pair.lab.hosts) {
      await prepareHttpd(host, "debian");
      for (const line of commandsIn(EXAMPLE, "a2enmod")) await must(host, line);
      await install(host, { example: EXAMPLE, layout: "debian", files: FILES });
    }
    await formPair(pair);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("ordered: address and httpd run on one node and move together", async () => {
    await runScript("httpd-ordered.sh");
    const active = await untilServing(pair);
    await untilTrue("the client is answered", () => answers(pair));
    const passive = pair.lab.peerOf(active);
    assert.equal(httpdPids(passive).length, 0);
    await must(active, `lbctl node standby ${active.name}`);
    await untilTrue("the other node has both", async () => {
      return (await holds(passive)) && httpdPids(passive).length > 0;
    });
    await untilTrue("the client is answered", () => answers(pair));
    await must(active, `lbctl node unstandby ${active.name}`);
    for (const id of ["webserver", "virtual_ip"]) {
      await must(active, `lbctl resource delete ${id}`);
    }
    await untilTrue("httpd has ended", () =>
      pair.lab.hosts.every((host) => httpdPids(host).length === 0),
    );
    await untilQuiet(pair);
  });

  test("warm: httpd runs on both nodes, and only the address moves", async () => {
    await runScript("httpd-warm.sh");
    const { resources } = await untilStatus(pair.first, "the address runs", (status) => {
      return status.resources.length > 1 && resourceIn(status, "virtual_ip").nodes.length === 1;
    });
    const owner = resources.find(({ id }) => id === "virtual_ip")?.nodes[0] ?? "";
    await untilWarm(pair, owner);
    await untilTrue("the client is answered", () => answers(pair));
    const active = pair.lab.host(owner);
    const passive = pair.lab.peerOf(active);
    const before = httpdPids(passive).length;
    assert.ok(before > 0);
    await must(active, `lbctl node standby ${owner}`);
    await untilTrue("the address has moved", () => holds(passive));
    assert.equal(await answers(pair), true);
    await must(active, `lbctl node unstandby ${owner}`);
    await untilWarm(pair, passive.name);
  });
});
