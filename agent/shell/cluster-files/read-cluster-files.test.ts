import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { encodeClusterFile, parseClusterFile } from "../../wire/index.ts";
import { readClusterFiles } from "./read-cluster-files.ts";

const HOST = { hostName: "ip1", addresses: ["192.168.33.18"] };
const KEY = `${"0f".repeat(32)}\n`;

suite("the two files of a cluster", () => {
  let folder = "";
  let config = "";
  let key = "";
  let text = "";

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-files-"));
    config = join(folder, "cluster.yaml");
    key = join(folder, "authkey");
    const file = parseClusterFile({
      name: "web",
      nodes: [
        { id: 1, name: "ip1", addresses: ["192.168.33.18"] },
        { id: 2, name: "ip2", addresses: ["192.168.33.19"] },
      ],
    });
    assert.ok(file.kind === "config");
    text = encodeClusterFile(file.config);
    writeFileSync(config, text);
    writeFileSync(key, KEY, { mode: 0o400 });
  });

  teardown(() => rmSync(folder, { recursive: true, force: true }));

  test("both are right: the configuration, the key and which node this is", () => {
    const read = readClusterFiles(folder, HOST);
    assert.ok(read.kind === "files");
    assert.equal(read.files.localNode, "ip1");
    assert.deepEqual(read.files.authkeys, {
      authkeyHex: "0f".repeat(32),
      otherAuthkeyHex: null,
    });
    assert.equal(read.files.configText, text);
    assert.equal(read.files.config.quorum.aloneAfterMs, 5000);
    assert.match(read.files.configHash, /^[0-9a-f]{14}$/);
  });

  const damages: readonly (readonly [string, () => void, readonly string[]])[] = [
    ["no cluster.yaml", () => rmSync(config), ["no-cluster-file"]],
    [
      "neither file",
      () => {
        rmSync(config);
        rmSync(key);
      },
      ["no-cluster-file", "no-cluster-file"],
    ],
    ["no authkey", () => rmSync(key), ["no-cluster-file"]],
    ["a key that others can read", () => chmodSync(key, 0o444), ["exposed-authkey"]],
    ["a key that its group can read", () => chmodSync(key, 0o440), ["exposed-authkey"]],
    [
      "a short key",
      () => {
        rmSync(key);
        writeFileSync(key, "0f0f", { mode: 0o400 });
      },
      ["bad-authkey"],
    ],
    ["no YAML", () => writeFileSync(config, "name: [\n"), ["bad-cluster-file"]],
    ["a bad port", () => writeFileSync(config, `${text}port: 0\n`), ["bad-cluster-file"]],
    ["a huge file", () => writeFileSync(config, "#".repeat(70_000)), ["bad-cluster-file"]],
    [
      "a bad file and an exposed key",
      () => {
        writeFileSync(config, "a: 1\n");
        chmodSync(key, 0o444);
      },
      ["exposed-authkey", "bad-cluster-file", "bad-cluster-file", "bad-cluster-file"],
    ],
  ];
  for (const [name, damage, codes] of damages) {
    test(`refused: ${name}`, () => {
      damage();
      const read = readClusterFiles(folder, HOST);
      assert.ok(read.kind === "refused");
      assert.deepEqual(
        read.problems.map(({ code }) => code),
        codes,
        JSON.stringify(read.problems),
      );
    });
  }

  test("refused: a host that is no node", () => {
    const read = readClusterFiles(folder, { hostName: "other", addresses: ["10.0.0.1"] });
    assert.ok(read.kind === "refused");
    assert.deepEqual(
      read.problems.map(({ code }) => code),
      ["not-a-node"],
    );
  });
});
