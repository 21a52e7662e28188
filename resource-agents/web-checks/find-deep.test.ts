import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { type AgentContext, type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import { type DeepServer, findDeepHere, withGroups } from "./find-deep.ts";
import type { WebCheck } from "./read-web-checks.ts";

const CONTEXT: Pick<AgentContext, "timeoutMs" | "signal"> = {
  timeoutMs: 2000,
  signal: new AbortController().signal,
};
const FAILED: AgentResult = {
  ...failed(OCF.ERR_GENERIC, "page: answered 500"),
  deep: { checks: ["page"], groups: null },
};
/** Nobody listens on port 1. */
const DOWN = [{ name: "app", members: [{ host: "127.0.0.9", port: 1 }] }];

function checkOf(url: string): WebCheck {
  const expected = { statuses: null, text: null };
  return { name: "page", url: new URL(url), host: null, tlsName: null, expected };
}

function find(server: Partial<DeepServer>) {
  return findDeepHere(CONTEXT, {
    isRunning: true,
    checks: [checkOf("http://127.0.0.1/")],
    explainServing: async () => null,
    runChecks: async () => SUCCEEDED,
    findGroups: async () => DOWN,
    ...server,
  });
}

suite("what fails of deep checks on the host that is asked", () => {
  const ofMembers = { checks: null, groups: ["app (127.0.0.9:1)"] };

  test("a server that runs makes the checks", async () => {
    assert.deepEqual(await find({}), { checks: [], groups: null });
    const runChecks = async () => FAILED;
    assert.deepEqual(await find({ runChecks }), { checks: ["page"], groups: null });
  });

  test("one that does not work, or whose checks are wrong, can tell nothing", async () => {
    const nothing = { checks: null, groups: null };
    assert.deepEqual(await find({ explainServing: async () => "no answer" }), nothing);
    const refused = failed(OCF.ERR_INSTALLED, "testconffile: not there");
    assert.deepEqual(await find({ runChecks: async () => refused }), nothing);
  });

  test("without a server the members are asked", async () => {
    assert.deepEqual(await find({ isRunning: false }), ofMembers);
    const findGroups = async () => null;
    assert.deepEqual(await find({ isRunning: false, findGroups }), { checks: null, groups: null });
  });

  test("a check of an address that is on the other host is not made from here", async () => {
    const local = checkOf("http://localhost/");
    const elsewhere = checkOf("http://192.0.2.77/");
    const unknown = checkOf("http://nowhere.invalid/");
    assert.deepEqual(await find({ checks: [local] }), { checks: [], groups: null });
    assert.deepEqual(await find({ checks: [local, elsewhere] }), ofMembers);
    assert.deepEqual(await find({ checks: [unknown] }), ofMembers);
  });

  test("a monitor adds the members to checks that failed, when there is time", async () => {
    const at = (leftMs: number) => ({ context: CONTEXT, endsAt: performance.now() + leftMs });
    const found = await withGroups(FAILED, DOWN, at(1500));
    assert.deepEqual(found.deep, { checks: ["page"], groups: ["app (127.0.0.9:1)"] });
    const late = await withGroups(FAILED, DOWN, at(100));
    assert.deepEqual(late.deep, { checks: ["page"], groups: null });
    assert.equal(await withGroups(SUCCEEDED, DOWN, at(1500)), SUCCEEDED);
  });
});
