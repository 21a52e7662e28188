import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { AgentName, OperationRecord, SchedulerInput } from "../../model/index.ts";
import { readWorking } from "../read/index.ts";
import { handleConfigurationChanges } from "./configuration-changes.ts";

const WEB = dummy("web", {}, ["monitor 10s"]);

/** Required actions after comparing the histories with the configuration. */
function changes(input: SchedulerInput): readonly string[] {
  const working = readWorking(input);
  handleConfigurationChanges(working);
  return working.actions
    .filter(({ isOptional, isReschedule }) => !isOptional || isReschedule)
    .map(({ task, node, intervalMs, isReschedule }) => {
      const words = [task, ...(intervalMs > 0 ? [`${intervalMs / 1000}s`] : [])];
      return [...words, node?.name ?? "anywhere", ...(isReschedule ? ["anew"] : [])].join(" ");
    })
    .sort();
}

function inputOf(small: SmallInput): SchedulerInput {
  const history = { alpha: { web: ["start 0", "monitor 10s 0"] } };
  return smallInput({ resources: [WEB], history, ...small });
}

/** The same with something added to every record of alpha, and to the history itself. */
function refine(
  input: SchedulerInput,
  change: { readonly record?: Partial<OperationRecord>; readonly agent?: AgentName },
): SchedulerInput {
  const histories = input.histories.map((history) => ({
    ...history,
    resources: history.resources.map((one) => ({
      ...one,
      records: one.records.map((record) => ({ ...record, ...change.record })),
      ...(change.agent === undefined ? {} : { lastCall: { agent: change.agent, parameters: {} } }),
    })),
  }));
  return { ...input, histories };
}

suite("changes of the configuration", () => {
  test("parameters that nobody wrote down count as changed", () => {
    assert.deepEqual(changes(inputOf({})), ["monitor 10s alpha anew", "start anywhere"]);
  });

  test("an agent that can reload does so in place of a restart", () => {
    const record = { restart: { digest: "", parameters: [] } };
    assert.deepEqual(changes(refine(inputOf({}), { record })), [
      "monitor 10s alpha anew",
      "reload-agent alpha",
    ]);
  });

  test("an operation that is no longer configured ends, unless that is switched off", () => {
    const resources = [dummy("web")];
    assert.ok(changes(inputOf({ resources })).includes("cancel 10s alpha"));
    const properties = { "stop-orphan-actions": "false" };
    assert.ok(!changes(inputOf({ resources, properties })).includes("cancel 10s alpha"));
  });

  test("in maintenance all recurring operations end", () => {
    const properties = { "maintenance-mode": "true" };
    assert.ok(changes(inputOf({ properties })).includes("cancel 10s alpha"));
  });

  test("another agent means a stop, and that the node forgets the resource", () => {
    const agent = { standard: "ocf", provider: "heartbeat", type: "Other" };
    const found = changes(refine(inputOf({}), { agent }));
    assert.ok(found.includes("stop alpha") && found.includes("delete alpha"));
  });

  test("failures of what was configured otherwise are forgotten", () => {
    const found = changes(inputOf({ failcounts: { alpha: ["web monitor 10s 1"] } }));
    assert.ok(found.includes("clear_failcount alpha"));
  });

  test("before the last start nothing counts", () => {
    const history = { alpha: { web: ["monitor 10s 0", "stop 0"] } };
    assert.deepEqual(changes(inputOf({ history })), []);
  });
});
