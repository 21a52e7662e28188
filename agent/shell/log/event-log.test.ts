import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";

import { openLog } from "./event-log.ts";
import type { EventName } from "./event-names.ts";
import { LINES_IN_WINDOW_MAX, RateLimit, WINDOW_MS } from "./rate-limit.ts";
import { redactFields } from "./redact-fields.ts";

suite("event log, with real files", () => {
  let folder: string;

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbt-log-"));
  });

  teardown(() => rmSync(folder, { recursive: true }));

  const linesOf = (name: string): Record<string, unknown>[] =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("each event is one line of JSON with its node", async () => {
    const file = join(folder, "new", "agent.log");
    const log = openLog({ file, standardError: "none", node: "ip1" });
    log.write({ level: "warning", event: "ringChanged", fields: { ring: "1.2", why: "a\nb" } });
    log.write({ level: "info", event: "agentSaid", fields: { level: "x", message: "y" } });
    await log.close();
    log.write({ level: "info", event: "agentSaid", fields: { line: "after the close" } });
    const [first, second, ...more] = linesOf("new/agent.log");
    assert.match(String(first?.["at"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(
      { ...first, at: 0 },
      { at: 0, level: "warning", event: "ringChanged", node: "ip1", ring: "1.2", why: "a\nb" },
    );
    assert.deepEqual([second?.["event"], second?.["message"], more], ["agentSaid", "y", []]);
  });

  test("the files are bounded in size and number", async () => {
    const names: EventName[] = ["ringChanged", "dcChanged", "quorumChanged", "cibCommitted"];
    const file = join(folder, "agent.log");
    const log = openLog({ file, standardError: "none", node: "ip1", fileMaxBytes: 2000 });
    for (let count = 0; count < 40; count++) {
      for (const event of names)
        log.write({ level: "info", event, fields: { text: "x".repeat(100) } });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await log.close();
    const files = readdirSync(folder);
    assert.ok(files.length >= 2 && files.length <= 4, files.join());
    for (const name of files) assert.ok(statSync(join(folder, name)).size < 10_000);
  });

  test("too many lines of one event are counted, and the count is said", async () => {
    const file = join(folder, "agent.log");
    const log = openLog({ file, standardError: "none", node: "ip1" });
    for (let count = 0; count < 80; count++) {
      log.write({ level: "info", event: "agentSaid", fields: { count } });
    }
    log.write({ level: "info", event: "dcChanged", fields: {} });
    await log.close();
    const lines = linesOf("agent.log");
    assert.equal(lines.filter(({ event }) => event === "agentSaid").length, LINES_IN_WINDOW_MAX);
    assert.equal(lines.filter(({ event }) => event === "dcChanged").length, 1);
    const [dropped] = lines.filter(({ event }) => event === "linesDropped");
    assert.deepEqual([dropped?.["of"], dropped?.["count"]], ["agentSaid", 30]);
  });

  test("a line for the journal begins with its priority", async () => {
    const path = join(folder, "journal");
    const descriptor = openSync(path, "w");
    const log = openLog({ file: null, standardError: "journal", node: "ip1", descriptor });
    log.write({ level: "error", event: "leaseLost", fields: {} });
    log.write({ level: "info", event: "stopping", fields: {} });
    await log.close();
    closeSync(descriptor);
    assert.match(readFileSync(path, "utf8"), /^<3>\{.*"leaseLost".*\}\n<6>\{.*"stopping".*\}\n$/);
  });

  test("a journal that nobody reads never holds up the process, nor the file", async function () {
    this.timeout(5000);
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const descriptor = openSync(pipe, "r+"); // Open at both ends, and never read.
    const file = join(folder, "agent.log");
    const log = openLog({ file, standardError: "plain", node: "ip1", descriptor });
    const names: EventName[] = ["ringChanged", "dcChanged", "quorumChanged", "cibCommitted"];
    const startedAtMs = performance.now();
    for (let count = 0; count < 50; count++) {
      for (const event of names)
        log.write({ level: "info", event, fields: { text: "x".repeat(1500) } });
    }
    assert.ok(performance.now() - startedAtMs < 500);
    await log.close();
    assert.ok(linesOf("agent.log").length >= 200);
    // The descriptor is the log's: closed behind its back, its number would be used again. A write
    // that waits for a reader would keep this process from ending: the pipe is emptied.
    const reader = spawn("timeout", ["1", "cat", pipe], { stdio: "ignore" });
    await new Promise((resolve) => reader.once("exit", resolve));
  });

  test("a file that cannot be written is no failure", async () => {
    writeFileSync(join(folder, "taken"), "");
    const log = openLog({
      file: join(folder, "taken", "agent.log"),
      standardError: "none",
      node: "ip1",
    });
    log.write({ level: "info", event: "stopping", fields: {} });
    await log.close();
  });
});

suite("secrets and rates", () => {
  const key = "0123456789abcdef".repeat(4);
  const rows = [
    [{ authkey: "abc" }, { authkey: "(hidden)" }],
    [
      { clientSecret: "abc", smtpPassword: "x" },
      { clientSecret: "(hidden)", smtpPassword: "(hidden)" },
    ],
    [
      { tokenTimeoutMs: 1000, ring: "1.2" },
      { tokenTimeoutMs: 1000, ring: "1.2" },
    ],
    [{ line: `got ${key}!` }, { line: "got (hidden)!" }],
    [{ line: "fence --password hunter2 -x" }, { line: "fence --password (hidden) -x" }],
    [{ line: "passwd=hunter2 ip=1" }, { line: "passwd=(hidden) ip=1" }],
    [{ line: "so my-known-text it is" }, { line: "so (hidden) it is" }],
    [{ digest: "00deadbeef1234" }, { digest: "00deadbeef1234" }],
  ] as const;
  for (const [fields, expected] of rows) {
    test(`${JSON.stringify(fields).slice(0, 50)} is logged as ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(redactFields(fields, ["my-known-text"]), expected);
    });
  }

  test("the rate is bounded for each event name, and dropped lines are told once", () => {
    const limit = new RateLimit();
    const allowed = Array.from({ length: 60 }, () => limit.allows("dcChanged", 5)).filter(Boolean);
    assert.equal(allowed.length, LINES_IN_WINDOW_MAX);
    assert.equal(limit.allows("paused", 5), true);
    assert.equal(limit.allows("dcChanged", 4 + WINDOW_MS), false);
    assert.equal(limit.allows("dcChanged", 5 + WINDOW_MS), true);
    assert.deepEqual(limit.takeDropped(), [{ event: "dcChanged", count: 11 }]);
    assert.deepEqual(limit.takeDropped(), []);
  });
});
