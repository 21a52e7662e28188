import assert from "node:assert/strict";
import { FULL_CIB } from "../../../test/configuration/full-cib.ts";
import { canonicalJson } from "../base/index.ts";
import { type Cib, emptyCib, renderProblem } from "../model/index.ts";
import { SHAPE_PROBLEMS_MAX } from "./json-shape.ts";
import { parseCib } from "./parse-cib.ts";
import { RULE_DEPTH_MAX } from "./parse-rules.ts";

const VERSION = { adminEpoch: 0, epoch: 1, numUpdates: 0 };
const OPERATION = {
  id: "web-monitor-interval-30s",
  name: "monitor",
  intervalMs: 30_000,
  timeoutMs: null,
  options: { "on-fail": "restart" },
};
const WEB = {
  kind: "primitive",
  id: "web",
  agent: { standard: "ocf", provider: "heartbeat", type: "apache" },
  parameters: { configfile: "/etc/httpd/conf/httpd.conf" },
  meta: {},
  operations: [OPERATION],
} as const;
const SYSTEMD = { standard: "systemd", provider: null, type: "haproxy" };
const LB = { ...WEB, id: "lb", agent: SYSTEMD, operations: [] } as const;
const ORDER = {
  kind: "order",
  id: "o",
  first: "web",
  firstAction: "start",
  // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
  then: "lb",
  thenAction: "stop",
  strength: "Optional",
  isSymmetrical: false,
} as const;
const LOCATION = { kind: "location", id: "l", resource: "web", node: "ip1", score: 50 } as const;
const COLOCATION = {
  kind: "colocation",
  id: "c",
  resource: "web",
  withResource: "lb",
  score: -1_000_000,
} as const;
const CIB: Cib = {
  ...emptyCib(["ip1", "ip2"]),
  version: VERSION,
  lineage: [{ version: VERSION, digest: "00" }],
  resources: [WEB, { kind: "group", id: "g", meta: { priority: "1" }, members: [LB] }],
  constraints: [ORDER, LOCATION, COLOCATION],
};

function lines(value: unknown): readonly string[] {
  const parsed = parseCib(value);
  return parsed.kind === "damaged" ? parsed.problems.map(renderProblem) : [];
}

suite("parseCib", () => {
  test("reads back everything that was written", () => {
    const written: unknown = JSON.parse(JSON.stringify(CIB));
    assert.deepEqual(parseCib(written), { kind: "cib", cib: CIB });
  });

  test("every optional member is read back, and none appears that was not there", () => {
    for (const cib of [FULL_CIB, CIB, emptyCib(["ip1"])]) {
      const text = canonicalJson(cib);
      const parsed = parseCib(JSON.parse(text));
      assert.ok(parsed.kind === "cib", JSON.stringify(parsed));
      assert.equal(canonicalJson(parsed.cib), text);
    }
  });

  test("a rule may be nested so deep and no deeper", () => {
    const nested = (depth: number): unknown => {
      const conditions = depth === 1 ? [] : [nested(depth - 1)];
      return { kind: "rule", id: "r", combine: "or", conditions };
    };
    const within = (rule: unknown): unknown => ({
      ...CIB,
      propertySets: [{ id: "s", score: 0, rule, values: {} }],
    });
    assert.deepEqual(lines(within(nested(RULE_DEPTH_MAX))), []);
    const [problem = "", ...rest] = lines(within(nested(RULE_DEPTH_MAX + 1)));
    assert.match(problem, /an object: must not be nested more than 16 rules deep$/);
    assert.deepEqual(rest, []);
  });

  const damaged: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["no document", undefined, ["cib: missing: must be an object"]],
    ["null", null, ["cib: null: must be an object"]],
    ["a list", [], ["cib: a list: must be an object"]],
    ["a text", "cib", ['cib: "cib": must be an object']],
    [
      "a missing part",
      { ...CIB, constraints: undefined },
      ["cib.constraints: missing: must be a list"],
    ],
    ["a part of a later release", { ...CIB, acls: [] }, ["cib.acls: a list: is not known"]],
    [
      "a negative version",
      { ...CIB, version: { ...VERSION, epoch: -1 } },
      ["cib.version.epoch: -1: must be a whole number from 0"],
    ],
    [
      "a version that is no number that counts",
      { ...CIB, version: { ...VERSION, epoch: 2 ** 53 } },
      ["cib.version.epoch: 9007199254740992: must be a whole number from 0"],
    ],
    [
      "a lineage that is too long",
      { ...CIB, lineage: Array.from({ length: 65 }, () => ({ version: VERSION, digest: "0" })) },
      ["cib.lineage: a list: must have at most 64 entries"],
    ],
    [
      "a value that is no text",
      { ...CIB, properties: { "batch-limit": 3 } },
      ["cib.properties.batch-limit: 3: must be a text"],
    ],
    [
      "names and values that are a list",
      { ...CIB, properties: [] },
      ["cib.properties: a list: must be an object"],
    ],
    [
      "a resource of an unknown kind",
      { ...CIB, resources: [{ ...WEB, kind: "bundle" }] },
      ['cib.resources[0].kind: "bundle": must be primitive'],
    ],
    [
      "a group in a group",
      { ...CIB, resources: [{ kind: "group", id: "g", meta: {}, members: [CIB.resources[1]] }] },
      [
        "cib.resources[0].members[0].members: a list: is not known",
        'cib.resources[0].members[0].kind: "group": must be primitive',
        "cib.resources[0].members[0].agent: missing: must be an object",
        "cib.resources[0].members[0].parameters: missing: must be an object",
        "cib.resources[0].members[0].operations: missing: must be a list",
      ],
    ],
    [
      "an operation with an odd timeout",
      { ...CIB, resources: [{ ...WEB, operations: [{ ...OPERATION, timeoutMs: 0.5 }] }] },
      ["cib.resources[0].operations[0].timeoutMs: 0.5: must be a whole number from 0"],
    ],
    [
      "a clone of a clone, and one of nothing",
      {
        ...CIB,
        resources: [
          { kind: "clone", id: "k", meta: {}, child: { kind: "clone" } },
          { kind: "clone", id: "k", meta: {} },
        ],
      },
      [
        'cib.resources[0].child.kind: "clone": must be primitive',
        "cib.resources[0].child.id: missing: must be a text",
        "cib.resources[0].child.agent: missing: must be an object",
        "cib.resources[0].child.parameters: missing: must be an object",
        "cib.resources[0].child.meta: missing: must be an object",
        "cib.resources[0].child.operations: missing: must be a list",
        "cib.resources[1].child: missing: must be an object",
      ],
    ],
    [
      "optional members of the wrong type",
      {
        ...CIB,
        tags: null,
        templates: [1],
        propertySets: [{ id: "s", score: "1", rule: null, values: [] }],
        resources: [{ ...WEB, utilization: { cpu: 1 }, template: null, metaSets: {} }],
        nodes: [{ name: "ip1", attributes: {}, score: 1.5 }],
        fencingLevels: [{ id: "f", target: { kind: "pattern" }, index: -1, devices: "d" }],
      },
      [
        'cib.propertySets[0].score: "1": must be a whole number',
        "cib.propertySets[0].values: a list: must be an object",
        "cib.nodes[0].score: 1.5: must be a whole number",
        "cib.templates[0]: 1: must be an object",
        "cib.resources[0].metaSets: an object: must be a list",
        "cib.resources[0].utilization.cpu: 1: must be a text",
        "cib.resources[0].template: null: must be a text",
        "cib.tags: null: must be a list",
        "cib.fencingLevels[0].target.pattern: missing: must be a text",
        "cib.fencingLevels[0].index: -1: must be a whole number from 0",
        'cib.fencingLevels[0].devices: "d": must be a list',
      ],
    ],
    [
      "constraints by rules and sets with odd members",
      {
        ...CIB,
        constraints: [
          {
            kind: "locationRules",
            id: "a",
            target: { kind: "tag" },
            nodes: { kind: "rules", rules: [{ rule: null, score: "x", role: "Master" }] },
            discovery: "sometimes",
          },
          { kind: "colocationSets", id: "b", score: 1, influence: "yes", sets: [{}] },
          { ...ORDER, needsAll: null, firstAction: "monitor" },
        ],
      },
      [
        'cib.constraints[0].target.kind: "tag": must be resource',
        "cib.constraints[0].target.resource: missing: must be a text",
        "cib.constraints[0].nodes.rules[0].rule: null: must be an object",
        'cib.constraints[0].nodes.rules[0].score: "x": must be a whole number',
        'cib.constraints[0].nodes.rules[0].role: "Master": must be Started or Stopped or ' +
          "Promoted or Unpromoted",
        'cib.constraints[0].discovery: "sometimes": must be always or never or exclusive',
        'cib.constraints[1].influence: "yes": must be true or false',
        "cib.constraints[1].sets[0].id: missing: must be a text",
        "cib.constraints[1].sets[0].resources: missing: must be a list",
        "cib.constraints[1].sets[0].isSequential: missing: must be true or false",
        "cib.constraints[1].sets[0].needsAll: missing: must be true or false",
        "cib.constraints[1].sets[0].action: missing: must be start or stop or promote or demote",
        "cib.constraints[1].sets[0].role: missing: must be Started or Stopped or Promoted or " +
          "Unpromoted",
        "cib.constraints[1].sets[0].score: missing: must be a whole number",
        "cib.constraints[1].sets[0].ordering: missing: must be group or listed",
        "cib.constraints[1].sets[0].strength: missing: must be Mandatory or Optional or Serialize",
        'cib.constraints[2].firstAction: "monitor": must be start or stop or promote or demote',
        "cib.constraints[2].needsAll: null: must be true or false",
      ],
    ],
    [
      "conditions with odd members",
      {
        ...CIB,
        propertySets: [
          {
            id: "s",
            score: 0,
            values: {},
            rule: {
              kind: "rule",
              id: "r",
              combine: "xor",
              conditions: [
                { kind: "attribute", attribute: "a", operation: "like", value: 5, type: "float" },
                { kind: "date", operation: "in_range", start: 5, end: null, duration: [] },
                { kind: "resource", standard: 1, provider: null, type: null },
                { kind: "operation", name: "monitor", intervalMs: "10s" },
              ],
            },
          },
        ],
      },
      [
        'cib.propertySets[0].rule.combine: "xor": must be and or or',
        'cib.propertySets[0].rule.conditions[0].operation: "like": must be lt or lte or gt or ' +
          "gte or eq or ne or defined or not_defined",
        "cib.propertySets[0].rule.conditions[0].value: 5: must be a text",
        'cib.propertySets[0].rule.conditions[0].type: "float": must be string or integer or ' +
          "number or version",
        "cib.propertySets[0].rule.conditions[0].valueSource: missing: must be literal or param " +
          "or meta",
        "cib.propertySets[0].rule.conditions[1].start: 5: must be a text",
        "cib.propertySets[0].rule.conditions[1].duration: a list: must be an object",
        "cib.propertySets[0].rule.conditions[1].spec: missing: must be an object",
        "cib.propertySets[0].rule.conditions[2].standard: 1: must be a text",
        'cib.propertySets[0].rule.conditions[3].intervalMs: "10s": must be a whole number from 0',
      ],
    ],
    [
      "constraints with odd members",
      {
        ...CIB,
        constraints: [
          { ...ORDER, strength: "Always", isSymmetrical: "yes" },
          { ...LOCATION, score: "50" },
          { ...COLOCATION, score: 0.5 },
          null,
          { kind: "ticket" },
        ],
      },
      [
        'cib.constraints[0].strength: "Always": must be Mandatory or Optional or Serialize',
        'cib.constraints[0].isSymmetrical: "yes": must be true or false',
        'cib.constraints[1].score: "50": must be a whole number',
        "cib.constraints[2].score: 0.5: must be a whole number",
        "cib.constraints[3]: null: must be an object",
        'cib.constraints[4].kind: "ticket": must be location',
        "cib.constraints[4].id: missing: must be a text",
        "cib.constraints[4].resource: missing: must be a text",
        "cib.constraints[4].node: missing: must be a text",
        "cib.constraints[4].score: missing: must be a whole number",
      ],
    ],
  ];
  for (const [name, value, expected] of damaged) {
    test(`${name} is damage, told by its place`, () => {
      assert.deepEqual(lines(value), expected);
    });
  }

  test(`at most ${SHAPE_PROBLEMS_MAX} problems are told`, () => {
    const nodes = Array.from({ length: SHAPE_PROBLEMS_MAX + 1 }, () => null);
    assert.equal(lines({ ...CIB, nodes }).length, SHAPE_PROBLEMS_MAX);
  });

  test("a member inherited from a prototype is missing", () => {
    assert.match(lines(Object.create(CIB))[0] ?? "", /^cib.version: missing/);
  });

  test("a name such as __proto__ stays a name", () => {
    const cib: unknown = JSON.parse(
      JSON.stringify(CIB).replace('"properties":{}', '"properties":{"__proto__":"1"}'),
    );
    const parsed = parseCib(cib);
    assert.ok(parsed.kind === "cib");
    assert.deepEqual(Object.keys(parsed.cib.properties), ["__proto__"]);
  });
});
