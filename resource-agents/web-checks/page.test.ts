import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { explainPage, fetchPage, isStatusExpected, parseStatuses, tryConnect } from "./page.ts";

const OPTIONS = { timeoutMs: 500, signal: new AbortController().signal, isIpv6First: false };
const ANY = { statuses: null, text: null };

suite("pages", () => {
  let server: Server;
  let base: string;
  suiteSetup(async () => {
    server = createServer((request, response) => {
      if (request.url === "/silent") return;
      if (request.url === "/cut") return void request.socket.destroy();
      if (request.url === "/big") return void response.end("x".repeat(2_000_000));
      response.statusCode = request.url === "/moved" ? 301 : 200;
      response.end(`hello ${request.headers.host} ${request.headers.authorization ?? "nobody"}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address !== "string");
    base = `localhost:${address.port}`;
  });
  suiteTeardown(() => {
    server.closeAllConnections();
    server.close();
  });

  test("localhost is asked at 127.0.0.1 and under its own name", async () => {
    const page = await fetchPage(new URL(`http://${base}/`), OPTIONS);
    assert.deepEqual(page, { kind: "answered", status: 200, body: `hello ${base} nobody` });
  });

  test("::1 first falls back to 127.0.0.1", async () => {
    const options = { ...OPTIONS, isIpv6First: true };
    assert.equal((await fetchPage(new URL(`http://${base}/`), options)).kind, "answered");
  });

  test("a password is used and never shown", async () => {
    const url = new URL(`http://me:s%65cret@${base}/`);
    const page = await fetchPage(url, OPTIONS);
    assert.match(page.kind === "answered" ? page.body : "", /Basic bWU6c2VjcmV0/);
    assert.doesNotMatch(explainPage(url, { kind: "failed", reason: "x" }, ANY) ?? "", /cret/);
  });

  test("another host than that of the address can be asked for", async () => {
    const page = await fetchPage(new URL(`http://${base}/`), { ...OPTIONS, host: "shop.example" });
    assert.equal(page.kind === "answered" ? page.body : "", "hello shop.example nobody");
  });

  for (const [text, statuses, shown] of [
    ["200", [200], "200"],
    ["2xx, 302", [200, 299, 302], "2xx, 302"],
    ["200-206 503", [200, 206, 503], "200-206, 503"],
    ["ok", [], null],
    ["200,", [200], "200"],
    ["200 x", [], null],
    ["", [], null],
  ] as const) {
    test(`statuses "${text}" are ${shown}`, () => {
      const parsed = parseStatuses(text);
      assert.equal(parsed?.shown ?? null, shown);
      const expected = { statuses: parsed, text: null };
      for (const status of statuses) assert.equal(isStatusExpected(status, expected), true);
      assert.equal(isStatusExpected(404, expected), false);
      if (shown !== null) assert.equal(isStatusExpected(207, expected), shown.startsWith("2xx"));
    });
  }

  test("a redirect is not followed", async () => {
    const url = new URL(`http://${base}/moved`);
    const found = explainPage(url, await fetchPage(url, OPTIONS), ANY);
    assert.match(found ?? "", /answered 301, expected status 200/);
  });

  test("silence, a cut connection and a closed port are failures in words", async () => {
    const short = { ...OPTIONS, timeoutMs: 50 };
    const url = (path: string) =>
      new URL(`http://${base.replace("localhost", "127.0.0.1")}${path}`);
    assert.deepEqual(await fetchPage(url("/silent"), short), {
      kind: "failed",
      reason: "no answer within 50 ms",
    });
    assert.equal((await fetchPage(url("/cut"), short)).kind, "failed");
    const closed = await fetchPage(new URL("http://127.0.0.1:1/"), short);
    assert.match(closed.kind === "failed" ? closed.reason : "", /ECONNREFUSED/);
    assert.match((await tryConnect(new URL("http://127.0.0.1:1/"), short)) ?? "", /ECONNREFUSED/);
    assert.equal(await tryConnect(url("/"), short), null);
  });

  test("a page is read up to its limit", async () => {
    const page = await fetchPage(new URL(`http://${base}/big`), OPTIONS);
    const length = page.kind === "answered" ? page.body.length : 0;
    assert.ok(length > 500_000 && length < 1_000_000, `${length}`);
  });

  test("a page matches over the ends of its lines", () => {
    const url = new URL("http://127.0.0.1/");
    const page = { kind: "answered", status: 200, body: "a\nb" } as const;
    assert.equal(explainPage(url, page, { statuses: null, text: /a b/ }), null);
    assert.match(
      explainPage(url, page, { statuses: null, text: /c/ }) ?? "",
      /with "a b", expected it to match \/c\//,
    );
  });
});
