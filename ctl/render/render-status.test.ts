import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus, ResourceStatus } from "../../agent/core/model/index.ts";
import { EXAMPLE_NOW_MS, EXAMPLE_STATUS } from "./example-status.ts";
import { type MonOptions, renderMon, renderMonLine } from "./render-mon.ts";
import { renderQuorum } from "./render-quorum.ts";
import { renderResource } from "./render-resources.ts";
import {
  renderStatus,
  renderStatusCluster,
  renderStatusNodes,
  renderStatusResources,
} from "./render-status.ts";
import { failedActions } from "./status-sections.ts";
import { renderReadable, renderWallTime } from "./wall-time.ts";

const DAEMON = { isActive: true, isEnabled: true };
const [ADDRESS, WEB] = EXAMPLE_STATUS.resources;
assert.ok(ADDRESS !== undefined && WEB !== undefined);

function changed(difference: Partial<ClusterStatus>): ClusterStatus {
  return { ...EXAMPLE_STATUS, ...difference };
}

function withNode(name: string, difference: object): readonly ClusterStatus["nodes"][number][] {
  return EXAMPLE_STATUS.nodes.map((node) =>
    node.name === name ? { ...node, ...difference } : node,
  );
}

/** A failed monitor of the web server, as the samples have it. */
const FAILURE = {
  resource: "webserver",
  node: "p1",
  operation: "monitor",
  intervalMs: 2000,
  outcome: "not running",
  status: 7,
  callId: 16,
  reason: "",
  atWallMs: EXAMPLE_NOW_MS + 28_000,
  ranForMs: 0,
};

suite("lbctl status as pcs status prints it", () => {
  test("all is well", () => {
    assert.equal(
      renderStatus(EXAMPLE_STATUS, { isFull: false, daemon: DAEMON }),
      `Cluster name: lab
Cluster Summary:
  * Stack: lb-cluster
  * Current DC: p2 (version 0.1.0) - partition with quorum
  * Last updated: Fri Nov 20 20:24:59 2026
  * Last change:  Fri Nov 20 20:24:56 2026 by root via lbctl on p1
  * 2 nodes configured
  * 2 resource instances configured

Node List:
  * Online: [ p1 p2 ]

Full List of Resources:
  * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1
  * webserver\t(ocf:heartbeat:apache):\t Started p1

Daemon Status:
  lb-agent: active/enabled`,
    );
  });

  test("the peer is gone, one resource is disabled, another has failed", () => {
    const status = changed({
      dc: "p1",
      warnings: ["node p2 is lost", "there is no standby"],
      pending: ["start of webserver on p1"],
      nodes: withNode("p2", { state: "OFFLINE", isOnline: false, release: "" }),
      resources: [ADDRESS, { ...WEB, role: "Stopped", nodes: [], isDisabled: true }],
      disabledCount: 1,
      failures: [FAILURE],
      isMaintenance: true,
    });
    assert.equal(
      renderStatus(status, { isFull: false, daemon: { isActive: true, isEnabled: false } }),
      `Cluster name: lab

WARNINGS:
node p2 is lost
there is no standby

Cluster Summary:
  * Stack: lb-cluster
  * Current DC: p1 (version 0.1.0) - partition with quorum
  * Last updated: Fri Nov 20 20:24:59 2026
  * Last change:  Fri Nov 20 20:24:56 2026 by root via lbctl on p1
  * 2 nodes configured
  * 2 resource instances configured (1 DISABLED)

              *** Resource management is DISABLED ***
  The cluster will not attempt to start, stop or recover services

Node List:
  * Online: [ p1 ]
  * OFFLINE: [ p2 ]

Full List of Resources:
  * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1
  * webserver\t(ocf:heartbeat:apache):\t Stopped (disabled)

Pending Actions:
  * start of webserver on p1

Failed Resource Actions:
  * webserver 2s-interval monitor on p1 returned 'not running' at Fri Nov 20 20:25:27 2026

Daemon Status:
  lb-agent: active/disabled`,
    );
  });

  test("--full has ids, links, counters, reasons and the arithmetic", () => {
    const status = changed({
      nodes: withNode("p1", { attributes: { rack: "a", standby: "off" } }),
      resources: [ADDRESS, { ...WEB, reason: "runs where virtual_ip runs", repairs: 2 }],
      failures: [FAILURE],
      failcounts: [
        {
          resource: "webserver",
          node: "p1",
          count: 1,
          migrationThreshold: 10,
          lastFailureWallMs: FAILURE.atWallMs,
        },
      ],
    });
    const text = renderStatus(status, { isFull: true, daemon: DAEMON });
    assert.equal(
      text.slice(text.indexOf("Node List:")),
      `Node List:
  * Node p1 (1): online, release 0.1.0
  * Node p2 (2): online, release 0.1.0

Node Attributes:
  * Node: p1 (1):
    * rack                            \t: a         

Full List of Resources:
  * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1
  * webserver\t(ocf:heartbeat:apache):\t Started p1

Migration Summary:
  * Node: p1 (1):
    * webserver: migration-threshold=10 fail-count=1 last-failure='Fri Nov 20 20:25:27 2026'

Failed Resource Actions:
  * webserver_monitor_2000 on p1 'not running' (7): call=16, status='complete', \
last-rc-change='Fri Nov 20 20:25:27 2026', queued=0ms, exec=0ms

Placement:
  * webserver: runs where virtual_ip runs

Repairs in Place:
  * webserver: 2

Links:
  * Link 0: 10.99.0.1 -> 10.99.0.2: up

Heartbeat:
  * Ring: 1.9
  * Transport: udpu
  * Scheduling: realtime
  * CIB version: 0.13.5

Packets and Events:
  * refusedKey: 2
  * refusedReplay: 1

Timing (profile lan):
  * token sent every 200 ms, 100 ms unless all is well; a node is lost after 1000 ms without one
  * crashed host: outage of at most 1000 ms and the start of the resources
  * frozen agent on a living host: its address expires, outage of at most 1400 ms \
and the start of the resources
  * two owners of an address: none while a node hears the other on any link, \
or its address on the service network
  * no path between the nodes at all, clients reaching both: two owners until the cut heals

Daemon Status:
  lb-agent: active/enabled`,
    );
  });

  const nodeRows = [
    ["standby", "  * Node p1: standby (with active resources)", "  * Online: [ p2 ]"],
    ["maintenance", "  * Node p1: maintenance", "  * Online: [ p2 ]"],
    ["pending", "  * Node p1: pending", "  * Online: [ p2 ]"],
    ["held", "  * Node p1: held (lost, not taken over)", "  * Online: [ p2 ]"],
    ["UNCLEAN", "  * Node p1: UNCLEAN (offline)", "  * Online: [ p2 ]"],
  ] as const;
  for (const [state, line, online] of nodeRows) {
    test(`a node that is ${state} has a line of its own`, () => {
      const status = changed({ nodes: withNode("p1", { state }) });
      const text = renderStatus(status, { isFull: false, daemon: DAEMON });
      assert.ok(text.includes(`Node List:\n${line}\n${online}\n`), text);
    });
  }

  test("no DC, no quorum, two releases", () => {
    const none = renderStatusCluster(changed({ dc: "" }));
    assert.match(none, / {3}\* Current DC: NONE\n/);
    const quorum = { ...EXAMPLE_STATUS.quorum, isQuorate: false };
    const nodes = withNode("p1", { release: "0.2.0" });
    assert.match(
      renderStatusCluster(changed({ quorum, nodes })),
      /Current DC: p2 \(version 0\.1\.0\) - MIXED-VERSION partition WITHOUT quorum/,
    );
  });

  test("resources of a group stand below it", () => {
    const status = changed({
      resources: [
        { ...ADDRESS, group: "lb" },
        { ...WEB, group: "lb" },
        { ...WEB, id: "alone" },
      ],
    });
    assert.equal(
      renderStatusResources(status),
      `  * Resource Group: lb:
    * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1
    * webserver\t(ocf:heartbeat:apache):\t Started p1
  * alone\t(ocf:heartbeat:apache):\t Started p1`,
    );
    assert.equal(renderStatusResources(changed({ resources: [] })), "NO resources configured");
  });

  test("nodes by state", () => {
    const status = changed({ nodes: withNode("p2", { state: "standby" }) });
    assert.equal(
      renderStatusNodes(status),
      `Cluster Nodes:
 Online: p1
 Standby: p2
 Standby with resource(s) running:
 Maintenance:
 Pending:
 Held:
 Offline:`,
    );
  });
});

suite("one resource", () => {
  const failures = [FAILURE];
  const rows: readonly (readonly [string, Partial<ResourceStatus>, string])[] = [
    ["stopped", { role: "Stopped", nodes: [] }, "Stopped"],
    ["starting", { role: "Starting" }, "Starting p1"],
    ["active twice", { nodes: ["p1", "p2"] }, "Started [ p1 p2 ]"],
    ["failed where it is", { isFailed: true }, "FAILED p1"],
    ["failed where it was", { isFailed: true, nodes: ["p2"] }, "Started p2"],
    ["blocked", { isFailed: true, isBlocked: true, isManaged: false }, "FAILED p1 (blocked)"],
    ["unmanaged", { isManaged: false }, "Started p1 (unmanaged)"],
    ["in maintenance", { isManaged: false, isInMaintenance: true }, "Started p1 (maintenance)"],
    [
      "disabled and unmanaged",
      { isDisabled: true, isManaged: false },
      "Started p1 (disabled, unmanaged)",
    ],
    ["its failure ignored", { isFailureIgnored: true }, "Started p1 (failure ignored)"],
    ["kept for a node", { role: "Stopped", nodes: [], lockedTo: "p1" }, "Stopped p1 (LOCKED)"],
    ["no longer configured", { isOrphan: true }, " ORPHANED Started p1"],
  ];
  for (const [name, difference, expected] of rows) {
    test(`${name}: ${expected.trim()}`, () => {
      const line = renderResource({ failures }, { ...WEB, ...difference }, { withNode: true });
      assert.equal(line, `webserver\t(ocf:heartbeat:apache):\t ${expected.trim()}`);
    });
  }
});

suite("failed actions", () => {
  const rows = [
    [
      "a start with a reason",
      {
        operation: "start",
        intervalMs: 0,
        outcome: "not configured",
        status: 6,
        ranForMs: 77,
        reason: "no such file",
      },
      "webserver start on p1 returned 'not configured' (no such file) " +
        "at Fri Nov 20 20:25:27 2026 after 77ms",
    ],
    [
      "a timeout",
      { operation: "stop", intervalMs: 0, outcome: "Timed Out", status: -1, ranForMs: 60_002 },
      "webserver stop on p1 could not be executed (Timed Out) " +
        "at Fri Nov 20 20:25:27 2026 after 1m2ms",
    ],
  ] as const;
  for (const [name, difference, expected] of rows) {
    test(name, () => {
      const status = changed({ failures: [{ ...FAILURE, ...difference }] });
      assert.deepEqual(failedActions(status, false), [
        "Failed Resource Actions:",
        `  * ${expected}`,
      ]);
    });
  }
});

suite("lbctl mon as crm_mon prints it", () => {
  const options: MonOptions = {
    withInactive: false,
    withOperations: false,
    withFailcounts: false,
    isByNode: false,
    withAttributes: false,
    withTiming: false,
    thresholds: new Map([
      ["virtual_ip", 1],
      ["webserver", 10],
    ]),
  };
  const record = {
    node: "p1",
    intervalMs: 0,
    outcome: "ok",
    status: 0,
    atWallMs: EXAMPLE_NOW_MS - 5000,
    ranForMs: 115,
  };
  const operations = [
    {
      ...record,
      resource: "virtual_ip",
      operation: "monitor",
      callId: 5,
      status: 7,
      outcome: "not running",
    },
    { ...record, resource: "virtual_ip", operation: "start", callId: 6 },
    {
      ...record,
      resource: "virtual_ip",
      operation: "monitor",
      intervalMs: 30_000,
      callId: 7,
      ranForMs: 77,
    },
    { ...record, resource: "webserver", operation: "start", callId: 12 },
    { ...record, resource: "webserver", operation: "start", callId: 9, node: "p2" },
    { ...record, resource: "webserver", operation: "stop", callId: 13, node: "p2" },
    {
      ...record,
      resource: "virtual_ip",
      operation: "monitor",
      callId: 3,
      node: "p2",
      status: 7,
      outcome: "not running",
    },
  ];
  const tail = (text: string, from: string): string => text.slice(text.indexOf(from));

  test("-1 -o: the history without old and empty records", () => {
    const status = changed({ operations });
    const text = renderMon(status, { ...options, withOperations: true });
    assert.equal(
      tail(text, "Node List:"),
      `Node List:
  * Online: [ p1 p2 ]

Active Resources:
  * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1
  * webserver\t(ocf:heartbeat:apache):\t Started p1

Operations:
  * Node: p1:
    * virtual_ip: migration-threshold=1:
      * (6) start
      * (7) monitor: interval="30000ms"
    * webserver: migration-threshold=10:
      * (12) start
  * Node: p2:
    * webserver: migration-threshold=10:
      * (13) stop`,
    );
  });

  test("-1 -r -n -t: by node, with times", () => {
    const status = changed({ operations: operations.slice(0, 3) });
    const text = renderMon(status, {
      ...options,
      withInactive: true,
      isByNode: true,
      withTiming: true,
    });
    assert.equal(
      tail(text, "Node List:"),
      `Node List:
  * Node p1: online:
    * Resources:
      * virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started
      * webserver\t(ocf:heartbeat:apache):\t Started
  * Node p2: online:
    * Resources:

Inactive Resources:
  * No inactive resources

Operations:
  * Node: p1:
    * virtual_ip: migration-threshold=1:
      * (6) start: last-rc-change="Fri Nov 20 20:24:54 2026" exec-time="115ms" \
queue-time="0ms" rc=0 (ok)
      * (7) monitor: interval="30000ms" last-rc-change="Fri Nov 20 20:24:54 2026" \
exec-time="77ms" queue-time="0ms" rc=0 (ok)`,
    );
  });

  test("inactive resources are shown with -r only", () => {
    const status = changed({ resources: [{ ...WEB, role: "Stopped", nodes: [] }] });
    assert.match(renderMon(status, options), /Active Resources:\n {2}\* No active resources/);
    assert.match(renderMon(status, { ...options, withInactive: true }), /\t Stopped/);
  });

  test("-f: failcounts", () => {
    const text = renderMon(EXAMPLE_STATUS, { ...options, withFailcounts: true });
    assert.ok(text.endsWith("\n\nMigration Summary:"));
  });

  test("-s: one line for monitoring", () => {
    assert.deepEqual(renderMonLine(EXAMPLE_STATUS), {
      line: "CLUSTER OK: 2 nodes online, 2 resource instances configured",
      isOk: true,
    });
    const nodes = withNode("p2", { state: "OFFLINE", isOnline: false });
    assert.deepEqual(renderMonLine(changed({ nodes })), {
      line: "CLUSTER WARN: offline node: p2",
      isOk: false,
    });
    const resources = [{ ...WEB, role: "Stopped", nodes: [] }];
    assert.deepEqual(renderMonLine(changed({ resources })), {
      line: `CLUSTER WARN: stopped resource: ${WEB.id}`,
      isOk: false,
    });
  });
});

suite("lbctl quorum status as pcs prints it", () => {
  test("both nodes", () => {
    assert.equal(
      renderQuorum(EXAMPLE_STATUS),
      `Quorum information
------------------
Date:             Fri Nov 20 20:24:59 2026
Quorum provider:  lb-cluster
Nodes:            2
Node ID:          1
Ring ID:          1.9
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   2
Highest expected: 2
Total votes:      2
Quorum:           1
Flags:            2Node Quorate

Membership information
----------------------
    Nodeid      Votes Name
         1          1 p1 (local)
         2          1 p2`,
    );
  });
});

suite("times", () => {
  test("a day below ten is padded", () => {
    const at = new Date(2026, 0, 5, 3, 4, 5).getTime();
    assert.equal(renderWallTime(at), "Mon Jan  5 03:04:05 2026");
  });

  const rows = [
    [0, "0s"],
    [77, "77ms"],
    [2000, "2s"],
    [2072, "2.072s"],
    [90_000, "1m30s"],
    [60_002, "1m2ms"],
    [3_600_000, "1h"],
    [90_061_000, "1d1h1m1s"],
  ] as const;
  for (const [ms, text] of rows) {
    test(`${ms} ms is ${text}`, () => assert.equal(renderReadable(ms), text));
  }
});
