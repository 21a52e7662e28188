import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseBuild, USUAL_BUILD } from "./build.ts";
import { parseNginxConfig } from "./parse-config.ts";
import { isMasterOf } from "./processes.ts";
import { parseListen, readNginxConfig } from "./read-config.ts";
import type { NginxSettings } from "./settings.ts";

suite("configuration of nginx", () => {
  test("words are split as nginx does", () => {
    const text = `a 'x "y' "it\\"s" \${v}w; # comment; }
      b { c d\\;e; } content_by_lua_block { local t = { 1 } -- ; "
      } e f`;
    assert.deepEqual(parseNginxConfig(text), [
      { name: "a", args: ['x "y', 'it"s', "${v}w"], block: null },
      { name: "b", args: [], block: [{ name: "c", args: ["d\\;e"], block: null }] },
      { name: "content_by_lua_block", args: [], block: [] },
    ]);
  });

  test("braces that do not match end it, and nothing hangs", () => {
    assert.deepEqual(parseNginxConfig("} a b;"), []);
    assert.deepEqual(parseNginxConfig("a { b c"), [{ name: "a", args: [], block: [] }]);
    assert.deepEqual(parseNginxConfig("a 'b"), []);
  });

  for (const [words, expected] of [
    ["80", { host: null, port: 80 }],
    ["10.0.0.1", { host: "10.0.0.1", port: 80 }],
    ["*:8080 default_server", { host: null, port: 8080 }],
    ["[::]:443 ssl http2", { host: "::", port: 443, isTls: true }],
    ["[fd00::5]", { host: "fd00::5", port: 80 }],
    ["web.example:81", { host: "web.example", port: 81 }],
    ["443 quic reuseport", { host: null, port: 443, isTls: true, isUdp: true }],
    ["unix:/run/x.sock", null],
  ] as const) {
    test(`listen ${words}`, () => {
      const base = { isTls: false, isHttp: true, isUdp: false };
      const parsed = parseListen(words.split(" "), true);
      assert.deepEqual(parsed, expected === null ? null : { ...base, ...expected });
    });
  }

  for (const [title, isOwn] of [
    ["/usr/sbin/nginx -c /srv/nginx.conf", true],
    ["nginx -c /srv/nginx.conf -g daemon on;", true],
    ["nginx -qc nginx.conf", true],
    ["nginx -c/srv/nginx.conf", true],
    ["nginx -c /srv/nginx.conf.old", false],
    ["nginx -g daemon on;", false],
  ] as const) {
    test(`the master "${title}" is ${isOwn ? "" : "not "}that of /srv/nginx.conf`, () => {
      const identity = { configFile: "/srv/nginx.conf", isDefaultConfig: false };
      assert.equal(isMasterOf([`nginx: master process ${title}`], identity), isOwn);
      assert.equal(isMasterOf(["nginx: worker process"], identity), false);
    });
  }

  test("a master without -c is that of the configuration which the binary names", () => {
    const identity = { configFile: "/etc/nginx/nginx.conf", isDefaultConfig: true };
    assert.equal(isMasterOf(["nginx: master process nginx -g daemon on;"], identity), true);
  });

  test("what -V prints tells the paths; what is left out is relative to the prefix", () => {
    const text = `nginx version: nginx/1.22.1
configure arguments: --with-cc-opt='-g -O2' --prefix=/srv/n --conf-path=/etc/n.conf`;
    const build = parseBuild(text);
    assert.equal(build.version, "nginx/1.22.1");
    assert.equal(build.configFile, "/etc/n.conf");
    assert.equal(build.pidFile, "/srv/n/logs/nginx.pid");
    assert.deepEqual(build.options[0], "--with-cc-opt=-g -O2");
  });

  test("members are the servers of upstreams, and what is passed on to without one", () => {
    const text = `http {
      upstream App { zone app 64k; server one.example:8080; server 10.0.0.2 backup; }
      upstream off { server 10.0.0.3 down; }
      upstream local { server unix:/run/x.sock; server 127.0.0.1:81; }
      server {
        location /a { proxy_pass http://App; }
        location /b { proxy_pass https://three.example/x; }
        location /c { fastcgi_pass 10.0.0.4:9000; }
        location /d { proxy_pass http://$target; }
      }
    }`;
    const folder = mkdtempSync(join(tmpdir(), "lb-nginx-"));
    const configFile = join(folder, "nginx.conf");
    writeFileSync(configFile, text);
    const { memberGroups } = readNginxConfig({ ...SETTINGS, configFile }, USUAL_BUILD);
    rmSync(folder, { recursive: true });
    assert.deepEqual(memberGroups, [
      {
        name: "App",
        members: [
          { host: "one.example", port: 8080 },
          { host: "10.0.0.2", port: 80 },
        ],
      },
      { name: "three.example:443", members: [{ host: "three.example", port: 443 }] },
      { name: "10.0.0.4:9000", members: [{ host: "10.0.0.4", port: 9000 }] },
    ]);
  });

  test("includes are followed in order, and a change in a folder is seen", () => {
    const folder = mkdtempSync(join(tmpdir(), "lb-nginx-"));
    try {
      mkdirSync(join(folder, "sites"));
      const main = join(folder, "nginx.conf");
      writeFileSync(main, "pid run/n.pid; http { include sites/*.conf; }");
      const site = (name: string, text: string): string => {
        writeFileSync(join(folder, "sites", name), text);
        return join(folder, "sites", name);
      };
      const second = site("b.conf", "server { listen 81; location /x { stub_status; } }");
      const tls = "ssl_certificate a.crt; ssl_certificate_key a.key;";
      const first = site("a.conf", `server { listen 443 ssl; ${tls} auth_basic_user_file pw; }`);
      site(".hidden.conf", "server { listen 82; }");
      const read = () => readNginxConfig({ ...SETTINGS, configFile: main }, USUAL_BUILD);
      const config = read();
      assert.deepEqual(config.files, [main, first, second]);
      assert.equal(config.pidFile, "/usr/share/nginx/run/n.pid");
      assert.equal(config.statusPage?.url.href, "http://127.0.0.1:81/x");
      assert.deepEqual(config.certificates, [
        { certificateFile: join(folder, "a.crt"), keyFile: join(folder, "a.key") },
      ]);
      assert.deepEqual(config.namedFiles, [join(folder, "pw")]);
      assert.equal(read(), config);
      const third = site("c.conf", "server { listen 83; }");
      assert.deepEqual(read().files, [main, first, second, third]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const SETTINGS: NginxSettings = {
  binary: "/usr/sbin/nginx",
  configFile: "",
  isDefaultConfig: false,
  port: null,
  statusUrl: null,
  statusRegex: /x/,
  testUrl: null,
  testRegex: null,
  testConfigFile: null,
  testName: null,
  test20Url: null,
  test20Regex: null,
  test20ConfigFile: null,
  test20Name: null,
  deepChecks: [],
  external30Command: null,
  options: [],
  gracefulMs: 0,
};
