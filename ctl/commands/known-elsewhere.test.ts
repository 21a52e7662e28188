import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { emptyCib } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

const LOCATIONS = [
  { kind: "location", id: "cli-ban-web-on-p1", resource: "web", node: "p1", score: -1_000_000 },
  { kind: "location", id: "home", resource: "address", node: "p2", score: 50 },
] as const;

async function run(line: string): Promise<readonly [number, string, string]> {
  const unused = () => assert.fail("not asked for here");
  const agent: AgentClient = {
    getRelease: unused,
    getStatus: async () => EXAMPLE_STATUS,
    getCib: async () => ({ ...emptyCib(["p1", "p2"]), constraints: LOCATIONS }),
    apply: unused,
    runCommand: unused,
    readFiles: unused,
    watchStatus: unused,
    inspectNow: async () => {},
    close: () => {},
  };
  const [out, err]: [string[], string[]] = [[], []];
  const status = await runProgram(line.split(" "), {
    paths: readPaths({}),
    terminal: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
    withAgent: (use) => use(agent),
  });
  return [status, out.join("\n"), err.join("\n")];
}

suite("words of pcs", () => {
  const rows = [
    ["cluster cib", "use 'lbctl cib export'"],
    ["cluster verify", "use 'lbctl verify'"],
    ["resource relations web", "use 'lbctl explain ID' and 'lbctl constraint ref ID'"],
    ["stonith create f fence_x", "fence devices cannot be created"],
    ["stonith status", "use 'lbctl status'"],
    ["alert", "there are no alerts"],
  ] as const;
  for (const [line, says] of rows) {
    test(`${line}: says what there is instead`, async () => {
      const [status, , err] = await run(line);
      assert.equal(status, 2);
      assert.match(err, /^Error: there is no 'lbctl .*' here: /);
      assert.ok(err.includes(says), err);
    });
  }

  test("properties and their defaults are described without an agent", async () => {
    const [status, out] = await run("property describe no-quorum-policy");
    assert.equal(status, 0);
    assert.match(out, /^no-quorum-policy\n {2}Description: .+\n {2}Default: stop$/);
    assert.match((await run("property defaults"))[1], /no-quorum-policy/);
    assert.match((await run("property describe nosuch"))[2], /no cluster property 'nosuch'/);
  });

  test("locations of some resources, or on some nodes", async () => {
    const [, resources] = await run("constraint location config resources address");
    assert.match(resources, /Resource: address/);
    assert.doesNotMatch(resources, /Resource: web/);
    const [, nodes] = await run("constraint location config nodes p1");
    assert.match(nodes, /Resource: web/);
    assert.doesNotMatch(nodes, /Resource: address/);
  });

  test("status says what move and ban have left, in words and as JSON", async () => {
    const says = /what move or ban left still holds for 'web'; "lbctl resource clear ID" takes/;
    assert.match((await run("status"))[1], says);
    assert.match((await run("status --output-format json"))[1].replaceAll("\\", ""), says);
  });

  test("two nodes have two expected votes", async () => {
    const [, out] = await run("quorum status");
    assert.match(out, /Expected votes: {3}2\n/);
  });
});
