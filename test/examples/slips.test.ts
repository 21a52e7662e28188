import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "mocha";
import { exampleFolder, exampleText, readTable } from "./installed-example.ts";
import { clusterSlips, haproxySlips, httpdSlips, nginxSlips } from "./slips.ts";

const EXAMPLES = ["recording", "web-engagement", "orchestration", "co-browse"];
const PARTS = { httpd: httpdSlips, nginx: nginxSlips, haproxy: haproxySlips };

function filesIn(example: string, folder: string): readonly string[] {
  const path = join(exampleFolder(example), folder);
  return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
}

/** All files for one server together: a balancer may be in one and used in another. */
function textFor(example: string, server: string): string {
  const files = filesIn(example, server);
  return files.map((file) => exampleText(example, file)).join("\n");
}

const RECORDING = textFor("recording", "httpd");
const ENGAGEMENT = textFor("web-engagement", "httpd");
const NGINX = textFor("web-engagement", "nginx");
const HAPROXY = textFor("orchestration", "haproxy");
const ORCHESTRATION = textFor("orchestration", "httpd");
const WARM = exampleText("recording", "cluster/httpd-warm.sh");

/** A slip of the guides put into an example's text, and a word of what is said of it. */
const SLIPS = [
  [httpdSlips, RECORDING, /route=T1RWS2/, "route=TlRWS2", "not alike"],
  [httpdSlips, RECORDING, /route=T1RWS2/, "route=T1RWS1", "one route"],
  [httpdSlips, RECORDING, /"balancer:\/\/t1rws\/api"/, '"balancer://tlrws/api"', "tlrws"],
  [httpdSlips, RECORDING, /balancer:\/\/t1rcs"/, 'balancer://t1rws"', "t1rws: twice"],
  [httpdSlips, RECORDING, /(t1rp2:8889")/, "$1 status=+H", "has a standby"],
  [httpdSlips, RECORDING, / connectiontimeout=5/, "", "lacks connectiontimeout"],
  [httpdSlips, RECORDING, / disablereuse=On/, "", "lacks disablereuse"],
  [httpdSlips, RECORDING, /; path=\/t1"/, '"', "expected a path"],
  [httpdSlips, RECORDING, / env=BALANCER_ROUTE_CHANGED/, "", "expected a path"],
  [httpdSlips, ENGAGEMENT, /route=GWE_Frontend_1/, "route=.GWE_Frontend_1", "a dot"],
  [
    httpdSlips,
    ENGAGEMENT,
    /"ws:\/\/192.168.33.52:9081" route=2/,
    '"ws://x" route=2',
    "same members",
  ],
  [httpdSlips, ENGAGEMENT, /Require ip.*/, "Allow from all", "not of httpd 2.4"],
  [httpdSlips, ORCHESTRATION, /ProxyPass "\/server-status" "!"/, "", "page is proxied"],
  [
    httpdSlips,
    ORCHESTRATION,
    /"balancer:\/\/orscluster\/"/,
    '"balancer://orsclusterl/"',
    "no members",
  ],
  [nginxSlips, NGINX, /zone gwe_backend_2 64k;/, "", "no zone"],
  [nginxSlips, NGINX, /proxy_pass http:\/\/\$gwe_backend_pool/, "$&$uri?$args", "has a path"],
  [nginxSlips, NGINX, /proxy_set_header Host.*/, "", "Host"],
  [nginxSlips, NGINX, /gwe_backend_pool/g, "http_sticky_backend", "clients may send"],
  [nginxSlips, NGINX, /(192.168.33.53:9081 fail_timeout=5s) backup/, "$1", "backups"],
  [nginxSlips, NGINX, /server 192.168.33.52:9081/, "server 192.168.33.99:9081", "not in"],
  [haproxySlips, HAPROXY, /use-server.*/, "stick store-response res.cook(ORSSESSIONID)", "307"],
  [haproxySlips, HAPROXY, /(_backup 192.168.33.74:7031) backup/, "$1", "backup or not"],
  [haproxySlips, HAPROXY, /(_primary 192.168.33.73):7031/, "$1", "no port"],
  [haproxySlips, HAPROXY, /-m end .node753/, "-m end .node75S", "node id"],
  [haproxySlips, HAPROXY, /timeout tunnel 1h/, "", "no timeout tunnel"],
  [clusterSlips, WARM, /virtual_ip with webserver-clone/, "webserver-clone with virtual_ip", "no"],
  [clusterSlips, WARM, /127.0.0.1/, "localhost", "localhost"],
] as const;

suite("examples: slips that a server accepts", () => {
  for (const example of EXAMPLES) {
    for (const [server, slips] of Object.entries(PARTS)) {
      const text = textFor(example, server);
      if (text === "") continue;
      test(`${example} for ${server} has none`, () => assert.deepEqual(slips(text), []));
    }
    test(`${example}: the scripts for the cluster have none`, () => {
      const scripts = filesIn(example, "cluster");
      assert.ok(scripts.length >= 2);
      for (const file of scripts) {
        assert.deepEqual(clusterSlips(exampleText(example, file)), [], file);
      }
    });
  }

  for (const [slips, text, pattern, replacement, said] of SLIPS) {
    test(`found: ${pattern.source} written as "${replacement}"`, () => {
      const changed = text.replace(pattern, replacement);
      assert.notEqual(changed, text);
      assert.ok(
        slips(changed).some((line) => line.includes(said)),
        slips(changed).join("\n"),
      );
    });
  }
});

suite("examples: their pages", () => {
  test("the scripts of one server are the same everywhere, so that one stands for all", () => {
    const scripts = EXAMPLES.flatMap((example) =>
      filesIn(example, "cluster").map((file) => ({ file, text: exampleText(example, file) })),
    );
    const texts = new Set(scripts.map(({ text }) => text));
    assert.equal(texts.size, new Set(scripts.map(({ file }) => file)).size);
  });

  for (const example of EXAMPLES) {
    test(`${example}: the table of files names each file, and only files that exist`, () => {
      const named = readTable(example).map(({ file }) => file);
      const folders = ["httpd", "nginx", "haproxy"];
      const present = folders.flatMap((folder) => filesIn(example, folder));
      for (const file of named) {
        assert.ok(statSync(join(exampleFolder(example), file)).isFile(), file);
      }
      const own = named.filter((file) => file.includes("/") && !file.startsWith(".."));
      assert.deepEqual([...own].sort(), [...present].sort());
    });

    test(`${example}: the page is one page`, () => {
      const lines = exampleText(example, "README.md").split("\n");
      assert.ok(lines.length <= 90, `${lines.length} lines`);
    });
  }
});
