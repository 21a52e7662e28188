import assert from "node:assert/strict";
import { hostname } from "node:os";
import { TestHost } from "./host.ts";

suite("Dummy", function () {
  this.timeout(20_000);
  let host: TestHost;
  suiteSetup(() => {
    host = new TestHost();
  });
  suiteTeardown(() => host?.close());

  for (const agent of ["ocf:heartbeat:Dummy", "ocf:pacemaker:Dummy"]) {
    test(`${agent}: start, monitor and stop, each twice`, async () => {
      const expected = { monitor: 7, start: 0, stop: 0, validate: 0 };
      assert.equal((await host.act(agent, "monitor")).status, expected.monitor);
      for (const action of ["start", "start", "monitor", "reload", "stop", "stop", "validate"]) {
        assert.equal((await host.act(agent, action)).status, 0, action);
      }
      assert.equal((await host.act(agent, "monitor")).status, 7);
    });
  }

  test("fail_start_on fails on the host of that name only", async () => {
    const agent = "ocf:pacemaker:Dummy";
    const start = (name: string) =>
      host.act(agent, "start", { parameters: { fail_start_on: name } });
    assert.equal((await start(hostname())).status, 1);
    assert.equal((await start("another-host")).status, 0);
    assert.equal((await host.act(agent, "stop")).status, 0);
  });

  test("op_sleep delays, and a number that is none is refused", async () => {
    const slow = await host.act("ocf:pacemaker:Dummy", "monitor", {
      parameters: { op_sleep: "1" },
    });
    assert.ok(slow.tookMs >= 990, `took ${slow.tookMs} ms`);
    const bad = await host.act("ocf:pacemaker:Dummy", "monitor", { parameters: { op_sleep: "x" } });
    assert.equal(bad.status, 6);
  });

  test("a state file that cannot be made is a failure with its path", async () => {
    const parameters = { state: "/proc/nothing/state" };
    const { status, reason } = await host.act("ocf:heartbeat:Dummy", "start", { parameters });
    assert.equal(status, 1);
    assert.match(reason, /state file "\/proc\/nothing\/state"/);
  });
});
