/** A valid configuration that uses every member of the model at least once. */
import {
  type Cib,
  type Condition,
  emptyCib,
  type Primitive,
  type ResourceSet,
  type Rule,
} from "../../agent/core/model/index.ts";

const DUMMY = { standard: "ocf", provider: "heartbeat", type: "Dummy" } as const;

/** An equality of a node attribute. */
export function isEqual(attribute: string, value: string): Condition {
  return {
    kind: "attribute",
    attribute,
    operation: "eq",
    value,
    type: null,
    valueSource: "literal",
  };
}

/** A rule of conditions that must all hold. */
export function ruleOf(id: string, ...conditions: readonly Condition[]): Rule {
  return { kind: "rule", id, combine: "and", conditions };
}

/** A primitive of the agent Dummy. */
export function dummy(id: string, rest: Partial<Primitive> = {}): Primitive {
  return { kind: "primitive", id, agent: DUMMY, parameters: {}, meta: {}, operations: [], ...rest };
}

/** A set of resources with the settings that count when none are given. */
export function setOf(
  id: string,
  resources: readonly string[],
  rest: Partial<ResourceSet> = {},
): ResourceSet {
  return {
    id,
    resources,
    isSequential: true,
    needsAll: true,
    action: null,
    role: null,
    score: null,
    ordering: null,
    strength: null,
    ...rest,
  };
}

const WORKING_HOURS: Condition = {
  kind: "date",
  operation: "date_spec",
  start: null,
  end: null,
  duration: null,
  spec: { hours: "9-17", weekdays: "1-5" },
};

const SPRING: Condition = {
  kind: "date",
  operation: "in_range",
  start: "2026-03-01",
  end: null,
  duration: { months: "3" },
  spec: null,
};

const RESOURCES: Cib["resources"] = [
  dummy("web", {
    parameters: { port: "80" },
    parameterSets: [
      {
        id: "web-night",
        score: 10,
        rule: ruleOf("web-night-rule", SPRING),
        values: { port: "81" },
      },
    ],
    meta: { "target-role": "Started" },
    metaSets: [{ id: "web-meta", score: 0, rule: null, values: { priority: "5" } }],
    operations: [
      {
        id: "web-monitor",
        name: "monitor",
        intervalMs: 10_000,
        timeoutMs: 20_000,
        options: { "on-fail": "restart" },
        optionSets: [{ id: "web-monitor-set", score: 1, rule: null, values: { timeout: "30s" } }],
        parameters: { depth: "1" },
      },
    ],
    utilization: { cpu: "2" },
    utilizationSets: [{ id: "web-uses", score: 0, rule: null, values: { ram: "1" } }],
    template: "small",
  }),
  {
    kind: "group",
    id: "pair",
    meta: { priority: "1" },
    metaSets: [{ id: "pair-meta", score: 0, rule: null, values: { "is-managed": "true" } }],
    parameters: { state: "/run/pair" },
    members: [dummy("ip"), dummy("disk")],
  },
  {
    kind: "clone",
    id: "db-clone",
    meta: { promotable: "true", "clone-max": "2", "promoted-max": "1", notify: "true" },
    metaSets: [{ id: "db-meta", score: 0, rule: null, values: { interleave: "true" } }],
    parameters: { state: "/run/db" },
    child: dummy("db"),
  },
  {
    kind: "clone",
    id: "base-clone",
    meta: { interleave: "true" },
    child: { kind: "group", id: "base", meta: {}, members: [dummy("net"), dummy("log")] },
  },
  dummy("fence-1", { agent: { standard: "stonith", provider: null, type: "fence_dummy" } }),
  dummy("fence-2", { agent: { standard: "stonith", provider: null, type: "fence_dummy" } }),
];

const CONSTRAINTS: Cib["constraints"] = [
  {
    kind: "location",
    id: "l1",
    resource: "db-clone",
    node: "ip1",
    score: 50,
    role: "Promoted",
    discovery: "exclusive",
  },
  {
    kind: "locationRules",
    id: "l2",
    target: { kind: "resource", resource: "db-clone" },
    nodes: {
      kind: "rules",
      rules: [
        {
          rule: {
            kind: "rule",
            id: "l2-rule",
            combine: "or",
            conditions: [isEqual("#uname", "ip1"), ruleOf("l2-rule-rule", WORKING_HOURS, SPRING)],
          },
          score: 100,
          role: "Promoted",
        },
        {
          rule: ruleOf("l2-rule-2", {
            kind: "attribute",
            attribute: "pingd",
            operation: "gte",
            value: "limit",
            type: "integer",
            valueSource: "param",
          }),
          score: { attribute: "pingd" },
          role: null,
        },
      ],
    },
    discovery: "never",
  },
  {
    kind: "locationRules",
    id: "l3",
    target: { kind: "pattern", pattern: "^w.*", isInverted: true },
    nodes: { kind: "node", node: "ip2", score: -1_000_000 },
  },
  {
    kind: "locationRules",
    id: "l4",
    target: { kind: "sets", sets: [setOf("l4-set", ["web", "pair"])] },
    nodes: { kind: "node", node: "ip2", score: 5 },
    role: "Started",
  },
  {
    kind: "colocation",
    id: "c1",
    resource: "web",
    withResource: "db-clone",
    score: 1_000_000,
    role: "Started",
    withRole: "Promoted",
    influence: false,
    nodeAttribute: "site",
  },
  {
    kind: "colocationSets",
    id: "c2",
    score: 1_000_000,
    influence: true,
    nodeAttribute: "site",
    sets: [
      setOf("c2-set", ["pair", "web"], { isSequential: false, role: "Started", ordering: "group" }),
      setOf("c2-set-1", ["base-clone"], { score: 10 }),
    ],
  },
  {
    kind: "order",
    id: "o1",
    first: "db-clone",
    firstAction: "promote",
    // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
    then: "web",
    thenAction: "start",
    strength: "Mandatory",
    isSymmetrical: true,
    needsAll: false,
  },
  {
    kind: "orderSets",
    id: "o2",
    strength: "Optional",
    isSymmetrical: false,
    sets: [
      setOf("o2-set", ["base-clone"], { action: "start", needsAll: false, isSequential: false }),
      setOf("o2-set-1", ["both"], { strength: "Serialize", saysSequential: false }),
    ],
  },
];

/** The nodes of the cluster that `FULL_CIB` configures. */
export const FULL_CIB_NODES: readonly string[] = ["ip1", "ip2"];

/** Every kind of resource, constraint, condition and set, and every optional member. */
export const FULL_CIB: Cib = {
  ...emptyCib(FULL_CIB_NODES),
  version: { adminEpoch: 1, epoch: 2, numUpdates: 3 },
  lineage: [{ version: { adminEpoch: 1, epoch: 1, numUpdates: 0 }, digest: "00" }],
  lastChange: { atWallMs: 1_795_206_299_000, by: "root" },
  properties: { "stonith-enabled": "true" },
  propertySets: [
    { id: "p1", score: 5, rule: ruleOf("p1-rule", SPRING), values: { "batch-limit": "3" } },
  ],
  resourceDefaults: { "resource-stickiness": "1" },
  resourceDefaultSets: [
    {
      id: "d1",
      score: 100,
      rule: ruleOf("d1-rule", {
        kind: "resource",
        standard: "ocf",
        provider: null,
        type: "Dummy",
      }),
      values: { "migration-threshold": "3" },
    },
  ],
  operationDefaults: { timeout: "40s" },
  operationDefaultSets: [
    {
      id: "d2",
      score: 0,
      rule: ruleOf("d2-rule", { kind: "operation", name: "monitor", intervalMs: 10_000 }),
      values: { timeout: "50s" },
    },
    {
      id: "d3",
      score: 0,
      rule: ruleOf("d3-rule", { kind: "operation", name: "start", intervalMs: null }),
      values: { timeout: "60s" },
    },
  ],
  nodes: [
    {
      name: "ip1",
      id: "1",
      attributes: { site: "a" },
      attributeSets: [{ id: "n1", score: 0, rule: null, values: { pingd: "100" } }],
      utilization: { cpu: "8" },
      utilizationSets: [{ id: "n2", score: 0, rule: null, values: { ram: "4" } }],
      score: 5,
    },
    { name: "ip2", attributes: { standby: "on" } },
  ],
  templates: [
    {
      id: "small",
      agent: DUMMY,
      parameters: { fake: "1" },
      parameterSets: [{ id: "small-set", score: 0, rule: null, values: { fake: "2" } }],
      meta: { priority: "2" },
      metaSets: [{ id: "small-meta", score: 0, rule: null, values: { critical: "false" } }],
      operations: [
        { id: "small-start", name: "start", intervalMs: 0, timeoutMs: 9000, options: {} },
      ],
      utilization: { cpu: "1" },
      utilizationSets: [{ id: "small-uses", score: 0, rule: null, values: { ram: "1" } }],
    },
  ],
  resources: RESOURCES,
  constraints: CONSTRAINTS,
  tags: [{ id: "both", members: ["web", "pair"] }],
  fencingLevels: [
    { id: "f1", target: { kind: "node", node: "ip1" }, index: 1, devices: ["fence-1", "fence-2"] },
    { id: "f2", target: { kind: "pattern", pattern: "^ip.$" }, index: 2, devices: ["fence-2"] },
    {
      id: "f3",
      target: { kind: "attribute", attribute: "site", value: "a" },
      index: 9,
      devices: ["fence-1"],
    },
  ],
};
