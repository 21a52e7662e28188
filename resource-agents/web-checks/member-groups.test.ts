import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { findGroupsDown, gatherGroups, parseMember } from "./member-groups.ts";

suite("members of a balancer", () => {
  for (const [text, portDefault, expected] of [
    ["app1.example:8080", null, { host: "app1.example", port: 8080 }],
    ["APP", 80, { host: "app", port: 80 }],
    ["[fd00::1]:81", null, { host: "fd00::1", port: 81 }],
    ["10.0.0.1", null, null],
    ["10.0.0.1:0", null, null],
    ["10.0.0.1:70000", null, null],
    ["10.0.0.1:+100", null, null],
    ["$target", 80, null],
    ["%{ENV:X}", 80, null],
    ["unix:/run/x.sock", 80, null],
    ["", 80, null],
  ] as const) {
    test(`"${text}" is ${expected === null ? "no member" : JSON.stringify(expected)}`, () => {
      assert.deepEqual(parseMember(text, portDefault), expected);
    });
  }

  test("each counts once, and what is on loopback cannot be seen from elsewhere", () => {
    const groups = gatherGroups([
      { group: "a", host: "10.0.0.1", port: 80 },
      { group: "a", host: "10.0.0.1", port: 80 },
      { group: "b", host: "10.0.0.2", port: 80 },
      { group: "b", host: "127.0.0.1", port: 81 },
      { group: "c", host: "localhost", port: 81 },
    ]);
    assert.deepEqual(groups, [{ name: "a", members: [{ host: "10.0.0.1", port: 80 }] }]);
  });
});

suite("members that accept connections", () => {
  let server: Server;
  let port: number;
  const signal = new AbortController().signal;
  suiteSetup(async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address !== "string");
    port = address.port;
  });
  suiteTeardown(() => server.close());

  const up = () => ({ host: "127.0.0.1", port });
  const down = (last: number) => ({ host: `127.0.0.${last}`, port: 1 });

  test("a group is down when none of its members accepts", async () => {
    const groups = [
      { name: "half", members: [down(1), up()] },
      { name: "none", members: [1, 2, 3, 4, 5].map(down) },
      { name: "127.0.0.1:1", members: [down(1)] },
    ];
    assert.deepEqual(await findGroupsDown(groups, { timeoutMs: 1000, signal }), [
      "none (127.0.0.1:1, 127.0.0.2:1, 127.0.0.3:1, 2 more)",
      "127.0.0.1:1",
    ]);
  });

  test("without the time to tell, or with too many, nothing is known", async () => {
    const one = [{ name: "a", members: [down(1)] }];
    assert.equal(await findGroupsDown(one, { timeoutMs: 499, signal }), null);
    const members = Array.from({ length: 101 }, (_, at) => ({ host: "127.0.0.1", port: at + 1 }));
    assert.equal(await findGroupsDown([{ name: "a", members }], { timeoutMs: 999, signal }), null);
    const aborted = AbortSignal.abort();
    assert.equal(await findGroupsDown(one, { timeoutMs: 999, signal: aborted }), null);
  });
});
