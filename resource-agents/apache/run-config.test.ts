import assert from "node:assert/strict";
import { explainRefusal, parseDump, parseIncludes } from "./run-config.ts";

const DUMP = `Included configuration files:
  (*) /etc/httpd/conf/httpd.conf
    (60) /etc/httpd/conf.modules.d/00-base.conf
    (353) /etc/httpd/conf.d/a b.conf
ServerRoot: "/etc/httpd"
Main ErrorLog: "/etc/httpd/logs/error_log"
PidFile: "/run/httpd/httpd.pid"
Define: DUMP_CERTS
Define: PORT=8080
Loaded Modules:
 core_module (static)
 ssl_module (shared)
Server certificates:
  /etc/pki/tls/certs/a.crt
  b.crt
`;

suite("what httpd says of its configuration", () => {
  test("PID file, log, root, definitions, modules and certificates are found", () => {
    assert.deepEqual(parseDump(DUMP), {
      pidFile: "/run/httpd/httpd.pid",
      errorLog: "/etc/httpd/logs/error_log",
      serverRoot: "/etc/httpd",
      defines: new Map([
        ["DUMP_CERTS", ""],
        ["PORT", "8080"],
      ]),
      modules: new Set(["core_module", "ssl_module"]),
      certificates: ["/etc/pki/tls/certs/a.crt", "b.crt"],
    });
  });

  test("files are found with the line that includes them", () => {
    assert.deepEqual(parseIncludes(DUMP, "/x"), [
      { path: "/etc/httpd/conf/httpd.conf", depth: 0, line: 0 },
      { path: "/etc/httpd/conf.modules.d/00-base.conf", depth: 1, line: 60 },
      { path: "/etc/httpd/conf.d/a b.conf", depth: 1, line: 353 },
    ]);
  });

  test("a server that tells nothing has only its main file", () => {
    const { pidFile, modules, certificates } = parseDump("Syntax OK");
    assert.deepEqual([pidFile, [...modules], certificates], [null, [], []]);
    assert.deepEqual(parseIncludes("Syntax OK", "/x"), [{ path: "/x", depth: 0, line: 0 }]);
  });

  test("a refusal leaves out the warning about the server's name", () => {
    const stderr = [
      "AH00558: httpd: Could not reliably determine the server's name",
      "AH00526: Syntax error on line 3 of /x:",
      "Invalid command 'Foo'",
    ].join("\n");
    const stdout = "Included configuration files:";
    assert.equal(
      explainRefusal({ kind: "exited", status: 1, stdout, stderr }),
      "/x:3: Invalid command 'Foo'",
    );
    assert.equal(
      explainRefusal({ kind: "exited", status: 7, stdout: "", stderr: "" }),
      "exit status 7",
    );
  });
});
