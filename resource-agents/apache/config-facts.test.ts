import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type ConfigFacts, findConfigFacts, type Listen, parseListen } from "./config-facts.ts";
import { joinLines, readDirectives, splitDirective } from "./directives.ts";
import { readApacheSettings } from "./settings.ts";
import { findStatusPlace } from "./status-page.ts";

const MODULES = new Set(["ssl_module", "proxy_module", "mpm_event_module"]);
const NO_FACTS: ConfigFacts = {
  listens: [],
  statusPages: [],
  certificatePairs: [],
  otherCertificates: [],
  withoutCertificate: [],
  members: [],
  memberGroups: [],
  includedFolders: [],
  usesDefaultMethod: false,
};

suite("directives of httpd", () => {
  let folder: string;
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-directives-"));
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  test("words are split at blanks, and quotes keep them together", () => {
    const words = splitDirective(`LogFormat "%h \\"%r\\"" 'a b' c"d`);
    assert.deepEqual(words, ["LogFormat", '%h "%r"', "a b", 'c"d']);
  });

  test("lines that end with a backslash are one, comments are none", () => {
    assert.deepEqual(joinLines("# x\nA \\\n b\n\nC"), [
      { text: "A  b", first: 2, last: 3 },
      { text: "C", first: 5, last: 5 },
    ]);
  });

  test("conditions are decided by modules and definitions, negated too", () => {
    const text = [
      "<IfModule mod_ssl.c>",
      "Listen 1",
      "</IfModule>",
      "<IfModule !ssl_module>",
      "Listen 2",
      "</IfModule>",
      "<IfDefine EXTRA>",
      "<IfModule event.c>",
      "Listen 3",
      "</IfModule>",
      "</IfDefine>",
      "<IfDefine OTHER>",
      "<IfDefine EXTRA>",
      "Listen 4",
      "</IfDefine>",
      "</IfDefine>",
    ];
    assert.deepEqual(ports(facts(text)), [1, 3]);
  });

  test("variables are of definitions or of the environment", () => {
    const text = ["Listen ${HERE}", "Listen ${THERE}", "Listen ${NOWHERE}"];
    assert.deepEqual(ports(facts(text)), [81, 82]);
  });

  test("a file included inside of a section is in that section", () => {
    const inside = file("inside", ["SetHandler server-status"]);
    const location = file("location", ["<Location /st>", "Include inside", "</Location>"]);
    const main = file("main", ["<VirtualHost 127.0.0.1:8081>", "Include \\", "location"]);
    const directives = readDirectives(
      [
        { path: main, depth: 0, line: 0 },
        { path: location, depth: 1, line: 3 },
        { path: inside, depth: 2, line: 2 },
      ],
      { modules: MODULES, defines: new Map(), environment: {} },
    );
    const vhost = { address: "127.0.0.1:8081", serverName: null, isTls: false };
    const found = findConfigFacts(directives, { serverRoot: "/r", modules: MODULES });
    assert.deepEqual(found.statusPages, [{ path: "/st", vhost }]);
  });

  test("certificates are paired with keys by order, and inherited from the main server", () => {
    const found = facts([
      "SSLCertificateFile main.crt",
      "SSLCertificateKeyFile /k/main.key",
      "<VirtualHost *:443>",
      "SSLEngine on",
      "</VirtualHost>",
      "<VirtualHost *:444>",
      "SSLEngine on",
      "SSLCertificateFile a.crt",
      "SSLCertificateFile b.crt",
      "SSLCertificateKeyFile a.key",
      "</VirtualHost>",
      "<VirtualHost *:445>",
      "SSLCertificateFile c.crt",
      "SSLCACertificateFile ca.crt",
      "</VirtualHost>",
    ]);
    assert.deepEqual(found.certificatePairs, [
      { certificateFile: "/r/main.crt", keyFile: "/k/main.key" },
      { certificateFile: "/r/a.crt", keyFile: "/r/a.key" },
      { certificateFile: "/r/b.crt", keyFile: null },
      { certificateFile: "/r/c.crt", keyFile: "/k/main.key" },
    ]);
    assert.deepEqual(found.otherCertificates, ["/r/ca.crt"]);
    assert.deepEqual(found.withoutCertificate, []);
  });

  test("a virtual host with TLS and no certificate is told by its place", () => {
    const text = ["<VirtualHost *:443>", "SSLEngine on", "</VirtualHost>"];
    assert.deepEqual(facts(text).withoutCertificate, [`${join(folder, "facts")}:2`]);
  });

  test("members are the hosts of all forms of proxying", () => {
    const found = facts([
      "<Proxy balancer://a>",
      "BalancerMember http://One.example:8080 route=x",
      "BalancerMember ws://[fd00::1]:8080",
      "</Proxy>",
      "BalancerMember balancer://b https://two.example",
      "ProxyPass /c http://three.example/",
      "ProxyPass /d !",
      "ProxyPass /e balancer://a/",
      "ProxyPassMatch ^/(.*)$ http://$1/",
      "<Location /f>",
      "ProxyPass ajp://four.example:8009",
      "</Location>",
    ]);
    assert.deepEqual(found.members, [
      "one.example",
      "[fd00::1]",
      "two.example",
      "three.example",
      "four.example",
    ]);
  });

  test("members are grouped by balancer, with the ports that are meant", () => {
    const { memberGroups } = facts([
      "<Proxy balancer://A>",
      "BalancerMember http://One.example:8080 route=x",
      "BalancerMember ajp://[fd00::1]",
      "BalancerMember unix:/run/x.sock|fcgi://localhost/",
      "</Proxy>",
      "BalancerMember balancer://b https://two.example status=+H",
      "BalancerMember balancer://local http://127.0.0.1:8081",
      "ProxyPass /c http://three.example/ retry=5",
      "ProxyPass /e balancer://a/",
      "ProxyPass /d http://[fd00::2]/",
      "ProxyPass /g http://127.0.0.1:8081/",
      "ProxyPassMatch ^/(.*)$ http://$1/",
    ]);
    assert.deepEqual(memberGroups, [
      {
        name: "a",
        members: [
          { host: "one.example", port: 8080 },
          { host: "fd00::1", port: 8009 },
        ],
      },
      { name: "b", members: [{ host: "two.example", port: 443 }] },
      { name: "three.example:80", members: [{ host: "three.example", port: 80 }] },
      { name: "[fd00::2]:80", members: [{ host: "fd00::2", port: 80 }] },
    ]);
  });

  test("folders of patterns are known without a file in them", () => {
    const lines = ["Include a.conf", "IncludeOptional conf.d/*.conf", "Include /s/*/x[0-9].conf"];
    assert.deepEqual(facts(lines).includedFolders, ["/r", "/r/conf.d", "/s"]);
  });

  for (const [lines, isDefault] of [
    [["<Proxy balancer://a>", "BalancerMember http://x", "</Proxy>"], true],
    [["<Proxy balancer://a>", "ProxySet lbmethod=bybusyness", "</Proxy>"], false],
    [["ProxyPass / balancer://a lbmethod=bytraffic"], false],
    [["ProxySet balancer://a lbmethod=x", "ProxyPass / balancer://a/"], false],
    [["ProxyPass / http://x"], false],
  ] as const) {
    test(`${lines.join("; ")} uses the default method: ${isDefault}`, () => {
      assert.equal(facts(lines).usesDefaultMethod, isDefault);
    });
  }

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

  for (const [lines, parameters, url, host] of [
    [[], {}, "http://127.0.0.1/server-status", null],
    [["Listen 8080"], {}, "http://127.0.0.1:8080/server-status", null],
    [["Listen [::1]:81"], {}, "http://[::1]:81/server-status", null],
    [["Listen 443"], {}, "https://127.0.0.1/server-status", null],
    [["Listen 443"], { port: "82" }, "http://127.0.0.1:82/server-status", null],
    [[], { use_ipv6: "true" }, "http://[::1]/server-status", null],
    [["Listen 80"], { statusurl: "http://a/b" }, "http://a/b", null],
    [["Listen 443", "Listen 81", ...at("/st")], {}, "http://127.0.0.1:81/st", null],
    [["Listen 10.0.0.1:80", ...inVhost("*:80")], {}, "http://10.0.0.1/st", "a.example"],
    [["Listen 80", ...inVhost("127.0.0.1:81")], {}, "http://127.0.0.1:81/st", "a.example"],
    [["Listen 80", ...inVhost("_default_:80"), ...at("/all")], {}, "http://127.0.0.1/all", null],
  ] as const) {
    test(`status page of ${lines.join("; ")} and ${JSON.stringify(parameters)}: ${url}`, () => {
      const read = readApacheSettings({
        parameters: { configfile: "/x", ...parameters },
      });
      assert.ok(read.kind === "settings");
      const config = { ...NO_CONFIG, facts: lines.length === 0 ? NO_FACTS : facts(lines) };
      const found = findStatusPlace({ settings: read.settings, config });
      assert.deepEqual([found.url.href, found.host], [url, host]);
    });
  }

  function facts(lines: readonly string[]): ConfigFacts {
    const path = file("facts", lines);
    const defines = new Map([
      ["EXTRA", ""],
      ["HERE", "81"],
    ]);
    const surroundings = { modules: MODULES, defines, environment: { THERE: "82" } };
    const directives = readDirectives([{ path, depth: 0, line: 0 }], surroundings);
    return findConfigFacts(directives, { serverRoot: "/r", modules: MODULES });
  }

  function file(name: string, lines: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  }
});

const NO_CONFIG = {
  pidFile: null,
  errorLog: null,
  serverRoot: null,
  defines: new Map<string, string>(),
  modules: MODULES,
  certificates: [],
  files: [],
};

function at(path: string): string[] {
  return [`<Location ${path}>`, "SetHandler server-status", "</Location>"];
}

function inVhost(address: string): string[] {
  return [`<VirtualHost ${address}>`, "ServerName a.example", ...at("/st"), "</VirtualHost>"];
}

function ports({ listens }: { readonly listens: readonly Listen[] }): number[] {
  return listens.map(({ port }) => port);
}
