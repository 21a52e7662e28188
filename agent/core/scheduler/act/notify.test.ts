import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { Resource } from "../../model/index.ts";
import { readWorking } from "../read/index.ts";
import type { Working } from "../working.ts";
import { createActions } from "./collective.ts";
import { sendNotifications } from "./notify.ts";

const CLONE: Resource = {
  kind: "clone",
  id: "c",
  meta: { notify: "true" },
  child: dummy("web"),
};

/** One instance on alpha; the second one is to be on beta, or nowhere. */
function notified(history: SmallInput["history"], second: "beta" | null): Working {
  const working = readWorking(smallInput({ resources: [CLONE], history: history ?? {} }));
  const [clone] = working.resources;
  const [alpha, beta] = working.nodes;
  assert.ok(clone && alpha && beta);
  for (const [index, instance] of clone.children.entries()) {
    instance.assignedTo = index === 0 ? alpha : second === null ? null : beta;
  }
  createActions(working, clone);
  sendNotifications(working, clone);
  return working;
}

/** What instances are told and where, as `web:0 post start alpha`; required ones only. */
function told({ actions }: Working): readonly string[] {
  return actions
    .filter(({ task, isPseudo, isOptional }) => task === "notify" && !isPseudo && !isOptional)
    .map(({ resource, node, meta }) =>
      [resource?.id, meta.get("notify_type"), meta.get("notify_operation"), node?.name].join(" "),
    )
    .sort();
}

suite("notifications", () => {
  const first = { alpha: { web: ["start 0"] } };

  test("of a start those that run hear before and after, the new one after", () => {
    const working = notified(first, "beta");
    assert.deepEqual(told(working), [
      "web:0 post start alpha",
      "web:0 pre start alpha",
      "web:1 post start beta",
    ]);
    const start = working.actions.find(
      ({ task, node }) => task === "start" && node?.name === "beta",
    );
    assert.equal(start?.meta.get("notify_start_resource"), "web:1");
    assert.equal(start?.meta.get("notify_active_uname"), "alpha");
  });

  test("of a stop all hear before, and those that go on after", () => {
    const working = notified({ ...first, beta: { web: ["start 0"] } }, null);
    assert.deepEqual(told(working), [
      "web:0 post stop alpha",
      "web:0 pre stop alpha",
      "web:1 pre stop beta",
    ]);
  });

  test("nobody hears anything where nothing happens", () => {
    assert.deepEqual(told(notified({ ...first, beta: { web: ["start 0"] } }, "beta")), []);
  });
});
