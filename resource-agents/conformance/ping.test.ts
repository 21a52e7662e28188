import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestHost } from "./host.ts";

const AGENT = "ocf:pacemaker:ping";
const QUICK = { dampen: "0", attempts: "1", timeout: "1" };
const REACHED = "10.99.0.2";
const REACHED6 = "fd99::2";
const SILENT = "10.99.0.77";

suite("ping", function () {
  this.timeout(20_000);
  let host: TestHost;
  let toolsFolder: string;
  const file = (name: string) => join(host.folder, name);
  suiteSetup(() => {
    host = new TestHost();
    toolsFolder = file("tools");
    mkdirSync(toolsFolder);
    // A stand-in, since no cluster runs here: it keeps one attribute in a file and counts changes.
    const script = `#!/bin/sh
kept=${file("attribute")}
case $* in
  "-Q -n pingd") [ -e $kept ] && echo "name=\\"pingd\\" host=\\"h\\" value=\\"$(cat $kept)\\"";;
  "-D -n pingd") rm -f $kept;;
  "-n pingd -U "*) echo "$4" >$kept; echo "$4" >>${file("changes")};;
  *) exit 64;;
esac
`;
    writeFileSync(join(toolsFolder, "attrd_updater"), script, { mode: 0o755 });
  });
  suiteTeardown(() => host?.close());
  setup(() => {
    for (const name of ["attribute", "changes"]) rmSync(file(name), { force: true });
  });

  const act = (action: string, parameters: Record<string, string>) =>
    host.act(AGENT, action, { parameters: { ...QUICK, ...parameters }, toolsFolder });
  const recorded = () =>
    existsSync(file("attribute")) ? readFileSync(file("attribute"), "utf8").trim() : "";
  const changes = () => readFileSync(file("changes"), "utf8").trim().split("\n");

  test("start, monitor and stop, each twice; the attribute comes and goes", async () => {
    const parameters = { host_list: `${REACHED} ${REACHED6}`, multiplier: "1000" };
    assert.equal((await act("monitor", parameters)).status, 7);
    for (const action of ["validate", "start", "start", "monitor", "reload"]) {
      const { status, reason } = await act(action, parameters);
      assert.deepEqual([action, status, reason], [action, 0, ""]);
    }
    assert.equal(recorded(), "2000");
    for (const action of ["stop", "stop"]) assert.equal((await act(action, parameters)).status, 0);
    assert.equal(recorded(), "");
    assert.equal((await act("monitor", parameters)).status, 7);
  });

  test("the attribute is written when it changes, and when somebody removed it", async () => {
    const parameters = { host_list: REACHED };
    await act("start", parameters);
    await act("monitor", parameters);
    await act("monitor", parameters);
    assert.deepEqual(changes(), ["1"]);
    await act("monitor", { host_list: `${REACHED} ${SILENT} ${REACHED6}` });
    assert.deepEqual(changes(), ["1", "2"]);
    rmSync(file("attribute"));
    await act("monitor", { host_list: REACHED });
    assert.deepEqual(changes(), ["1", "2", "1"]);
    await act("stop", parameters);
  });

  test("a change must last as long as dampen says", async () => {
    await act("start", { host_list: REACHED });
    const slow = await act("monitor", { host_list: `${REACHED} ${REACHED6}`, dampen: "700ms" });
    assert.ok(slow.tookMs >= 700, `took ${slow.tookMs} ms`);
    assert.deepEqual(changes(), ["1", "2"]);
    const both = { host_list: `${REACHED} ${REACHED6}`, dampen: "1500ms" };
    host.peerCommand("ip", "-6", "addr", "del", `${REACHED6}/64`, "dev", "eth0");
    const during = act("monitor", both);
    setTimeout(() => {
      host.peerCommand("ip", "-6", "addr", "add", `${REACHED6}/64`, "dev", "eth0", "nodad");
    }, 1200);
    assert.equal((await during).status, 0);
    assert.deepEqual(changes(), ["1", "2"], "it was back before the delay had passed");
    await act("stop", both);
  });

  test("silent hosts are asked at once, and below failure_score the monitor fails", async () => {
    const silent = Array.from({ length: 5 }, (_, index) => `10.99.0.${70 + index}`).join(" ");
    const parameters = { host_list: `${REACHED} ${silent}`, failure_score: "2" };
    const started = await act("start", parameters);
    assert.deepEqual([started.status, started.reason], [1, 'pingd "1": expected failure_score 2']);
    assert.ok(started.tookMs < 3000, `took ${started.tookMs} ms`);
    assert.equal((await act("monitor", { ...parameters, failure_score: "1" })).status, 0);
    assert.equal((await act("monitor", parameters)).status, 1);
    await act("stop", parameters);
  });

  test("debug tells which host is silent; no shell reads a host", async () => {
    const { log } = await act("start", { host_list: `${SILENT} ${REACHED}`, debug: "true" });
    assert.equal(log.length, 1);
    assert.match(log[0] ?? "", /^10\.99\.0\.77: no answer/);
    const bad = await act("start", { host_list: "a;id" });
    assert.deepEqual(
      [bad.status, bad.reason],
      [6, 'host_list "a;id": expected a name or an IP address'],
    );
    await act("stop", { host_list: SILENT });
  });
});
