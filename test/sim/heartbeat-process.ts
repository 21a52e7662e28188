// The heartbeat process of one node: the production membership machine, and around it, simulated,
// what agent/heartbeat.ts does: the watch over the agent, the leases, the farewell.

import {
  initialMembership,
  type Membership,
  type MembershipEffect,
  type MembershipEvent,
  nextDeadline,
  stepMembership,
} from "../../agent/core/membership/index.ts";
import type {
  ClusterConfig,
  HeartbeatCommand,
  HeartbeatReport,
  ResourceId,
  Token,
  TokenFacts,
} from "../../agent/core/model/index.ts";
import type { Dice } from "./dice.ts";
import type { Host } from "./host.ts";
import { Life } from "./life.ts";
import type { Appointment, Timeline } from "./timeline.ts";

const ANSWER_MIN_MS = 1500;
const PING_EVERY_MS = 1000;
const RENEW_EVERY_MS = 250;
const RENEW_MARGIN_MS = 300;
/** The kernel removes an address so much later than its lifetime says. */
const EXPIRY_LATE_MAX_MS = 400;

/** What the process needs of its surroundings. */
export interface HeartbeatPorts {
  readonly host: Host;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly config: ClusterConfig;
  readonly isSupervised: boolean;
  readonly facts: TokenFacts;
  readonly ringSeqFloor: number;
  readonly sendToken: (token: Token) => void;
  readonly report: (report: HeartbeatReport) => void;
}

/** The running process. */
export class HeartbeatProcess {
  readonly life: Life;
  readonly incarnation: string;
  membership: Membership;
  /** When it last did anything that is not the plain exchange of tokens. */
  disturbedAtMs: number;
  readonly #ports: HeartbeatPorts;
  readonly #lifetimeMs: number;
  /** Addresses that are renewed, by resource. */
  readonly #leases = new Map<ResourceId, string>();
  #isUnwell = false;
  #isLeaving = false;
  #timer: Appointment | null = null;
  #stoppedAtMs: number | null = null;

  constructor(ports: HeartbeatPorts) {
    const { timeline, dice, config, host } = ports;
    this.#ports = ports;
    this.life = new Life(timeline, dice.split("life"));
    this.incarnation = dice.hex(16);
    this.disturbedAtMs = timeline.nowMs;
    this.#lifetimeMs = 1000 * Math.max(1, Math.ceil(config.tokenTimeoutMs / 2 / 1000));
    const first = initialMembership(
      {
        localId: host.id,
        nodes: config.nodes,
        linkCount: 1,
        tokenTimeoutMs: config.tokenTimeoutMs,
        incarnation: this.incarnation,
        ringSeqFloor: ports.ringSeqFloor,
        facts: ports.facts,
      },
      host.clockMs(),
    );
    this.membership = first.state;
    const { incarnation } = this;
    ports.report({ kind: "ready", scheduling: "realtime", links: ["link 0"], incarnation });
    this.#performAll(first.effects);
    this.#arm();
  }

  /** One command of the agent. */
  send(command: HeartbeatCommand): void {
    if (command.kind === "advertise") this.#step({ kind: "factsAdvertised", facts: command.facts });
    if (command.kind === "leave") this.#farewell("leaving");
  }

  receive(token: Token): void {
    this.life.receive(() => this.#step({ kind: "tokenReceived", token }));
  }

  /** Adds an address and renews it; null when it is held, otherwise why not. */
  hold(resource: ResourceId, ip: string): string | null {
    if (!this.life.isRunning) return "the heartbeat process does not answer";
    if (this.#isUnwell) return "the agent was taken for dead: ask again";
    if (this.#isLeaving) return "the node is leaving";
    this.#leases.set(resource, ip);
    this.#ports.host.activate(resource, ip);
    return null;
  }

  /** Ends the renewal and removes the address. */
  release(resource: ResourceId): void {
    this.#leases.delete(resource);
    this.#ports.host.deactivate(resource);
  }

  /** Somebody removed an address: the next renewal finds it gone and gives the lease up. */
  noteRemoved(resource: ResourceId): void {
    this.life.after(this.#ports.dice.below(RENEW_EVERY_MS), () => {
      const { host } = this.#ports;
      const ip = this.#leases.get(resource);
      if (ip === undefined || host.active.has(resource)) return;
      this.#leases.delete(resource);
      const reason = "removed by somebody else";
      this.#ports.report({ kind: "leaseLost", ip, nic: "eth0", reason });
    });
  }

  /** The agent does not answer from now on: after the bound this node is unwell. */
  watchHungAgent(isStillHung: () => boolean): void {
    const { config, dice } = this.#ports;
    const limitMs = Math.max(ANSWER_MIN_MS, 2 * config.tokenTimeoutMs - PING_EVERY_MS);
    const askedAfterMs = dice.below(PING_EVERY_MS);
    this.life.after(askedAfterMs + limitMs, () => {
      if (!isStillHung() || this.#isUnwell || this.#isLeaving) return;
      this.#isUnwell = true;
      this.#loseLeases("the agent did not answer");
      this.#step({ kind: "agentUnwell", holds: [] });
    });
  }

  /** The agent answers again. */
  noteAlive(): void {
    this.life.run(() => {
      if (!this.#isUnwell) return;
      this.#isUnwell = false;
      this.#step({ kind: "agentWell" });
    });
  }

  /** The pipe closed: the agent has ended (docs/decisions/0007). */
  noteAgentGone(): void {
    this.life.after(this.#ports.dice.below(3), () => {
      if (this.#isLeaving) return;
      if (!this.#ports.isSupervised) {
        for (const resource of [...this.#leases.keys()]) this.release(resource);
      }
      this.#farewell("unwell");
    });
  }

  /** The host stands still. */
  noteStopped(): void {
    this.#stoppedAtMs = this.#ports.timeline.nowMs;
    this.life.stop();
  }

  /** The host goes on: leases that the kernel may have let go are given up first. */
  noteResumed(): void {
    const { timeline, dice } = this.#ports;
    const stoodMs = timeline.nowMs - (this.#stoppedAtMs ?? timeline.nowMs);
    const sinceMs = stoodMs + dice.below(RENEW_EVERY_MS);
    this.#stoppedAtMs = null;
    if (sinceMs > this.#lifetimeMs - RENEW_MARGIN_MS) {
      this.life.after(0, () => this.#loseLeases(`not renewed for ${sinceMs} ms`));
    }
    this.disturbedAtMs = timeline.nowMs;
    this.life.resume(3);
  }

  /** The process ends at once: the kernel lets its addresses go when their lifetimes are over. */
  end(): void {
    if (!this.life.isAlive) return;
    this.life.end();
    this.#ports.timeline.cancel(this.#timer);
    const { host, dice } = this.#ports;
    for (const resource of this.#leases.keys()) {
      const leftMs = this.#lifetimeMs - dice.below(RENEW_EVERY_MS);
      host.expireLater(resource, leftMs + dice.below(EXPIRY_LATE_MAX_MS + 1));
    }
    this.#leases.clear();
    host.noteHeartbeatEnd(this);
  }

  /** Replaces the state by the same one, later: see fast-forward.ts. */
  shift(membership: Membership): void {
    this.membership = membership;
  }

  #farewell(as: "leaving" | "unwell"): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#step({ kind: "leave", as, holds: [...this.#leases.values()] });
  }

  #loseLeases(reason: string): void {
    for (const [resource, ip] of [...this.#leases]) {
      this.release(resource);
      this.#ports.report({ kind: "leaseLost", ip, nic: "eth0", reason });
    }
  }

  #step(event: MembershipEvent): void {
    if (event.kind !== "tokenReceived" && event.kind !== "timePassed") this.#noteDisturbance();
    const { state, effects } = stepMembership(this.membership, event, this.#ports.host.clockMs());
    this.membership = state;
    this.#performAll(effects);
    this.#arm();
  }

  #performAll(effects: readonly MembershipEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "sendToken") this.#ports.sendToken(effect.token);
      else this.#noteDisturbance();
      if (effect.kind === "report") this.#ports.report(effect.report);
      if (effect.kind === "finished") this.life.after(5, () => this.end());
    }
  }

  #noteDisturbance(): void {
    this.disturbedAtMs = this.#ports.timeline.nowMs;
  }

  #arm(): void {
    const { timeline, host } = this.#ports;
    const dueAt = nextDeadline(this.membership);
    const atMs = dueAt === null ? null : dueAt - host.clockOffsetMs;
    if (this.#timer !== null && !this.#timer.isCancelled && this.#timer.atMs === atMs) return;
    timeline.cancel(this.#timer);
    this.#timer = null;
    if (atMs === null || !this.life.isAlive) return;
    this.#timer = timeline.beatAt(atMs, () => {
      this.#timer = null;
      this.life.run(() => this.#step({ kind: "timePassed" }));
    });
  }
}
