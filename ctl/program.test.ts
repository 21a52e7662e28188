import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  status as GRPC,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { setup, suite, teardown, test } from "mocha";
import { applyChanges } from "../agent/core/configuration/index.ts";
import { type Cib, emptyCib, type Problem, RELEASE } from "../agent/core/model/index.ts";
import {
  type ApiMessage,
  decodeChange,
  decodeCommand,
  encodeCib,
  encodeStatus,
  PROBLEMS_METADATA,
  PROTOCOL_METADATA,
} from "../agent/wire/index.ts";
import { loadApiDefinition } from "../proto/api-definition.ts";
import { connectAgent } from "./agent-client/connect.ts";
import { readPaths } from "./paths.ts";
import { runProgram } from "./program.ts";
import { EXAMPLE_STATUS } from "./render/example-status.ts";
import type { Session } from "./session.ts";

const NODES = ["p1", "p2"];

interface Answer {
  readonly message?: ApiMessage;
  readonly problems?: readonly Problem[];
  readonly failure?: { readonly code: number; readonly details: string };
}

suite("lbctl over a unix socket, with the real configuration behind it", () => {
  let folder = "";
  let server = new Server();
  let cib: Cib = emptyCib(NODES);
  let commands: unknown[] = [];
  let protocols: unknown[] = [];
  let override: Answer | null = null;

  const answer = (name: string, message: ApiMessage): Answer => {
    if (override !== null) return override;
    switch (name) {
      case "getStatus":
        return { message: { status: encodeStatus(EXAMPLE_STATUS) } };
      case "getCib":
        return { message: { cib: encodeCib(cib) } };
      case "runCommand":
        commands.push(decodeCommand(message["command"]));
        return { message: { notes: ["Cleaned up webserver on p1"] } };
      case "apply": {
        const list: readonly unknown[] = Array.isArray(message["changes"])
          ? message["changes"]
          : [];
        const changes = list.map(decodeChange).filter((change) => change !== null);
        const stamp = { by: String(message["by"]), atWallMs: 1 };
        const result = applyChanges(cib, changes, { stamp, nodes: NODES });
        if (result.kind === "refused") return { problems: result.problems };
        cib = result.cib;
        return { message: { notes: result.notes, savedOn: NODES } };
      }
      default:
        return { failure: { code: GRPC.UNIMPLEMENTED, details: name } };
    }
  };

  setup(async () => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-"));
    cib = emptyCib(NODES);
    commands = [];
    protocols = [];
    override = null;
    const { service, problemList } = loadApiDefinition();
    const handler =
      (name: string) =>
      (call: ServerUnaryCall<ApiMessage, ApiMessage>, end: sendUnaryData<ApiMessage>): void => {
        protocols.push(call.metadata.get(PROTOCOL_METADATA)[0]);
        const { message, problems, failure } = answer(name, call.request);
        if (message !== undefined) end(null, message);
        else if (failure !== undefined) end(failure);
        else {
          const metadata = new Metadata();
          metadata.set(PROBLEMS_METADATA, problemList.serialize({ problems: problems ?? [] }));
          end({ code: GRPC.INVALID_ARGUMENT, details: "refused", metadata });
        }
      };
    server = new Server();
    const names = ["getStatus", "getCib", "apply", "runCommand"];
    server.addService(service, Object.fromEntries(names.map((name) => [name, handler(name)])));
    await new Promise<void>((resolve, reject) => {
      const address = `unix:${folder}/agent.sock`;
      server.bindAsync(address, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  });

  teardown(() => {
    server.forceShutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command line and gives its exit code with all that it printed. */
  async function run(line: string, run = folder): Promise<readonly [number, string, string]> {
    const printed = { out: "", err: "" };
    const paths = readPaths({ LB_CLUSTER_RUN: run, LB_CLUSTER_ETC: join(folder, "etc") });
    const session: Session = {
      paths,
      terminal: {
        out: (text) => {
          printed.out += `${text}\n`;
        },
        err: (text) => {
          printed.err += `${text}\n`;
        },
      },
      withAgent: async (use) => {
        const agent = await connectAgent(paths.socket, "tester");
        try {
          return await use(agent);
        } finally {
          agent.close();
        }
      },
    };
    const exitCode = await runProgram(line.split(" "), session);
    return [exitCode, printed.out, printed.err];
  }

  async function mustRun(line: string): Promise<string> {
    const [exitCode, out, err] = await run(line);
    assert.deepEqual([exitCode, err], [0, ""], line);
    return out;
  }

  test("the guide's commands build the guide's configuration", async () => {
    const lines = [
      "property set stonith-enabled=false",
      "property set no-quorum-policy=ignore",
      "resource defaults migration-threshold=1",
      "resource create virtual_ip ocf:heartbeat:IPaddr2 ip=10.99.0.100 nic=eth0 " +
        "cidr_netmask=32 op monitor interval=30s",
      "resource create webserver ocf:heartbeat:apache " +
        "configfile=/etc/httpd/conf/httpd.conf statusurl=http://localhost/server-status " +
        "op monitor interval=30s",
      "resource meta webserver migration-threshold=10",
      "constraint colocation add webserver virtual_ip INFINITY",
      "constraint order virtual_ip then webserver",
    ];
    for (const line of lines) assert.equal((await run(line))[0], 0, line);
    assert.equal(
      await mustRun("resource config"),
      `Resource: virtual_ip (class=ocf provider=heartbeat type=IPaddr2)
  Attributes: virtual_ip-instance_attributes
    cidr_netmask=32
    ip=10.99.0.100
    nic=eth0
  Operations:
    monitor: virtual_ip-monitor-interval-30s
      interval=30s
Resource: webserver (class=ocf provider=heartbeat type=apache)
  Attributes: webserver-instance_attributes
    configfile=/etc/httpd/conf/httpd.conf
    statusurl=http://localhost/server-status
  Meta Attributes: webserver-meta_attributes
    migration-threshold=10
  Operations:
    monitor: webserver-monitor-interval-30s
      interval=30s
`,
    );
    assert.equal(
      await mustRun("constraint --full"),
      `Location Constraints:
Ordering Constraints:
  start virtual_ip then start webserver (kind:Mandatory) (id:order-virtual_ip-webserver-mandatory)
Colocation Constraints:
  webserver with virtual_ip (score:INFINITY) (id:colocation-webserver-virtual_ip-INFINITY)
Ticket Constraints:
`,
    );
    assert.equal(
      await mustRun("resource defaults"),
      "Meta Attrs: rsc_defaults-meta_attributes\n  migration-threshold=1\n",
    );
    assert.deepEqual(cib.properties, { "stonith-enabled": "false", "no-quorum-policy": "ignore" });
  });

  test("a score of -INFINITY and options before words are understood", async () => {
    await mustRun("resource create --disabled a ocf:heartbeat:Dummy");
    await mustRun("--force resource create b ocf:heartbeat:Dummy");
    await mustRun("constraint colocation add a with b -INFINITY");
    assert.match(await mustRun("constraint colocation"), /a with b \(score:-INFINITY\)/);
    await mustRun("constraint colocation remove a b");
    assert.equal(await mustRun("constraint colocation"), "Colocation Constraints:\n");
  });

  test("JSON has the names of the model, from a command of a family too", async () => {
    const whole: unknown = JSON.parse(await mustRun("status --output-format json"));
    assert.deepEqual(whole, EXAMPLE_STATUS);
    const part: unknown = JSON.parse(await mustRun("status quorum --output-format=json"));
    assert.deepEqual(part, EXAMPLE_STATUS);
  });

  test("a command names what it is for", async () => {
    const out = await mustRun("resource cleanup webserver node=p1");
    assert.equal(out, "Cleaned up webserver on p1\n");
    assert.deepEqual(commands, [{ kind: "cleanup", resource: "webserver", node: "p1" }]);
  });

  test("node standby without a name is for this node, --all for both", async () => {
    await mustRun("node standby");
    assert.deepEqual(
      cib.nodes.map(({ attributes }) => attributes),
      [{ standby: "on" }, {}],
    );
    await mustRun("node standby --all");
    await mustRun("node unstandby p1");
    assert.deepEqual(
      cib.nodes.map(({ attributes }) => attributes),
      [{}, { standby: "on" }],
    );
  });

  test("mistakes: one line each, exit code 2, nothing changed", async () => {
    const before = cib;
    const rows: readonly (readonly [string, RegExp])[] = [
      ["nosuch", /^Error: unknown .*; none of the \d+ commands is like it; "lbctl --help"/],
      [
        "resource delte x",
        /^Error: unknown command 'lbctl resource delte'; did you mean command 'delete'/,
      ],
      ["resource create x", /^Error: usage: lbctl resource create ID AGENT/],
      ["resource create x Dummy --nosuch", /^Error: unknown option '--nosuch'/],
      ["resource meta nosuch a=b", /^Error: resource "nosuch": does not exist/],
      ["property set nosuch=1", /^Error: property "nosuch"/],
      ["property set no-quorum-policy=bogus", /^Error: property "no-quorum-policy": "bogus"/],
      ["constraint order a then b", /^Error: resource "a"/],
      ["constraint location a prefers p1=abc", /"abc"/],
      ["node standby nosuch", /^Error: node "nosuch": is not in this cluster; the nodes are/],
      ["node standby --wait=abc", /^Error: 'abc' is not a valid number of seconds/],
      ["resource status nosuch", /^Error: resource id 'nosuch' not found/],
      ["status --output-format xml", /^Error: 'xml' is not a valid output format/],
      ["mon x", /^Error: mon takes no words/],
      ["cluster start x", /^Error: cluster start takes no names/],
      ["cluster token", /^Error: this host is in no cluster/],
      ["cluster setup c a b c", /^Error: a cluster has exactly two nodes/],
      ["cluster join lbc1:abc", /^Error: a token in the command line can be seen/],
    ];
    for (const [line, message] of rows) {
      const [exitCode, out, err] = await run(line);
      assert.deepEqual([exitCode, out], [2, ""], line);
      assert.match(err, message);
      assert.ok(
        err.split("\n").every((each) => each === "" || each.startsWith("Error: ")),
        err,
      );
    }
    assert.equal(cib, before);
  });

  test("what the cluster could not do is exit code 1", async () => {
    override = { failure: { code: GRPC.FAILED_PRECONDITION, details: "no DC yet" } };
    assert.deepEqual(await run("status"), [1, "", "Error: no DC yet\n"]);
  });

  test("an agent of another release, or none at all, is exit code 3", async () => {
    const details = "protocol of the client: version 1, lb-agent 9 speaks 2";
    override = { failure: { code: GRPC.FAILED_PRECONDITION, details } };
    assert.deepEqual(await run("status"), [3, "", `Error: ${details}\n`]);
    assert.deepEqual(new Set(protocols), new Set(["1"]));
    const [exitCode, , err] = await run("status", join(folder, "none"));
    assert.equal(exitCode, 3);
    assert.equal(
      err,
      `Error: no lb-agent on this host: ${folder}/none/agent.sock does not exist; ` +
        'start it with "lbctl cluster start"\n',
    );
  });

  test("help is no error", async () => {
    const [exitCode, out, err] = await run("resource create --help");
    assert.deepEqual([exitCode, err], [0, ""]);
    assert.match(out, /^Usage: lbctl resource create \[options\] ID AGENT/);
  });
});

suite("release", () => {
  test("it is that of package.json", () => {
    const parsed: unknown = JSON.parse(readFileSync("package.json", "utf8"));
    assert.ok(typeof parsed === "object" && parsed !== null && "version" in parsed);
    assert.equal(parsed.version, RELEASE);
  });
});
