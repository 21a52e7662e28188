import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentContext, OCF } from "../contract.ts";
import { parsePeers, parseProcesses } from "./ask-haproxy.ts";
import { HAPROXY_AGENT } from "./index.ts";
import { parseHaproxyConfig } from "./parse-config.ts";
import { isOfConfig, masterSocketOf } from "./processes.ts";
import { parseBind, readHaproxyConfig } from "./read-config.ts";
import { type HaproxySettings, readHaproxySettings } from "./settings.ts";

suite("configuration of haproxy", () => {
  let folder: string;
  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-haproxy-"));
  });
  teardown(() => rmSync(folder, { recursive: true }));

  test("words are split as haproxy does", () => {
    const text = `global\n  log "a b" 'c "\${X}' d\\ e "\${X}/f" \${X} # g\n\n`;
    const [, line] = parseHaproxyConfig(text, { X: "value" });
    assert.deepEqual(line?.words, ["log", "a b", 'c "${X}', "d e", "value/f", "${X}"]);
    assert.equal(line?.section, "global");
  });

  for (const [words, expected] of [
    [":80", [[null, 80]]],
    ["*:443 ssl crt x", [[null, 443]]],
    [
      "10.0.0.1:80,[fd00::1]:81",
      [
        ["10.0.0.1", 80],
        ["fd00::1", 81],
      ],
    ],
    [
      "ipv4@127.0.0.1:8000-8002",
      [
        ["127.0.0.1", 8000],
        ["127.0.0.1", 8001],
        ["127.0.0.1", 8002],
      ],
    ],
    ["unix@/run/x.sock", []],
    ["/run/x.sock", []],
  ] as const) {
    test(`bind ${words}`, () => {
      const binds = parseBind(words.split(" "));
      assert.deepEqual(
        binds.map(({ host, port }) => [host, port]),
        expected,
      );
    });
  }

  test("members are the servers of each backend and listen", () => {
    const path = join(folder, "haproxy.cfg");
    const lines = [
      "defaults",
      "  default-server check",
      "peers mates",
      "  server lb1 10.0.0.9:1024",
      "backend app",
      "  server a ipv4@10.0.0.1:8080 check",
      "  server b app2.example:8080 backup",
      "  server c 10.0.0.3:8080 disabled",
      "  server d 10.0.0.4",
      "  server e unix@/run/e.sock",
      "listen both",
      "  bind :81",
      "  server-template t 3 app.example:90 resolvers dns",
    ];
    writeFileSync(path, lines.join("\n"));
    const { memberGroups } = readHaproxyConfig(settingsOf({ conffile: path }));
    assert.deepEqual(memberGroups, [
      {
        name: "app",
        members: [
          { host: "10.0.0.1", port: 8080 },
          { host: "app2.example", port: 8080 },
        ],
      },
      { name: "both", members: [{ host: "app.example", port: 90 }] },
    ]);
  });

  for (const [words, isOwn] of [
    ["haproxy -W -D -f /e/a.cfg -f /e/d -p x", true],
    ["haproxy -sf 12 -x sockpair@3 -Ws -f /e/a.cfg -f /e/d", true],
    ["haproxy -W -- /e/a.cfg /e/d", true],
    ["haproxy -W -c -f /e/a.cfg -f /e/d", false],
    ["haproxy -W -f /e/a.cfg", false],
    ["haproxy -W -f /e/d -f /e/a.cfg", false],
  ] as const) {
    test(`"${words}" is ${isOwn ? "" : "not "}the server of /e/a.cfg and /e/d`, () => {
      assert.equal(isOfConfig(words.split(" "), { configPaths: ["/e/a.cfg", "/e/d"] }), isOwn);
    });
  }

  test("the master's socket is in its command line", () => {
    assert.equal(masterSocketOf(["-S", "/run/m.sock,mode,600"]), "/run/m.sock");
    assert.equal(masterSocketOf(["-W"]), null);
  });

  test("a folder means its *.cfg files, sorted; named files are found", () => {
    mkdirSync(join(folder, "d"));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const main = file(
      "a.cfg",
      `global\n stats socket ${folder}/s mode 600\n ca-base /ca\n crt-base ${folder}
 server-state-file st\n server-state-base ${folder}
defaults\n errorfile 503 /e/503.http\n load-server-state-from-file global`,
    );
    const last = file("d/2.cfg", "frontend f\n bind :443 ssl crt w.pem ca-file c.pem");
    const first = file(
      "d/1.cfg",
      "frontend g\n bind 127.0.0.1:80\n monitor-uri /up\n" +
        " use_backend %[path,map_beg(/e/p.map)]\n acl a src -f /e/nets",
    );
    file("d/3.txt", "frontend h\n bind :1");
    file("w.pem", "-----BEGIN PRIVATE KEY-----");
    const config = readHaproxyConfig(settingsOf({ conffile: `${main} ${folder}/d` }));
    assert.deepEqual(config.files, [main, first, last]);
    assert.deepEqual(config.statsSockets, [`${folder}/s`]);
    assert.equal(config.monitorUrl?.href, "http://127.0.0.1/up");
    assert.equal(config.stateFile, join(folder, "st"));
    assert.deepEqual(config.namedFiles, ["/e/503.http", "/e/p.map", "/e/nets", "/ca/c.pem"]);
    const certificateFile = join(folder, "w.pem");
    assert.deepEqual(config.certificates, [{ certificateFile, keyFile: null }]);
  });

  test("the unit's words count unless options are given; -f in extraconf is no file", () => {
    const file = join(folder, "default");
    writeFileSync(file, `# x\nCONFIG="/e/x.cfg"\nEXTRAOPTS='-L A -n 9'\n`);
    const ofUnit = settingsOf({ envfiles: file, extraconf: "-f /e/y.cfg" });
    assert.deepEqual(ofUnit.options, ["-L", "A", "-n", "9"]);
    assert.equal(ofUnit.configPaths[0], "/e/x.cfg");
    assert.equal(ofUnit.configPaths.at(-1), "/e/y.cfg");
    assert.deepEqual(settingsOf({ envfiles: file, options: "-L B" }).options, ["-L", "B"]);
  });

  test("the master's list tells workers from those of before a reload", () => {
    const text = `#<PID> <type> <reloads>\n7 master 2 [failed: 1] 0d\n# workers\n9 worker 0 0d
# old workers\n8 worker 1 0d\n# programs\n`;
    const expected = { workers: [9], oldWorkers: [8], failedReloads: 1 };
    assert.deepEqual(parseProcesses(text), expected);
  });

  for (const [flags, peer, state] of [
    ["0x11", "remote,inactive", "learning"],
    ["0x33", "remote,inactive", "learnt"],
    ["0x1103", "remote,active", "learnt"],
    ["0x0", "local,inactive", "none"],
  ] as const) {
    test(`peers with flags ${flags} and one that is ${peer}: ${state}`, () => {
      const head = `0x55: [date] id=pair disabled=0 flags=${flags} x`;
      const text = `${head}\n  0x56: id=B(${peer}) addr=x\n`;
      assert.equal(parsePeers(text), state);
    });
  }

  test("bad parameters are named all at once", async () => {
    const context = contextOf({ conffile: "x.cfg", statusurl: "ftp://x", pidfile: "p" });
    const { status, reason } = await HAPROXY_AGENT.monitor(context);
    assert.equal(status, OCF.ERR_CONFIGURED);
    assert.match(reason, /pidfile "p".*statusurl "ftp:\/\/x".*conffile "x.cfg"/);
  });

  function settingsOf(parameters: Record<string, string>): HaproxySettings {
    const result = readHaproxySettings(contextOf({ envfiles: "", ...parameters }));
    if (result.kind === "refused") assert.fail(result.problems.join("; "));
    return result.settings;
  }
});

function contextOf(parameters: Record<string, string>): AgentContext {
  const refuse = (): never => assert.fail("nothing outside is expected to be used");
  return {
    resource: "balancer",
    parameters,
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 1000,
    isSupervised: false,
    signal: new AbortController().signal,
    addresses: {
      list: refuse,
      nics: refuse,
      hold: refuse,
      release: refuse,
      whoHas: refuse,
      announce: refuse,
    },
    run: refuse,
    wait: refuse,
    log: refuse,
    runFolder: "/nonexistent",
  };
}
