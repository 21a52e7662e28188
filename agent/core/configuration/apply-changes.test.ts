import assert from "node:assert/strict";
import {
  type Change,
  type Cib,
  emptyCib,
  listPrimitives,
  renderAgentName,
  renderCibVersion,
  renderProblem,
} from "../model/index.ts";
import { applyChanges, checkCib, NOTHING_CHANGED } from "./index.ts";

const NODES = ["ip1", "ip2"];
const CONTEXT = { stamp: { atWallMs: 1000, by: "root via lbctl on ip1" }, nodes: NODES };
const HEARTBEAT = { standard: "ocf", provider: "heartbeat" };
const DEFAULTS = [
  { id: "", name: "start", intervalMs: 0, timeoutMs: 20_000, options: {} },
  { id: "", name: "stop", intervalMs: 0, timeoutMs: 20_000, options: {} },
  { id: "", name: "monitor", intervalMs: 10_000, timeoutMs: 20_000, options: {} },
];

type Create = Change & { readonly kind: "createResource" };
type Order = Change & { readonly kind: "addOrder" };

function create(id: string, rest: Partial<Create> = {}): Create {
  return {
    kind: "createResource",
    id,
    agent: { ...HEARTBEAT, type: "apache" },
    parameters: {},
    meta: {},
    operations: [],
    defaultOperations: DEFAULTS,
    group: null,
    before: null,
    after: null,
    ...rest,
  };
}

function order(first: string, then: string): Order {
  return {
    kind: "addOrder",
    id: null,
    first,
    firstAction: "start",
    then,
    thenAction: "start",
    strength: "Mandatory",
    isSymmetrical: true,
  };
}

function colocate(resource: string, withResource: string, score = "INFINITY"): Change {
  return { kind: "addColocation", id: null, resource, withResource, score };
}

function locate(resource: string, node: string, score: string): Change {
  return { kind: "addLocation", id: null, resource, node, score };
}

function group(name: string, ...members: readonly string[]): Change {
  return { kind: "groupResources", group: name, members, before: null, after: null };
}

function meta(id: string, values: Record<string, string>): Change {
  return { kind: "setResourceMeta", ids: [id], values };
}

const MONITOR_30S = [{ name: "monitor", options: { interval: "30s" } }];
const GUIDE: readonly Change[] = [
  { kind: "setProperties", values: { "stonith-enabled": "false", "no-quorum-policy": "ignore" } },
  { kind: "setResourceDefaults", values: { "migration-threshold": "1" } },
  create("virtual_ip", {
    agent: { ...HEARTBEAT, type: "IPaddr2" },
    parameters: { ip: "192.168.33.20", nic: "eth0", cidr_netmask: "32" },
    operations: MONITOR_30S,
  }),
  create("webserver", {
    parameters: { configfile: "/etc/httpd/conf/httpd.conf" },
    operations: MONITOR_30S,
  }),
  meta("webserver", { "migration-threshold": "10" }),
  colocate("webserver", "virtual_ip"),
  order("virtual_ip", "webserver"),
];

function changed(cib: Cib, ...changes: readonly Change[]): { cib: Cib; notes: readonly string[] } {
  const result = applyChanges(cib, changes, CONTEXT);
  assert.ok(result.kind === "changed", JSON.stringify(result));
  assert.deepEqual(checkCib(result.cib, NODES), []);
  return result;
}

function refused(cib: Cib, ...changes: readonly Change[]): readonly string[] {
  const result = applyChanges(cib, changes, CONTEXT);
  assert.ok(result.kind === "refused", JSON.stringify(result));
  return result.problems.map(renderProblem);
}

function base(...more: readonly Change[]): Cib {
  return changed(emptyCib(NODES), ...GUIDE, ...more).cib;
}

function constraintIds(cib: Cib): readonly string[] {
  return cib.constraints.map(({ id }) => id);
}

function outline(cib: Cib): readonly string[] {
  return cib.resources.map((resource) =>
    resource.kind === "group"
      ? `${resource.id}(${resource.members.map(({ id }) => id).join(" ")})`
      : resource.id,
  );
}

function operationsOf(cib: Cib, id: string): readonly string[] {
  const primitive = listPrimitives(cib).find((resource) => resource.id === id);
  return (primitive?.operations ?? []).map(
    (operation) => `${operation.id} ${operation.timeoutMs} ${JSON.stringify(operation.options)}`,
  );
}

suite("the guide's configuration", () => {
  test("is accepted step by step, each step raises the epoch and remembers the last", () => {
    const steps = GUIDE.reduce((cib, change) => changed(cib, change).cib, emptyCib(NODES));
    assert.equal(renderCibVersion(steps.version), "0.7.0");
    assert.equal(steps.lineage.length, 7);
    assert.equal(steps.lastChange.by, "root via lbctl on ip1");
    assert.deepEqual(constraintIds(steps), [
      "colocation-webserver-virtual_ip-INFINITY",
      "order-virtual_ip-webserver-mandatory",
    ]);
    assert.deepEqual(steps.properties, {
      "stonith-enabled": "false",
      "no-quorum-policy": "ignore",
    });
  });

  test("in one call raises the epoch once, and tells what pcs tells", () => {
    const { cib, notes } = changed(emptyCib(NODES), ...GUIDE);
    assert.equal(renderCibVersion(cib.version), "0.1.0");
    assert.deepEqual(notes, [
      "Warning: Defaults do not apply to resources which override them with their own " +
        "defined values",
      "Adding virtual_ip webserver (kind: Mandatory) " +
        "(Options: first-action=start then-action=start)",
    ]);
  });

  test("applied twice is refused the second time, and nothing of it is done", () => {
    const lines = refused(base(), ...GUIDE);
    assert.equal(
      lines[0],
      'resource "virtual_ip": already exists as ocf:heartbeat:IPaddr2; choose another id',
    );
    assert.equal(lines.length, 4);
  });

  test("a change that changes nothing says so and keeps the version", () => {
    const cib = base();
    const result = changed(cib, meta("webserver", { "migration-threshold": "10", priority: "" }));
    assert.equal(result.cib, cib);
    assert.deepEqual(result.notes, [NOTHING_CHANGED]);
  });

  test("what was wrong before does not stop a change, and is told", () => {
    const cib: Cib = { ...base(), properties: { "from-the-future": "1" } };
    const standby: Change = {
      kind: "setNodeAttributes",
      node: "ip1",
      values: { standby: "on" },
    };
    const result = applyChanges(cib, [standby], CONTEXT);
    assert.ok(result.kind === "changed");
    assert.equal(result.cib.nodes[0]?.attributes["standby"], "on");
    assert.match(result.notes[0] ?? "", /^Warning: property "from-the-future": is not a known/);
  });
});

suite("resources", () => {
  test("given operations win over recommended ones of the same name", () => {
    assert.deepEqual(operationsOf(base(), "virtual_ip"), [
      "virtual_ip-monitor-interval-30s null {}",
      "virtual_ip-start-interval-0s 20000 {}",
      "virtual_ip-stop-interval-0s 20000 {}",
    ]);
  });

  test("recommended monitors of one interval are moved apart, doubled starts dropped", () => {
    const twice = { ...create("x"), defaultOperations: [...DEFAULTS, ...DEFAULTS] };
    assert.deepEqual(operationsOf(base(twice), "x"), [
      "x-start-interval-0s 20000 {}",
      "x-stop-interval-0s 20000 {}",
      "x-monitor-interval-10s 20000 {}",
      "x-monitor-interval-11s 20000 {}",
    ]);
  });

  test("a resource for which nothing says how often to look is looked at every 60 s", () => {
    const bare = create("x", { defaultOperations: [] });
    assert.deepEqual(operationsOf(base(bare), "x"), ["x-monitor-interval-60s null {}"]);
  });

  test("update replaces the first operation of the name, parameters and meta by name", () => {
    const cib = base({
      kind: "updateResource",
      id: "virtual_ip",
      parameters: { nic: "", ip: "192.168.33.21" },
      meta: { "target-role": "stopped" },
      operations: [
        { name: "monitor", options: { interval: "500ms", "on-fail": "Block", role: "" } },
        { name: "promote", options: { timeout: "5" } },
      ],
    });
    assert.deepEqual(operationsOf(cib, "virtual_ip"), [
      'virtual_ip-monitor-interval-500ms null {"on-fail":"block"}',
      "virtual_ip-start-interval-0s 20000 {}",
      "virtual_ip-stop-interval-0s 20000 {}",
      "virtual_ip-promote-interval-0s 5000 {}",
    ]);
    const [primitive] = listPrimitives(cib);
    assert.deepEqual(primitive?.parameters, { ip: "192.168.33.21", cidr_netmask: "32" });
    assert.deepEqual(primitive?.meta, { "target-role": "Stopped" });
  });

  test("two given operations of a name replace two, in their order", () => {
    const monitors = (...intervals: readonly string[]): Change => ({
      kind: "updateResource",
      id: "webserver",
      parameters: {},
      meta: {},
      operations: intervals.map((interval) => ({ name: "monitor", options: { interval } })),
    });
    const two = base(monitors("5s", "7s"));
    assert.deepEqual(
      operationsOf(two, "webserver").filter((line) => line.includes("monitor")),
      ["webserver-monitor-interval-5s null {}", "webserver-monitor-interval-7s null {}"],
    );
    const swapped = changed(two, monitors("7s", "5s")).cib;
    assert.match(operationsOf(swapped, "webserver")[0] ?? "", /interval-7s/);
    assert.equal(operationsOf(swapped, "webserver").length, 4);
  });

  test("operations are added and removed by name, interval or id", () => {
    const operation = { name: "monitor", options: { interval: "1min", OCF_CHECK_LEVEL: "10" } };
    const cib = base({ kind: "addOperation", id: "webserver", operation });
    assert.ok(
      operationsOf(cib, "webserver").includes(
        'webserver-monitor-interval-60s null {"OCF_CHECK_LEVEL":"10"}',
      ),
    );
    const remove = (name: string, options: Record<string, string>): Change => ({
      kind: "removeOperation",
      id: "webserver",
      operation: { name, options },
    });
    const byInterval = changed(cib, remove("monitor", { interval: "60" }));
    assert.deepEqual(byInterval.notes, ["Removing operation: webserver-monitor-interval-60s"]);
    assert.equal(
      changed(cib, remove("webserver-monitor-interval-30s", {})).notes[0],
      "Removing operation: webserver-monitor-interval-30s",
    );
    assert.deepEqual(refused(cib, remove("monitor", {})), [
      'resource "webserver" operation "monitor": several are like that, name one by its id: ' +
        "webserver-monitor-interval-30s (30s), webserver-monitor-interval-60s (60s)",
    ]);
  });

  test("delete removes the constraints, and the group when it is left empty", () => {
    const cib = base(group("pair", "virtual_ip"), locate("pair", "ip1", "50"));
    const result = changed(cib, { kind: "deleteResource", id: "virtual_ip" });
    assert.deepEqual(result.notes, [
      "Removing constraint: colocation-webserver-virtual_ip-INFINITY",
      "Removing constraint: order-virtual_ip-webserver-mandatory",
      "Removing constraint: location-pair-ip1-50",
      "Removing group: pair",
      "Deleting resource: virtual_ip",
    ]);
    assert.deepEqual(outline(result.cib), ["webserver"]);
    assert.deepEqual(result.cib.constraints, []);
  });

  test("deleting a group deletes its members", () => {
    const result = changed(
      changed(emptyCib(NODES), create("a", { group: "g" }), create("b", { group: "g" })).cib,
      { kind: "deleteResource", id: "g" },
    );
    assert.deepEqual(outline(result.cib), []);
    assert.deepEqual(result.notes, [
      "Deleting resource: b",
      "Deleting resource: a",
      "Deleting group: g",
    ]);
  });

  test("agents of the other standards are accepted", () => {
    const agent = { standard: "systemd", provider: null, type: "haproxy@main.service" };
    const cib = base(create("lb", { agent }));
    assert.equal(renderAgentName(listPrimitives(cib)[2]?.agent ?? agent), renderAgentName(agent));
  });
});

suite("groups", () => {
  const three = changed(emptyCib(NODES), create("a"), create("b"), create("c")).cib;

  test("are made, extended, placed into and reordered", () => {
    const made = changed(three, group("g", "b", "a")).cib;
    assert.deepEqual(outline(made), ["c", "g(b a)"]);
    const inside = changed(made, create("d", { group: "g", after: "b" })).cib;
    assert.deepEqual(outline(inside), ["c", "g(b d a)"]);
    const front: Change = {
      kind: "groupResources",
      group: "g",
      members: ["c", "a"],
      before: "b",
      after: null,
    };
    assert.deepEqual(outline(changed(inside, front).cib), ["g(c a b d)"]);
    assert.deepEqual(changed(inside, group("g", "a")).notes, [NOTHING_CHANGED]);
  });

  test("lose members to another group, and disappear when empty", () => {
    const made = changed(three, group("g", "a"), group("h", "b")).cib;
    const result = changed(made, group("h", "a"));
    assert.deepEqual(outline(result.cib), ["c", "h(b a)"]);
    assert.deepEqual(result.notes, ["Moving a out of group g", "Removing group: g"]);
  });

  test("let go of some members, or of all", () => {
    const made = changed(three, group("g", "a", "b"), locate("g", "ip1", "50")).cib;
    const one = changed(made, { kind: "ungroupResources", group: "g", members: ["a"] });
    assert.deepEqual(outline(one.cib), ["c", "g(b)", "a"]);
    const all = changed(made, { kind: "ungroupResources", group: "g", members: [] });
    assert.deepEqual(outline(all.cib), ["c", "a", "b"]);
    assert.deepEqual(all.notes, ["Removing constraint: location-g-ip1-50", "Removing group: g"]);
  });
});

suite("constraints", () => {
  const ids: readonly (readonly [Change, string])[] = [
    [locate("webserver", "ip1", "50"), "location-webserver-ip1-50"],
    [locate("webserver", "ip1", "-infinity"), "location-webserver-ip1--INFINITY"],
    [colocate("virtual_ip", "webserver", "-5"), "colocation-virtual_ip-webserver--5"],
    [
      { kind: "moveResource", id: "webserver", node: "ip2", activeOn: ["ip1"] },
      "cli-prefer-webserver",
    ],
    [
      { kind: "moveResource", id: "webserver", node: null, activeOn: ["ip1"] },
      "cli-ban-webserver-on-ip1",
    ],
    [
      { kind: "banResource", id: "webserver", node: "ip2", activeOn: [] },
      "cli-ban-webserver-on-ip2",
    ],
  ];
  for (const [change, id] of ids) {
    test(`${change.kind} makes ${id}`, () => {
      assert.equal(constraintIds(base(change)).at(-1), id);
    });
  }

  test("a second preference for the same node replaces the first and says so", () => {
    const result = changed(base(locate("webserver", "ip1", "50")), locate("webserver", "ip1", "7"));
    assert.equal(constraintIds(result.cib).at(-1), "location-webserver-ip1-7");
    assert.deepEqual(result.notes, [
      "Removing constraint: location-webserver-ip1-50 (replaced by location-webserver-ip1-7)",
    ]);
    assert.deepEqual(changed(result.cib, locate("webserver", "ip1", "7")).notes, [NOTHING_CHANGED]);
  });

  test("an id in use is avoided by a number at its end", () => {
    const odd = base(create("location-webserver-ip1-50"), locate("webserver", "ip1", "50"));
    assert.equal(constraintIds(odd).at(-1), "location-webserver-ip1-50-1");
  });

  test("move clears the earlier ban, clear removes both; they say what they removed", () => {
    const ban: Change = { kind: "banResource", id: "webserver", node: "ip2", activeOn: ["ip1"] };
    const move: Change = { kind: "moveResource", id: "webserver", node: "ip2", activeOn: ["ip1"] };
    const moved = changed(base(ban), move);
    assert.equal(moved.notes[0], "Removing constraint: cli-ban-webserver-on-ip2");
    assert.equal(constraintIds(moved.cib).at(-1), "cli-prefer-webserver");
    const clear: Change = { kind: "clearResource", id: "webserver", node: null };
    assert.deepEqual(changed(moved.cib, clear).notes, [
      "Removing constraint: cli-prefer-webserver",
    ]);
    const other: Change = { kind: "clearResource", id: "webserver", node: "ip1" };
    assert.deepEqual(changed(moved.cib, other).notes, [NOTHING_CHANGED]);
  });

  test("moving to where it runs makes nothing; banning everywhere warns", () => {
    const cib = base();
    const there: Change = { kind: "moveResource", id: "webserver", node: "ip1", activeOn: ["ip1"] };
    assert.deepEqual(changed(cib, there).notes, [
      "Resource webserver is already on ip1: nothing to move",
    ]);
    const ban = (node: string): Change => ({
      kind: "banResource",
      id: "webserver",
      node,
      activeOn: [],
    });
    const result = changed(cib, ban("ip1"), ban("ip2"));
    assert.equal(
      result.notes.at(-1),
      "Warning: webserver is now kept off every node and will stop",
    );
    assert.deepEqual(changed(result.cib, ban("ip2")).notes, [
      "Resource webserver is already kept off ip2",
    ]);
  });

  test("move away clears the earlier move; a preference leaves what commands made", () => {
    const move: Change = { kind: "moveResource", id: "webserver", node: "ip2", activeOn: ["ip1"] };
    const away: Change = { ...move, node: null };
    const result = changed(base(move), away);
    assert.equal(result.notes[0], "Removing constraint: cli-prefer-webserver");
    assert.equal(constraintIds(result.cib).at(-1), "cli-ban-webserver-on-ip1");
    const preferred = changed(result.cib, locate("webserver", "ip1", "50"));
    assert.deepEqual(preferred.notes, []);
    assert.equal(preferred.cib.constraints.length, result.cib.constraints.length + 1);
  });

  test("orders of the same two resources with other actions are different orders", () => {
    const stop = { firstAction: "stop", thenAction: "stop", isSymmetrical: false } as const;
    const cib = base({ ...order("webserver", "virtual_ip"), ...stop });
    assert.equal(constraintIds(cib).at(-1), "order-webserver-virtual_ip-mandatory");
    const one = { firstAction: "stop", isSymmetrical: false } as const;
    const notes = changed(cib, { ...order("virtual_ip", "webserver"), ...one }).notes;
    assert.deepEqual(notes, [
      "Adding virtual_ip webserver (kind: Mandatory) " +
        "(Options: first-action=stop then-action=start symmetrical=false)",
    ]);
    const other = { thenAction: "stop", isSymmetrical: false } as const;
    assert.equal(changed(cib, { ...order("virtual_ip", "webserver"), ...other }).notes.length, 1);
  });

  test("are deleted by their id or by the resource that they name", () => {
    const cib = base();
    const one = changed(cib, {
      kind: "deleteConstraints",
      ids: ["order-virtual_ip-webserver-mandatory"],
    });
    assert.deepEqual(constraintIds(one.cib), ["colocation-webserver-virtual_ip-INFINITY"]);
    const all = changed(cib, { kind: "deleteConstraints", ids: ["webserver"] });
    assert.deepEqual(constraintIds(all.cib), []);
    assert.equal(all.notes.length, 2);
  });

  test("colocations that contradict each other are accepted", () => {
    base(colocate("virtual_ip", "webserver", "-INFINITY"));
  });

  test("standby takes any word for true, and is absent when false", () => {
    const set = (text: string): Change => ({
      kind: "setNodeAttributes",
      node: "ip1",
      values: { standby: text },
    });
    const cib = base(set("true"));
    assert.deepEqual(cib.nodes[0]?.attributes, { standby: "on" });
    assert.deepEqual(changed(cib, set("off")).cib.nodes[0]?.attributes, {});
  });
});
