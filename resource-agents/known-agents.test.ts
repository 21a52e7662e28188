import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAgent, knownAgents, listAgents } from "./index.ts";

const WRAPPERS = "packaging/ocf";

suite("built-in agents as executables", () => {
  let ocfRoot = "";

  setup(() => {
    ocfRoot = mkdtempSync(join(tmpdir(), "lb-known-"));
    const folder = join(ocfRoot, "resource.d", "lb");
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(WRAPPERS)) {
      // Whoever runs it has taken the executable in place of the agent.
      writeFileSync(join(folder, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    }
  });

  teardown(() => rmSync(ocfRoot, { recursive: true }));

  test("there is one for each type, and no other", () => {
    const types = new Set(listAgents().map(({ metadata }) => metadata.type));
    assert.deepEqual(readdirSync(WRAPPERS).toSorted(), [...types].toSorted());
  });

  test("the name of an executable is the built-in agent, which runs without it", async () => {
    const known = knownAgents({ ocfRoot });
    for (const [name, own] of [
      ["ocf:lb:IPaddr2", "ocf:heartbeat:IPaddr2"],
      ["ocf:lb:Dummy", "ocf:heartbeat:Dummy"],
      ["ocf:lb:ping", "ocf:pacemaker:ping"],
      ["ocf:lb:haproxy", "ocf:lb:haproxy"],
    ] as const) {
      assert.equal(await known.find(name), findAgent(own), name);
      assert.equal(await known.describe(name), findAgent(own)?.metadata, name);
    }
    assert.equal(typeof (await known.find("ocf:lb:nothing")), "string");
  });

  test("a host that has them lists them under their provider", async () => {
    const names = await knownAgents({ ocfRoot }).names({ standard: "ocf", provider: "lb" });
    assert.deepEqual(
      names,
      readdirSync(WRAPPERS)
        .map((name) => `ocf:lb:${name}`)
        .toSorted(),
    );
  });
});
