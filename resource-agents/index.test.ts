import assert from "node:assert/strict";
import { parseMetadata } from "./external/parse-metadata.ts";
import { agentName, findAgent, listAgents, renderMetadataXml } from "./index.ts";

suite("built-in agents", () => {
  test("agents are found by their full name only", () => {
    assert.equal(findAgent("ocf:heartbeat:IPaddr2")?.metadata.type, "IPaddr2");
    for (const name of ["IPaddr2", "ocf:heartbeat:ipaddr2", "ocf:pacemaker:IPaddr2", ""]) {
      assert.equal(findAgent(name), null, name);
    }
  });

  test("characters that are special in XML survive", () => {
    const agent = findAgent("ocf:heartbeat:Dummy");
    assert.ok(agent !== null);
    const metadata = { ...agent.metadata, longDescription: `a < b && "c" > 'd' &amp;` };
    assert.deepEqual(parseMetadata(renderMetadataXml(metadata), "heartbeat"), metadata);
  });

  for (const agent of listAgents()) {
    const { metadata } = agent;
    test(`${agentName(agent)}: metadata keeps everything on its way through XML`, () => {
      assert.deepEqual(parseMetadata(renderMetadataXml(metadata), metadata.provider), metadata);
    });

    test(`${agentName(agent)}: names are given once, and each has a description`, () => {
      const names = metadata.parameters.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      for (const parameter of metadata.parameters) {
        assert.ok(parameter.longDescription.length > 10, parameter.name);
      }
    });

    test(`${agentName(agent)}: what it can do is in its metadata`, () => {
      const actions = metadata.actions.map(({ name }) => name);
      for (const name of ["start", "stop", "monitor", "meta-data", "validate-all"] as const) {
        assert.ok(actions.includes(name), name);
      }
      assert.equal(actions.includes("reload"), agent.reload !== undefined);
    });
  }
});
