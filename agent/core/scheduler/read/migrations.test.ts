import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import { readWorking } from "./read-working.ts";

/** What the histories of two nodes make of a resource that can migrate. */
function describe(
  alpha: readonly string[],
  beta: readonly string[],
  more: SmallInput = {},
): string {
  const history = { alpha: { vm: alpha }, beta: { vm: beta } };
  const resources = [dummy("vm", { "allow-migrate": "true" })];
  const working = readWorking(smallInput({ resources, history, ...more }));
  const vm = working.byId.get("vm");
  assert.ok(vm);
  const { partialMigrationSource: source, partialMigrationTarget: target } = vm;
  const words = [
    ...vm.runningOn.map(({ name }) => name).sort(),
    source === null ? "" : `from ${source.name} to ${target?.name}`,
    vm.isFailed ? "failed" : "",
    vm.allowsMigration ? "" : "stays",
    ...vm.danglingMigrations.map(({ name }) => `dangling on ${name}`),
  ];
  return words.filter((word) => word !== "").join(" ");
}

suite("migrations", () => {
  const away = ["start 0 @900s", "migrate_to 0 @100s to beta"];
  const rows: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ["only the first half is done", away, ["probe 7 @950s"], "alpha beta from alpha to beta"],
    ["nothing is known of the target", away, [], "alpha"],
    ["the stop is missing", away, ["migrate_from 0 @90s from alpha"], "beta dangling on alpha"],
    ["all of it is done", [...away, "stop 0 @80s"], ["migrate_from 0 @90s from alpha"], "beta"],
    [
      "the second half failed",
      away,
      ["probe 7 @950s", "migrate_from 1 @90s from alpha"],
      "alpha beta failed",
    ],
    ["a later probe found nothing at the target", away, ["probe 7 @50s"], "alpha failed stays"],
    [
      "the first half failed",
      ["start 0 @900s", "migrate_to 1 @100s to beta"],
      ["probe 7 @950s"],
      "alpha beta failed",
    ],
    [
      "the first half failed, and a later probe found nothing at the target",
      ["start 0 @900s", "migrate_to 1 @100s to beta"],
      ["probe 7 @50s"],
      "alpha failed dangling on alpha",
    ],
    ["both ends went on since", [...away, "stop 0 @80s"], ["probe 7 @950s", "stop 0 @70s"], ""],
  ];
  for (const [name, alpha, beta, expected] of rows) {
    test(`${name}: ${expected === "" ? "nowhere" : expected}`, () => {
      assert.equal(describe(alpha, beta), expected);
    });
  }

  test("under way from a node that has to be fenced: both ends must be stopped", () => {
    const working = readWorking(
      smallInput({
        nodes: { alpha: "unclean", beta: "online" },
        properties: { "stonith-enabled": "true" },
        resources: [dummy("vm", { "allow-migrate": "true" })],
        history: { alpha: { vm: ["start 0", "migrate_to pending to beta"] } },
      }),
    );
    assert.deepEqual(
      working.demands.map(({ task, node }) => `${task} on ${node.name}`),
      ["stop on beta"],
    );
  });
});
