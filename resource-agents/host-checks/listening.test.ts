import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { suite, teardown, test } from "mocha";
import { checkPorts, isInTheWay, parseListening, readListening } from "./listening.ts";
import { plainAddress } from "./plain-address.ts";

suite("listening sockets", () => {
  const servers: Server[] = [];
  teardown(() => {
    for (const server of servers.splice(0)) server.close();
  });

  test("tables of the kernel are parsed, connections left out", () => {
    const rest = "00000000:00000000 00:00000000 00000000     0        0";
    const text = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout",
      `   0: 0100007F:1F90 00000000:0000 0A ${rest} 239 1 0 100 0 0 10 0`,
      `   1: 0100007F:1F90 0100007F:1F91 01 ${rest} 240 1 0 100 0 0 10 0`,
      `   2: 000000FD000000000000000001000000:0050 0:0000 0A ${rest} 241 1 0`,
      `   3: 0000000000000000FFFF00000100007F:0050 0:0000 0A ${rest} 242 1 0`,
    ].join("\n");
    assert.deepEqual(parseListening(text), [
      { ip: "127.0.0.1", port: 8080, inode: "239" },
      { ip: "fd00::1", port: 80, inode: "241" },
      { ip: "127.0.0.1", port: 80, inode: "242" },
    ]);
  });

  for (const [held, wanted, isHeld] of [
    ["127.0.0.1", null, true],
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "127.0.0.2", false],
    ["127.0.0.1", "0.0.0.0", true],
    ["127.0.0.1", "::", true],
    ["0.0.0.0", "10.0.0.1", true],
    ["0.0.0.0", "fd00::1", false],
    ["fd00::1", "fd00:0::1", true],
    ["fd00::1", "0.0.0.0", false],
    ["::", "10.0.0.1", true],
  ] as const) {
    test(`a socket on ${held} is in the way of ${wanted}: ${isHeld}`, () => {
      const socket = { ip: held, port: 80, inode: "1" };
      assert.equal(isInTheWay(socket, { ip: wanted, port: 80 }), isHeld);
      assert.equal(isInTheWay(socket, { ip: wanted, port: 81 }), false);
    });
  }

  test("a socket for IPv6 only is not held up by one for IPv4", () => {
    const socket = { ip: "0.0.0.0", port: 80, inode: "1" };
    assert.equal(isInTheWay(socket, { ip: "::", port: 80, isIpv6Only: true }), false);
  });

  test("a port that is taken names the process, unless it is the server's own", async () => {
    const port = await listen("127.0.0.1");
    const wanted = [{ ip: null, port }];
    const [finding, ...more] = checkPorts(wanted, () => false);
    assert.deepEqual(more, []);
    assert.equal(finding?.severity, "blocks");
    const own = new RegExp(`^port ${port}: taken by \\S.* \\(${process.pid}\\), expected it`);
    assert.match(finding?.problem ?? "", own);
    assert.deepEqual(
      checkPorts(wanted, (pid) => pid === process.pid),
      [],
    );
  });

  test("both families of the kernel's tables are read", async () => {
    const port = await listen("::1");
    const found = readListening().filter((socket) => socket.port === port);
    assert.deepEqual(
      found.map(({ ip }) => ip),
      ["::1"],
    );
    assert.match(checkPorts([{ ip: "::1", port }], () => false)[0]?.problem ?? "", /^\[::1\]:/);
  });

  test("addresses have one form", () => {
    for (const [text, plain] of [
      ["[FD00:0:0::1]", "fd00::1"],
      ["fe80::1%eth0", "fe80::1"],
      ["::ffff:10.0.0.1", "10.0.0.1"],
      ["10.0.0.1", "10.0.0.1"],
      ["a.example", "a.example"],
    ] as const) {
      assert.equal(plainAddress(text), plain);
    }
  });

  async function listen(host: string): Promise<number> {
    const server = createServer().listen(0, host);
    servers.push(server);
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    return address.port;
  }
});
