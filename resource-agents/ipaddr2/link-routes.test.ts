import assert from "node:assert/strict";
import { parseLinkRoutes } from "./link-routes.ts";

suite("routes to a subnet that contains an address", () => {
  const rows = [
    {
      what: "the kernel's route of a subnet",
      route: { dst: "192.0.2.0/24", dev: "eth0", protocol: "kernel", scope: "link", metric: 100 },
      found: [{ nic: "eth0", prefixLength: 24, metric: 100 }],
    },
    {
      what: "somebody's route to the address alone",
      route: { dst: "192.0.2.10", dev: "eth1", scope: "link" },
      found: [{ nic: "eth1", prefixLength: 32, metric: 0 }],
    },
    { what: "a default route", route: { dst: "default", dev: "eth0" }, found: [] },
    {
      what: "a route by a gateway",
      route: { dst: "192.0.2.0/24", gateway: "10.0.0.1", dev: "eth0" },
      found: [],
    },
    {
      what: "the route of the address itself",
      route: { dst: "2001:db8::10", dev: "eth0", protocol: "kernel", metric: 256 },
      found: [],
    },
    { what: "a route to nowhere", route: { type: "blackhole", dst: "192.0.2.0/24" }, found: [] },
  ];
  for (const { what, route, found } of rows) {
    test(`${what}: ${found.length}`, () => {
      assert.deepEqual(parseLinkRoutes(JSON.stringify([route]), "192.0.2.10"), found);
    });
  }

  test("what is not a list of routes has none", () => {
    for (const text of ["", "{}", "[1]", "RTNETLINK answers"]) {
      assert.deepEqual(parseLinkRoutes(text, "192.0.2.10"), []);
    }
  });
});
