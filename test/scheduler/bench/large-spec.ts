import {
  type Piece,
  PRESENT_S,
  piece,
  type Spec,
  type SpecGroup,
  type SpecHistory,
  type SpecNode,
  type SpecPrimitive,
} from "../oracle/spec.ts";

/**
 * `settled`: all runs where it should. `start`: nothing has run yet. `move`: all runs, and the
 * first node has been put in standby.
 */
export type Situation = "settled" | "start" | "move";

const GROUP_SIZE = 4;

/**
 * Two nodes with so many primitives in groups of four. Each group prefers a node; every second one
 * is ordered after the group before it, and every fourth colocated with it.
 */
export function largeSpec(primitives: number, situation: Situation): Spec {
  const groups = Array.from({ length: Math.ceil(primitives / GROUP_SIZE) }, (_none, index) =>
    newGroup(index, Math.min(GROUP_SIZE, primitives - index * GROUP_SIZE)),
  );
  const nodes = [newNode(0), newNode(1)] as const;
  if (situation === "move") nodes[0].attributes["standby"] = "on";
  if (situation !== "start") {
    for (const [index, { members }] of groups.entries()) run(members, nodes, homeOf(index));
  }
  return {
    mix: "A",
    seed: PRESENT_S,
    features: [],
    isQuorate: true,
    dc: "1",
    properties: { "stonith-enabled": "false", "no-quorum-policy": "ignore" },
    resourceDefaults: { "resource-stickiness": "100" },
    operationDefaults: {},
    sets: [],
    nodes: [...nodes],
    templates: [],
    resources: groups,
    constraints: groups.flatMap((_group, index) => constraintsOf(index)),
    tags: [],
    fencingLevels: [],
  };
}

/** Colocated groups have the same home. */
function homeOf(index: number): 0 | 1 {
  return index % 8 < 4 ? 0 : 1;
}

function newNode(index: number): SpecNode {
  return {
    name: `node${index + 1}`,
    id: `${index + 1}`,
    presence: "online",
    score: null,
    attributes: {},
    utilization: {},
    transient: {},
    history: [],
    failures: [],
  };
}

function newGroup(index: number, size: number): SpecGroup {
  const members = Array.from(
    { length: size },
    (_none, member): SpecPrimitive => ({
      kind: "primitive",
      id: `r${index}-${member}`,
      agent: "ocf:pacemaker:Dummy",
      template: null,
      parameters: {},
      meta: {},
      utilization: {},
      operations: [{ name: "monitor", intervalS: 10, options: {} }],
      sets: [],
    }),
  );
  return { kind: "group", id: `g${index}`, meta: {}, members };
}

function constraintsOf(index: number): readonly Piece[] {
  const [rsc, other] = [`g${index}`, `g${index - 1}`];
  const node = `node${homeOf(index) + 1}`;
  const made = [piece("rsc_location", { rsc, node, score: "50" })];
  // biome-ignore lint/suspicious/noThenProperty: the attribute is called so.
  if (index % 2 === 1) made.push(piece("rsc_order", { first: other, then: rsc }));
  if (index % 4 === 1) {
    made.push(piece("rsc_colocation", { rsc, "with-rsc": other, score: "INFINITY" }));
  }
  return made;
}

function run(members: readonly SpecPrimitive[], nodes: readonly SpecNode[], home: 0 | 1): void {
  for (const [index, node] of nodes.entries()) {
    for (const { id, agent } of members) {
      const history: SpecHistory = { resource: id, agent, lockedAgeS: null, entries: [] };
      node.history.push(history);
      const first = node.history.length * 2;
      const entry = {
        status: 0,
        ageS: 100,
        digest: "current",
        isFailure: false,
        source: null,
        target: null,
        reloadKeeps: null,
      } as const;
      if (index === home) {
        const started = { ...entry, rc: 0, expected: 0 };
        history.entries.push(
          { ...started, operation: "start", intervalS: 0, callId: first },
          { ...started, operation: "monitor", intervalS: 10, callId: first + 1 },
        );
      } else {
        const probed = { ...entry, rc: 7, expected: 7, intervalS: 0, callId: first };
        history.entries.push({ ...probed, operation: "monitor" });
      }
    }
  }
}
