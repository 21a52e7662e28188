import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues } from "../../model/index.ts";
import { ROLE, type Working, type WorkingResource } from "../working.ts";
import { readWorking } from "./read-working.ts";

const ROLE_WORDS = new Map<number, string>(
  Object.entries(ROLE).map(([word, role]) => [role, word]),
);

function find(working: Working, id: string): WorkingResource {
  const found = working.byId.get(id);
  assert.ok(found, id);
  return found;
}

/** The state of `a` in one line: role, nodes, and what is to be said of it. */
function describe(working: Working, id = "a"): string {
  const resource = find(working, id);
  const words = [
    resource.isFailed ? "failed" : "",
    resource.isFailureIgnored ? "ignored" : "",
    resource.isBlocked ? "blocked" : "",
    resource.isManaged ? "" : "unmanaged",
    resource.pendingTask,
    ...working.demands.map(({ task, node }) => `${task} on ${node.name}`),
    ...[...resource.bans.keys()].map(({ name }) => `not on ${name}`),
  ];
  const nodes = resource.runningOn.map(({ name }) => name);
  return [ROLE_WORDS.get(resource.role), ...nodes, ...words].filter((x) => x !== "").join(" ");
}

function readOn(
  lines: readonly string[],
  given: { readonly operations?: readonly string[]; readonly meta?: NameValues } & SmallInput = {},
): Working {
  const { operations = ["monitor 10s"], meta = {}, ...small } = given;
  const resources = [dummy("a", meta, operations)];
  return readWorking(smallInput({ resources, history: { alpha: { a: lines } }, ...small }));
}

suite("what results say of a resource", () => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["probe 7"], "stopped"],
    [["probe 0"], "started alpha"],
    [["probe 190"], "started alpha"],
    [["probe 1"], "started alpha failed stop on alpha"],
    [["probe 5"], "stopped not on alpha"],
    [["probe 2"], "stopped not on alpha"],
    [["probe unspawned"], "stopped not on alpha"],
    [["probe 4"], "started alpha failed stop on alpha not on alpha"],
    [["probe 8"], "promoted alpha"],
    [["probe pending"], "stopped"],
    [["probe 7", "start 0", "monitor 10s 0"], "started alpha"],
    [["start 0", "monitor 10s 7"], "started alpha failed stop on alpha"],
    [["start 0", "monitor 10s timeout"], "started alpha failed stop on alpha"],
    [["start 0", "monitor 10s 3"], "started alpha failed stop on alpha"],
    [["start 0", "monitor 10s 7", "stop 0"], "stopped"],
    [["start 0", "monitor 10s 7", "monitor 10s 0"], "started alpha"],
    [["start 1"], "started alpha failed stop on alpha"],
    [["start 5"], "started alpha failed stop on alpha not on alpha"],
    [["start 6"], "started alpha failed stop on alpha not on alpha not on beta"],
    [["start pending"], "started alpha Starting"],
    [["start 0", "stop pending"], "started alpha Stopping"],
    [["start 0", "stop 1"], "started alpha failed blocked unmanaged not on alpha"],
    [["start 0", "promote 0"], "promoted alpha"],
    [["start 0", "promote 0", "demote 0"], "unpromoted alpha"],
    [["start 0", "promote 0", "demote 1"], "unpromoted alpha failed stop on alpha"],
    [["start 0", "promote 1"], "promoted alpha failed stop on alpha"],
  ];
  for (const [lines, expected] of rows) {
    test(`${lines.join(", ")}: ${expected}`, () => {
      assert.equal(describe(readOn(lines)), expected);
    });
  }

  test("what a foreign entry says is judged by its numbers", () => {
    for (const lines of [["probe 7", "start 0", "monitor 10s 7 kept"], ["start pending"]]) {
      assert.equal(describe(readOn(lines, { isForeign: true })), describe(readOn(lines)));
    }
  });

  test("a resource that is not managed has not failed when it is found stopped", () => {
    const meta = { "is-managed": "false" };
    assert.equal(describe(readOn(["start 0", "monitor 10s 7"], { meta })), "stopped unmanaged");
  });
});

suite("what failures ask for", () => {
  const rows = [
    ["ignore", "started alpha ignored"],
    ["block", "started alpha failed blocked unmanaged"],
    ["stop", "started alpha failed not on alpha not on beta"],
    ["standby", "started alpha failed"],
    ["migrate", "started alpha failed not on alpha"],
    ["restart", "started alpha failed stop on alpha"],
  ] as const;
  for (const [onFail, expected] of rows) {
    test(`on-fail=${onFail}: ${expected}`, () => {
      const operations = [`monitor 10s on-fail=${onFail}`];
      const working = readOn(["start 0", "monitor 10s 1"], { operations });
      assert.equal(describe(working), expected);
      assert.equal(working.nodeByName.get("alpha")?.isStandbyByFailure, onFail === "standby");
      assert.equal(find(working, "a").nextRole === ROLE.stopped, onFail === "stop");
    });
  }

  test("a success does not bring a node out of standby", () => {
    const operations = ["monitor 10s on-fail=standby"];
    const working = readOn(["start 0", "monitor 10s 1", "start 0"], { operations });
    assert.equal(working.nodeByName.get("alpha")?.isStandby, true);
  });

  test("on-fail=fence makes the node unclean, and the failure counts for nothing more", () => {
    const working = readOn(["start 0", "monitor 10s 1"], {
      operations: ["monitor 10s on-fail=fence"],
      properties: { "stonith-enabled": "true" },
    });
    const alpha = working.nodeByName.get("alpha");
    assert.equal(alpha?.isUnclean, true);
    assert.match(alpha?.uncleanReason ?? "", /^a: monitor .* there, and on-fail is fence$/);
  });

  test("standby and stop outlive the result that a later success has replaced", () => {
    for (const onFail of ["stop", "standby"]) {
      const working = readOn(["start 0", "monitor 10s 0"], {
        operations: [`monitor 10s on-fail=${onFail}`],
        failcounts: { alpha: ["a monitor 10s 1"] },
      });
      assert.equal(find(working, "a").nextRole === ROLE.stopped, onFail === "stop");
      assert.equal(working.nodeByName.get("alpha")?.isStandby, onFail === "standby");
    }
  });
});

suite("failures that expire", () => {
  const meta = { "failure-timeout": "60s" };

  test("a failure older than the timeout is forgotten, and its failcount is to be cleared", () => {
    const working = readOn(["start 0", "monitor 10s 1 @70s"], {
      meta,
      failcounts: { alpha: ["a monitor 10s 2 @70s"] },
    });
    assert.equal(describe(working), "started alpha");
    assert.equal(working.clears.length, 1);
    const [history] = working.histories;
    assert.deepEqual(
      history?.entries.map((entry) => entry.isExpiredFailure),
      [false, true],
    );
  });

  test("a younger failure still counts, and time alone will end it", () => {
    const working = readOn(["start 0", "monitor 10s 1 @70s"], {
      meta,
      failcounts: { alpha: ["a monitor 10s 2 @50s"] },
    });
    assert.equal(describe(working), "started alpha failed stop on alpha");
    assert.equal(working.rechecks[0], working.now + 10_000);
  });

  test("a failure that is configured to block never expires", () => {
    const working = readOn(["start 0", "monitor 10s 1 @70s"], {
      meta,
      operations: ["monitor 10s on-fail=block"],
      failcounts: { alpha: ["a monitor 10s 2 @70s"] },
    });
    assert.equal(describe(working), "started alpha failed blocked unmanaged");
  });

  const doubtful = [
    ["probe 7", "start timeout @90s"],
    ["probe 7", "start timeout @90s", "stop 1 @80s"],
    ["probe 7", "start 1 @90s", "stop timeout @80s"],
    ["probe 1 @90s"],
  ] as const;
  for (const lines of doubtful) {
    test(`${lines.join(", ")}: the node is probed anew, since it may be active there`, () => {
      const working = readOn(lines, { meta });
      assert.equal(describe(working), "stopped");
      assert.equal(find(working, "a").knownOn.size, 0);
    });

    test(`${lines.join(", ")}: on a held node it counts as active`, () => {
      const nodes = { alpha: "held", beta: "online" } as const;
      assert.equal(describe(readOn(lines, { meta, nodes })), "started alpha unmanaged");
    });
  }

  test("what was found out after an expired failure stays true", () => {
    const lines = ["probe 7", "start 1 @90s", "stop 0 @80s"];
    assert.equal(describe(readOn(lines, { meta })), "stopped");
    assert.equal(describe(readOn(["start 0", "stop 1 @90s"], { meta })), "started alpha");
  });

  test("a start under way has not failed, however long it takes", () => {
    const working = readOn(["probe 7", "start pending @70s"], { meta });
    assert.equal(describe(working), "started alpha Starting");
  });
});

suite("where resources are", () => {
  test("a node in maintenance keeps what it runs, and the cluster touches none of it", () => {
    const nodeAttributes = { alpha: { maintenance: "on" } };
    const working = readOn(["start 0"], { nodeAttributes });
    assert.equal(describe(working), "started alpha unmanaged");
    assert.equal(find(working, "a").isInMaintenance, true);
    assert.equal(find(working, "a").allowed.get(working.nodes[0] ?? assert.fail())?.score, 1e6);
  });

  test("what a held node runs stays untouched, whatever failed there", () => {
    const nodes = { alpha: "held", beta: "online" } as const;
    assert.equal(
      describe(readOn(["start 0", "monitor 10s 1"], { nodes })),
      "started alpha unmanaged",
    );
  });

  test("a held node of which nothing was heard may run everything", () => {
    const input = smallInput({
      nodes: { alpha: "held", beta: "online" },
      resources: [dummy("a")],
    });
    const working = readWorking({ ...input, histories: [] });
    assert.equal(describe(working), "started alpha unmanaged");
  });

  test("an offline node holds nothing by the agent's own knowledge", () => {
    const nodes = { alpha: "offline", beta: "online" } as const;
    assert.equal(describe(readOn(["start 0"], { nodes })), "stopped");
  });

  test("by Pacemaker's an offline node with a history is fenced where fencing is on", () => {
    const nodes = { alpha: { presence: "offline", isMember: false }, beta: "online" } as const;
    const properties = { "stonith-enabled": "true" };
    const working = readOn(["start 0"], { nodes, properties, isForeign: true });
    assert.equal(describe(working), "started alpha");
    assert.equal(working.nodeByName.get("alpha")?.isUnclean, true);
    assert.equal(describe(readOn(["start 0"], { nodes, isForeign: true })), "stopped");
  });

  const rows = [
    ["stop_start", "started alpha beta"],
    ["stop_only", "started alpha beta not on alpha not on beta"],
    ["block", "started alpha beta blocked unmanaged"],
    ["stop_unexpected", "started alpha beta"],
  ] as const;
  for (const [policy, expected] of rows) {
    test(`active on two nodes, multiple-active=${policy}: ${expected}`, () => {
      const history = { alpha: { a: ["start 0"] }, beta: { a: ["start 0"] } };
      const working = readOn([], { history, meta: { "multiple-active": policy } });
      assert.equal(describe(working), expected);
      assert.equal(find(working, "a").isMultiplyActive, true);
    });
  }

  test("a group that blocks is blocked as a whole", () => {
    const meta = { "multiple-active": "block" };
    const members = [dummy("a"), dummy("b")];
    const history = { alpha: { a: ["start 0"] }, beta: { a: ["start 0"] } };
    const resources = [{ kind: "group", id: "g", meta, members } as const];
    const working = readWorking(smallInput({ resources, history }));
    assert.equal(find(working, "b").isBlocked, true);
  });

  test("what is no longer configured may run nowhere, or is left alone", () => {
    const history = { alpha: { old: ["start 0"] } };
    const stopped = readWorking(smallInput({ history }));
    assert.equal(describe(stopped, "old"), "started alpha not on alpha not on beta");
    assert.equal(find(stopped, "old").isOrphan, true);
    const properties = { "stop-orphan-resources": "false" };
    const left = readWorking(smallInput({ history, properties }));
    assert.equal(describe(left, "old"), "started alpha unmanaged");
  });

  test("listing facts in another order changes nothing", () => {
    const input = smallInput({
      resources: [{ kind: "clone", id: "c", meta: {}, child: dummy("a") }],
      history: { alpha: { a: ["start 0"] }, beta: { a: ["start 0", "monitor 10s 1"] } },
    });
    const histories = input.histories.toReversed().map((history) => ({
      ...history,
      resources: history.resources.map((x) => ({ ...x, records: x.records.toReversed() })),
    }));
    const turned = readWorking({ ...input, histories, nodes: input.nodes.toReversed() });
    for (const id of ["a:0", "a:1"]) {
      assert.equal(describe(turned, id), describe(readWorking(input), id));
    }
  });
});
