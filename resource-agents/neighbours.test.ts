import assert from "node:assert/strict";
import { parseArpTable, parseNeighbours } from "./neighbours.ts";

suite("neighbours", () => {
  test("lines of /proc/net/arp tell address, completeness, MAC and interface", () => {
    const table = [
      "IP address       HW type     Flags       HW address            Mask     Device",
      "192.0.2.7        0x1         0x2         AA:00:00:00:00:01     *        eth0",
      "192.0.2.8        0x1         0x0         00:00:00:00:00:00     *        eth1",
      "",
    ].join("\n");
    assert.deepEqual(parseArpTable(table), [
      { ip: "192.0.2.7", isComplete: true, mac: "aa:00:00:00:00:01", nic: "eth0" },
      { ip: "192.0.2.8", isComplete: false, mac: "00:00:00:00:00:00", nic: "eth1" },
    ]);
    assert.deepEqual(parseArpTable(""), []);
  });

  for (const [shown, neighbours] of [
    [
      '[{"dst":"2001:db8::1","lladdr":"AA:00:00:00:00:01","router":null,"state":["STALE"]}]',
      [{ ip: "2001:db8::1", mac: "aa:00:00:00:00:01" }],
    ],
    ['[{"dst":"2001:db8::1","state":["INCOMPLETE"]}]', [{ ip: "2001:db8::1", mac: null }]],
    [
      '[{"dst":"192.0.2.1","lladdr":"aa:00:00:00:00:01","state":["FAILED"]}]',
      [{ ip: "192.0.2.1", mac: null }],
    ],
    ["[]", []],
    ["", []],
    ['[1, {"lladdr": "aa:00:00:00:00:01"}]', []],
    ['{"dst":"192.0.2.1"}', []],
  ] as const) {
    test(`neighbours ${shown}: ${neighbours.length}`, () => {
      assert.deepEqual(parseNeighbours(shown), neighbours);
    });
  }
});
