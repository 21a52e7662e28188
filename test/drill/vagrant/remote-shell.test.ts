import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { quoted } from "./remote-shell.ts";

suite("words for a remote shell", () => {
  const words = ["lbctl", "a b", "it's", "$HOME", "", "*", 'say "x"', "a\nb", "~", "-n", "a;b"];
  test("are read back as they were", () => {
    const line = `printf '%s\\0' ${words.map(quoted).join(" ")}`;
    const said = execFileSync("sh", ["-c", line], { encoding: "utf8" });
    assert.deepEqual(said.split("\0").slice(0, -1), words);
  });
});
