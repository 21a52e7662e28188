import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { listHelp } from "./list-help.ts";
import { readPaths } from "./paths.ts";
import { buildProgram, runProgram } from "./program.ts";
import { openSession } from "./session.ts";

suite("help that the build keeps", () => {
  test("is what the tree of commands says, under each name of each command", async () => {
    const texts = listHelp();
    assert.ok(Object.keys(texts).length > 100);
    assert.equal(texts["resource remove"], texts["resource delete"]);
    for (const path of ["", "resource", "resource delete", "tag list", "stonith level clear"]) {
      const said: string[] = [];
      const terminal = { out: (line: string) => said.push(line), err: () => {} };
      const session = { ...openSession(terminal), paths: readPaths({}) };
      const words = path === "" ? [] : path.split(" ");
      assert.equal(await runProgram([...words, "--help"], session), 0, path);
      assert.deepEqual(said, [texts[path]], path);
    }
  });

  test("a tree made for one command has all of that, and no other", () => {
    const session = openSession({ out: () => {}, err: () => {} });
    const whole = buildProgram(session).commands;
    assert.ok(whole.length > 10);
    for (const command of whole) {
      const [only, ...others] = buildProgram(session, command.name()).commands;
      assert.deepEqual(others, [], command.name());
      assert.equal(only?.helpInformation(), command.helpInformation());
    }
    assert.equal(buildProgram(session, "nosuch").commands.length, whole.length);
  });
});
