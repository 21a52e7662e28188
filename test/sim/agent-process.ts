// The agent process of one node: the production core and driver on simulated ports.

import { type AgentState, initialAgent } from "../../agent/core/agent/index.ts";
import {
  type AgentEffect,
  type AgentEvent,
  type ApiReply,
  type ApiRequest,
  type ClusterConfig,
  emptyCib,
  type HeartbeatReport,
  type MessagePacket,
  type OperationOrder,
  type OperationOutcome,
  type ProbeTarget,
  type ResourceId,
  type TokenFacts,
} from "../../agent/core/model/index.ts";
import { type Driver, openDriver } from "../../agent/driver/index.ts";
import type { Clock } from "../../agent/ports/index.ts";
import type { Dice } from "./dice.ts";
import { HeartbeatProcess } from "./heartbeat-process.ts";
import type { Host } from "./host.ts";
import { Life } from "./life.ts";
import type { Network } from "./network.ts";
import { findDeepTrouble, SimulatedRunner } from "./runner.ts";
import type { Appointment, Timeline } from "./timeline.ts";
import { Violation } from "./violation.ts";

/** Wall-clock time at the beginning of a run. */
const WALL_AT_START_MS = 1_700_000_000_000;
/** Times that the driver's timer may fire in a second: probes and messages sent again need some. */
const WAKES_A_SECOND_MAX = 250;
/** How long a host looks whether deep checks of the other one would pass there. */
const LOOK_MS = 20;
const HEARTBEAT_START_LEAST_MS = 20;
const HEARTBEAT_START_MOST_MS = 80;

/** What agent processes tell the simulation. */
export interface AgentEvents {
  readonly onLog: (host: Host, line: AgentEffect & { readonly kind: "log" }) => void;
  readonly onRun: (host: Host, order: OperationOrder) => void;
  readonly onEnd: (host: Host, order: OperationOrder, outcome: OperationOutcome) => void;
  /** The process has ended: in order, or because its heartbeat process has gone. */
  readonly onExit: (host: Host, how: "inOrder" | "failed") => void;
}

/** What an agent process is made of. */
export interface AgentPorts {
  readonly host: Host;
  readonly peerHost: () => Host;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly network: Network;
  readonly config: ClusterConfig;
  readonly isSupervised: boolean;
  readonly events: AgentEvents;
}

/** The running process. */
export class AgentProcess {
  readonly life: Life;
  readonly startedAtMs: number;
  isHung = false;
  readonly #ports: AgentPorts;
  readonly #driver: Driver;
  readonly #runner: SimulatedRunner;
  readonly #replies = new Map<number, (reply: ApiReply) => void>();
  #wake: Appointment | null = null;
  #wakeAtMs: number | null = null;
  #wakesOfSecond = 0;
  #wakes = 0;
  #nextRequestId = 1;

  constructor(ports: AgentPorts) {
    const { host, timeline, dice, config } = ports;
    this.#ports = ports;
    this.startedAtMs = timeline.nowMs;
    this.life = new Life(timeline, dice.split("life"));
    this.#runner = this.#openRunner();
    const initial = initialAgent(
      {
        config,
        localNode: host.name,
        release: "0.1.0",
        configHash: "0",
        cib: host.disk.content.cib ?? emptyCib(config.nodes.map(({ name }) => name)),
        setAside: [],
        diskProblem: null,
      },
      host.clockMs(),
      WALL_AT_START_MS + timeline.nowMs,
    );
    this.#driver = this.#openDriver(initial);
    const waitMs = dice.between(HEARTBEAT_START_LEAST_MS, HEARTBEAT_START_MOST_MS);
    this.life.after(waitMs, () => this.#startHeartbeat());
  }

  state(): AgentState {
    return this.#driver.state();
  }

  /** A client asks; the answer may never come, when the process ends before. */
  ask(request: ApiRequest, onReply: (reply: ApiReply) => void): void {
    const requestId = this.#nextRequestId++;
    this.#replies.set(requestId, onReply);
    this.#post({ kind: "requested", requestId, request });
  }

  receive(packet: MessagePacket): void {
    this.life.receive(() => this.#driver.post({ kind: "packetReceived", packet }));
  }

  hint(resource: ResourceId): void {
    this.#runner.hint(resource);
  }

  /** Requests whose clients still wait, for the checks. */
  get openRequests(): number {
    return this.#replies.size;
  }

  /** The longest queue of operations, for the checks. */
  longestQueue(): number {
    return this.#runner.longestQueue();
  }

  /** The main loop stands still; the heartbeat process notices after its bound. */
  hang(): void {
    if (this.isHung) return;
    this.isHung = true;
    this.life.stop();
    this.#ports.host.heartbeat?.watchHungAgent(() => this.isHung && this.life.isAlive);
  }

  /** The main loop goes on. */
  unhang(): void {
    if (!this.isHung || !this.life.isAlive) return;
    this.isHung = false;
    this.life.resume(5);
    this.life.run(() => this.#ports.host.heartbeat?.noteAlive());
  }

  /** The process ends at once. */
  end(): void {
    if (!this.life.isAlive) return;
    this.life.end();
    this.#ports.host.noteAgentEnd(this);
  }

  #post(event: AgentEvent): void {
    this.life.run(() => this.#driver.post(event));
  }

  #startHeartbeat(): void {
    const { host, timeline, dice, config, network, isSupervised } = this.#ports;
    // The old one may still be saying its farewell: its port is taken until it has ended.
    if (host.heartbeat !== null) {
      this.life.after(10, () => this.#startHeartbeat());
      return;
    }
    const state = this.#driver.state();
    const facts: TokenFacts = state.advertised ?? {
      state: "member",
      configHash: state.identity.configHash,
      cibVersion: state.cib.version,
      holds: [],
      release: state.identity.release,
    };
    host.heartbeat = new HeartbeatProcess({
      host,
      timeline,
      dice: dice.split("heartbeat"),
      config,
      isSupervised,
      facts,
      ringSeqFloor: host.disk.content.ringSeq,
      sendToken: (token) => network.sendToken(host.side, token),
      report: (report) => this.#takeReport(report),
    });
  }

  #takeReport(report: HeartbeatReport): void {
    // A pipe: what is told arrives a moment later, in order.
    this.life.after(0, () => this.#driver.post({ kind: "heartbeat", report }));
  }

  #openRunner(): SimulatedRunner {
    const { host, dice, events, network, peerHost } = this.#ports;
    return new SimulatedRunner({
      host,
      life: this.life,
      dice: dice.split("runner"),
      report: (report) => {
        const wallMs = WALL_AT_START_MS + this.#ports.timeline.nowMs;
        this.#driver.post({ kind: "operationReported", report, wallMs });
      },
      isOwnedElsewhere: (ip) => network.isServiceOpen && peerHost().answersFor(ip),
      onRun: (order) => events.onRun(host, order),
      onEnd: (order, outcome) => events.onEnd(host, order, outcome),
    });
  }

  #openDriver(initial: AgentState): Driver {
    const { host, network, events } = this.#ports;
    return openDriver(initial, {
      clock: this.#clock(),
      heartbeat: { send: (command) => host.heartbeat?.send(command) },
      transport: { send: (packet) => network.sendPacket(host.side, packet) },
      runner: this.#runner,
      disk: host.disk.open(this.life, host.kernel),
      deepLooks: { look: (lookId, order) => this.#lookDeep(lookId, order) },
      // Hosts of the simulation have no files that could be shown.
      files: { read: () => {} },
      inspector: { inspectNow: () => {} },
      prober: {
        probe: (probeId, targets, waitMs) => this.#probe(probeId, targets, waitMs),
      },
      replies: {
        reply: (requestId, reply) => {
          this.#replies.get(requestId)?.(reply);
          this.#replies.delete(requestId);
        },
      },
      log: { write: (line) => events.onLog(host, line) },
      lifecycle: { exit: () => this.#exit() },
    });
  }

  /** A server that runs makes its checks, otherwise its members are connected to. */
  #lookDeep(lookId: number, { resource, timeoutMs }: OperationOrder): void {
    const { host } = this.#ports;
    const lookMs = host.troubles.get(`${resource} look`) === "hangs" ? timeoutMs : LOOK_MS;
    this.life.after(lookMs, () => {
      const { checks, groups } = findDeepTrouble(host, resource) ?? { checks: [], groups: [] };
      const found = host.active.has(resource) ? { checks, groups: null } : { checks: null, groups };
      const finding = lookMs === timeoutMs ? null : found;
      this.#driver.post({ kind: "deepLooked", lookId, finding });
    });
  }

  #clock(): Clock {
    const { host, timeline } = this.#ports;
    return {
      now: () => host.clockMs(),
      wallMs: () => WALL_AT_START_MS + timeline.nowMs,
      wakeAt: (at) => {
        // A timer of the past fires after a millisecond, as the real one does.
        const atMs = at === null ? null : Math.max(at - host.clockOffsetMs, timeline.nowMs + 1);
        if (atMs === this.#wakeAtMs) return;
        timeline.cancel(this.#wake);
        this.#wakeAtMs = atMs;
        this.#wake = null;
        if (atMs === null) return;
        this.#wake = timeline.at(atMs, () => {
          this.#wakeAtMs = null;
          this.#countWake(timeline.nowMs);
          this.#post({ kind: "timePassed", wallMs: WALL_AT_START_MS + timeline.nowMs });
        });
      },
    };
  }

  /** Rule 7 for time: a core whose deadline stays in the past would wake each millisecond. */
  #countWake(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    this.#wakes = second === this.#wakesOfSecond ? this.#wakes + 1 : 1;
    this.#wakesOfSecond = second;
    if (this.#wakes > WAKES_A_SECOND_MAX) {
      const rule = `agent of ${this.#ports.host.name} wakes ${this.#wakes} times in a second`;
      throw new Violation(rule, nowMs);
    }
  }

  /** Somebody answers at once, or nobody does until the wait is over. */
  #probe(probeId: number, targets: readonly ProbeTarget[], waitMs: number): void {
    const { network, peerHost, host } = this.#ports;
    const peer = peerHost();
    const isLinkUp = (): boolean => network.cuts.serviceLink[host.side] === 0;
    const wasLinkUp = isLinkUp();
    const isAnswered = ({ ip }: ProbeTarget): boolean =>
      network.isServiceOpen && peer.answersFor(ip);
    const atOnce = targets.map(isAnswered);
    const areAll = atOnce.every((isSeen) => isSeen);
    this.life.after(areAll ? 1 : waitMs, () => {
      const answers = targets.map((target, index) => {
        const isSeen = atOnce[index] === true || isAnswered(target);
        const answeredBy = isSeen ? `02:00:00:00:00:0${peer.id}` : null;
        return { ip: target.ip, answeredBy, couldAsk: wasLinkUp && isLinkUp() };
      });
      this.#driver.post({ kind: "addressesProbed", probeId, answers });
    });
  }

  #exit(): void {
    const { host, events } = this.#ports;
    this.life.after(1, () => {
      this.end();
      host.heartbeat?.noteAgentGone();
      events.onExit(host, "inOrder");
    });
  }
}
