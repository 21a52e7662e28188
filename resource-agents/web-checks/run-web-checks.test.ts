import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { runWebChecks } from "./run-web-checks.ts";

const OPTIONS = { timeoutMs: 300, signal: new AbortController().signal, isIpv6First: false };

suite("deep checks as they are made", () => {
  let server: Server;
  let base: string;
  suiteSetup(async () => {
    // Answers the status that is in the path; `/0` is silent.
    server = createServer((request, response) => {
      const status = Number(request.url?.slice(1));
      if (status === 0) return;
      response.statusCode = status;
      response.end("a page");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address !== "string");
    base = `http://127.0.0.1:${address.port}`;
  });
  suiteTeardown(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [paths, status, reason] of [
    [["/200", "/200"], 0, ""],
    [["/200", "/503"], 190, 'check 1: members of "BASE/503" are down: 503'],
    [
      ["/502", "/504"],
      190,
      'check 0: members of "BASE/502" are down: 502; check 1: members of "BASE/504" are down: 504',
    ],
    [["/503", "/500"], 1, "check 1: page BASE/500: answered 500, expected status 200"],
    [["/404"], 1, "check 0: page BASE/404: answered 404, expected status 200"],
    [["/0"], 1, "check 0: page BASE/0: no answer within 300 ms, expected status 200"],
  ] as const) {
    test(`${paths.join(" and ")}: ${status}`, async () => {
      const result = await run(paths, { statuses: null, text: null });
      const { status: found, reason: words, deep } = result;
      assert.deepEqual([found, words], [status, reason.replaceAll("BASE", base)]);
      const bad = paths.flatMap((path, at) => (path === "/200" ? [] : [String(at)]));
      assert.deepEqual(deep, bad.length === 0 ? undefined : { checks: bad, groups: null });
    });
  }

  test("a status 503 that is expected is no failure, and wrong text is one", async () => {
    const statuses = { ranges: [[503, 503]] as const, shown: "503" };
    assert.equal((await run(["/503"], { statuses, text: null })).status, 0);
    const wrong = await run(["/503"], { statuses, text: /other/ });
    assert.equal(wrong.status, 1);
    assert.match(wrong.reason, /answered 503 with "a page", expected it to match \/other\//);
  });

  test("many silent checks take as long as one", async () => {
    const startedAt = performance.now();
    const { status } = await run(Array(20).fill("/0"), { statuses: null, text: null });
    assert.equal(status, 1);
    assert.ok(performance.now() - startedAt < 2 * OPTIONS.timeoutMs);
  });

  function run(paths: readonly string[], expected: Parameters<typeof check>[2]) {
    return runWebChecks(
      paths.map((path, at) => check(String(at), new URL(base + path), expected)),
      OPTIONS,
    );
  }
});

function check(
  name: string,
  url: URL,
  expected: Parameters<typeof runWebChecks>[0][number]["expected"],
) {
  return { name, url, expected, host: null, tlsName: null };
}
