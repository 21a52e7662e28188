import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { emptyCib } from "../agent/core/model/index.ts";
import { unreachable } from "./ctl-error.ts";
import { printKnownIds } from "./known-ids.ts";
import { readPaths } from "./paths.ts";
import type { Session } from "./session.ts";

const AGENT = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
const PRIMITIVE = { kind: "primitive", agent: AGENT, parameters: {}, meta: {}, operations: [] };
const CIB = {
  ...emptyCib(["ip1", "ip2"]),
  resources: [
    { ...PRIMITIVE, id: "webserver" },
    { kind: "group", id: "all", meta: {}, members: [{ ...PRIMITIVE, id: "virtual_ip" }] },
  ],
};

suite("ids for the completion of a shell", () => {
  let folder = "";
  const said: string[] = [];

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-known-ids-"));
    said.length = 0;
  });

  teardown(() => rmSync(folder, { recursive: true }));

  const session = (): Session => ({
    paths: readPaths({ LB_CLUSTER_LIB: folder }),
    terminal: { out: (text) => said.push(text), err: (text) => said.push(text) },
    withAgent: () => Promise.reject(unreachable("no agent")),
  });

  const write = (text: string): void => writeFileSync(join(folder, "cib.json"), text);

  test("those of the kinds that are asked for, with what groups hold, sorted", async () => {
    write(JSON.stringify({ kind: "lb-cluster-cib", content: CIB }));
    await printKnownIds(session(), ["resources"]);
    await printKnownIds(session(), ["nodes", "tags"]);
    assert.deepEqual(said, ["all\nvirtual_ip\nwebserver", "ip1\nip2"]);
  });

  const nothing: readonly (readonly [string, () => void])[] = [
    ["no configuration", () => {}],
    ["a damaged one", () => write('{"content":')],
    ["one of another release", () => write('{"content":{"version":1}}')],
    ["a file that is a list", () => write("[]")],
  ];
  for (const [name, damage] of nothing) {
    test(`nothing, and nothing is said: ${name}`, async () => {
      damage();
      await printKnownIds(session(), ["resources", "nodes"]);
      assert.deepEqual(said, []);
    });
  }
});
