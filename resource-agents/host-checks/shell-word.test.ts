import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { shellWord } from "./shell-word.ts";

suite("words for a shell", () => {
  const words = ["lbctl", "a b", "it's", "$HOME", "", "*", 'say "x"', "a\nb", "~", "-n", "a;b"];
  test("are read back as they were", () => {
    const line = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
    const said = execFileSync("sh", ["-c", line], { encoding: "utf8" });
    assert.deepEqual(said.split("\0").slice(0, -1), words);
  });
});
