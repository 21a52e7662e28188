import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { flatten, readCommandTree } from "../../packaging/generate/command-tree.ts";
import { type GeneratedFiles, generateFiles } from "./generated-files.ts";

/** Says what ids it was asked for, and is asked for nothing else. */
const LBCTL = `#!/bin/sh
[ "$1" = known-ids ] || { echo asked: "$*" >&2; exit 1; }
shift
for kind; do
  case $kind in
    resources) printf 'virtual_ip\\nwebserver\\n' ;;
    nodes) printf 'ip1\\nip2\\n' ;;
    constraints) printf 'order-1\\n' ;;
    tags) printf 'all\\n' ;;
  esac
done
`;

/** A line up to the cursor, and the words that are offered; `contains`: among others. */
const LINES = [
  { line: "lbctl reso", offers: ["resource"] },
  { line: "lbctl resource del", offers: ["delete"] },
  { line: "lbctl resource remove ", offers: ["virtual_ip", "webserver"] },
  { line: "lbctl resource move webserver ip", offers: ["ip1", "ip2"] },
  { line: "lbctl resource move --pro", offers: ["--promoted"] },
  { line: "lbctl constraint delete ", offers: ["order-1"] },
  { line: "lbctl explain --node ", offers: ["ip1", "ip2"] },
  { line: "lbctl simulate --output-format d", offers: ["dot"] },
  { line: "lbctl node standby --wait ip1 ", offers: ["ip1", "ip2"] },
  { line: "lbctl cluster setup --profile ", offers: ["fast", "lan", "vm"] },
  { line: "lbctl property set stonith-en", offers: ["stonith-enabled="] },
  { line: "lbctl tag delete a", offers: ["all"] },
  { line: "lbctl --output-format json resource refr", offers: ["refresh"] },
  { line: "lbctl nothing-of-the-kind zz", offers: [] },
] as const;

suite("completion of lbctl", function () {
  this.timeout(20_000);
  let generated: GeneratedFiles;

  suiteSetup(() => {
    generated = generateFiles();
    writeFileSync(join(generated.folder, "lbctl"), LBCTL, { mode: 0o755 });
  });

  suiteTeardown(() => generated?.close());

  const run = (program: string, words: readonly string[]) => {
    const environment = {
      PATH: `${generated.folder}:${process.env["PATH"]}`,
      HOME: "/nonexistent",
    };
    const cwd = join(generated.folder, "completion");
    return spawnSync(program, words, { cwd, encoding: "utf8", env: environment });
  };
  const lines = LINES.map(({ line }) => line);

  /** What a shell's script offered for each line: one line of output each. */
  const check = (program: string, script: string): void => {
    const { stdout, stderr } = run(program, ["-c", script, program, ...lines]);
    assert.equal(stderr, "");
    const found = stdout.split("\n").slice(0, lines.length);
    const expected = LINES.map(({ line, offers }) => `[${line}] ${offers.join(" ")}`.trim());
    assert.deepEqual(
      found.map((each) => each.trim()),
      expected,
    );
  };

  test("bash", () => {
    assert.deepEqual(run("bash", ["-n", "lbctl.bash"]).stderr, "");
    check(
      "bash",
      `. ./lbctl.bash
      for line; do
        COMP_LINE=$line COMP_POINT=\${#line} COMPREPLY=()
        _lbctl
        echo "[$line] $(printf '%s\\n' "\${COMPREPLY[@]}" | sort | tr '\\n' ' ')"
      done`,
    );
  });

  test("bash breaks words at : and =, and what stands before the last one is kept", () => {
    const script = `. ./lbctl.bash
      for line; do
        COMP_LINE=$line COMP_POINT=\${#line} COMPREPLY=()
        _lbctl
        echo "\${COMPREPLY[@]}"
      done`;
    const words = ["lbctl resource create x ocf:heartbeat:ap", "lbctl explain --node=ip"];
    const { stdout } = run("bash", [
      "-c",
      script,
      "bash",
      ...words,
      "lbctl resource cleanup node=i",
    ]);
    assert.equal(stdout, "apache\nip1 ip2\nip1 ip2\n");
  });

  test("zsh", () => {
    assert.deepEqual(run("zsh", ["-n", "_lbctl"]).stderr, "");
    // What the line editor would do with the words: nothing but print those that fit.
    check(
      "zsh",
      `compdef() {}
      offer() { for each; do [[ $each == \${~prefix}* ]] && found+=($each); done; return 0; }
      _describe() { [[ $1 == -o ]] && shift; offer \${\${(P)2}%%:*}; }
      compadd() { while [[ $1 != -- ]]; do shift; done; shift; offer $@; }
      compset() { prefix=\${prefix#*=}; }
      _files() {}
      for line; do
        words=(\${(z)line}) found=()
        [[ $line == *' ' ]] && words+=('')
        CURRENT=\${#words} prefix=\${words[-1]}
        . ./_lbctl
        print -r -- "[$line] \${(o)found}"
      done`,
    );
  });

  test("fish", () => {
    assert.deepEqual(run("fish", ["-n", "lbctl.fish"]).stderr, "");
    check(
      "fish",
      `source lbctl.fish
      for line in $argv[2..]
        echo "[$line]" (complete -C $line | string replace -r '\\t.*' '' | sort)
      end`,
    );
  });

  test("every command is in each script", () => {
    for (const name of ["lbctl.bash", "_lbctl", "lbctl.fish"]) {
      const { stdout } = run("cat", [name]);
      for (const { path } of flatten(readCommandTree())) {
        assert.ok(stdout.includes(`'${path.join(" ")}'`), `${name}: ${path.join(" ")}`);
      }
    }
  });
});
