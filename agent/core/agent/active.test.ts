import assert from "node:assert/strict";
import { type Cib, emptyCib, type OperationRecord, type Primitive } from "../model/index.ts";
import { isPromoted, listActive } from "./active.ts";

type Told = readonly [
  operation: string,
  status: number | "pending" | "timedOut",
  intervalMs?: number,
];

function history(resource: string, told: readonly Told[]) {
  const records = told.map(([operation, status, intervalMs = 0], index): OperationRecord => {
    const outcome =
      typeof status === "number" ? ({ kind: "exited", status } as const) : { kind: status };
    const times = { changedAt: 100 * index, changedAtWallMs: 0, ranForMs: 1 };
    const rest = { expectedStatus: 0, digest: "", reason: "" };
    return { operation, intervalMs, callId: index + 1, outcome, ...times, ...rest };
  });
  return { resource, records, repairs: 0 };
}

const ROLES: readonly (readonly [string, readonly Told[], boolean])[] = [
  ["started", [["start", 0]], false],
  [
    "promoted",
    [
      ["start", 0],
      ["promote", 0],
    ],
    true,
  ],
  [
    "its promotion is under way",
    [
      ["start", 0],
      ["promote", "pending"],
    ],
    true,
  ],
  [
    "its promotion failed",
    [
      ["start", 0],
      ["promote", 1],
    ],
    true,
  ],
  [
    "demoted",
    [
      ["promote", 0],
      ["demote", 0],
    ],
    false,
  ],
  [
    "its demotion is under way",
    [
      ["promote", 0],
      ["demote", "pending"],
    ],
    true,
  ],
  [
    "its demotion failed",
    [
      ["promote", 0],
      ["demote", "timedOut"],
    ],
    true,
  ],
  ["found promoted", [["monitor", 8]], true],
  ["found promoted and failed", [["monitor", 9]], true],
  [
    "found unpromoted",
    [
      ["promote", 0],
      ["monitor", 0, 11_000],
    ],
    false,
  ],
  [
    "stopped",
    [
      ["promote", 0],
      ["stop", 0],
    ],
    false,
  ],
  [
    "its stop failed",
    [
      ["promote", 0],
      ["stop", 1],
    ],
    true,
  ],
];

function primitive(id: string): Primitive {
  const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
  return { kind: "primitive", id, agent, parameters: {}, meta: {}, operations: [] };
}

suite("what is active here and must not be elsewhere", () => {
  for (const [what, told, expected] of ROLES) {
    test(`${what}: ${expected ? "promoted, for all that is known" : "not promoted"}`, () => {
      assert.equal(isPromoted(history("db", told)), expected);
    });
  }

  test("resources, instances with numbers, and what is promoted where one may be", () => {
    const cib: Cib = {
      ...emptyCib(["a", "b"]),
      resources: [
        primitive("ip"),
        { kind: "clone", id: "web-clone", meta: {}, child: primitive("web") },
        { kind: "clone", id: "db-clone", meta: { promotable: "true" }, child: primitive("db") },
        { kind: "clone", id: "idle-clone", meta: { promotable: "true" }, child: primitive("idle") },
        {
          kind: "clone",
          id: "dual-clone",
          meta: { promotable: "true", "promoted-max": "2" },
          child: primitive("dual"),
        },
        {
          kind: "clone",
          id: "part-clone",
          meta: { "globally-unique": "true" },
          child: primitive("part"),
        },
      ],
    };
    const resources = ["ip", "web", "db", "dual", "part:1"].map((id) =>
      history(id, [
        ["start", 0],
        ["promote", 0],
      ]),
    );
    const idle = history("idle", [["start", 0]]);
    const all = { node: "a", resources: [...resources, idle], failcounts: [], attributes: {} };
    assert.deepEqual(listActive(all, { cib, now: 1000 }), [
      { resource: "ip", forMs: 1000 },
      { resource: "db", forMs: 900 },
      { resource: "part:1", forMs: 1000 },
    ]);
  });
});
