import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../base/index.ts";
import { type Change, type Cib, emptyCib, type OperationInput } from "../model/index.ts";
import { applyChanges, checkCib, descendsFrom, parseCib, stampOf } from "./index.ts";

const NODES = ["ip1", "ip2"] as const;
const CONTEXT = { stamp: { atWallMs: 1000, by: "root" }, nodes: NODES };

/** What the arbitrary changes are made of. */
interface Pool {
  readonly id: fc.Arbitrary<string>;
  readonly node: fc.Arbitrary<string>;
  readonly score: fc.Arbitrary<string>;
  readonly meta: fc.Arbitrary<Record<string, string>>;
  readonly options: fc.Arbitrary<Record<string, string>>;
  readonly properties: fc.Arbitrary<Record<string, string>>;
  readonly attributes: fc.Arbitrary<Record<string, string>>;
}

// Small pools make changes meet each other.
const TAME: Pool = {
  id: fc.constantFrom("ip", "web", "db", "all", "log"),
  node: fc.constantFrom(...NODES),
  score: fc.constantFrom("INFINITY", "-INFINITY", "50", "-10"),
  meta: fc.dictionary(
    fc.constantFrom("priority", "migration-threshold"),
    fc.constantFrom("", "1", "INFINITY"),
  ),
  options: fc.record(
    { interval: fc.constantFrom("30s", "1min", "10"), "on-fail": fc.constantFrom("", "block") },
    { requiredKeys: [] },
  ),
  properties: fc.dictionary(fc.constant("stonith-enabled"), fc.constantFrom("", "no", "true")),
  attributes: fc.dictionary(fc.constant("standby"), fc.constantFrom("", "on", "off")),
};

// What a person mistypes or a fault makes of it.
const odd = fc.oneof(
  fc.constantFrom("", "__proto__", "constructor", "ip-start-interval-0s", "abc", "-5"),
  fc.string({ maxLength: 12 }),
);
const oddValues = fc.dictionary(odd, odd, { maxKeys: 3 });
const WILD: Pool = {
  id: fc.oneof({ weight: 12, arbitrary: TAME.id }, { weight: 1, arbitrary: odd }),
  node: fc.oneof({ weight: 8, arbitrary: TAME.node }, { weight: 1, arbitrary: odd }),
  score: fc.oneof(TAME.score, fc.constantFrom("abc", "1000001", ""), odd),
  meta: fc.oneof(TAME.meta, oddValues),
  options: fc.oneof(TAME.options, oddValues, fc.record({ interval: odd, timeout: odd, id: odd })),
  properties: fc.oneof(TAME.properties, oddValues),
  attributes: fc.oneof(TAME.attributes, oddValues),
};

const AGENTS = [
  { standard: "ocf", provider: "heartbeat", type: "apache" },
  { standard: "systemd", provider: null, type: "haproxy" },
];
const ODD_AGENTS = [
  { standard: "ocf", provider: null, type: "apache" },
  { standard: "ocf", provider: "heartbeat", type: "../../sh" },
];
const MONITOR = { id: "", name: "monitor", intervalMs: 10_000, timeoutMs: 20_000, options: {} };
const START = { id: "", name: "start", intervalMs: 0, timeoutMs: 20_000, options: {} };
const nothing = fc.constant(null);
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { freq: 3 });
const kind = <Kind extends Change["kind"]>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
const action = fc.constantFrom("start" as const, "stop" as const);

function changesOf(pool: Pool): fc.Arbitrary<Change> {
  const { id, node, score, meta, properties: values } = pool;
  const name = fc.constantFrom("monitor", "start", ...(pool === WILD ? ["nosuch", "db"] : []));
  const operation: fc.Arbitrary<OperationInput> = fc.record({ name, options: pool.options });
  const operations = fc.array(operation, { maxLength: 1 });
  const members = fc.uniqueArray(id, { minLength: pool === WILD ? 0 : 1, maxLength: 2 });
  const place = { id, activeOn: fc.subarray([...NODES]), node: fc.option(node) };
  const parameters = pool.attributes;
  return fc.oneof(
    fc.record({
      kind: kind("createResource"),
      id,
      agent: fc.constantFrom(...AGENTS, ...(pool === WILD ? ODD_AGENTS : [])),
      parameters,
      meta,
      operations,
      defaultOperations: fc.constantFrom([], [START, START, MONITOR, MONITOR]),
      group: rarely(id),
      before: rarely(id),
      after: nothing,
    }),
    fc.record({
      kind: kind("addOrder"),
      id: nothing,
      first: id,
      firstAction: action,
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      then: id,
      thenAction: action,
      strength: fc.constantFrom("Mandatory", "optional", "Serialize", "bogus"),
      isSymmetrical: fc.boolean(),
    }),
    fc.record({ kind: kind("setProperties"), values }),
    fc.record({ kind: kind("setResourceDefaults"), values: meta }),
    fc.record({ kind: kind("setOperationDefaults"), values: pool.options }),
    fc.record({ kind: kind("setNodeAttributes"), node, values: pool.attributes }),
    fc.record({ kind: kind("updateResource"), id, parameters, meta, operations }),
    fc.record({ kind: kind("deleteResource"), id }),
    fc.record({ kind: kind("setResourceMeta"), ids: members, values: meta }),
    fc.record({ kind: fc.constantFrom("addOperation", "removeOperation"), id, operation }),
    fc.record({
      kind: kind("groupResources"),
      group: id,
      members,
      before: rarely(id),
      after: nothing,
    }),
    fc.record({
      kind: kind("groupResources"),
      group: id,
      members,
      before: nothing,
      after: rarely(id),
    }),
    fc.record({ kind: kind("ungroupResources"), group: id, members }),
    fc.record({ kind: kind("addLocation"), id: nothing, resource: id, node, score }),
    fc.record({
      kind: kind("addColocation"),
      id: rarely(id),
      resource: id,
      withResource: id,
      score,
    }),
    fc.record({ kind: kind("deleteConstraints"), ids: members }),
    fc.record({ kind: kind("moveResource"), ...place }),
    fc.record({ kind: kind("banResource"), ...place }),
    fc.record({ kind: kind("clearResource"), id, node: fc.option(node) }),
  );
}

function furnishedCib(): Cib {
  const rest = { parameters: {}, meta: {}, operations: [], before: null, after: null };
  const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
  const changes = ["ip", "web", "db"].map(
    (id): Change => ({
      kind: "createResource",
      id,
      agent,
      defaultOperations: [START, MONITOR],
      group: id === "db" ? null : "all",
      ...rest,
    }),
  );
  const result = applyChanges(emptyCib(NODES), changes, CONTEXT);
  assert.ok(result.kind === "changed");
  return result.cib;
}

function checkOne(cib: Cib, changes: readonly Change[]): Cib {
  const before = canonicalJson(cib);
  const result = applyChanges(cib, changes, CONTEXT);
  assert.equal(canonicalJson(cib), before, "the old CIB was written to");
  if (result.kind === "refused") {
    assert.ok(result.problems.length > 0);
    return cib;
  }
  assert.deepEqual(checkCib(result.cib, NODES), []);
  assert.ok(descendsFrom(result.cib, stampOf(cib)));
  if (result.cib === cib) {
    assert.ok(result.notes.length > 0, "a change without effect says so");
    return cib;
  }
  assert.equal(result.cib.version.epoch, cib.version.epoch + 1);
  assert.equal(result.cib.version.numUpdates, 0);
  const onDisk: unknown = JSON.parse(JSON.stringify(result.cib));
  assert.deepEqual(parseCib(onDisk), { kind: "cib", cib: result.cib });
  return result.cib;
}

suite("applyChanges, whatever is asked", () => {
  for (const [name, pool] of [
    ["what people ask for", TAME],
    ["what nobody should", WILD],
  ] as const) {
    test(`${name}: never throws, refused changes nothing, changed is valid`, function () {
      this.timeout(30_000);
      const calls = fc.array(fc.array(changesOf(pool), { maxLength: 2 }), { maxLength: 12 });
      fc.assert(
        fc.property(calls, (all) => {
          all.reduce(checkOne, furnishedCib());
        }),
        { numRuns: 300, seed: 20 },
      );
    });
  }

  test("parseCib never throws and gives either a CIB or problems", function () {
    this.timeout(30_000);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = parseCib(value);
        assert.ok(parsed.kind === "cib" || parsed.problems.length > 0);
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});
