import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { placeFirst, withFile } from "./config-complaint.ts";

suite("what a server says of its configuration", () => {
  const rows = [
    [
      "AH00526: Syntax error on line 3 of /etc/httpd/a.conf:; Invalid command 'Foo', perhaps",
      "/etc/httpd/a.conf:3: Invalid command 'Foo', perhaps",
    ],
    [
      '[emerg] unknown directive "foo" in /etc/nginx/nginx.conf:3',
      '/etc/nginx/nginx.conf:3: unknown directive "foo"',
    ],
    [
      "config : parsing [/etc/haproxy/haproxy.cfg:6] : unknown keyword 'foo' in 'frontend' section",
      "/etc/haproxy/haproxy.cfg:6: unknown keyword 'foo' in 'frontend' section",
    ],
    ["AH00534: apache2: Configuration error: No MPM loaded.", null],
    ["[emerg] bind() to 192.0.2.1:80 failed (99: Cannot assign requested address)", null],
  ] as const;
  for (const [said, told] of rows) {
    test(said, () => assert.equal(placeFirst(said), told ?? said));
  }

  test("the file is named once", () => {
    assert.equal(withFile("/etc/x.conf", "/etc/y.conf:3: no"), "/etc/y.conf:3: no");
    assert.equal(withFile("/etc/x.conf", "No MPM loaded"), "/etc/x.conf: No MPM loaded");
  });
});
