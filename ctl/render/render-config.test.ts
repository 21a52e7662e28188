import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Cib } from "../../agent/core/model/index.ts";
import { emptyCib } from "../../agent/core/model/index.ts";
import { renderConfig, thresholdsOf } from "./render-config.ts";
import { renderConstraints, renderReferences } from "./render-constraints.ts";
import { renderResourcesConfig } from "./render-resource-config.ts";

const START = { name: "start", intervalMs: 0, options: {} } as const;
const STOP = { name: "stop", intervalMs: 0, options: {} } as const;
const MONITOR = {
  name: "monitor",
  intervalMs: 30_000,
  timeoutMs: null,
  options: { "on-fail": "restart" },
} as const;

const CIB: Cib = {
  ...emptyCib(["p1", "p2"]),
  properties: { "stonith-enabled": "false", "no-quorum-policy": "ignore" },
  resourceDefaults: { "migration-threshold": "1" },
  resources: [
    {
      kind: "primitive",
      id: "virtual_ip",
      agent: { standard: "ocf", provider: "heartbeat", type: "IPaddr2" },
      parameters: { nic: "eth0", ip: "10.99.0.100" },
      meta: {},
      operations: [
        { ...MONITOR, id: "virtual_ip-monitor-interval-30s" },
        { ...START, id: "virtual_ip-start-interval-0s", timeoutMs: 20_000 },
      ],
    },
    {
      kind: "group",
      id: "web",
      meta: { "migration-threshold": "5" },
      members: [
        {
          kind: "primitive",
          id: "haproxy",
          agent: { standard: "systemd", provider: null, type: "haproxy" },
          parameters: {},
          meta: { priority: "3" },
          operations: [{ ...STOP, id: "haproxy-stop-interval-0s", timeoutMs: 1500 }],
        },
      ],
    },
  ],
  constraints: [
    { kind: "location", id: "l1", resource: "web", node: "p1", score: 100 },
    {
      kind: "location",
      id: "cli-ban-web-on-p2",
      resource: "web",
      node: "p2",
      score: -1_000_000,
    },
    {
      kind: "order",
      id: "o1",
      first: "virtual_ip",
      firstAction: "start",
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      then: "web",
      thenAction: "start",
      strength: "Optional",
      isSymmetrical: false,
    },
    {
      kind: "colocation",
      id: "c1",
      resource: "web",
      withResource: "virtual_ip",
      score: 1_000_000,
    },
  ],
};

suite("configuration as pcs prints it", () => {
  test("the whole configuration", () => {
    assert.equal(
      renderConfig(CIB, { clusterName: "lab", release: "0.1.0" }),
      `Cluster Name: lab
Cluster Nodes:
 p1 p2

Resources:
  Resource: virtual_ip (class=ocf provider=heartbeat type=IPaddr2)
    Attributes: virtual_ip-instance_attributes
      ip=10.99.0.100
      nic=eth0
    Operations:
      monitor: virtual_ip-monitor-interval-30s
        interval=30s
        on-fail=restart
      start: virtual_ip-start-interval-0s
        interval=0s
        timeout=20s
  Group: web
    Meta Attributes: web-meta_attributes
      migration-threshold=5
    Resource: haproxy (class=systemd type=haproxy)
      Meta Attributes: haproxy-meta_attributes
        priority=3
      Operations:
        stop: haproxy-stop-interval-0s
          interval=0s
          timeout=1500ms

Location Constraints:
  Resource: web
    Enabled on:
      Node: p1 (score:100) (id:l1)
    Disabled on:
      Node: p2 (score:-INFINITY) (role:Started) (id:cli-ban-web-on-p2)
Ordering Constraints:
  start virtual_ip then start web (kind:Optional) (non-symmetrical) (id:o1)
Colocation Constraints:
  web with virtual_ip (score:INFINITY) (id:c1)
Ticket Constraints:

Resources Defaults:
  Meta Attrs: rsc_defaults-meta_attributes
    migration-threshold=1
Operations Defaults:
  No defaults set

Cluster Properties:
 cluster-infrastructure: lb-cluster
 cluster-name: lab
 dc-version: 0.1.0
 have-watchdog: false
 no-quorum-policy: ignore
 stonith-enabled: false`,
    );
  });

  test("constraints without ids", () => {
    assert.deepEqual(renderConstraints(CIB.constraints.slice(2), false), [
      "Location Constraints:",
      "Ordering Constraints:",
      "  start virtual_ip then start web (kind:Optional) (non-symmetrical)",
      "Colocation Constraints:",
      "  web with virtual_ip (score:INFINITY)",
      "Ticket Constraints:",
    ]);
  });

  test("constraints that name a resource", () => {
    assert.deepEqual(renderReferences(CIB, "virtual_ip"), ["Resource: virtual_ip", "  c1", "  o1"]);
    assert.deepEqual(renderReferences(CIB, "haproxy"), ["Resource: haproxy", "  No Matches"]);
  });

  test("a resource without anything", () => {
    assert.deepEqual(
      renderResourcesConfig([
        {
          kind: "primitive",
          id: "x",
          agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
          parameters: {},
          meta: {},
          operations: [],
        },
      ]),
      ["Resource: x (class=ocf provider=heartbeat type=Dummy)"],
    );
  });

  test("the threshold of a member is its own, then its group's, then the default", () => {
    assert.deepEqual(
      [...thresholdsOf(CIB)],
      [
        ["virtual_ip", 1],
        ["haproxy", 5],
      ],
    );
    assert.deepEqual(
      [...thresholdsOf({ ...CIB, resourceDefaults: {} })],
      [
        ["virtual_ip", 1_000_000],
        ["haproxy", 5],
      ],
    );
  });
});
