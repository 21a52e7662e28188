import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type Host, VIRTUAL_IP, warmCommands } from "../lab/index.ts";
import { Watch } from "../lab/watch/index.ts";
import {
  formPair,
  holds,
  must,
  openPair,
  PATIENCE_MS,
  type Pair,
  run,
  untilRuns,
  untilServedBy,
  untilTrue,
} from "./pair.ts";

/** Begins a request, says so, and ends it when a line comes in; prints the whole answer. */
const SLOW_CLIENT = `
  const socket = require("node:net").connect(80, "${VIRTUAL_IP}", () => {
    socket.write("GET / HTTP/1.1\\r\\nHost: x\\r\\n");
    setTimeout(() => console.log("begun"), 100);
  });
  let answer = "";
  socket.on("data", (data) => { answer += data; });
  socket.on("error", (error) => { console.log("error " + error.code); process.exit(1); });
  socket.on("end", () => { console.log(answer); process.exit(0); });
  process.stdin.once("data", () => socket.write("Connection: close\\r\\n\\r\\n"));
`;

/** A request that was begun; `finish` ends it and gives what came back. */
async function beginRequest({ lab }: Pair): Promise<{ readonly finish: () => Promise<string> }> {
  const child = lab.client.spawn("node", ["-e", SLOW_CLIENT]);
  let said = "";
  child.stdout?.on("data", (data: Buffer) => {
    said += data.toString();
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await untilTrue("a request has begun", () => said.includes("begun"));
  return {
    finish: async () => {
      child.stdin?.write("\n");
      await ended;
      return said.replace("begun", "").trim();
    },
  };
}

suite("pair: the server on both hosts, the address alone moves", function () {
  this.timeout(120_000);
  let pair: Pair;
  let first: Host;
  let second: Host;

  suiteSetup(async () => {
    pair = await openPair();
    ({ first, second } = pair);
    await formPair(pair);
    for (const line of warmCommands("apache")) await must(first, line);
    await untilServedBy(pair, "ip1");
  });

  suiteTeardown(() => pair?.lab.close());

  test("standby of the active node loses no request of a client", async () => {
    const watch = new Watch(pair.lab, { address: VIRTUAL_IP });
    try {
      assert.ok(await watch.untilHealthy({ forMs: 1000, limitMs: PATIENCE_MS }));
      watch.forgetBefore(0);
      await must(first, "lbctl node standby ip1");
      await untilRuns(second, "virtual_ip", "ip2");
      await untilTrue("ip1 lets go", async () => !(await holds(first)));
      assert.ok(await watch.untilHealthy({ forMs: 1000, limitMs: PATIENCE_MS }));
      const failed = watch.probes.filter(({ ok }) => !ok);
      assert.deepEqual(failed, []);
      const hosts = new Set(watch.probes.map(({ host }) => host));
      assert.deepEqual([...hosts].sort(), ["ip1", "ip2"]);
    } finally {
      await watch.close();
    }
    await must(first, "lbctl node unstandby ip1");
  });

  test("a request that was begun at the former node ends there", async () => {
    await must(first, "lbctl resource update virtual_ip handover_timeout=10 --wait");
    await untilServedBy(pair, "ip2");
    const request = await beginRequest(pair);
    await must(first, "lbctl node standby ip2");
    await untilServedBy(pair, "ip1");
    assert.ok(await holds(second), "ip2 waits for the request");
    const answer = await request.finish();
    assert.match(answer, /^HTTP\/1\.1 200/);
    assert.ok(answer.endsWith("ip2"), answer);
    await untilTrue("ip2 lets go", async () => !(await holds(second)));
    await must(first, "lbctl node unstandby ip2 --wait");
  });

  test("a connection that does not end is cut, and nothing is left in the kernel", async () => {
    await must(first, "lbctl resource update virtual_ip handover_timeout=1 --wait");
    await untilServedBy(pair, "ip1");
    const request = await beginRequest(pair);
    await must(first, "lbctl resource move virtual_ip ip2");
    assert.equal(await holds(first), false);
    assert.match(await request.finish(), /^error (ECONNRESET|EPIPE)$/);
    await untilServedBy(pair, "ip2");
    assert.equal((await run(first, "nft list tables")).stdout, "");
  });
});
