// The heartbeat process, lb-heartbeat: started by the agent, doing nothing but heartbeats and
// leases. It is run with realtime priority as a whole, so nothing slow may come in here.
//
//   waiting ──configure──▶ running ──leave, end of input, SIGTERM──▶ leaving ──farewells──▶ gone
//
// While it runs it watches the agent: one that does not answer in time makes the node unwell.

import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";

import { assertNever } from "./core/base/index.ts";
import {
  initialMembership,
  type Membership,
  type MembershipEffect,
  type MembershipEvent,
  nextDeadline,
  nextJudgement,
  stepMembership,
} from "./core/membership/index.ts";
import type {
  ClusterNode,
  HeartbeatCommand,
  HeartbeatReport,
  LeaseRequest,
} from "./core/model/index.ts";
import { isSameRing, renderRing, TOKENS_PER_TIMEOUT } from "./core/model/index.ts";
import {
  hostMonotonicMs,
  IpBatch,
  LeaseKeeper,
  type LinkAddresses,
  leaseLifetimeSec,
  openOutput,
  openUdpLinks,
  PacketTally,
  REALTIME_COMMAND,
  requestRealtime,
  type Scheduling,
  splitLines,
  type UdpLinks,
} from "./shell/heartbeat/index.ts";
import {
  AUTHKEY_BYTES_MIN,
  createTokenCodec,
  encodeHeartbeatLine,
  HEARTBEAT_LINE_MAX,
  parseHeartbeatCommand,
  type TokenCodec,
} from "./wire/index.ts";

/** A ping goes with whatever wakes this process from then on; otherwise a timer sends it. */
const PING_AFTER_MS = 990;
const PING_SLACK_MS = 30;
/** How long an agent may take to answer a ping. */
const ANSWER_MIN_MS = 1500;
/** Between two looks at the agent: beyond it, this process stood still itself. */
const STANDSTILL_MIN_MS = 500;
/** Counters are told with every so many pings. */
const COUNTERS_EVERY_PINGS = 2;
/** Output that the agent has not read: beyond it reports that repeat themselves are left out. */
const OUTPUT_BYTES_MAX = 1024 * 1024;
/** The process ends after this time even if a farewell cannot be sent. */
const LEAVE_TIMEOUT_MS = 2000;

/**
 * What runs ten times a second is worth compiling well before minutes have passed. Set from here:
 * on the command line a flag that another V8 does not know would keep the process from starting.
 */
const EARLY_COMPILE_FLAG = process.versions.v8.startsWith("11.")
  ? "--interrupt-budget=5000"
  : "--invocation-count-for-turbofan=300";

type Configure = Extract<HeartbeatCommand, { readonly kind: "configure" }>;

/** How the agent has answered lately. */
interface AgentWatch {
  readonly limitMs: number;
  readonly standstillMs: number;
  /** The last ping, when it was written, and whether it was answered. */
  ping: number;
  askedAt: number;
  hasAnswered: boolean;
  lookedAt: number;
  isUnwell: boolean;
}

/** The running process; changed in place by the functions below. */
interface Running {
  readonly configure: Configure;
  readonly codec: TokenCodec;
  readonly incarnation: string;
  readonly keeper: LeaseKeeper;
  readonly batch: IpBatch;
  readonly watch: AgentWatch;
  readonly tally: PacketTally;
  membership: Membership;
  links: UdpLinks | null;
  timer: NodeJS.Timeout | null;
  /** What the timer is set to. */
  wakesAt: number | null;
  isLeaving: boolean;
}

const output = openOutput();

function report(line: HeartbeatReport): void {
  const isDispensable = ["counters", "peerFacts", "versionRefused"].includes(line.kind);
  if (isDispensable && output.writableLength > OUTPUT_BYTES_MAX) return;
  output.write(encodeHeartbeatLine(line));
}

function fatal(text: string): void {
  report({ kind: "fatal", text });
  output.end(() => process.exit(1));
  setTimeout(() => process.exit(1), 500).unref();
}

function nowMs(): number {
  return Math.floor(performance.now());
}

function main(): void {
  setFlagsFromString(EARLY_COMPILE_FLAG);
  const scheduling = requestRealtime();
  let running: Running | null = null;
  const leave = () => (running === null ? process.exit(0) : leaveWithoutAgent(running));
  splitLines(process.stdin, HEARTBEAT_LINE_MAX, {
    onLine: (line) => {
      const command = parseHeartbeatCommand(line);
      if (command === null) return report({ kind: "warning", text: "command not understood" });
      if (running !== null) return perform(running, command);
      if (command.kind === "configure") running = start(command, scheduling);
    },
    onTooLong: () => fatal(`command line: longer than ${HEARTBEAT_LINE_MAX} characters`),
    onEnd: leave,
  });
  process.on("SIGTERM", () => {
    if (running === null) process.exit(0);
    else leaveReleasing(running, "leaving");
  });
  // A terminal sends these to the whole group: the agent leaves in order and says so here.
  process.on("SIGINT", () => {});
  process.on("SIGHUP", () => {});
  process.on("uncaughtException", (error) => fatal(`heartbeat: ${error.stack ?? error.message}`));
}

function start(configure: Configure, scheduling: Scheduling): Running | null {
  const { config, localNode } = configure;
  const local = config.nodes.find(({ name }) => name === localNode);
  const peer = config.nodes.find(({ name }) => name !== localNode);
  const problem = checkConfigure(configure);
  if (local === undefined || peer === undefined || problem !== null) {
    fatal(problem ?? `node "${localNode}": not one of the two in the configuration`);
    return null;
  }
  const incarnation = randomBytes(8).toString("hex");
  const sender = { incarnation, nodeId: local.id };
  const batch = new IpBatch(scheduling.isRealtime ? REALTIME_COMMAND : []);
  const leaseEvents = {
    onLost: ({ ip, nic }: LeaseRequest, reason: string) =>
      report({ kind: "leaseLost", ip, nic, reason }),
    onDueChanged: () => arm(running),
  };
  const first = initialMembership(
    {
      localId: local.id,
      nodes: config.nodes,
      linkCount: local.addresses.length,
      tokenTimeoutMs: config.tokenTimeoutMs,
      incarnation,
      ringSeqFloor: configure.ringSeqFloor,
      facts: configure.facts,
    },
    nowMs(),
  );
  const running: Running = {
    configure,
    codec: createTokenCodec({ ...configure, clusterName: config.clusterName }, sender),
    incarnation,
    keeper: new LeaseKeeper(batch, leaseLifetimeSec(config.tokenTimeoutMs), leaseEvents),
    batch,
    watch: startWatch(config.tokenTimeoutMs),
    tally: new PacketTally(),
    membership: first.state,
    links: null,
    timer: null,
    wakesAt: null,
    isLeaving: false,
  };
  openLinks(running, local, peer);
  const { text } = scheduling;
  const names = local.addresses.map((address) => `${address} port ${config.port}`);
  report({ kind: "ready", scheduling: text, links: names, incarnation });
  performEffects(running, first.effects);
  arm(running);
  return running;
}

function checkConfigure({ authkeyHex, config }: Configure): string | null {
  const bytes = Buffer.from(authkeyHex, "hex").length;
  if (bytes < AUTHKEY_BYTES_MIN) {
    return `authkey: ${bytes} bytes; expected at least ${AUTHKEY_BYTES_MIN}`;
  }
  const isMulticast = config.transport === "udp";
  if (isMulticast && config.multicastGroup === null) {
    return "transport udp: no multicast group; expected one";
  }
  return null;
}

function openLinks(running: Running, local: ClusterNode, peer: ClusterNode): void {
  const { config } = running.configure;
  const pairs = local.addresses.flatMap((address, index): readonly LinkAddresses[] => {
    const other = peer.addresses[index];
    return other === undefined ? [] : [{ local: address, peer: other }];
  });
  running.links = openUdpLinks({
    links: pairs,
    port: config.port,
    multicastGroup: config.transport === "udp" ? config.multicastGroup : null,
    onPacket: (packet) => receive(running, packet),
    onWarning: (text) => report({ kind: "warning", text }),
    onFatal: fatal,
  });
}

function receive(running: Running, packet: Uint8Array): void {
  const opened = running.codec.open(packet);
  if (opened.kind === "refused") {
    running.tally.noteRefused(opened);
    return;
  }
  // Multicast may bring back what this process sent itself.
  if (opened.token.incarnation === running.incarnation) return;
  running.tally.noteAccepted();
  step(running, { kind: "tokenReceived", token: opened.token });
}

function step(running: Running, event: MembershipEvent): void {
  const { state, effects } = stepMembership(running.membership, event, nowMs());
  running.membership = state;
  performEffects(running, effects);
  doWhileAwake(running);
  arm(running);
}

/** What need not be done to the millisecond costs no wake-up of its own. */
function doWhileAwake(running: Running): void {
  running.keeper.renewDue();
  watchAgent(running);
}

function performEffects(running: Running, effects: readonly MembershipEffect[]): void {
  for (const effect of effects) {
    switch (effect.kind) {
      case "sendToken":
        running.links?.send(effect.token.link, running.codec.seal(effect.token));
        running.tally.noteSent();
        break;
      case "report":
        report(effect.report);
        break;
      case "tokenRefused":
        running.tally.noteRefused(effect);
        break;
      case "finished":
        finish(running);
        break;
    }
  }
}

/** One timer for all: each further one would wake this process at times of its own. */
function arm(running: Running): void {
  const deadline = wakeDeadline(running);
  if (deadline === running.wakesAt) return;
  if (running.timer !== null) clearTimeout(running.timer);
  running.wakesAt = deadline;
  if (deadline === null) return;
  running.timer = setTimeout(() => wake(running), Math.max(1, deadline - nowMs()));
}

function wakeDeadline({ membership, keeper, watch }: Running): number | null {
  const deadline = nextDeadline(membership);
  if (deadline === null) return null;
  const renewalAt = keeper.renewalDueAt();
  const lookAt =
    watch.askedAt + (watch.hasAnswered ? PING_AFTER_MS + PING_SLACK_MS : watch.limitMs);
  const soonest = watch.isUnwell ? deadline : Math.min(deadline, lookAt);
  return renewalAt === null ? soonest : Math.min(soonest, Math.ceil(renewalAt));
}

function wake(running: Running): void {
  running.wakesAt = null;
  const passTime = () => step(running, { kind: "timePassed" });
  const judgementAt = nextJudgement(running.membership);
  // A late timer runs before the sockets are read: what waits there comes before any judgement, or
  // a process that was held up would lose a peer whose tokens have arrived.
  if (judgementAt === null || nowMs() < judgementAt) passTime();
  else setImmediate(passTime);
}

function perform(running: Running, command: HeartbeatCommand): void {
  switch (command.kind) {
    case "configure":
      report({ kind: "warning", text: "configured twice: the second time is ignored" });
      break;
    case "alive":
      noteAlive(running, command.ping);
      break;
    case "advertise":
      step(running, { kind: "factsAdvertised", facts: command.facts });
      break;
    case "holdLease":
    case "releaseLease":
      // After a stall the pipe is read before the sockets, which say what has happened meanwhile.
      setImmediate(() => performLease(running, command));
      break;
    case "leave":
      farewell(running, "leaving");
      break;
    case "leaveHolding":
      leaveHolding(running, command.holdForSec);
      break;
    default:
      assertNever(command);
  }
}

type Hold = Extract<HeartbeatCommand, { readonly kind: "holdLease" }>;
type Release = Extract<HeartbeatCommand, { readonly kind: "releaseLease" }>;

function performLease(running: Running, command: Hold | Release): void {
  const { requestId } = command;
  if (command.kind === "releaseLease") {
    settle(running.keeper.release(command.ip, command.nic), (problem) =>
      report({ kind: "leaseReleased", requestId, problem }),
    );
    return;
  }
  step(running, { kind: "timePassed" });
  settle(hold(running, command), (problem) => report({ kind: "leaseHeld", requestId, problem }));
}

async function hold(running: Running, command: Hold): Promise<string | null> {
  const { request } = command;
  const problem = await running.keeper.hold(request, () => refuseHold(running, command));
  if (problem !== null) return problem;
  const late = refuseAny(running);
  // The agent stopped answering, or left, while the address was added.
  if (late !== null) await running.keeper.release(request.ip, request.nic);
  return late;
}

/** Why an address is not added, or null. What waited during a stall may be wrong by now. */
function refuseHold(running: Running, { ring, writtenAtMs }: Hold): string | null {
  const refusal = refuseAny(running);
  if (refusal !== null) return refusal;
  const current = running.membership.ring;
  if (ring === null || !isSameRing(ring, current)) {
    const asked = ring === null ? "without a ring" : `in ring ${renderRing(ring)}`;
    return `asked for ${asked}, expected ring ${renderRing(current)}`;
  }
  const { tokenTimeoutMs } = running.configure.config;
  const gapMs = nowMs() - running.membership.lastStepAt;
  if (gapMs > tokenTimeoutMs) return `not added after a pause of ${gapMs} ms`;
  const agoMs = Math.round(hostMonotonicMs() - writtenAtMs);
  const limitMs = leaseLifetimeSec(tokenTimeoutMs) * 1000;
  return agoMs > limitMs ? `asked for ${agoMs} ms ago, expected at most ${limitMs}` : null;
}

function refuseAny({ isLeaving, watch }: Running): string | null {
  if (isLeaving) return "the node is leaving";
  return watch.isUnwell ? "the agent was taken for dead: ask again" : null;
}

/** Goes on with the result; a rejection is a broken invariant and ends the process. */
function settle<T>(promise: Promise<T>, next: (value: T) => void): void {
  promise.then(next).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
}

function startWatch(tokenTimeoutMs: number): AgentWatch {
  const now = nowMs();
  return {
    // With the time between two pings: it hangs for at most the larger of 2.5 s and two timeouts.
    limitMs: Math.max(ANSWER_MIN_MS, 2 * tokenTimeoutMs - 1000),
    // While an answer is missing, tokens are what wakes this process.
    standstillMs: Math.max(STANDSTILL_MIN_MS, (2 * tokenTimeoutMs) / TOKENS_PER_TIMEOUT.calm),
    ping: 0,
    askedAt: now,
    hasAnswered: true,
    lookedAt: now,
    isUnwell: false,
  };
}

function watchAgent(running: Running): void {
  const { watch } = running;
  const now = nowMs();
  // While this process stood still the agent could not answer: its time starts again.
  if (now - watch.lookedAt > watch.standstillMs) watch.askedAt = now;
  watch.lookedAt = now;
  const silentMs = now - watch.askedAt;
  if (watch.hasAnswered) {
    if (silentMs >= PING_AFTER_MS) ping(running, now);
    return;
  }
  // The answer may wait in the pipe, which is read before this comes to its turn.
  if (silentMs >= watch.limitMs) setImmediate(() => judgeAgent(running));
}

function judgeAgent(running: Running): void {
  const { watch } = running;
  if (watch.hasAnswered || watch.isUnwell || running.isLeaving) return;
  watch.isUnwell = true;
  const reason = `the agent did not answer for ${nowMs() - watch.askedAt} ms`;
  const leases = running.keeper.leases();
  settle(running.keeper.releaseAll(), () => {
    for (const { ip, nic } of leases) report({ kind: "leaseLost", ip, nic, reason });
    step(running, { kind: "agentUnwell", holds: heldAddresses(running) });
    // It answered while the addresses were being deleted: what it said then came too early.
    if (!watch.isUnwell) step(running, { kind: "agentWell" });
  });
}

function ping({ watch, tally }: Running, now: number): void {
  watch.hasAnswered = false;
  watch.askedAt = now;
  watch.ping += 1;
  report({ kind: "ping", ping: watch.ping });
  if (watch.ping % COUNTERS_EVERY_PINGS === 0) tally.reports().forEach(report);
}

function noteAlive(running: Running, ping: number): void {
  const { watch } = running;
  if (ping !== watch.ping) return;
  watch.hasAnswered = true;
  if (!watch.isUnwell) return;
  watch.isUnwell = false;
  step(running, { kind: "agentWell" });
}

function leaveWithoutAgent(running: Running): void {
  if (!running.configure.isSupervised) {
    leaveReleasing(running, "unwell");
    return;
  }
  // The next agent has the whole lifetime of a lease to come back.
  if (!running.isLeaving) running.keeper.renewAll();
  farewell(running, "unwell");
}

/** Deletes the addresses first: `leaving` promises the peer that nothing is held here. */
function leaveReleasing(running: Running, as: "leaving" | "unwell"): void {
  if (running.isLeaving) return;
  running.isLeaving = true;
  settle(running.keeper.releaseAll(), (problem) => {
    sayFarewell(running, problem === null ? as : "unwell");
  });
}

/** Not `leaving`: the peer must not take over while the address is here. */
function leaveHolding(running: Running, holdForSec: number): void {
  if (running.isLeaving) return;
  running.isLeaving = true;
  settle(running.keeper.holdFor(holdForSec), () => sayFarewell(running, "unwell"));
}

function farewell(running: Running, as: "leaving" | "unwell"): void {
  if (running.isLeaving) return;
  running.isLeaving = true;
  sayFarewell(running, as);
}

function sayFarewell(running: Running, as: "leaving" | "unwell"): void {
  running.keeper.close();
  setTimeout(() => process.exit(0), LEAVE_TIMEOUT_MS);
  step(running, { kind: "leave", as, holds: heldAddresses(running) });
}

function heldAddresses({ keeper }: Running): readonly string[] {
  return keeper.leases().map(({ ip }) => ip);
}

function finish(running: Running): void {
  // The last packets are on their way before the sockets close.
  setTimeout(() => {
    running.links?.close();
    running.batch.close();
    output.end(() => process.exit(0));
  }, 5);
}

main();
