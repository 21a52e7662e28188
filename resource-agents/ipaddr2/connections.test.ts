import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { suite, test } from "mocha";
import { countConnections, isOpenAt, kernelForms } from "./connections.ts";

suite("TCP connections of this host", () => {
  // Big-endian hosts write these words the other way round; they are not supported.
  test("addresses as the kernel writes them", () => {
    assert.deepEqual(kernelForms("192.0.2.1"), ["010200C0", "0000000000000000FFFF0000010200C0"]);
    assert.deepEqual(kernelForms("2001:db8::1"), ["B80D0120000000000000000001000000"]);
  });

  const line = (local: string, state: string): string =>
    `   0: ${local}:0050 0100007F:A1B2 ${state} 00000000:00000000 00:00000000 00000000 0 0 1`;

  test("a listening socket and one that waits for late packets are no connections", () => {
    const wanted = new Set(kernelForms("192.0.2.1"));
    const lines = ["01", "0A", "06", "08"].map((state) => line("010200C0", state));
    const found = lines.map((text) => isOpenAt(text, wanted));
    assert.deepEqual(found, [true, false, false, true]);
    assert.equal(isOpenAt(line("020200C0", "01"), wanted), false);
  });

  test("a real connection counts until it has ended, over both kinds of socket", async () => {
    for (const host of ["127.0.0.77", "::"]) {
      const server = createServer((socket) => socket.resume()).listen(0, host);
      await once(server, "listening");
      const address = server.address();
      assert.ok(typeof address === "object" && address !== null);
      const before = await countConnections("127.0.0.77");
      const client = createConnection(address.port, "127.0.0.77");
      await once(client, "connect");
      assert.equal((await countConnections("127.0.0.77")) - before, 1, host);
      client.destroy();
      server.close();
      await once(server, "close");
      assert.equal(await countConnections("127.0.0.77"), before, host);
    }
  });
});
