import assert from "node:assert/strict";
import {
  dummy,
  FULL_CIB,
  FULL_CIB_NODES,
  isEqual,
  ruleOf,
  setOf,
} from "../../../test/configuration/full-cib.ts";
import type {
  Cib,
  Clone,
  Constraint,
  FencingLevel,
  LocationRules,
  Primitive,
  Tag,
} from "../model/index.ts";
import { renderProblem } from "../model/index.ts";
import { FENCING_LEVELS_MAX, TAGS_MAX } from "./check-fencing.ts";
import { checkCib } from "./index.ts";

type Row = readonly [name: string, change: Partial<Cib>, expected: readonly string[]];

function lines(change: Partial<Cib>): readonly string[] {
  return checkCib({ ...FULL_CIB, ...change }, FULL_CIB_NODES).map(renderProblem);
}

function checkRows(rows: readonly Row[]): void {
  for (const [name, change, expected] of rows) {
    test(name, () => {
      assert.deepEqual(lines(change), expected);
    });
  }
}

function withResource(resource: Primitive | Clone): Partial<Cib> {
  return { resources: [...FULL_CIB.resources, resource] };
}

function withConstraint(constraint: Constraint): Partial<Cib> {
  return { constraints: [...FULL_CIB.constraints, constraint] };
}

function cloneOf(meta: Clone["meta"], child: Clone["child"] = dummy("x")): Partial<Cib> {
  return withResource({ kind: "clone", id: "x-clone", meta, child });
}

suite("checkCib with every kind of thing", () => {
  test("a configuration that uses everything has no problems", () => {
    assert.deepEqual(lines({}), []);
  });

  checkRows([
    [
      "instances of a clone are counted in whole numbers, and switched in true and false",
      cloneOf({ "clone-max": "two", "clone-node-max": "-1", interleave: "maybe", notify: "yes" }),
      [
        'resource "x-clone" meta "clone-max": "two": must be a whole number from 0 to 1000',
        'resource "x-clone" meta "clone-node-max": "-1": must be a whole number from 0 to 1000',
        'resource "x-clone" meta "interleave": "maybe": must be true or false',
        'resource "x-clone" meta "notify": "yes": must be true or false',
      ],
    ],
    [
      "a slip of the pen in the number of instances",
      cloneOf({ "clone-max": "5000", "clone-node-max": "1001" }),
      [
        'resource "x-clone" meta "clone-max": "5000": must be a whole number from 0 to 1000',
        'resource "x-clone" meta "clone-node-max": "1001": must be a whole number from 0 to 1000',
      ],
    ],
    [
      "no more instances are promoted or awaited than run",
      cloneOf({ "clone-max": "1", "clone-min": "2", "promoted-max": "2" }),
      [
        'resource "x-clone" meta "clone-min": "2": must not be more than clone-max, which is 1',
        'resource "x-clone" meta "promoted-max": "2": must not be more than clone-max, which is 1',
      ],
    ],
    [
      "a group in a clone has members",
      cloneOf({}, { kind: "group", id: "empty", meta: {}, members: [] }),
      ['resource "empty": is a group without members; delete it'],
    ],
    [
      "parameters of a clone have names",
      withResource({
        kind: "clone",
        id: "x-clone",
        meta: {},
        parameters: { "a b": "1" },
        child: dummy("x"),
      }),
      [
        'resource "x-clone" parameter "a b": is not a name; letters, digits and _ . : # - may be ' +
          "used, at most 128 of them",
      ],
    ],
    [
      "agents of fence devices may name their folder, others may not",
      {
        resources: [
          ...FULL_CIB.resources,
          dummy("x", { agent: { standard: "stonith", provider: null, type: "external/sbd" } }),
          dummy("y", { agent: { standard: "systemd", provider: null, type: "external/sbd" } }),
          dummy("z", { agent: { standard: "stonith", provider: null, type: "../sbd" } }),
        ],
      },
      [
        'resource "y" agent: "systemd:external/sbd": may have letters, digits and _ . @ : - in ' +
          "its parts",
        'resource "z" agent: "stonith:../sbd": may have letters, digits and _ . @ : - in its parts',
      ],
    ],
    [
      "node attributes may begin with #, parameters may not",
      {
        nodes: [{ name: "ip1", attributes: { "#health-disk": "red", "#": "1" } }],
        resources: [...FULL_CIB.resources, dummy("x", { parameters: { "#a": "1" } })],
      },
      [
        'node "ip1" attribute "#": is not a name; letters, digits and _ . : # - may be used, at ' +
          "most 128 of them",
        'resource "x" parameter "#a": is not a name; letters, digits and _ . : # - may be used, ' +
          "at most 128 of them",
      ],
    ],
    [
      "a template exists and is of the same agent",
      {
        resources: [
          ...FULL_CIB.resources,
          dummy("x", { template: "smal" }),
          dummy("y", {
            template: "small",
            agent: { standard: "systemd", provider: null, type: "y" },
          }),
        ],
      },
      [
        'resource "x" template "smal": does not exist; the templates are small',
        'resource "y" template agent: systemd:y: must be that of template "small", ' +
          "ocf:heartbeat:Dummy",
      ],
    ],
    [
      "what a template holds is checked as that of a resource",
      { templates: [{ ...dummy("small"), meta: { critcal: "true" }, utilization: { cpu: "x" } }] },
      [
        'template "small" meta "critcal": is not a known meta attribute; known: critical ' +
          "and 22 more",
        'template "small" utilization "cpu": "x": must be a whole number from 0',
      ],
    ],
    [
      "utilization is counted in whole numbers",
      {
        resources: [...FULL_CIB.resources, dummy("x", { utilization: { cpu: "1.5", ram: "-1" } })],
        nodes: [{ name: "ip1", attributes: {}, utilization: { cpu: "many", ram: "" } }],
      },
      [
        'node "ip1" utilization "ram": must not be empty; to remove it, leave it out',
        'node "ip1" utilization "cpu": "many": must be a whole number from 0',
        'resource "x" utilization "cpu": "1.5": must be a whole number from 0',
        'resource "x" utilization "ram": "-1": must be a whole number from 0',
      ],
    ],
    [
      "a node's score is a score, and its sets hold attributes",
      {
        nodes: [
          {
            name: "ip1",
            attributes: {},
            score: 0.5,
            attributeSets: [{ id: "n1", score: 2_000_000, rule: null, values: { standby: "1" } }],
          },
        ],
      },
      [
        'node "ip1" attribute set "n1" score: 2000000: must be a whole number from -1000000 to ' +
          "1000000, INFINITY or -INFINITY",
        'node "ip1" attribute set "n1" "standby": "1": must be on, or left out',
        'node "ip1" score: 0.5: must be a whole number from -1000000 to 1000000, INFINITY or ' +
          "-INFINITY",
      ],
    ],
    [
      "sets hold the names that their place knows",
      {
        propertySets: [{ id: "p1", score: 0, rule: null, values: { "is-managed": "true" } }],
        operationDefaultSets: [{ id: "d2", score: 0, rule: null, values: { timeout: "soon" } }],
      },
      [
        'property set "p1" "is-managed": is not a known cluster property; known: ' +
          "46 others, none of them like it",
        'operation defaults set "d2" "timeout": "soon": must be a duration such as 30s, 500ms, ' +
          "1min or 2h, at most 24 days",
      ],
    ],
    [
      "one set under one id may be used twice, another one under the same id may not",
      {
        resourceDefaultSets: [
          { id: "d1", score: 0, rule: null, values: { priority: "1" } },
          { id: "d1", score: 0, rule: null, values: { priority: "1" } },
          { id: "web-meta", score: 0, rule: null, values: { priority: "1" } },
        ],
      },
      [
        'id "web-meta": a set of resource defaults, meta attributes of web: have the same id; ' +
          "every id must be unique",
      ],
    ],
  ]);
});

suite("checkCib of tags and fencing levels", () => {
  const level = (rest: Partial<FencingLevel>): Partial<Cib> => ({
    fencingLevels: [
      ...(FULL_CIB.fencingLevels ?? []),
      { id: "x", target: { kind: "node", node: "ip2" }, index: 3, devices: ["fence-1"], ...rest },
    ],
  });
  const tag = (members: readonly string[]): Partial<Cib> => ({
    tags: [...(FULL_CIB.tags ?? []), { id: "t", members }],
  });
  checkRows([
    ["a tag is not empty", tag([]), ['tag "t": is empty; delete it']],
    [
      "a tag names what exists, once, and no tags",
      tag(["web", "web", "both", "wbe"]),
      [
        'tag "t": "web" is named twice',
        'tag "t": "both": is a tag; a tag cannot hold tags',
        'resource "wbe": does not exist, but tag t names it; the resources are web, db, base, ' +
          "ip, log, net, disk, pair, db-clone, fence-1, fence-2, base-clone",
      ],
    ],
    [
      "a tag's id is its own",
      { tags: [{ id: "web", members: ["pair"] }] },
      [
        'id "web": a resource, a tag: have the same id; every id must be unique',
        'resource "both": does not exist, but constraint o2 names it; the resources are base, ' +
          "log, net, db, disk, ip, pair, web, db-clone, fence-1, fence-2, base-clone",
      ],
    ],
    [
      "levels count from 1 to 9",
      level({ index: 10 }),
      ['fencing level "x" index: 10: must be a whole number from 1 to 9'],
    ],
    [
      "a level's node is in the cluster",
      level({ target: { kind: "node", node: "ip3" } }),
      ['node "ip3": is not in this cluster, but fencing level x names it; the nodes are ip1, ip2'],
    ],
    [
      "a level's pattern is a regular expression",
      level({ target: { kind: "pattern", pattern: "ip(" } }),
      ['fencing level "x" target: "ip(": must be a regular expression of at most 500 characters'],
    ],
    [
      "a level's attribute has a name",
      level({ target: { kind: "attribute", attribute: "a b", value: "1" } }),
      ['fencing level "x" target: "a b": is not the name of a node attribute'],
    ],
    [
      "a level's devices are fence devices, each once",
      level({ devices: ["fence-1", "fence-1", "web", "nosuch"] }),
      [
        'fencing level "x": "fence-1" is named twice',
        'fencing level "x": "web": is not a fence device, whose agent is stonith:…',
        'resource "nosuch": does not exist, but fencing level x names it; the resources are ' +
          "base, disk, log, net, db, ip, pair, web, fence-1, fence-2, base-clone, db-clone",
      ],
    ],
    [
      "a level has a device",
      level({ devices: [] }),
      ['fencing level "x": has no device; delete it'],
    ],
    [
      "there is one level of one index for one target",
      level({ target: { kind: "pattern", pattern: "^ip.$" }, index: 2 }),
      ['fencing level "x": f2: is for ^ip.$ at level 2 already; add its devices to that one'],
    ],
  ]);

  test("there may be so many tags and levels, no more", () => {
    const tags: readonly Tag[] = Array.from({ length: TAGS_MAX + 1 }, (_, index) => ({
      id: index === 0 ? "both" : `t${index}`,
      members: ["web"],
    }));
    assert.deepEqual(lines({ tags }), [`tags: ${TAGS_MAX + 1}: at most ${TAGS_MAX} are possible`]);
    const fencingLevels = Array.from({ length: FENCING_LEVELS_MAX + 1 }, (_, index) => ({
      id: `x${index}`,
      target: { kind: "attribute", attribute: `a${index}`, value: "1" } as const,
      index: 1,
      devices: ["fence-1"],
    }));
    const expected = `at most ${FENCING_LEVELS_MAX} are possible`;
    assert.deepEqual(lines({ fencingLevels }), [
      `fencing levels: ${FENCING_LEVELS_MAX + 1}: ${expected}`,
    ]);
  });
});

suite("checkCib of constraints by rules and sets", () => {
  const rules = (rest: Partial<LocationRules>): Partial<Cib> =>
    withConstraint({
      kind: "locationRules",
      id: "x",
      target: { kind: "resource", resource: "web" },
      nodes: {
        kind: "rules",
        rules: [{ rule: ruleOf("x-rule", isEqual("a", "1")), score: 1, role: null }],
      },
      ...rest,
    });
  const order = (first: string, then: string): Partial<Cib> =>
    withConstraint({
      kind: "order",
      id: "x",
      first,
      firstAction: "start",
      then,
      thenAction: "start",
      strength: "Mandatory",
      isSymmetrical: true,
    });
  checkRows([
    ["a tag, and a template, may be named", order("both", "small"), []],
    [
      "a pattern is a regular expression that is not empty",
      {
        constraints: ["", "we[b"].map((pattern, index) => ({
          kind: "locationRules",
          id: `x${index}`,
          target: { kind: "pattern", pattern, isInverted: false },
          nodes: { kind: "node", node: "ip1", score: 0.5 },
        })),
      },
      [
        'constraint "x0" pattern: "": must be a regular expression of at most 500 characters',
        'constraint "x0" score: 0.5: must be a whole number from -1000000 to 1000000, INFINITY ' +
          "or -INFINITY",
        'constraint "x1" pattern: "we[b": must be a regular expression of at most 500 characters',
        'constraint "x1" score: 0.5: must be a whole number from -1000000 to 1000000, INFINITY ' +
          "or -INFINITY",
      ],
    ],
    [
      "the node of a constraint is in the cluster",
      rules({ nodes: { kind: "node", node: "ip9", score: 1 } }),
      ['node "ip9": is not in this cluster, but constraint x names it; the nodes are ip1, ip2'],
    ],
    [
      "a constraint by rules has one",
      rules({ nodes: { kind: "rules", rules: [] } }),
      ['constraint "x": has no rule; delete it'],
    ],
    [
      "the attribute that holds a score has a name",
      rules({
        nodes: {
          kind: "rules",
          rules: [
            {
              rule: ruleOf("x-rule", isEqual("a", "1")),
              score: { attribute: "a b" },
              role: null,
            },
          ],
        },
      }),
      ['constraint "x" score-attribute: "a b": is not the name of a node attribute'],
    ],
    [
      "the resources of sets exist, once each, and no set is empty",
      {
        constraints: [
          {
            kind: "colocationSets",
            id: "x",
            score: 1,
            nodeAttribute: "a b",
            sets: [
              setOf("x1", ["web", "nosuch"], { score: 2_000_000 }),
              setOf("x2", []),
              setOf("x3", ["web"]),
            ],
          },
          { kind: "orderSets", id: "y", strength: "Optional", isSymmetrical: true, sets: [] },
        ],
      },
      [
        'resource "nosuch": does not exist, but constraint x names it; the resources are base, ' +
          "disk, log, net, db, ip, pair, web, fence-1, fence-2, base-clone, db-clone",
        'constraint "x" node-attribute: "a b": is not the name of a node attribute',
        'constraint "x" set "x1" score: 2000000: must be a whole number from -1000000 to ' +
          "1000000, INFINITY or -INFINITY",
        'constraint "x" set "x2": is empty; delete it',
        'constraint "x": "web" is named twice',
        'constraint "y": has no set; delete it',
      ],
    ],
    [
      "a clone is not related to what is in it",
      order("base-clone", "log"),
      [
        'constraint "x": relates "log" to its own clone "base-clone", which places and orders ' +
          "its members already",
      ],
    ],
    [
      "two members of one clone are not related: a constraint counts for the whole clone",
      order("log", "net"),
      ['constraint "x": relates "log" to "net", both of clone "base-clone"'],
    ],
  ]);
});
