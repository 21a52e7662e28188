import assert from "node:assert/strict";
import { suite, test } from "mocha";
import {
  type AgentContext,
  type DeepFinding,
  type ResourceAgent,
  SUCCEEDED,
} from "../../../resource-agents/contract.ts";
import type { OperationOrder } from "../../core/model/index.ts";
import { openDeepLooks } from "./index.ts";

const ORDER: OperationOrder = {
  resource: "web",
  agent: { standard: "ocf", provider: "test", type: "Web" },
  operation: "monitor",
  parameters: {},
  intervalMs: 0,
  timeoutMs: 1000,
  checkLevel: 10,
  expectedStatus: null,
  onFail: "restart",
  digest: "",
};
const METADATA: ResourceAgent["metadata"] = {
  standard: "ocf",
  provider: "test",
  type: "Web",
  version: "1",
  shortDescription: "",
  longDescription: "",
  parameters: [],
  actions: [],
};
const nobody = () => Promise.reject(new Error("not asked for"));

type FindDeep = (context: AgentContext) => Promise<DeepFinding>;

/** Looks with an agent that finds this out; each gives what it has found. */
function openLooks(findDeep: FindDeep | undefined) {
  const succeed = async () => SUCCEEDED;
  const base = { metadata: METADATA, start: succeed, stop: succeed, monitor: succeed };
  const agent = { ...base, validate: succeed, ...(findDeep === undefined ? {} : { findDeep }) };
  const waiting = new Map<number, (finding: DeepFinding | null) => void>();
  const looks = openDeepLooks({
    addresses: {
      list: nobody,
      nics: nobody,
      hold: nobody,
      release: nobody,
      whoHas: nobody,
      announce: () => assert.fail("not asked for"),
    },
    runCommand: nobody,
    log: () => {},
    runFolder: "/nowhere",
    findAgent: async () => agent,
    onLooked: (lookId, finding) => waiting.get(lookId)?.(finding),
  });
  return (lookId: number, timeoutMs = ORDER.timeoutMs): Promise<DeepFinding | null> =>
    new Promise((resolve) => {
      waiting.set(lookId, resolve);
      looks.look(lookId, { ...ORDER, timeoutMs });
    });
}

suite("looks for the other node", () => {
  test("the agent is asked with the check level and the time of the question", async () => {
    const look = openLooks(async ({ checkLevel, timeoutMs }) => {
      return { checks: [`${checkLevel}`, `${timeoutMs}`], groups: null };
    });
    assert.deepEqual(await look(1), { checks: ["10", "1000"], groups: null });
  });

  test("an agent that cannot be asked, or breaks, has found nothing out", async () => {
    assert.equal(await openLooks(undefined)(1), null);
    assert.equal(await openLooks(() => Promise.reject(new Error("broken")))(1), null);
  });

  test("one that hangs is left behind, and none is begun beside it", async () => {
    let begun = 0;
    let end = (_: DeepFinding): void => {};
    const look = openLooks(() => {
      begun += 1;
      return new Promise((resolve) => {
        end = resolve;
      });
    });
    assert.equal(await look(1, 20), null);
    assert.equal(await look(2, 20), null);
    assert.equal(begun, 1);
    const found = { checks: [], groups: null };
    end(found);
    await new Promise((resolve) => setImmediate(resolve));
    const third = look(3);
    await new Promise((resolve) => setImmediate(resolve));
    end(found);
    assert.deepEqual(await third, found);
    assert.equal(begun, 2);
  });

  test("more names than fit are not known, and a long one is cut", async () => {
    const names = Array.from({ length: 201 }, (_, at) => `${at}`);
    const look = openLooks(async () => ({ checks: names, groups: ["x".repeat(600)] }));
    assert.deepEqual(await look(1), { checks: null, groups: ["x".repeat(512)] });
  });
});
