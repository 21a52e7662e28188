import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, credentials, status as GRPC, Metadata, type ServiceError } from "@grpc/grpc-js";
import { setup, suite, teardown, test } from "mocha";
import { loadApiDefinition } from "../../../proto/api-definition.ts";
import type { ResourceAgent } from "../../../resource-agents/contract.ts";
import { SUCCEEDED } from "../../../resource-agents/contract.ts";
import {
  type ApiReply,
  type ApiRequest,
  type Change,
  type Cib,
  emptyCib,
  emptyHistory,
  type Primitive,
} from "../../core/model/index.ts";
import {
  type ApiMessage,
  decodeCib,
  decodeDecision,
  decodeProblems,
  decodeSchedulerInput,
  decodeStatus,
  encodeChange,
  encodeCommand,
  PROBLEMS_METADATA,
  PROTOCOL_METADATA,
} from "../../wire/index.ts";
import type { AgentCatalogue } from "./agent-catalogue.ts";
import { type ApiServer, openApiServer } from "./api-server.ts";

const WEB: Primitive = {
  kind: "primitive",
  id: "web",
  agent: { standard: "ocf", provider: "test", type: "Web" },
  parameters: { port: "80" },
  meta: { "migration-threshold": "10" },
  operations: [{ id: "m", name: "monitor", intervalMs: 30_000, timeoutMs: null, options: {} }],
};

const CIB: Cib = {
  ...emptyCib(["ip1", "ip2"]),
  version: { adminEpoch: 0, epoch: 7, numUpdates: 1 },
  lineage: [{ version: { adminEpoch: 0, epoch: 6, numUpdates: 0 }, digest: "ab" }],
  lastChange: { atWallMs: 1_795_206_299_000, by: "root" },
  properties: { "stonith-enabled": "false" },
  resources: [
    WEB,
    {
      kind: "group",
      id: "g",
      meta: {},
      members: [{ ...WEB, id: "unit", agent: { standard: "systemd", provider: null, type: "x" } }],
    },
  ],
  constraints: [
    { kind: "location", id: "l", resource: "web", node: "ip1", score: -1_000_000 },
    { kind: "colocation", id: "c", resource: "web", withResource: "unit", score: 1_000_000 },
    {
      kind: "order",
      id: "o",
      first: "unit",
      firstAction: "start",
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      then: "web",
      thenAction: "start",
      strength: "Mandatory",
      isSymmetrical: true,
    },
  ],
};

const AGENT: ResourceAgent = {
  metadata: {
    standard: "ocf",
    provider: "test",
    type: "Web",
    version: "1",
    shortDescription: "A web server",
    longDescription: "Long.",
    parameters: [
      {
        name: "port",
        type: "integer",
        isRequired: true,
        isUnique: false,
        defaultValue: null,
        shortDescription: "Port",
        longDescription: "The port.",
      },
    ],
    actions: [
      { name: "start", timeoutMs: 40_000, intervalMs: 0 },
      { name: "stop", timeoutMs: 60_000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 20_000, intervalMs: 10_000 },
      { name: "meta-data", timeoutMs: 5000, intervalMs: 0 },
    ],
  },
  start: async () => SUCCEEDED,
  stop: async () => SUCCEEDED,
  monitor: async () => SUCCEEDED,
  validate: async ({ parameters }) =>
    parameters["port"] === "1" ? { status: 2, reason: "port 1 is taken" } : SUCCEEDED,
};

const CATALOGUE: AgentCatalogue = {
  list: async () => [{ name: "ocf:test:Web", shortDescription: "A web server" }],
  find: async (name) => (name === "ocf:test:Web" ? AGENT : "no agent of this name"),
  validate: async (agent, call) =>
    agent.validate({
      ...call,
      isProbe: false,
      checkLevel: 0,
      timeoutMs: 1000,
      isSupervised: true,
      signal: AbortSignal.timeout(1000),
      addresses: {
        list: async () => [],
        nics: async () => [],
        hold: async () => null,
        release: async () => null,
        whoHas: async () => null,
        announce: () => {},
      },
      run: async () => ({ kind: "exited", status: 0, stdout: "", stderr: "" }),
      wait: async () => {},
      log: () => {},
      runFolder: "/",
    }),
};

suite("API over a unix socket", () => {
  let folder = "";
  let server: ApiServer | null = null;
  let client: Client | null = null;
  let asked: ApiRequest[] = [];
  let reply: (request: ApiRequest) => ApiReply = () => ({ kind: "failed", text: "no reply set" });

  const open = async (): Promise<ApiServer | string> =>
    openApiServer({
      socketPath: join(folder, "run", "agent.sock"),
      release: "9.9.9",
      agents: CATALOGUE,
      handle: async (request) => {
        asked.push(request);
        return reply(request);
      },
    });

  setup(async () => {
    folder = mkdtempSync(join(tmpdir(), "lb-api-"));
    asked = [];
    reply = ({ kind }) =>
      kind === "getCib"
        ? { kind: "cib", cib: CIB }
        : {
            kind: "applied",
            cibVersion: "0.8.0",
            notes: ["done"],
            savedOn: ["ip1"],
            decisions: [],
          };
    const opened = await open();
    assert.ok(typeof opened !== "string", String(opened));
    server = opened;
    client = new Client(`unix:${folder}/run/agent.sock`, credentials.createInsecure());
  });

  teardown(async () => {
    client?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function call(
    name: string,
    message: ApiMessage,
    versions: string | readonly string[] = "1",
  ): Promise<ApiMessage> {
    const method = loadApiDefinition().service[name];
    assert.ok(method !== undefined && client !== null);
    const metadata = new Metadata();
    for (const version of [versions].flat()) metadata.add(PROTOCOL_METADATA, version);
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      client?.makeUnaryRequest(
        path,
        requestSerialize,
        (bytes: Buffer): ApiMessage => ({ ...responseDeserialize(bytes) }),
        message,
        metadata,
        (error, answer) => (error === null ? resolve(answer ?? {}) : reject(error)),
      );
    });
  }

  async function errorOf(promise: Promise<unknown>): Promise<ServiceError> {
    try {
      await promise;
    } catch (error) {
      if (isServiceError(error)) return error;
      throw error;
    }
    return assert.fail("did not fail");
  }

  function isServiceError(error: unknown): error is ServiceError {
    return error instanceof Error && "code" in error && "metadata" in error;
  }

  async function problemsOf(changes: readonly Change[], more: ApiMessage = {}) {
    const message = { changes: changes.map(encodeChange), by: "me", ...more };
    const error = await errorOf(call("Apply", message));
    assert.equal(error.code, GRPC.INVALID_ARGUMENT);
    const [bytes] = error.metadata.get(PROBLEMS_METADATA);
    assert.ok(Buffer.isBuffer(bytes));
    return decodeProblems(loadApiDefinition().problemList.deserialize(bytes));
  }

  const create = (parameters: Record<string, string>, type = "Web"): Change => ({
    kind: "createResource",
    id: "new",
    agent: { standard: "ocf", provider: "test", type },
    parameters,
    meta: {},
    operations: [],
    defaultOperations: [],
    group: null,
    before: null,
    after: null,
  });

  test("a configuration arrives as it was sent", async () => {
    assert.deepEqual(decodeCib((await call("GetCib", {}))["cib"]), CIB);
  });

  test("a status gets the wall clock that the core does not know", async () => {
    reply = () => ({ kind: "status", status: decodeStatus({ nowWallMs: 0, clusterName: "web" }) });
    const status = decodeStatus((await call("GetStatus", {}))["status"]);
    assert.equal(status.clusterName, "web");
    assert.ok(status.nowWallMs > 1_700_000_000_000);
  });

  test("changes of every kind reach the core as they were asked for", async () => {
    const changes: readonly Change[] = [
      { kind: "setProperties", values: { "stonith-enabled": "false", gone: "" } },
      { kind: "setNodeAttributes", node: "ip1", values: { standby: "on" } },
      { kind: "moveResource", id: "web", node: null, activeOn: ["ip1"] },
      { kind: "addLocation", id: null, resource: "web", node: "ip1", score: "-INFINITY" },
      { kind: "addColocation", id: "c", resource: "a", withResource: "b", score: "5" },
      { kind: "groupResources", group: "g", members: ["a", "b"], before: "x", after: null },
      { kind: "deleteConstraints", ids: ["a", "b"] },
      { kind: "addOperation", id: "a", operation: { name: "monitor", options: { interval: "1" } } },
    ];
    const message = { changes: changes.map(encodeChange), isDryRun: true, by: "me" };
    const answer = await call("Apply", message);
    assert.deepEqual(answer, {
      cibVersion: "0.8.0",
      notes: ["done"],
      savedOn: ["ip1"],
      decisions: [],
      schedulerInputJson: "",
    });
    const [request] = asked;
    assert.ok(request?.kind === "apply");
    assert.deepEqual(request.changes, changes);
    assert.equal(request.isDryRun, true);
    assert.equal(request.by, "me");
  });

  test("a dry run brings what was decided and what it was decided from", async () => {
    const input = {
      cib: CIB,
      nodes: [{ name: "ip1", presence: "online" as const }],
      histories: [emptyHistory("ip1")],
      isQuorate: true,
      now: 1_795_206_299_000,
    };
    const decision = {
      what: "move" as const,
      resource: "web",
      from: "ip1",
      to: null,
      isBlocked: false,
      reason: "ip1 is in standby",
    };
    reply = () => ({
      kind: "applied",
      cibVersion: "",
      notes: [],
      savedOn: [],
      decisions: [decision],
      input,
    });
    const answer = await call("Apply", { changes: [], isDryRun: true, by: "me" });
    assert.deepEqual(decodeSchedulerInput(answer["schedulerInputJson"]), input);
    const decisions: readonly unknown[] = Array.isArray(answer["decisions"])
      ? answer["decisions"]
      : [];
    assert.deepEqual(decisions.map(decodeDecision), [decision]);
  });

  test("a new resource gets the operations that its agent recommends", async () => {
    await call("Apply", { changes: [encodeChange(create({ port: "80" }))], by: "me" });
    const [request] = asked;
    const change = request?.kind === "apply" ? request.changes[0] : undefined;
    assert.ok(change?.kind === "createResource");
    assert.deepEqual({ ...change, defaultOperations: [] }, create({ port: "80" }));
    assert.deepEqual(
      change.defaultOperations.map(({ name, intervalMs, timeoutMs }) => [
        name,
        intervalMs,
        timeoutMs,
      ]),
      [
        ["start", 0, 40_000],
        ["stop", 0, 60_000],
        ["monitor", 10_000, 20_000],
      ],
    );
  });

  const refusals = [
    { parameters: { prot: "80" }, codes: ["unknown-parameter", "missing-parameter"] },
    { parameters: { port: "eighty" }, codes: ["bad-parameter"] },
    { parameters: { port: "1" }, codes: ["agent-refused"] },
  ] as const;
  for (const { parameters, codes } of refusals) {
    test(`refused before the core sees it: ${JSON.stringify(parameters)}`, async () => {
      const problems = await problemsOf([create({ ...parameters })]);
      assert.deepEqual(
        problems.map(({ code }) => code),
        codes,
      );
      assert.deepEqual(asked, []);
    });
  }

  test("an unknown parameter names the one that was meant", async () => {
    const [problem] = await problemsOf([create({ prot: "80" })]);
    assert.match(problem?.expected ?? "", /did you mean port\?/);
  });

  test("an unknown agent is refused, with the agent that was meant", async () => {
    const [problem] = await problemsOf([create({}, "Wab")]);
    assert.equal(problem?.code, "unknown-agent");
    assert.match(problem?.expected ?? "", /did you mean ocf:test:Web\?/);
  });

  test("--force makes warnings of what metadata says, and does not ask the agent", async () => {
    await call("Apply", { changes: [encodeChange(create({ port: "1" }))], isForced: true });
    assert.equal(asked.length, 1);
    const changes = [encodeChange(create({ port: "x", prt: "1" }))];
    const { notes } = await call("Apply", { changes, isForced: true });
    assert.ok(Array.isArray(notes));
    assert.match(
      notes[0],
      /^Warning: resource "new": parameter "prt": unknown; did you mean port\?/,
    );
    assert.match(notes[1], /^Warning: .*parameter "port" is "x": must be a whole number/);
    const unknown = [encodeChange(create({}, "Wab"))];
    const answer = await call("Apply", { changes: unknown, isForced: true });
    assert.match(String(answer["notes"]), /^Warning: .*agent "ocf:test:Wab"/);
    const wish = create({}, "Wab");
    assert.ok(wish.kind === "createResource");
    const nameless = { ...wish, agent: { standard: "", provider: null, type: "Wab" } };
    const [problem] = await problemsOf([nameless], { isForced: true });
    assert.equal(problem?.code, "unknown-agent");
  });

  test("an update is checked together with what is configured", async () => {
    const update = (parameters: Record<string, string>): Change => ({
      kind: "updateResource",
      id: "web",
      parameters,
      meta: {},
      operations: [],
    });
    const [problem] = await problemsOf([update({ port: "" })]);
    assert.equal(problem?.code, "missing-parameter");
    await call("Apply", { changes: [encodeChange(update({ port: "81" }))], by: "me" });
    assert.equal(asked.at(-1)?.kind, "apply");
  });

  test("a command reaches the core, an unknown one does not", async () => {
    reply = () => ({ kind: "done", notes: ["cleaned"] });
    const command = encodeCommand({ kind: "cleanup", resource: "web", node: null });
    assert.deepEqual(await call("RunCommand", { command, by: "me" }), { notes: ["cleaned"] });
    const [request] = asked;
    assert.ok(request?.kind === "command");
    assert.deepEqual(request.command, { kind: "cleanup", resource: "web", node: null });
    const error = await errorOf(call("RunCommand", { by: "me" }));
    assert.equal(error.code, GRPC.FAILED_PRECONDITION);
  });

  test("what the cluster could not do is FAILED_PRECONDITION with one line", async () => {
    reply = () => ({ kind: "failed", text: "no DC yet" });
    const error = await errorOf(call("GetStatus", {}));
    assert.deepEqual([error.code, error.details], [GRPC.FAILED_PRECONDITION, "no DC yet"]);
  });

  test("a client of another protocol gets one line, and may ask for the version", async () => {
    const error = await errorOf(call("GetStatus", {}, "2"));
    assert.equal(error.code, GRPC.FAILED_PRECONDITION);
    assert.match(error.details, /version 2, lb-agent 9\.9\.9 speaks 1/);
    assert.equal((await call("GetVersion", {}, "2"))["release"], "9.9.9");
  });

  test("a client that speaks this protocol among others is answered", async () => {
    reply = () => ({ kind: "status", status: decodeStatus({ nowWallMs: 0, clusterName: "web" }) });
    for (const versions of [["1", "2"], ["0", "1"], ["1"]]) {
      assert.ok("status" in (await call("GetStatus", {}, versions)), versions.join());
    }
    const error = await errorOf(call("GetStatus", {}, ["2", "3"]));
    assert.match(error.details, /version 2, 3, lb-agent 9\.9\.9 speaks 1/);
    assert.match((await errorOf(call("GetStatus", {}, []))).details, /no version/);
  });

  test("texts of files come as they are, and only a few at once", async () => {
    const files = [{ name: "/a", text: "Listen 80\n", problem: "" }];
    reply = () => ({ kind: "files", files });
    const answer = await call("ReadFiles", { node: "ip2", names: ["/a"] });
    assert.deepEqual(answer["files"], files);
    assert.deepEqual(asked.at(-1), { kind: "readFiles", node: "ip2", names: ["/a"] });
    const error = await errorOf(call("ReadFiles", { node: "ip2", names: Array(9).fill("/a") }));
    assert.equal(error.details, "9 files, at most 8");
  });

  test("a look is asked for by node, and answered when it has ended", async () => {
    reply = () => ({ kind: "done", notes: [] });
    assert.deepEqual(await call("InspectNow", { node: "ip2" }), {});
    assert.deepEqual(asked.at(-1), { kind: "inspectNow", node: "ip2" });
  });

  test("agents are listed and described", async () => {
    const listed = await call("ListAgents", { filter: "web" });
    assert.deepEqual(listed["agents"], await CATALOGUE.list());
    const described = await call("DescribeAgent", { name: "web" });
    assert.equal(described["name"], "ocf:test:Web");
    const error = await errorOf(call("DescribeAgent", { name: "ocf:test:No" }));
    assert.equal(error.code, GRPC.INVALID_ARGUMENT);
  });

  test("the socket is closed to others, and its file goes with the server", async () => {
    const path = join(folder, "run", "agent.sock");
    assert.equal(statSync(path).mode & 0o777, 0o660);
    await server?.close();
    assert.equal(existsSync(path), false);
  });

  test("a second agent is refused with one line, a dead one's socket is replaced", async () => {
    assert.match(String(await open()), /another lb-agent is running/);
    const path = join(folder, "run", "stale.sock");
    const old = createServer().listen(path);
    await new Promise((resolve) => old.once("listening", resolve));
    // What a killed agent leaves: a socket file without a listener.
    const stolen = `${path}.kept`;
    const { linkSync } = await import("node:fs");
    linkSync(path, stolen);
    await new Promise((resolve) => old.close(resolve));
    const opened = await openApiServer({
      socketPath: stolen,
      release: "9.9.9",
      agents: CATALOGUE,
      handle: async () => reply({ kind: "getStatus" }),
    });
    assert.ok(typeof opened !== "string", String(opened));
    await opened.close();
  });

  test("a folder that cannot be made is one line", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    chmodSync(file, 0o600);
    const opened = await openApiServer({
      socketPath: join(file, "agent.sock"),
      release: "9.9.9",
      agents: CATALOGUE,
      handle: async () => reply({ kind: "getStatus" }),
    });
    assert.equal(typeof opened, "string");
  });
});
