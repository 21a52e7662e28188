// What people do to the cluster: the configuration that a run begins with, and random changes.

import type {
  ApiRequest,
  Change,
  Command,
  NodeName,
  OperationInput,
  ResourceId,
} from "../../agent/core/model/index.ts";
import type { Dice } from "./dice.ts";
import type { Side } from "./network.ts";
import type { Simulation } from "./simulation.ts";

/** The timeout of every operation: the longest that one may hang. */
export const OPERATION_TIMEOUT_MS = 20_000;

const NODES: readonly [NodeName, NodeName] = ["a", "b"];

/** Resources of the configuration that a run begins with. */
export interface Layout {
  readonly name: string;
  readonly resources: readonly [ResourceId, ...ResourceId[]];
  readonly changes: readonly Change[];
}

/** An address with a server behind it, as the guides build it: order and colocation. */
export const PAIR: Layout = {
  name: "pair",
  resources: ["ip", "web"],
  changes: [
    createResource("ip", { group: null, intervalS: 10 }),
    createResource("web", { group: null, intervalS: 10 }),
    ...tie("web", "ip"),
  ],
};

/** The same as a group. */
const GROUP: Layout = {
  name: "group",
  resources: ["ip", "web"],
  changes: [
    createResource("ip", { group: "service", intervalS: 15 }),
    createResource("web", { group: "service", intervalS: 30 }),
  ],
};

/** Two addresses with two servers, which prefer different nodes. */
export const TWO: Layout = {
  name: "two",
  resources: ["ip", "web", "ip2", "web2"],
  changes: [
    ...PAIR.changes,
    createResource("ip2", { group: null, intervalS: 30 }),
    createResource("web2", { group: null, intervalS: 30 }),
    ...tie("web2", "ip2"),
    { kind: "addLocation", id: "ip-on-a", resource: "ip", node: "a", score: "50" },
    { kind: "addLocation", id: "ip2-on-b", resource: "ip2", node: "b", score: "50" },
  ],
};

/** An address with a server on both nodes, and a database of which one copy is promoted. */
export const CLONES: Layout = {
  name: "clones",
  resources: ["ip", "copy", "db"],
  changes: [
    { ...createResource("copy", { group: null, intervalS: 10 }), clone: { id: null, meta: {} } },
    createPromotable("db"),
    createResource("ip", { group: null, intervalS: 10 }),
    ...tie("ip", "copy-clone"),
    { kind: "setNodeAttributes", node: "a", values: { "master-db": "10" } },
    { kind: "setNodeAttributes", node: "b", values: { "master-db": "5" } },
  ],
};

/** The layouts that a seed picks from. */
export const LAYOUTS: readonly [Layout, ...Layout[]] = [PAIR, GROUP, TWO];

/** Clones get seeds of their own, so that the others stay what they were. */
export function hasClones(seed: number): boolean {
  return seed % 7 === 6;
}

/** Properties that every run begins with: no fence device can be configured. */
export const FIRST_CHANGES: readonly Change[] = [
  { kind: "setProperties", values: { "stonith-enabled": "false" } },
];

/** One change or command of a person, at random. */
export function randomRequest(dice: Dice, layout: Layout, number: number): ApiRequest {
  const node = dice.pick(NODES);
  const resource = dice.pick(layout.resources);
  const by = `admin ${number}`;
  const command = randomCommand(dice, resource, node);
  if (command !== null) return { kind: "command", command, by, atWallMs: number };
  const change = randomChange(dice, { resource, node });
  // Each change says who made it, so that no two of them are the same.
  const mark: Change = {
    kind: "setNodeAttributes",
    node,
    values: { [`mark-${number % 4}`]: String(number) },
  };
  return { kind: "apply", changes: [change, mark], isDryRun: false, by, atWallMs: number };
}

/** What sets everything right that people and failures may have left. */
export function repairRequests(): readonly ApiRequest[] {
  const by = "repair";
  const settle = { by, atWallMs: 0 } as const;
  const changes: readonly Change[] = [
    ...NODES.map((node): Change => {
      return { kind: "setNodeAttributes", node, values: { standby: "", maintenance: "" } };
    }),
    { kind: "setProperties", values: { "maintenance-mode": "", "no-quorum-policy": "" } },
  ];
  return [
    { kind: "apply", changes, isDryRun: false, ...settle },
    { kind: "command", command: { kind: "refresh", resource: null, node: null }, ...settle },
  ];
}

/** The changes that undo what may keep these resources from running. */
export function freeRequests(resources: readonly ResourceId[]): readonly ApiRequest[] {
  return resources.map((id): ApiRequest => {
    const changes: readonly Change[] = [
      { kind: "clearResource", id, node: null },
      { kind: "setResourceMeta", ids: [id], values: { "target-role": "", "is-managed": "" } },
    ];
    return { kind: "apply", changes, isDryRun: false, by: "repair", atWallMs: 0 };
  });
}

/** Asks a node; the reply goes into the trace and to the checks. False: nobody to ask. */
export function ask(sim: Simulation, side: Side, request: ApiRequest): boolean {
  const host = sim.hosts[side];
  const { agent } = host;
  if (agent === null || host.isPaused) return false;
  const what = request.kind === "command" ? request.command.kind : request.kind;
  const isLook = request.kind === "command" && /cleanup|refresh|Reset/.test(what);
  if (isLook) sim.checks.forgetStops(null);
  agent.ask(request, (reply) => {
    if (reply.kind === "applied") {
      sim.checks.noteAcknowledged(reply.cibVersion, reply.savedOn);
      sim.write(
        host.name,
        `reply: applied ${reply.cibVersion}, saved on ${reply.savedOn.join(" ")}`,
      );
    } else if (reply.kind === "refused") {
      sim.write(host.name, `reply: refused ${reply.problems[0]?.code ?? ""}`);
    } else {
      sim.write(host.name, `reply: ${reply.kind === "failed" ? reply.text : reply.kind}`);
    }
  });
  return true;
}

/** A resource as a person creates it: `ip…` is an address, anything else a server. */
export function createResource(
  id: ResourceId,
  { group, intervalS }: { readonly group: ResourceId | null; readonly intervalS: number },
): CreateResource {
  const isAddress = id.startsWith("ip");
  const timeout = `${OPERATION_TIMEOUT_MS / 1000}s`;
  const operations: readonly OperationInput[] = [
    { name: "monitor", options: { interval: `${intervalS}s`, timeout } },
    { name: "start", options: { timeout } },
    { name: "stop", options: { timeout } },
  ];
  const address = { ip: `192.0.2.1${id === "ip" ? "0" : "1"}`, nic: "eth0" };
  return {
    kind: "createResource",
    id,
    agent: { standard: "ocf", provider: "heartbeat", type: isAddress ? "IPaddr2" : "apache" },
    parameters: isAddress ? address : {},
    meta: {},
    operations,
    defaultOperations: [],
    group,
    before: null,
    after: null,
  };
}

type CreateResource = Change & { readonly kind: "createResource" };

function createPromotable(id: ResourceId): CreateResource {
  const created = createResource(id, { group: null, intervalS: 10 });
  const timeout = `${OPERATION_TIMEOUT_MS / 1000}s`;
  const operations: readonly OperationInput[] = [
    { name: "monitor", options: { interval: "10s", timeout, role: "Promoted" } },
    { name: "monitor", options: { interval: "11s", timeout, role: "Unpromoted" } },
    ...["start", "stop", "promote", "demote"].map((name) => ({ name, options: { timeout } })),
  ];
  const meta = { promotable: "true", notify: "true" };
  return { ...created, operations, clone: { id: null, meta } };
}

function tie(server: ResourceId, address: ResourceId): readonly Change[] {
  return [
    {
      kind: "addColocation",
      id: null,
      resource: server,
      withResource: address,
      score: "INFINITY",
    },
    {
      kind: "addOrder",
      id: null,
      first: address,
      firstAction: "start",
      // biome-ignore lint/suspicious/noThenProperty: the name of the field; never awaited.
      then: server,
      thenAction: "start",
      strength: "Mandatory",
      isSymmetrical: true,
    },
  ];
}

function randomCommand(dice: Dice, resource: ResourceId, node: NodeName): Command | null {
  switch (dice.below(16)) {
    case 0:
      return { kind: "cleanup", resource: dice.happens(500) ? resource : null, node: null };
    case 1:
      return { kind: "refresh", resource: dice.happens(500) ? resource : null, node: null };
    case 2:
      return { kind: "restartResource", resource };
    case 3:
      return { kind: "failcountReset", resource, node };
    case 4:
      return { kind: "unblockQuorum" };
    case 5:
      return { kind: "reloadResource", resource };
    default:
      return null;
  }
}

function randomChange(
  dice: Dice,
  { resource, node }: { readonly resource: ResourceId; readonly node: NodeName },
): Change {
  const activeOn: readonly NodeName[] = [node];
  switch (dice.below(12)) {
    case 0:
      return { kind: "setNodeAttributes", node, values: { standby: "on" } };
    case 1:
    case 2:
      return { kind: "setNodeAttributes", node, values: { standby: "" } };
    case 3:
      return { kind: "moveResource", id: resource, node, activeOn };
    case 4:
      return { kind: "banResource", id: resource, node, activeOn };
    case 5:
    case 6:
      return { kind: "clearResource", id: resource, node: null };
    case 7:
      return setRole(resource, dice.happens(300) ? "Stopped" : "");
    case 8:
      return setThreshold(resource, String(dice.between(0, 5)));
    case 9:
      return {
        kind: "setResourceDefaults",
        values: { "resource-stickiness": String(dice.below(3) * 100) },
      };
    case 10:
      return {
        kind: "setProperties",
        values: { "maintenance-mode": dice.happens(200) ? "true" : "" },
      };
    default:
      return { kind: "setNodeAttributes", node, values: { color: dice.hex(4) } };
  }
}

function setRole(id: ResourceId, role: string): Change {
  return { kind: "setResourceMeta", ids: [id], values: { "target-role": role } };
}

function setThreshold(id: ResourceId, threshold: string): Change {
  return { kind: "setResourceMeta", ids: [id], values: { "migration-threshold": threshold } };
}
