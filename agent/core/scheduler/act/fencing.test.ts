import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { Primitive } from "../../model/index.ts";
import { readWorking } from "../read/index.ts";
import type { Working, WorkingAction } from "../working.ts";
import { createActions } from "./collective.ts";
import { scheduleFencingAndShutdowns } from "./fencing.ts";

const DEVICE: Primitive = {
  ...dummy("device"),
  agent: { standard: "stonith", provider: null, type: "fence_dummy" },
};

/** Everything moves to the last node, and then the others are fenced or let go. */
function plan(small: SmallInput, dc: string | null = null): Working {
  const properties = { "stonith-enabled": "true", ...small.properties };
  const input = smallInput({ resources: [dummy("web"), DEVICE], ...small, properties });
  const working = readWorking(dc === null ? input : { ...input, dc });
  for (const resource of working.resources) {
    resource.assignedTo = working.nodes.at(-1) ?? null;
    createActions(working, resource);
  }
  scheduleFencingAndShutdowns(working);
  return working;
}

function find({ actions }: Working, task: string, node: string): WorkingAction | undefined {
  return actions.find((action) => action.task === task && action.node?.name === node);
}

function waitsFor(then: WorkingAction | undefined, first: WorkingAction | undefined): boolean {
  return then?.before.some(({ other }) => other === first) === true;
}

suite("fencing", () => {
  const unclean: SmallInput = {
    nodes: { alpha: "unclean", beta: "online" },
    history: { alpha: { web: ["start 0"] } },
  };

  test("the stop is brought about by the fencing, and the start waits for it", () => {
    const working = plan(unclean);
    const fencing = find(working, "stonith", "alpha");
    const stop = find(working, "stop", "alpha");
    const start = working.byId.get("web")?.actions.find(({ task }) => task === "start");
    assert.deepEqual([fencing?.isOptional, fencing?.fencing], [false, "reboot"]);
    assert.deepEqual([stop?.isPseudo, stop?.isRunnable], [true, true]);
    assert.deepEqual([waitsFor(stop, fencing), waitsFor(start, fencing)], [true, true]);
  });

  test("without a device, without quorum and without anything to manage nobody is fenced", () => {
    const plans = [
      plan({ ...unclean, resources: [dummy("web")] }),
      plan({ ...unclean, isQuorate: false }),
      plan({ ...unclean, properties: { "maintenance-mode": "true" } }),
    ];
    for (const working of plans) {
      assert.notEqual(find(working, "stonith", "alpha")?.isOptional, false);
    }
  });

  test("the DC is fenced last", () => {
    const nodes = { alpha: "unclean", beta: "unclean", gamma: "online" } as const;
    const working = plan({ nodes }, "alpha");
    const [alpha, beta] = [find(working, "stonith", "alpha"), find(working, "stonith", "beta")];
    assert.deepEqual([waitsFor(alpha, beta), waitsFor(beta, alpha)], [true, false]);
  });

  test("nodes are fenced one after the other where that is asked for", () => {
    const nodes = { alpha: "unclean", beta: "unclean", gamma: "online" } as const;
    const working = plan({ nodes, properties: { "concurrent-fencing": "false" } });
    assert.ok(waitsFor(find(working, "stonith", "beta"), find(working, "stonith", "alpha")));
  });
});

suite("nodes that leave", () => {
  const nodes = { alpha: { presence: "online", isLeaving: true }, beta: "online" } as const;

  test("a node leaves after what runs there has been stopped", () => {
    const working = plan({ nodes, history: { alpha: { web: ["start 0"] } } });
    const shutdown = find(working, "do_shutdown", "alpha");
    const waiting = working.orderings.filter(({ thenAction }) => thenAction === shutdown);
    assert.deepEqual(
      waiting.map(({ firstAction }) => firstAction?.key),
      ["web_stop_0"],
    );
  });

  test("what is in maintenance does not keep the node", () => {
    const resources = [dummy("web", { maintenance: "true" }), DEVICE];
    const working = plan({ nodes, resources, history: { alpha: { web: ["start 0"] } } });
    const shutdown = find(working, "do_shutdown", "alpha");
    assert.ok(shutdown);
    assert.equal(working.orderings.filter((x) => x.thenAction === shutdown).length, 0);
  });
});
