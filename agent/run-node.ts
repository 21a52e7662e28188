/**
 * The composition of a node: the core, its driver and all real ports. The ports find the driver
 * through `post`; what comes before the driver is there cannot come: they are opened first, and
 * report from later turns of the event loop only.
 */
import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressTable } from "../resource-agents/contract.ts";
import { runCommand } from "../resource-agents/index.ts";
import {
  type AgentStart,
  describeNode,
  initialAgent,
  inspectedResources,
  isSettled,
  isWorkUnderWay,
} from "./core/agent/index.ts";
import { assert } from "./core/base/index.ts";
import type {
  AgentEvent,
  ApiReply,
  ApiRequest,
  HeartbeatCommand,
  HeartbeatReport,
} from "./core/model/index.ts";
import { renderCibVersion } from "./core/model/index.ts";
import { type Driver, openDriver } from "./driver/index.ts";
import {
  type LinkQuestions,
  type OpenAddressTable,
  openAddressTable,
  openLinkQuestions,
} from "./shell/addresses/index.ts";
import {
  type AgentCatalogue,
  type ApiServer,
  openAgentCatalogue,
  openApiServer,
} from "./shell/api/index.ts";
import { openClock } from "./shell/clock/index.ts";
import type { ClusterFiles } from "./shell/cluster-files/index.ts";
import { openDeepLooks } from "./shell/deep-looks/index.ts";
import type { OpenDisk } from "./shell/disk/index.ts";
import { type Executor, openExecutor } from "./shell/executor/index.ts";
import { type Heartbeat, startHeartbeat } from "./shell/heartbeat-process/index.ts";
import { type Hints, openHints } from "./shell/hints/index.ts";
import { type Inspector, openFileReader, openInspector } from "./shell/inspector/index.ts";
import type { EventLog } from "./shell/log/index.ts";
import { openProber } from "./shell/prober/index.ts";
import { type OpenRequests, openRequests } from "./shell/requests/index.ts";
import {
  endsInRestart,
  isSupervised,
  openSupervisor,
  SignsOfLife,
  type Supervisor,
} from "./shell/supervisor/index.ts";
import { type OpenTransport, openTransport } from "./shell/transport/index.ts";

/** How often the line of this node for the supervisor is looked at. */
const STATUS_EVERY_MS = 500;

/** How long the goodbye and the last lines of the log may take, in milliseconds. */
const EXIT_MAX_MS = 5000;

/**
 * For so long the addresses outlive an agent that is being restarted. A new one is there in half a
 * second, on a slow machine in a few; one that never comes leaves the service to the peer after it.
 */
const RESTART_HOLD_SEC = 10;

/** A port or the socket is taken, or the heartbeat process cannot run: not a matter of restarts. */
const EXIT_UNUSABLE_HOST = 3;

/** Everything that `main.ts` has read. */
export interface NodeSettings {
  readonly start: AgentStart;
  readonly files: ClusterFiles;
  readonly log: EventLog;
  readonly disk: OpenDisk;
  readonly release: string;
  readonly runFolder: string;
  /** Where lb-heartbeat.cjs lies. */
  readonly programFolder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The parts that are opened one after the other; changed in place while the node runs. */
interface Parts {
  readonly settings: NodeSettings;
  readonly requests: OpenRequests;
  driver: Driver | null;
  heartbeat: Heartbeat | null;
  transport: OpenTransport | null;
  executor: Executor | null;
  hints: Hints | null;
  inspector: Inspector | null;
  supervisor: Supervisor | null;
  api: ApiServer | null;
  readonly signs: SignsOfLife;
  /** Whether the supervisor was told that this node has joined, or is alone. */
  isReady: boolean;
  /** When the line for the supervisor was looked at last, and what it was then. */
  lookedAt: number;
  statusSeen: string;
  /** How often the core's loop came to its end. */
  coreTurns: number;
  /** How many operations have ended, or have ended otherwise than the last time. */
  operationsEnded: number;
  isEnding: boolean;
}

/** Opens everything and runs until the agent leaves; ends the process. */
export function runNode(settings: NodeSettings): void {
  const parts: Parts = {
    settings,
    requests: openRequests((event) => post(parts, event)),
    driver: null,
    heartbeat: null,
    transport: null,
    executor: null,
    hints: null,
    inspector: null,
    supervisor: null,
    api: null,
    signs: new SignsOfLife(() => performance.now()),
    isReady: false,
    lookedAt: 0,
    statusSeen: "",
    coreTurns: 0,
    operationsEnded: 0,
    isEnding: false,
  };
  process.on("uncaughtException", (error) => fail(parts, error.stack ?? error.message));
  process.on("unhandledRejection", (reason) => fail(parts, String(reason)));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(parts));
  serve(parts).catch((error: unknown) => fail(parts, messageOf(error)));
}

/** The order matters: another agent is noticed before a port or an address is touched. */
async function serve(parts: Parts): Promise<void> {
  const { settings, requests } = parts;
  const { runFolder, release, log } = settings;
  const link = openLinkQuestions(log.write);
  const addresses = openAddresses(parts, link);
  const agents = openAgentCatalogue({ addresses, runFolder });
  openCore(parts, { addresses, agents, link });
  const handle = async (request: ApiRequest): Promise<ApiReply> => {
    // Somebody may have settled a configuration that was set aside, by removing its file.
    const names = settings.disk.listSetAside();
    if (request.kind === "getStatus") post(parts, { kind: "setAsideListed", names });
    return stampStatus(await requests.handle(request));
  };
  const socketPath = join(runFolder, "agent.sock");
  const api = await openApiServer({ socketPath, release, agents, handle });
  if (typeof api === "string") {
    fail(parts, api, EXIT_UNUSABLE_HOST);
    return;
  }
  parts.api = api;
  writeFileSync(join(runFolder, "agent.pid"), `${process.pid}\n`);
  log.write({ level: "info", event: "agentStarted", fields: { release, pid: process.pid } });
  parts.heartbeat = openHeartbeat(parts);
  parts.supervisor = openSupervisor({
    environment: settings.environment,
    isWell: () => parts.signs.isWell(),
    log: log.write,
  });
}

function openAddresses(parts: Parts, link: LinkQuestions): OpenAddressTable {
  const log = parts.settings.log.write;
  const notYet = "the heartbeat process, which renews addresses, is not running";
  return openAddressTable({
    holdLease: (request) => parts.heartbeat?.holdLease(request) ?? Promise.resolve(notYet),
    releaseLease: (ip, nic) => parts.heartbeat?.releaseLease(ip, nic) ?? Promise.resolve(notYet),
    whoHas: link.whoHas,
    announce: link.announce,
    expect: link.expect,
    log,
  });
}

interface CoreParts {
  readonly addresses: AddressTable;
  readonly agents: AgentCatalogue;
  readonly link: LinkQuestions;
}

function openCore(parts: Parts, { addresses, agents, link }: CoreParts): void {
  const { settings, requests } = parts;
  const log = settings.log.write;
  const operationPorts = portsOfOperations(parts, { addresses, agents });
  const executor = openRunner(parts, operationPorts);
  parts.executor = executor;
  parts.hints = openHints({
    addresses,
    onHint: (resource) => executor.hint(resource),
    onLinkChanged: (nic, isUp) => {
      log({ level: isUp ? "info" : "warning", event: "linkChanged", fields: { nic, isUp } });
      post(parts, { kind: "nicChanged", nic, isUp });
    },
    log,
  });
  const prober = openProber({
    addresses: { ...addresses, whoHas: link.askAnew },
    onProbed: (probeId, answers) => post(parts, { kind: "addressesProbed", probeId, answers }),
  });
  const clock = openClock(() => post(parts, { kind: "timePassed", wallMs: Date.now() }));
  const wakeAt: typeof clock.wakeAt = (at) => {
    clock.wakeAt(at);
    noteTurn(parts, clock.now()); // The driver says so at the end of each turn of its loop.
  };
  const driver = openDriver(initialAgent(settings.start, clock.now(), clock.wallMs()), {
    clock: { ...clock, wakeAt },
    prober,
    inspector: { inspectNow: (askId) => parts.inspector?.inspectNow(askId) },
    files: openFileReader((askId, files) => post(parts, { kind: "filesRead", askId, files })),
    deepLooks: openDeepLooks({
      ...operationPorts,
      onLooked: (lookId, finding) => post(parts, { kind: "deepLooked", lookId, finding }),
    }),
    runner: executor,
    disk: settings.disk,
    replies: requests,
    heartbeat: { send: (command) => tellHeartbeat(parts, command) },
    transport: { send: (packet) => parts.transport?.send(packet) },
    log: { write: log },
    lifecycle: { exit: () => void close(parts, 0) },
  });
  parts.driver = driver;
  parts.inspector = openInspection(parts, operationPorts, driver);
}

/** What an agent may use of this host, and how agents are found. */
function portsOfOperations(
  { settings }: Parts,
  { addresses, agents }: { readonly addresses: AddressTable; readonly agents: AgentCatalogue },
) {
  return {
    addresses,
    runCommand,
    findAgent: async (name: string) => {
      const agent = await agents.find(name);
      return typeof agent === "string" ? null : agent;
    },
    log: settings.log.write,
    runFolder: settings.runFolder,
    node: settings.start.localNode,
    toolsFolder: join(settings.programFolder, "attribute-tools"),
  };
}

type OperationPorts = ReturnType<typeof portsOfOperations>;

function openRunner(parts: Parts, ports: OperationPorts): Executor {
  return openExecutor({
    ...ports,
    report: (report) => {
      parts.operationsEnded += 1;
      post(parts, { kind: "operationReported", report, wallMs: Date.now() });
    },
    watch: (resource, watches) => parts.hints?.watch(resource, watches),
  });
}

/** Not before the node is there: what is checked at its start must not delay it. */
function openInspection(parts: Parts, ports: OperationPorts, driver: Driver): Inspector {
  return openInspector({
    ...ports,
    resources: () => inspectedResources(driver.state()),
    isBusy: () => isWorkUnderWay(driver.state()),
    occasion: () => `${renderCibVersion(driver.state().cib.version)} ${parts.operationsEnded}`,
    onInspected: (inspection, askId) => {
      post(parts, { kind: "inspected", inspection, askId, wallMs: Date.now() });
    },
  });
}

function openHeartbeat(parts: Parts): Heartbeat {
  const { start, files, disk, programFolder, environment } = parts.settings;
  const ringSeq = disk.readRingSeq();
  const heartbeat = startHeartbeat({
    scriptPath: join(programFolder, "lb-heartbeat.cjs"),
    onReport: (report) => takeReport(parts, report),
    isWell: () => turnsCore(parts),
  });
  heartbeat.send({
    kind: "configure",
    config: start.config,
    localNode: start.localNode,
    ...files.authkeys,
    ringSeqFloor: ringSeq.kind === "found" ? ringSeq.seq : 0,
    isSupervised: isSupervised(environment),
    facts: {
      state: "joining",
      configHash: start.configHash,
      cibVersion: start.cib.version,
      holds: [],
      release: start.release,
    },
  });
  return heartbeat;
}

/** True when the core's loop takes an event and comes to its end: this is what a ping asks. */
function turnsCore(parts: Parts): boolean {
  const turns = parts.coreTurns;
  parts.signs.noteHeard();
  post(parts, { kind: "timePassed", wallMs: Date.now() });
  return parts.coreTurns > turns;
}

/** The first turn after which this node is settled makes the unit ready. */
function noteTurn(parts: Parts, now: number): void {
  parts.coreTurns += 1;
  parts.signs.noteTurn();
  const { driver, supervisor, lookedAt } = parts;
  if (driver === null || supervisor === null) return;
  if (!parts.isReady && isSettled(driver.state(), now)) {
    parts.isReady = true;
    supervisor.ready(describeNode(driver.state(), now));
  }
  if (now - lookedAt < STATUS_EVERY_MS) return;
  const text = describeNode(driver.state(), now);
  // What changes all the time is not told: a process is started for each line, and a takeover has
  // no time for that.
  if (text === parts.statusSeen) supervisor.status(text);
  parts.lookedAt = now;
  parts.statusSeen = text;
}

function takeReport(parts: Parts, report: HeartbeatReport): void {
  parts.signs.noteHeard();
  if (report.kind === "fatal") fail(parts, report.text, EXIT_UNUSABLE_HOST);
  if (report.kind === "ready") parts.transport = openMessages(parts, report.incarnation);
  if (report.kind === "linkChanged") parts.transport?.noteLink(report.link, report.isUp);
  post(parts, { kind: "heartbeat", report });
}

function openMessages(parts: Parts, incarnation: string): OpenTransport {
  const { config, localNode } = parts.settings.start;
  const local = config.nodes.find((node) => node.name === localNode);
  const peer = config.nodes.find((node) => node.name !== localNode);
  assert(local !== undefined && peer !== undefined, `two nodes, one of them ${localNode}`);
  return openTransport({
    config,
    local,
    peer,
    incarnation,
    authkeys: parts.settings.files.authkeys,
    onPacket: (packet) => post(parts, { kind: "packetReceived", packet }),
    onProblem: (line) => fail(parts, line, EXIT_UNUSABLE_HOST),
  });
}

function tellHeartbeat(parts: Parts, command: HeartbeatCommand): void {
  if (command.kind === "leave") void parts.heartbeat?.leave();
  else parts.heartbeat?.send(command);
}

function post(parts: Parts, event: AgentEvent): void {
  if (!parts.isEnding) parts.driver?.post(event);
}

/** The core knows no wall clock: the time that people read is put in here. */
function stampStatus(reply: ApiReply): ApiReply {
  if (reply.kind !== "status") return reply;
  return { kind: "status", status: { ...reply.status, nowWallMs: Date.now() } };
}

/** A signal: a stop, or under systemd perhaps the first half of a restart. */
function end(parts: Parts): void {
  endsInRestart({
    environment: parts.settings.environment,
    isBusy: () => parts.driver !== null && isWorkUnderWay(parts.driver.state()),
    isStopping: () => parts.driver !== null && parts.driver.state().stopping !== null,
  })
    .then((isRestart) => (isRestart ? restart(parts) : leave(parts)))
    .catch((error: unknown) => fail(parts, messageOf(error)));
}

/** Everything stays as it is for the next agent, which finds it by its probes. */
async function restart(parts: Parts): Promise<void> {
  if (parts.isEnding) return;
  parts.settings.log.write({ level: "info", event: "restarting", fields: {} });
  await close(parts, 0, RESTART_HOLD_SEC);
}

/** This node's resources move away first, then it says goodbye. */
function leave(parts: Parts): void {
  const command = { kind: "stopNode", isWholeCluster: false } as const;
  const by = "signal";
  void parts.requests.handle({ kind: "command", command, by, atWallMs: Date.now() });
}

/** Something is broken that the agent cannot go on with: one clear line, and the process ends. */
function fail(parts: Parts, line: string, status = 1): void {
  if (parts.isEnding) return;
  process.stderr.write(`lb-agent: ${line}\n`);
  parts.settings.log.write({ level: "error", event: "agentFailed", fields: { line } });
  void close(parts, status);
}

/** After a failure the heartbeat process loses its pipe with this process, and lets go itself. */
async function close(parts: Parts, status: number, holdForSec?: number): Promise<void> {
  if (parts.isEnding) return;
  parts.isEnding = true;
  // A node without a core keeps no address: nothing is waited for before that.
  if (status !== 0) parts.heartbeat?.abandon();
  setTimeout(() => process.exit(status), EXIT_MAX_MS).unref();
  await parts.supervisor?.stopping(describeEnd(parts, status, holdForSec));
  if (status === 0) await parts.heartbeat?.leave(holdForSec);
  parts.transport?.close();
  parts.hints?.close();
  parts.inspector?.close();
  await parts.api?.close();
  if (parts.api !== null) removePidFile(parts.settings.runFolder);
  await parts.settings.disk.close();
  await parts.settings.log.close();
  process.exit(status);
}

function describeEnd({ driver }: Parts, status: number, holdForSec?: number): string {
  if (status !== 0) return `ended with status ${status}; the journal says why`;
  if (holdForSec !== undefined) return "restarting, its resources stay";
  return driver === null ? "ended before it had begun" : describeNode(driver.state(), 0);
}

function removePidFile(runFolder: string): void {
  try {
    unlinkSync(join(runFolder, "agent.pid"));
  } catch {
    // Gone already: somebody cleaned the folder.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
