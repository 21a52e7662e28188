import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { explainDriftEntry, fitsDriftEntry, splitDriftEntries } from "./index.ts";

suite("entries of drift-ignore", () => {
  const fits: readonly (readonly [entry: string, name: string, isFit: boolean])[] = [
    ["/etc/haproxy/peers.cfg", "/etc/haproxy/peers.cfg", true],
    ["/etc/haproxy/peers.cfg", "/etc/haproxy/peers.cfg.d", false],
    ["/etc/haproxy/*", "/etc/haproxy/a/b", true],
    ["*.local", "/etc/httpd/host.local", true],
    ["*.local", "/etc/httpd/host.locale", false],
    ["/etc/*/conf.d/*.conf", "/etc/httpd/conf.d/ssl.conf", true],
    ["/etc/*/conf.d/*.conf", "/etc/httpd/ssl.conf", false],
    ["file:/a", "/a", true],
    ["link:/a", "/a", false],
    ["a*a", "a", false],
  ];
  for (const [entry, name, isFit] of fits) {
    test(`${entry} ${isFit ? "fits" : "does not fit"} file ${name}`, () => {
      assert.equal(fitsDriftEntry(entry, { kind: "file", name }), isFit);
    });
  }

  test("many stars take no time", () => {
    const name = "a".repeat(5000);
    assert.equal(fitsDriftEntry(`${"*a".repeat(2000)}*b`, { kind: "file", name }), false);
  });

  test("each is listed once, whatever blanks are between them", () => {
    assert.deepEqual(splitDriftEntries(" /a\t/b  /a "), ["/a", "/b"]);
  });

  const wrong: readonly (readonly [entry: string, words: RegExp])[] = [
    ["files:/etc/x", /^no kind "files": kinds are file, link, .*hosts$/],
    ["file:", /^names nothing/],
    ["file:haproxy.cfg", /^"haproxy.cfg" is no whole path/],
    ["haproxy/haproxy.cfg", /^"haproxy\/haproxy.cfg" is no whole path/],
    ["/etc/haproxy/", /^is a folder: .* such as \/etc\/haproxy\/\*$/],
    ["/a,/b", /^no list with commas/],
    ["/a,", /^no list with commas/],
  ];
  for (const [entry, words] of wrong) {
    test(`${entry} can fit nothing, and is told why`, () => {
      assert.match(explainDriftEntry(entry) ?? "", words);
    });
  }

  const right = ["*", "/etc/x", "file:*.conf", "httpd", "version:httpd", "hosts:member1", "*/x"];
  for (const entry of [...right, "modules/ngx_x.so", "net.ipv4.ip_nonlocal_bind"]) {
    test(`${entry} may fit something`, () => assert.equal(explainDriftEntry(entry), null));
  }
});
