import assert from "node:assert/strict";
import { type Cib, emptyCib, renderProblem } from "../model/index.ts";
import { parseCib, SHAPE_PROBLEMS_MAX } from "./parse-cib.ts";

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
    ["a part of a later release", { ...CIB, tags: [] }, ["cib.tags: a list: is not known"]],
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
      { ...CIB, resources: [{ ...WEB, kind: "clone" }] },
      ['cib.resources[0].kind: "clone": must be primitive'],
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
