import assert from "node:assert/strict";
import { inferStatusUrl } from "./check-server.ts";
import {
  explainRefusal,
  type Listen,
  parseDump,
  parseIncludes,
  parseListen,
} from "./run-config.ts";
import type { ApacheSettings } from "./settings.ts";

const DUMP = `Included configuration files:
  (*) /etc/httpd/conf/httpd.conf
    (60) /etc/httpd/conf.modules.d/00-base.conf
    (353) /etc/httpd/conf.d/a b.conf
ServerRoot: "/etc/httpd"
Main ErrorLog: "/etc/httpd/logs/error_log"
PidFile: "/run/httpd/httpd.pid"
`;

suite("what httpd says of its configuration", () => {
  test("PID file, log and files are found", () => {
    const errorLog = "/etc/httpd/logs/error_log";
    assert.deepEqual(parseDump(DUMP), { pidFile: "/run/httpd/httpd.pid", errorLog });
    assert.deepEqual(parseIncludes(DUMP, "/x"), [
      "/etc/httpd/conf/httpd.conf",
      "/etc/httpd/conf.modules.d/00-base.conf",
      "/etc/httpd/conf.d/a b.conf",
    ]);
  });

  test("a server that tells nothing has only its main file", () => {
    assert.deepEqual(parseDump("Syntax OK"), { pidFile: null, errorLog: null });
    assert.deepEqual(parseIncludes("Syntax OK", "/x"), ["/x"]);
  });

  for (const [words, host, port, isTls] of [
    ["80", null, 80, false],
    ["*:8080", null, 8080, false],
    ["0.0.0.0:80", null, 80, false],
    ["192.0.2.1:80", "192.0.2.1", 80, false],
    ["[::1]:80", "::1", 80, false],
    ["[::]:80", null, 80, false],
    ["443", null, 443, true],
    ["443 http", null, 443, false],
    ["8443 https", null, 8443, true],
  ] as const) {
    test(`Listen ${words}: ${host ?? "any"} port ${port}${isTls ? " with TLS" : ""}`, () => {
      assert.deepEqual(parseListen(words), { host, port, isTls });
    });
  }

  for (const words of ["", "${PORT}", "a b c", "host:"]) {
    test(`Listen "${words}" is not understood`, () => {
      assert.equal(parseListen(words), null);
    });
  }

  for (const [listen, settings, url] of [
    [null, {}, "http://127.0.0.1/server-status"],
    [{ host: null, port: 8080, isTls: false }, {}, "http://127.0.0.1:8080/server-status"],
    [{ host: "::1", port: 81, isTls: false }, {}, "http://[::1]:81/server-status"],
    [{ host: null, port: 443, isTls: true }, {}, "https://127.0.0.1/server-status"],
    [{ host: null, port: 443, isTls: true }, { port: 82 }, "http://127.0.0.1:82/server-status"],
    [null, { isIpv6First: true }, "http://[::1]/server-status"],
  ] as const) {
    test(`status page of ${JSON.stringify(listen)} and ${JSON.stringify(settings)}: ${url}`, () => {
      assert.equal(inferredUrl(listen, settings), url);
    });
  }

  test("a refusal leaves out the warning about the server's name", () => {
    const stderr = [
      "AH00558: httpd: Could not reliably determine the server's name",
      "AH00526: Syntax error on line 3 of /x:",
      "Invalid command 'Foo'",
    ].join("\n");
    assert.equal(
      explainRefusal({ kind: "exited", status: 1, stdout: "", stderr }),
      "AH00526: Syntax error on line 3 of /x:; Invalid command 'Foo'",
    );
    assert.equal(
      explainRefusal({ kind: "exited", status: 7, stdout: "", stderr: "" }),
      "exit status 7",
    );
  });
});

function inferredUrl(listen: Listen | null, more: Partial<ApacheSettings>): string {
  const settings: ApacheSettings = {
    configFile: "/x",
    binary: "/x",
    port: null,
    statusUrl: null,
    testRegex: null,
    testUrl: null,
    testRegex10: null,
    testConfigFile: null,
    testName: null,
    deepChecks: [],
    options: [],
    environmentFiles: [],
    isIpv6First: false,
    gracefulStopTimeoutMs: 0,
    ...more,
  };
  return inferStatusUrl({ settings, config: { pidFile: null, errorLog: null, listen } }).href;
}
