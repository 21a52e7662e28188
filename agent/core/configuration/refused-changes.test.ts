import assert from "node:assert/strict";
import {
  type Change,
  type Cib,
  emptyCib,
  type OperationInput,
  renderProblem,
} from "../model/index.ts";
import { applyChanges } from "./index.ts";

const NODES = ["ip1", "ip2"];
const CONTEXT = { stamp: { atWallMs: 1000, by: "root" }, nodes: NODES };
const DURATION = "a duration such as 30s, 500ms, 1min or 2h, at most 24 days";
const SCORE = "a whole number from -1000000 to 1000000, INFINITY or -INFINITY";

type Create = Change & { readonly kind: "createResource" };
type Order = Change & { readonly kind: "addOrder" };

function create(id: string, rest: Partial<Create> = {}): Create {
  return {
    kind: "createResource",
    id,
    agent: { standard: "ocf", provider: "heartbeat", type: "apache" },
    parameters: {},
    meta: {},
    operations: [],
    defaultOperations: [],
    group: null,
    before: null,
    after: null,
    ...rest,
  };
}

function order(first: string, then: string, rest: Partial<Order> = {}): Order {
  return {
    kind: "addOrder",
    id: null,
    first,
    firstAction: "start",
    then,
    thenAction: "start",
    strength: "Mandatory",
    isSymmetrical: true,
    ...rest,
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

function createWith(options: Record<string, string>, name = "monitor"): Change {
  return create("x", { operations: [{ name, options }] });
}

function update(id: string, operations: readonly OperationInput[], parameters = {}): Change {
  return { kind: "updateResource", id, parameters, meta: {}, operations };
}

function properties(values: Record<string, string>): Change {
  return { kind: "setProperties", values };
}

function apply(cib: Cib, ...changes: readonly Change[]): Cib {
  const result = applyChanges(cib, changes, CONTEXT);
  assert.ok(result.kind === "changed", JSON.stringify(result));
  return result.cib;
}

// Resources ip, web, log; group all with a and b; ip then web; web with ip.
const CIB = apply(
  emptyCib(NODES),
  create("ip"),
  create("web"),
  create("log"),
  create("a", { group: "all" }),
  create("b", { group: "all" }),
  order("ip", "web"),
  colocate("web", "ip"),
);

const RESOURCES = "the resources are";
const rows: readonly (readonly [string, Change, readonly string[]])[] = [
  [
    "an id in use",
    create("web"),
    ['resource "web": already exists as ocf:heartbeat:apache; choose another id'],
  ],
  [
    "the id of a group",
    create("all"),
    ['resource "all": already exists as a group; choose another id'],
  ],
  [
    "the id of a constraint",
    create("order-ip-web-mandatory"),
    [
      'id "order-ip-web-mandatory": a resource, a constraint (order): have the same id; ' +
        "every id must be unique",
    ],
  ],
  [
    "an id with a space",
    create("bad id"),
    [
      'id "bad id": must begin with a letter or _ and go on with letters, digits and . _ -, ' +
        "at most 300 characters",
    ],
  ],
  [
    "a resource in a resource",
    create("x", { group: "web" }),
    ['resource "web": is a resource, not a group; choose another id for the group'],
  ],
  [
    "a place without a group",
    create("x", { before: "a" }),
    ['resource "x": before and after need a group to be placed in'],
  ],
  [
    "a place that is not in the group",
    create("x", { group: "all", before: "web" }),
    ['resource "web": is not in group "all"'],
  ],
  [
    "two places",
    create("x", { group: "all", before: "a", after: "b" }),
    ['group "all": either before or after may be given, not both'],
  ],
  [
    "an OCF agent without provider",
    create("x", { agent: { standard: "ocf", provider: null, type: "apache" } }),
    ['resource "x" agent: "ocf:apache": must name a provider, as in ocf:heartbeat:apache'],
  ],
  [
    "a systemd agent with provider",
    create("x", { agent: { standard: "systemd", provider: "p", type: "nginx" } }),
    ['resource "x" agent: "systemd:p:nginx": must name no provider, as in systemd:NAME'],
  ],
  [
    "an agent that leaves its folder",
    create("x", { agent: { standard: "ocf", provider: "heartbeat", type: "../sh" } }),
    [
      'resource "x" agent: "ocf:heartbeat:../sh": may have letters, digits and _ . @ : - ' +
        "in its parts",
    ],
  ],
  [
    "an agent of a foreign standard",
    create("x", { agent: { standard: "of", provider: null, type: "web" } }),
    [
      'resource "x" agent: "of:web": must begin with one of ocf, lsb, stonith, service, ' +
        "systemd",
    ],
  ],
  [
    "an interval in words",
    createWith({ interval: "abc" }),
    [`resource "x" operation "monitor" "interval": "abc": must be ${DURATION}`],
  ],
  [
    "a negative interval",
    createWith({ interval: "-5" }),
    [`resource "x" operation "monitor" "interval": "-5": must be ${DURATION}`],
  ],
  [
    "a timeout in words and an unknown option, both told",
    createWith({ timeout: "xyz", "on-fial": "stop" }),
    [
      `resource "x" operation "monitor" "timeout": "xyz": must be ${DURATION}`,
      'resource "x" operation "monitor" "on-fial": is not a known operation option; known: ' +
        "on-fail, enabled, role, start-delay, description, record-pending, interval-origin, " +
        "OCF_CHECK_LEVEL",
    ],
  ],
  [
    "a timeout of 0",
    createWith({ timeout: "0" }),
    [
      'resource "x" operation "monitor" "timeout": 0s: must be longer than 0; ' +
        "without a timeout the default counts",
    ],
  ],
  [
    "a start that is repeated",
    createWith({ interval: "10s" }, "start"),
    ['resource "x" operation "start" "interval": 10s: must be 0: start is not repeated by time'],
  ],
  [
    "an unknown operation",
    createWith({ interval: "10s" }, "monitr"),
    ['resource "x" operation "monitr": is not a known operation; known: monitor and 12 more'],
  ],
  [
    "a value that the option does not have",
    createWith({ "on-fail": "explode" }),
    [
      'resource "x" operation "monitor" "on-fail": "explode": must be one of ignore, block, ' +
        "stop, restart, standby, fence, demote",
    ],
  ],
  [
    "two monitors with the same interval",
    {
      kind: "addOperation",
      id: "web",
      operation: { name: "monitor", options: { interval: "1min", id: "m2" } },
    },
    [
      'resource "web" operation "monitor": interval 60s: is already used by operation ' +
        "web-monitor-interval-60s; choose another interval",
    ],
  ],
  [
    "a parameter that is no name",
    create("x", { parameters: { "a b": "1" } }),
    [
      'resource "x" parameter "a b": is not a name; letters, digits and _ . : # - may be used, ' +
        "at most 128 of them",
    ],
  ],
  [
    "a value with a zero byte",
    create("x", { parameters: { a: "1\u0000" } }),
    ['resource "x" parameter "a": "1\\u0000": must not hold a zero byte'],
  ],
  [
    "a value without end",
    create("x", { parameters: { a: "1".repeat(4097) } }),
    ['resource "x" parameter "a": 4097 characters: must have at most 4096 characters'],
  ],
  [
    "an unknown meta attribute",
    meta("web", { "migration-treshold": "1" }),
    [
      'resource "web" meta "migration-treshold": is not a known meta attribute; known: ' +
        "migration-threshold and 22 more",
    ],
  ],
  [
    "a meta attribute of the wrong type",
    meta("web", { "migration-threshold": "abc" }),
    [
      'resource "web" meta "migration-threshold": "abc": must be a whole number from 0 to ' +
        "1000000, or INFINITY",
    ],
  ],
  [
    "removing a meta attribute that nobody knows",
    { kind: "setResourceMeta", ids: ["web", "nosuch"], values: { critcal: "" } },
    [
      'resource "nosuch": does not exist; the resources are log, a, all, b, ip, web',
      'resource "web" meta "critcal": is not a known meta attribute; known: critical ' +
        "and 22 more",
    ],
  ],
  [
    "a default of the wrong type",
    { kind: "setResourceDefaults", values: { "failure-timeout": "soon" } },
    [`resource defaults "failure-timeout": "soon": must be ${DURATION}`],
  ],
  [
    "an operation default of the wrong type",
    { kind: "setOperationDefaults", values: { timeout: "soon" } },
    [`operation defaults "timeout": "soon": must be ${DURATION}`],
  ],
  [
    "an unknown property",
    properties({ "no-quorum-polcy": "ignore" }),
    [
      'property "no-quorum-polcy": is not a known cluster property; known: ' +
        "no-quorum-policy and 45 more",
    ],
  ],
  [
    "properties of the wrong type, all told",
    properties({ "no-quorum-policy": "bogus", "stonith-enabled": "maybe", "batch-limit": "-1" }),
    [
      'property "no-quorum-policy": "bogus": must be one of stop, freeze, ignore, demote, fence, ' +
        "suicide",
      'property "stonith-enabled": "maybe": must be true or false',
      'property "batch-limit": "-1": must be a whole number from 0',
    ],
  ],
  [
    "an unknown node",
    { kind: "setNodeAttributes", node: "ip3", values: { standby: "on" } },
    ['node "ip3": is not in this cluster; the nodes are ip1, ip2'],
  ],
  [
    "standby in words",
    { kind: "setNodeAttributes", node: "ip1", values: { standby: "maybe" } },
    ['node "ip1" attribute "standby": "maybe": must be on, or left out'],
  ],
  [
    "deleting what is not there",
    { kind: "deleteResource", id: "wbe" },
    [`resource "wbe": does not exist; ${RESOURCES} web, b, a, all, ip, log`],
  ],
  [
    "updating the agent of a group",
    update("all", [], { ip: "1" }),
    ['resource "all": is a group and has no agent: only meta attributes can be set'],
  ],
  [
    "updating what is not there",
    update("no", []),
    [`resource "no": does not exist; ${RESOURCES} a, b, ip, log, all, web`],
  ],
  [
    "an operation of a group",
    { kind: "addOperation", id: "all", operation: { name: "monitor", options: {} } },
    ['resource "all": is a group and has no operations of its own'],
  ],
  [
    "removing an operation that is not there",
    { kind: "removeOperation", id: "web", operation: { name: "stop", options: {} } },
    [
      'resource "web" operation "stop": no operation is like that; there are ' +
        "web-monitor-interval-60s (60s)",
    ],
  ],
  ["an empty group", group("g"), ['group "g": name at least one resource to put into it']],
  [
    "a group in a group",
    group("g", "all"),
    ['resource "all": is a group; a group has only resources in it'],
  ],
  ["a member named twice", group("g", "ip", "ip"), ['group "g": "ip" is named twice']],
  [
    "a place beside itself",
    { kind: "groupResources", group: "all", members: ["a"], before: "a", after: null },
    ['group "all": "a" cannot be put before or after itself'],
  ],
  [
    "ungrouping a resource",
    { kind: "ungroupResources", group: "web", members: [] },
    ['resource "web": is a resource, not a group'],
  ],
  [
    "ungrouping a stranger",
    { kind: "ungroupResources", group: "all", members: ["web"] },
    ['resource "web": is not in group "all"'],
  ],
  [
    "a location of nothing nowhere",
    locate("no", "ip3", "50"),
    [
      `resource "no": does not exist, but constraint location-no-ip3-50 names it; ${RESOURCES} ` +
        "a, b, ip, log, all, web",
      'node "ip3": is not in this cluster, but constraint location-no-ip3-50 names it; ' +
        "the nodes are ip1, ip2",
    ],
  ],
  [
    "a score in words",
    locate("web", "ip1", "abc"),
    [`location of "web" on "ip1" score: "abc": must be ${SCORE}`],
  ],
  [
    "a score beyond infinity",
    colocate("ip", "web", "1000001"),
    [`colocation of "ip" with "web" score: "1000001": must be ${SCORE}`],
  ],
  [
    "a colocation that exists",
    colocate("web", "ip", "-INFINITY"),
    [
      'colocation of "web" with "ip": already exists as colocation-web-ip-INFINITY ' +
        "(score INFINITY); delete that one first",
    ],
  ],
  [
    "an order that exists",
    order("ip", "web", { strength: "Optional" }),
    [
      'order of "ip" then "web": already exists as order-ip-web-mandatory (Mandatory); ' +
        "delete that one first",
    ],
  ],
  [
    "an unknown kind of order",
    order("web", "log", { strength: "Always" }),
    ['order of "web" then "log" kind: "Always": must be one of Mandatory, Optional, Serialize'],
  ],
  [
    "a constraint id in use",
    order("web", "log", { id: "ip" }),
    ['order of "web" then "log": id "ip" is already used by a resource; choose another id'],
  ],
  [
    "a resource before itself",
    order("web", "web"),
    ['constraint "order-web-web-mandatory": relates "web" to itself; name two resources'],
  ],
  [
    "a member with its own group",
    colocate("a", "all"),
    [
      'constraint "colocation-a-all-INFINITY": relates "a" to its own group "all", ' +
        "which places and orders its members already",
    ],
  ],
  [
    "an order that closes a loop",
    order("web", "ip"),
    [
      "order constraints: start ip, then start web (order-ip-web-mandatory), " +
        "then start ip (order-web-ip-mandatory): " +
        "this is a loop in which nothing could start; leave out one of these constraints",
    ],
  ],
  [
    "deleting constraints that are not there",
    { kind: "deleteConstraints", ids: ["log", "order-web-ip"] },
    [
      'constraint "log": is a resource that no constraint names',
      'constraint "order-web-ip": does not exist; there are order-ip-web-mandatory, ' +
        "colocation-web-ip-INFINITY",
    ],
  ],
  [
    "moving away from nowhere",
    { kind: "moveResource", id: "web", node: null, activeOn: [] },
    ['resource "web": is not active anywhere; name the node'],
  ],
  [
    "banning from two nodes",
    { kind: "banResource", id: "web", node: null, activeOn: ["ip1", "ip2"] },
    ['resource "web": is active on ip1 and ip2; name the node'],
  ],
  [
    "moving nothing nowhere",
    { kind: "moveResource", id: "wob", node: "ip9", activeOn: [] },
    [
      `resource "wob": does not exist; ${RESOURCES} web, b, log, a, all, ip`,
      'node "ip9": is not in this cluster; the nodes are ip1, ip2',
    ],
  ],
  [
    "clearing nothing",
    { kind: "clearResource", id: "wob", node: null },
    [`resource "wob": does not exist; ${RESOURCES} web, b, log, a, all, ip`],
  ],
];

suite("refused changes", () => {
  for (const [name, change, expected] of rows) {
    test(`${name}: one clear line each`, () => {
      const result = applyChanges(CIB, [change], CONTEXT);
      assert.ok(result.kind === "refused", JSON.stringify(result));
      assert.deepEqual(result.problems.map(renderProblem), expected);
    });
  }

  test("the mistakes of several changes are told together", () => {
    const changes = [properties({ x: "1" }), createWith({ interval: "abc" }), colocate("x", "no")];
    const result = applyChanges(CIB, changes, CONTEXT);
    assert.ok(result.kind === "refused");
    assert.deepEqual(
      result.problems.map(({ code }) => code),
      ["bad-value", "unknown-name", "no-such-resource"],
    );
  });

  test("the same mistake made twice is told once", () => {
    const remove: Change = { kind: "deleteResource", id: "no" };
    const result = applyChanges(CIB, [remove, remove], CONTEXT);
    assert.ok(result.kind === "refused");
    assert.equal(result.problems.length, 1);
  });

  test("in an empty cluster a missing resource is told plainly", () => {
    const result = applyChanges(emptyCib(NODES), [meta("web", { priority: "1" })], CONTEXT);
    assert.ok(result.kind === "refused");
    assert.deepEqual(result.problems.map(renderProblem), [
      'resource "web": does not exist; no resource is configured',
    ]);
  });
});
