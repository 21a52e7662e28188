import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Change } from "../../agent/core/model/index.ts";
import { CtlError } from "../ctl-error.ts";
import { parseDefaults } from "./parse-defaults.ts";
import {
  type CreateOptions,
  parseAgentName,
  parseCreate,
  parseDelete,
  parseGroup,
  parseMeta,
  parseMetaSwitch,
  parseOperationChange,
  parsePlacement,
  parseUpdate,
} from "./parse-resource.ts";

/** The words of a command line as a shell gives them; no word of these holds a blank. */
function words(line: string): readonly string[] {
  return line.split(" ").filter((word) => word !== "");
}

const CREATE = {
  kind: "createResource",
  meta: {},
  operations: [],
  defaultOperations: [],
  group: null,
  before: null,
  after: null,
} as const;
const OCF = { standard: "ocf", provider: "heartbeat" } as const;

suite("words of lbctl resource", () => {
  const creations: readonly (readonly [string, CreateOptions, Change])[] = [
    [
      "virtual_ip ocf:heartbeat:IPaddr2 ip=192.168.33.20 nic=eth0 cidr_netmask=32 " +
        "op monitor interval=30s",
      {},
      {
        ...CREATE,
        id: "virtual_ip",
        agent: { ...OCF, type: "IPaddr2" },
        parameters: { ip: "192.168.33.20", nic: "eth0", cidr_netmask: "32" },
        operations: [{ name: "monitor", options: { interval: "30s" } }],
      },
    ],
    [
      "webserver ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf " +
        "statusurl=http://localhost/server-status?a=b op monitor interval=30s",
      {},
      {
        ...CREATE,
        id: "webserver",
        agent: { ...OCF, type: "apache" },
        parameters: {
          configfile: "/etc/httpd/conf/httpd.conf",
          statusurl: "http://localhost/server-status?a=b",
        },
        operations: [{ name: "monitor", options: { interval: "30s" } }],
      },
    ],
    [
      "x IPaddr2 op monitor interval=10s timeout=5s start timeout=40s op stop " +
        "timeout=9s meta priority=5",
      { group: "g", after: "y", isDisabled: true },
      {
        ...CREATE,
        id: "x",
        agent: { standard: "", provider: null, type: "IPaddr2" },
        parameters: {},
        meta: { priority: "5", "target-role": "Stopped" },
        operations: [
          { name: "monitor", options: { interval: "10s", timeout: "5s" } },
          { name: "start", options: { timeout: "40s" } },
          { name: "stop", options: { timeout: "9s" } },
        ],
        group: "g",
        after: "y",
      },
    ],
  ];
  for (const [line, options, expected] of creations) {
    test(`create ${line}`, () => {
      assert.deepEqual(parseCreate(words(line), options), expected);
    });
  }

  test("an agent's name", () => {
    const rows = [
      ["systemd:haproxy", { standard: "systemd", provider: null, type: "haproxy" }],
      ["lsb:a:b", { standard: "lsb", provider: null, type: "a:b" }],
      ["ocf:pacemaker:Dummy", { standard: "ocf", provider: "pacemaker", type: "Dummy" }],
    ] as const;
    for (const [text, expected] of rows) assert.deepEqual(parseAgentName(text), expected);
  });

  const changes: readonly (readonly [string, () => unknown, unknown])[] = [
    [
      "meta webserver migration-threshold=10",
      () => parseMeta(words("webserver migration-threshold=10")),
      { kind: "setResourceMeta", ids: ["webserver"], values: { "migration-threshold": "10" } },
    ],
    [
      "defaults migration-threshold=1",
      () => parseDefaults("resource", words("migration-threshold=1")),
      { kind: "setResourceDefaults", values: { "migration-threshold": "1" } },
    ],
    [
      "defaults update resource-stickiness=",
      () => parseDefaults("resource", words("update resource-stickiness=")),
      { kind: "setResourceDefaults", values: { "resource-stickiness": "" } },
    ],
    ["defaults", () => parseDefaults("resource", []), null],
    [
      "update x ip=1.2.3.4 nic= op monitor interval=5s meta priority=",
      () => parseUpdate(words("x ip=1.2.3.4 nic= op monitor interval=5s meta priority=")),
      {
        kind: "updateResource",
        id: "x",
        parameters: { ip: "1.2.3.4", nic: "" },
        meta: { priority: "" },
        operations: [{ name: "monitor", options: { interval: "5s" } }],
      },
    ],
    [
      "disable a b",
      () => parseMetaSwitch(words("a b"), { "target-role": "Stopped" }, "disable"),
      [{ kind: "setResourceMeta", ids: ["a", "b"], values: { "target-role": "Stopped" } }],
    ],
    [
      "delete a b",
      () => parseDelete(words("a b")),
      [
        { kind: "deleteResource", id: "a" },
        { kind: "deleteResource", id: "b" },
      ],
    ],
    [
      "op add a monitor interval=5s",
      () => parseOperationChange("add", words("a monitor interval=5s")),
      {
        kind: "addOperation",
        id: "a",
        operation: { name: "monitor", options: { interval: "5s" } },
      },
    ],
    [
      "op remove a monitor",
      () => parseOperationChange("remove", words("a monitor")),
      { kind: "removeOperation", id: "a", operation: { name: "monitor", options: {} } },
    ],
    [
      "group add g a b --before c",
      () => parseGroup("add", words("g a b"), { before: "c" }),
      { kind: "groupResources", group: "g", members: ["a", "b"], before: "c", after: null },
    ],
    [
      "group remove g",
      () => parseGroup("remove", words("g")),
      { kind: "ungroupResources", group: "g", members: [] },
    ],
    [
      "move a ip2",
      () => parsePlacement("move", words("a ip2")),
      { id: "a", node: "ip2", lifetimeMs: null },
    ],
    [
      "ban a lifetime=PT30M",
      () => parsePlacement("ban", words("a lifetime=PT30M")),
      { id: "a", node: null, lifetimeMs: 1_800_000 },
    ],
  ];
  for (const [line, parse, expected] of changes) {
    test(line, () => assert.deepEqual(parse(), expected));
  }

  const refusals: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["create", () => parseCreate([]), /^usage: lbctl resource create/],
    ["create x", () => parseCreate(["x"]), /^usage: lbctl resource create/],
    ["create x a:", () => parseCreate(words("x ocf:")), /invalid agent name 'ocf:'/],
    ["create x ocf:a:b:c", () => parseCreate(words("x ocf:a:b:c")), /invalid agent name/],
    [
      "a parameter without a value",
      () => parseCreate(words("x Dummy ip")),
      /missing value of 'ip'/,
    ],
    ["an empty parameter", () => parseCreate(words("x Dummy ip=")), /missing value of 'ip'/],
    ["a value without a name", () => parseCreate(words("x Dummy =1")), /missing key in '=1'/],
    ["two values", () => parseCreate(words("x Dummy a=1 a=2")), /different values '1' and '2'/],
    [
      "an operation without options",
      () => parseCreate(words("x Dummy op monitor")),
      /at least one/,
    ],
    ["options without an operation", () => parseCreate(words("x Dummy op a=1")), /at least one/],
    ["a bundle", () => parseCreate(words("x Dummy bundle")), /'bundle' is not supported/],
    [
      "--after without --group",
      () => parseCreate(words("x Dummy"), { after: "y" }),
      /need --group/,
    ],
    ["meta x", () => parseMeta(["x"]), /^usage/],
    ["update x", () => parseUpdate(["x"]), /^usage/],
    ["delete", () => parseDelete([]), /^usage/],
    ["op add x monitor", () => parseOperationChange("add", words("x monitor")), /^usage/],
    ["move a b c", () => parsePlacement("move", words("a b c")), /^usage/],
    ["group add g", () => parseGroup("add", ["g"]), /^usage/],
  ];
  for (const [name, parse, message] of refusals) {
    test(`refused: ${name}`, () => {
      assert.throws(parse, (error: unknown) => {
        assert.ok(error instanceof CtlError);
        assert.equal(error.exitCode, 2);
        assert.match(error.lines.join("\n"), message);
        return true;
      });
    });
  }
});
