// Two nodes in one process on virtual time: the production core, driver and membership machine; the
// network, disks, operations, processes and clocks are simulated.

import { type ClusterConfig, isSameRing, type QuorumConfig } from "../../agent/core/model/index.ts";
import { AgentProcess } from "./agent-process.ts";
import { Checks } from "./checks.ts";
import { Dice } from "./dice.ts";
import { skipQuiet } from "./fast-forward.ts";
import type { HeartbeatProcess } from "./heartbeat-process.ts";
import { Host } from "./host.ts";
import { Network, otherSide, type Side } from "./network.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";

/** A supervisor waits so long before it starts a dead agent again; then the program has to load. */
const RESTART_WAIT_MS = 100;
const LOAD_LEAST_MS = 150;
const LOAD_MOST_MS = 400;

/** What a run is made of. */
export interface SimulationOptions {
  readonly seed: number;
  readonly tokenTimeoutMs: number;
  readonly isSupervised: boolean;
  readonly quorum: QuorumConfig;
  /** Reads the trace along; null: only its hash and its end are kept. */
  readonly onLine: ((line: string) => void) | null;
  /** False: every round of tokens is stepped, also in quiet time. */
  readonly skipsQuiet: boolean;
}

/** Vote counting as two_node with wait_for_all off, as a site sets it that starts nodes alone. */
export const TWO_NODE: QuorumConfig = {
  isTwoNode: true,
  votesExpected: 2,
  waitsForAll: false,
  aloneAfterMs: 5000,
};

/** A run: the world, and the faults that a test or a seed brings over it. */
export class Simulation {
  readonly timeline = new Timeline();
  readonly trace: Trace;
  readonly dice: Dice;
  readonly config: ClusterConfig;
  readonly tokenTimeoutMs: number;
  readonly isSupervised: boolean;
  readonly network: Network;
  readonly hosts: readonly [Host, Host];
  readonly checks: Checks;
  /** Virtual time that was skipped, see fast-forward.ts. */
  skippedMs = 0;
  readonly #skipsQuiet: boolean;
  #changedAtMs = 0;
  /** As they were after the last event. */
  readonly #heartbeats: [HeartbeatProcess | null, HeartbeatProcess | null] = [null, null];
  /** Sides whose agent has been in a ring of two since it started. */
  readonly #hasSeenPeer: [AgentProcess | null, AgentProcess | null] = [null, null];
  /** Nodes that a person stopped: nothing starts them again but a person. */
  readonly #isStopped: [boolean, boolean] = [true, true];

  constructor(options: SimulationOptions) {
    this.dice = new Dice(options.seed, "simulation");
    this.trace = new Trace(options.onLine);
    this.tokenTimeoutMs = options.tokenTimeoutMs;
    this.isSupervised = options.isSupervised;
    this.#skipsQuiet = options.skipsQuiet;
    this.config = configOf(options);
    this.network = new Network({
      timeline: this.timeline,
      dice: this.dice.split("network"),
      receivers: {
        token: (to, token) => this.hosts[to].heartbeat?.receive(token),
        packet: (to, packet) => this.hosts[to].agent?.receive(packet),
      },
    });
    this.hosts = [this.#makeHost(0), this.#makeHost(1)];
    this.checks = new Checks(this);
  }

  /** Goes on for a time, with all checks after every event. */
  runMs(ms: number): void {
    this.runUntil(this.timeline.nowMs + ms, () => false);
  }

  /** Goes on until the end, or until it is over before that. */
  runUntil(endMs: number, isOver: () => boolean): void {
    this.timeline.runUntil(endMs, (wasBeat) => {
      this.#noteHeartbeats();
      this.checks.afterEvent();
      if (isOver()) return true;
      if (wasBeat && this.#skipsQuiet) this.#skip(endMs);
      return false;
    });
  }

  /** One line of the trace. */
  write(where: string, text: string): void {
    this.trace.write(this.timeline.nowMs, where, text);
  }

  /** `cluster start` on a node: its agent starts, and is started again when it dies. */
  startNode(side: Side): void {
    this.#isStopped[side] = false;
    this.#load(this.hosts[side], 0);
  }

  /** `cluster stop` has ended in order: nothing starts the node but `startNode`. */
  noteStopped(side: Side): void {
    this.#isStopped[side] = true;
  }

  isNodeStopped(side: Side): boolean {
    return this.#isStopped[side];
  }

  crash(side: Side): void {
    const host = this.hosts[side];
    this.checks.forgetStops(host);
    this.#touch();
    this.write(host.name, "host crashed");
    host.crash();
  }

  boot(side: Side): void {
    const host = this.hosts[side];
    if (host.isUp) return;
    this.#touch();
    host.boot();
    this.write(host.name, "host booted");
    if (!this.#isStopped[side]) this.#load(host, 0);
  }

  killAgent(side: Side): void {
    const host = this.hosts[side];
    if (host.agent === null || host.isPaused) return;
    this.write(host.name, "agent killed");
    this.#endAgent(host);
    host.heartbeat?.noteAgentGone();
    if (this.isSupervised) this.#load(host, RESTART_WAIT_MS);
  }

  /** The heartbeat process dies; its agent ends at once, as it cannot work without. */
  killHeartbeat(side: Side): void {
    const host = this.hosts[side];
    if (host.heartbeat === null || host.isPaused) return;
    this.write(host.name, "heartbeat process killed");
    host.heartbeat.end();
    this.#touch();
    const { agent } = host;
    agent?.life.after(1, () => {
      this.#endAgent(host);
      if (this.isSupervised) this.#load(host, RESTART_WAIT_MS);
    });
  }

  hangAgent(side: Side): void {
    const host = this.hosts[side];
    if (host.agent === null || host.agent.isHung) return;
    this.write(host.name, "agent hangs");
    host.agent.hang();
  }

  unhangAgent(side: Side): void {
    const host = this.hosts[side];
    if (host.agent?.isHung !== true) return;
    this.write(host.name, "agent goes on");
    host.agent.unhang();
  }

  pause(side: Side): void {
    const host = this.hosts[side];
    if (!host.isUp || host.isPaused) return;
    this.write(host.name, "host stands still");
    this.#touch();
    host.pause();
  }

  resume(side: Side): void {
    const host = this.hosts[side];
    if (!host.isPaused) return;
    this.write(host.name, "host goes on");
    this.#touch();
    host.resume();
  }

  /** Only the heartbeats between the hosts are cut: messages pass, addresses answer. */
  cutTokens(from: Side, by: 1 | -1): void {
    this.network.change((cuts) => {
      cuts.tokens[from] += by;
    });
  }

  /** What one host's agents send to the other is cut: tokens and messages. */
  cutCluster(from: Side, by: 1 | -1): void {
    this.network.change((cuts) => {
      cuts.tokens[from] += by;
      cuts.packets[from] += by;
    });
  }

  /** The hosts hear nothing of each other, on any network; clients reach both. */
  partition(by: 1 | -1): void {
    this.network.change((cuts) => {
      for (const side of [0, 1] as const) {
        cuts.tokens[side] += by;
        cuts.packets[side] += by;
      }
      cuts.service += by;
    });
  }

  /** The link of one host to the service network loses its carrier, or has it again. */
  cutServiceLink(side: Side, by: 1 | -1): void {
    this.network.change((cuts) => {
      cuts.serviceLink[side] += by;
    });
  }

  /** True when this agent process has been in a ring of two. */
  wasPeerSeen(host: Host): boolean {
    return host.agent !== null && this.#hasSeenPeer[host.side] === host.agent;
  }

  #skip(endMs: number): void {
    const { timeline, network, hosts, tokenTimeoutMs } = this;
    const limitMs = Math.min(endMs, timeline.nextOtherAt() ?? endMs);
    const quiet = { timeline, network, hosts, tokenTimeoutMs, changedAtMs: this.#changedAtMs };
    this.skippedMs += skipQuiet(quiet, limitMs);
  }

  #touch(): void {
    this.#changedAtMs = this.timeline.nowMs;
  }

  #noteHeartbeats(): void {
    for (const { side, heartbeat } of this.hosts) {
      if (this.#heartbeats[side] !== heartbeat) this.#touch();
      this.#heartbeats[side] = heartbeat;
    }
  }

  #endAgent(host: Host): void {
    this.checks.forgetStops(host);
    this.#touch();
    host.agent?.end();
    host.disk.abandon();
  }

  /** Starts the agent's program, which takes a while to load. */
  #load(host: Host, waitMs: number): void {
    const loadMs = waitMs + this.dice.between(LOAD_LEAST_MS, LOAD_MOST_MS);
    host.kernel.after(loadMs, () => {
      if (host.agent !== null || this.#isStopped[host.side]) return;
      this.#touch();
      this.write(host.name, "agent starts");
      host.agent = this.#makeAgent(host);
    });
  }

  #makeAgent(host: Host): AgentProcess {
    const { timeline, network, config, isSupervised } = this;
    return new AgentProcess({
      host,
      peerHost: () => this.hosts[otherSide(host.side)],
      timeline,
      dice: this.dice.split(`agent ${host.name} ${timeline.nowMs}`),
      network,
      config,
      isSupervised,
      events: {
        onLog: (where, { event, fields }) => {
          const isOfTwo = event === "ringChanged" && fields["members"] !== where.name;
          if (isOfTwo) this.#hasSeenPeer[where.side] = where.agent;
          if (event === "deepCheckJudged") {
            this.checks.noteJudged(where, String(fields["resource"]), String(fields["verdict"]));
          }
          this.write(where.name, [event, ...renderFields(fields)].join(" "));
        },
        onRun: (where, order) => this.checks.noteRun(where, order),
        onEnd: (where, order, outcome) => this.checks.noteEnd(where, order, outcome),
        onExit: (where) => {
          this.write(where.name, "agent ended in order");
          this.#endAgent(where);
          this.noteStopped(where.side);
        },
      },
    });
  }

  #makeHost(side: Side): Host {
    const node = this.config.nodes[side];
    if (node === undefined) throw new RangeError("two nodes expected");
    return new Host({
      side,
      node,
      timeline: this.timeline,
      dice: this.dice.split(`host ${node.name}`),
      events: {
        onActive: (host, active) => {
          this.write(host.name, `+ ${active.resource}`);
          this.checks.noteActive(host, active);
        },
        onInactive: (host, resource) => {
          this.write(host.name, `- ${resource}`);
          this.checks.noteInactive(resource);
        },
        onCib: (host, cib) => this.checks.noteCibOnDisk(host, cib),
      },
    });
  }
}

/** True when both agents are in one ring of two. */
export function areInOneRing({ hosts }: Simulation): boolean {
  const [a, b] = hosts.map(({ agent }) => agent?.state().ring ?? null);
  if (a === undefined || b === undefined || a === null || b === null) return false;
  return a.hasPeer && isSameRing(a.ring, b.ring);
}

function configOf({ tokenTimeoutMs, quorum }: SimulationOptions): ClusterConfig {
  return {
    clusterName: "simulated",
    nodes: [
      { id: 1, name: "a", addresses: ["192.0.2.1"] },
      { id: 2, name: "b", addresses: ["192.0.2.2"] },
    ],
    transport: "udpu",
    multicastGroup: null,
    port: 5405,
    profile: tokenTimeoutMs <= 200 ? "fast" : tokenTimeoutMs <= 1000 ? "lan" : "vm",
    tokenTimeoutMs,
    quorum,
  };
}

function renderFields(fields: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(
      ([name, value]) =>
        `${name}=${typeof value === "string" && / /.test(value) ? JSON.stringify(value) : value}`,
    );
}
