import assert from "node:assert/strict";
import { dummy, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues, OperationRecord, Primitive } from "../../model/index.ts";
import { compareDigests, digestRestart, hasOnlySecretsChanged } from "./digests.ts";
import { md5 } from "./md5.ts";
import { digestOperation } from "./operations.ts";
import { readWorking } from "./read-working.ts";

const PRIMITIVE: Primitive = {
  ...dummy("a", {}, ["monitor 10s timeout=30"]),
  parameters: { ip: "192.0.2.1", mask: "24" },
};

/** Asks about the last result of `lines`, which ran with what `change` says. */
function judge(line: string, change: Partial<OperationRecord>, primitive = PRIMITIVE): string {
  return ask(line, change, primitive, (...asked) => compareDigests(...asked));
}

function ask(
  line: string,
  change: Partial<OperationRecord>,
  primitive: Primitive,
  question: (...asked: Parameters<typeof compareDigests>) => unknown,
): string {
  const input = smallInput({ resources: [primitive], history: { alpha: { a: [line] } } });
  const histories = input.histories.map((history) => ({
    ...history,
    resources: history.resources.map((x) => ({
      ...x,
      records: x.records.map((record) => ({ ...record, ...change })),
    })),
  }));
  const working = readWorking({ ...input, histories });
  const [known] = working.histories;
  const entry = known?.entries[0];
  assert.ok(known && entry);
  return String(question(working, { resource: known.resource, node: known.node, entry }));
}

function foreign(given: Partial<NonNullable<OperationRecord["pacemaker"]>>) {
  return {
    pacemaker: {
      execStatus: 0,
      exitStatus: 0,
      digest: null,
      restartDigest: null,
      forceRestart: null,
      secureDigest: null,
      featureSet: "3.16.1",
      transitionKey: "1:1:0:some-controller",
      ...given,
    },
  };
}

function element(parameters: NameValues): string {
  const names = Object.keys(parameters).sort();
  const text = names.map((name) => ` ${name}="${parameters[name]}"`).join("");
  return md5(` <parameters${text}/>\n`);
}

suite("parameters that the agent's own records remember", () => {
  const start = {
    digest: digestOperation({ ...smallInput({}).cib, resources: [PRIMITIVE] }, PRIMITIVE, {
      name: "start",
      intervalMs: 0,
    }),
  };

  test("the same parameters need nothing, others a restart", () => {
    assert.equal(judge("start 0", start), "match");
    assert.equal(judge("start 0", { digest: "other" }), "restart");
    assert.equal(judge("start 0", {}), "unknown");
  });

  test("a recurring operation is issued anew, also for a new timeout alone", () => {
    const cib = { ...smallInput({}).cib, resources: [PRIMITIVE] };
    const digest = digestOperation(cib, PRIMITIVE, { name: "monitor", intervalMs: 10_000 });
    assert.equal(judge("monitor 10s 0", { digest }), "match");
    const slower = {
      ...PRIMITIVE,
      operations: dummy("a", {}, ["monitor 10s timeout=40"]).operations,
    };
    assert.equal(judge("monitor 10s 0", { digest }, slower), "reschedule");
  });

  test("where the parameters that need a restart are the same, a reload is enough", () => {
    const names = ["ip"];
    const restart = { parameters: names, digest: digestRestart(PRIMITIVE.parameters, names) };
    const changed = { ...PRIMITIVE, parameters: { ip: "192.0.2.1", mask: "16" } };
    assert.equal(judge("start 0", { ...start, restart }, changed), "reload");
    const moved = { ...PRIMITIVE, parameters: { ip: "192.0.2.9", mask: "24" } };
    assert.equal(judge("start 0", { ...start, restart }, moved), "restart");
  });
});

suite("parameters that entries of Pacemaker remember", () => {
  const all = element({ ip: "192.0.2.1", mask: "24" });
  const other = element({ ip: "192.0.2.1", mask: "16" });

  test("the digest is that of the element of all parameters, in the order of their names", () => {
    assert.equal(judge("start 0", foreign({ digest: all })), "match");
    assert.equal(judge("start 0", foreign({ digest: other })), "restart");
    assert.equal(judge("start 0", foreign({})), "unknown");
  });

  test("no parameters at all", () => {
    const digest = "f2317cad3d54cec5d7d7aa7d0bf35cf8";
    assert.equal(judge("start 0", foreign({ digest }), dummy("a")), "match");
  });

  test("a recurring operation counts its timeout as well", () => {
    const parameters = { ip: "192.0.2.1", mask: "24", CRM_meta_timeout: "30000" };
    assert.equal(judge("monitor 10s 0", foreign({ digest: element(parameters) })), "match");
    assert.equal(judge("monitor 10s 0", foreign({ digest: all })), "reschedule");
  });

  test("with a restart digest a reload is enough while that one fits", () => {
    const restartDigest = element({ ip: "192.0.2.1" });
    const forceRestart = " ip ";
    const reload = foreign({ digest: other, restartDigest, forceRestart });
    assert.equal(judge("start 0", reload), "reload");
    const wrong = foreign({ digest: all, restartDigest: other, forceRestart });
    assert.equal(judge("start 0", wrong), "restart");
  });

  test("parameters of the operation itself reach the agent only by a restart", () => {
    const [operation] = dummy("a", {}, ["start 0s"]).operations;
    assert.ok(operation);
    const own = { ...PRIMITIVE, operations: [{ ...operation, parameters: { fast: "1" } }] };
    const restartDigest = element({ ip: "192.0.2.1", mask: "24", fast: "1" });
    const entry = foreign({ digest: other, restartDigest });
    assert.equal(judge("start 0", entry, own), "restart");
  });

  test("texts are written into the element as XML wants them", () => {
    const odd = { ...PRIMITIVE, parameters: { text: `<"&">` } };
    const digest = md5(' <parameters text="&lt;&quot;&amp;&quot;&gt;"/>\n');
    assert.equal(judge("start 0", foreign({ digest }), odd), "match");
  });

  test("a change of what a report blackens is no change for a simulation", () => {
    const secret = { ...PRIMITIVE, parameters: { ip: "192.0.2.1", password: "blackened" } };
    const entry = foreign({
      digest: element({ ip: "192.0.2.1", password: "true" }),
      secureDigest: element({ ip: "192.0.2.1" }),
      secureParameters: " password ",
    });
    const question = (...asked: Parameters<typeof compareDigests>): boolean =>
      hasOnlySecretsChanged(...asked);
    assert.equal(ask("start 0", entry, secret, question), "true");
    const moved = { ...secret, parameters: { ip: "192.0.2.9", password: "blackened" } };
    assert.equal(ask("start 0", entry, moved, question), "false");
  });
});
