// One host: what is true of it, whatever the nodes believe, and the processes that run on it.

import type { Cib, ClusterNode, NodeName, ResourceId } from "../../agent/core/model/index.ts";
import type { AgentProcess } from "./agent-process.ts";
import type { Dice } from "./dice.ts";
import { SimulatedDisk } from "./disk.ts";
import type { HeartbeatProcess } from "./heartbeat-process.ts";
import { Life } from "./life.ts";
import type { Side } from "./network.ts";
import type { Appointment, Timeline } from "./timeline.ts";

/** Each boot starts the monotonic clock anew: instants of two hosts can never be mixed up. */
const CLOCK_AT_BOOT_MAX_MS = 1_000_000;

/** A resource that runs here in truth. */
export interface ActiveResource {
  readonly resource: ResourceId;
  /** The address that it is; null for a server. */
  readonly ip: string | null;
  readonly sinceMs: number;
}

/** The promoted role of a resource, which counts as something of its own that runs once. */
export function promotedOf(resource: ResourceId): ResourceId {
  return `${resource} promoted`;
}

/** The resource that something active belongs to. */
export function resourceOf(active: ResourceId): ResourceId {
  return active.replace(/ promoted$/, "");
}

/** What an operation of a resource does instead of its work. */
export type Trouble = "fails" | "hangs";

/** What the host tells the checks. */
export interface HostEvents {
  readonly onActive: (host: Host, active: ActiveResource) => void;
  readonly onInactive: (host: Host, resource: ResourceId) => void;
  readonly onCib: (host: Host, cib: Cib) => void;
}

/** What a host is made of. */
export interface HostPorts {
  readonly side: Side;
  readonly node: ClusterNode;
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly events: HostEvents;
}

/** One host. Fields are the truth; methods change it and tell the checks. */
export class Host {
  readonly side: Side;
  readonly id: number;
  readonly name: NodeName;
  readonly disk: SimulatedDisk;
  /** Life of the kernel: ends with a crash, and every boot has another one. */
  kernel: Life;
  isUp = true;
  isPaused = false;
  /** When the host last began to run again after a pause. */
  resumedAtMs = Number.NEGATIVE_INFINITY;
  clockOffsetMs = 0;
  agent: AgentProcess | null = null;
  heartbeat: HeartbeatProcess | null = null;
  readonly active = new Map<ResourceId, ActiveResource>();
  /** By resource and operation, such as `web stop`. */
  readonly troubles = new Map<string, Trouble>();
  readonly #ports: HostPorts;
  readonly #expiries = new Map<ResourceId, Appointment>();

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.side = ports.side;
    this.id = ports.node.id;
    this.name = ports.node.name;
    this.disk = new SimulatedDisk(ports.dice.split("disk"), (cib) => {
      ports.events.onCib(this, cib);
    });
    this.kernel = this.#boot();
  }

  /** The monotonic clock of this boot. */
  clockMs(): number {
    return this.#ports.timeline.nowMs + this.clockOffsetMs;
  }

  /** The resource runs here from now on; an address that was about to go stays. */
  activate(resource: ResourceId, ip: string | null): void {
    this.#ports.timeline.cancel(this.#expiries.get(resource) ?? null);
    this.#expiries.delete(resource);
    if (this.active.has(resource)) return;
    const active = { resource, ip, sinceMs: this.#ports.timeline.nowMs };
    this.active.set(resource, active);
    this.#ports.events.onActive(this, active);
  }

  /** The resource does not run here any more, whatever ended it. The agent gets a hint. */
  deactivate(resource: ResourceId): void {
    this.#ports.timeline.cancel(this.#expiries.get(resource) ?? null);
    this.#expiries.delete(resource);
    if (!this.active.delete(resource)) return;
    this.#ports.events.onInactive(this, resource);
    this.agent?.hint(resourceOf(resource));
    // What runs no more is promoted no more.
    this.deactivate(promotedOf(resource));
  }

  /** The kernel removes the address after a time, unless it is renewed. */
  expireLater(resource: ResourceId, waitMs: number): void {
    if (!this.active.has(resource)) return;
    const expiry = this.kernel.after(waitMs, () => this.deactivate(resource));
    this.#expiries.set(resource, expiry);
  }

  /** True when the host answers for the address on the service network. */
  answersFor(ip: string): boolean {
    if (!this.isUp || this.isPaused) return false;
    return [...this.active.values()].some((active) => active.ip === ip);
  }

  noteHeartbeatEnd(heartbeat: HeartbeatProcess): void {
    if (this.heartbeat === heartbeat) this.heartbeat = null;
  }

  noteAgentEnd(agent: AgentProcess): void {
    if (this.agent === agent) this.agent = null;
  }

  /** The power goes: everything but the disk is gone. */
  crash(): void {
    this.isUp = false;
    this.isPaused = false;
    this.kernel.end();
    this.agent?.end();
    this.heartbeat?.end();
    this.agent = null;
    this.heartbeat = null;
    this.disk.abandon();
    for (const resource of [...this.active.keys()]) this.deactivate(resource);
  }

  /** The power is back; nothing runs yet. */
  boot(): void {
    this.isUp = true;
    this.kernel = this.#boot();
  }

  /** All of the host stands still, as a virtual machine does during a snapshot. */
  pause(): void {
    this.isPaused = true;
    this.kernel.stop();
    this.heartbeat?.noteStopped();
    this.agent?.life.stop();
  }

  /** It goes on; its clock has gone on meanwhile. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.resumedAtMs = this.#ports.timeline.nowMs;
    this.kernel.resume(1);
    this.heartbeat?.noteResumed();
    this.agent?.life.resume(8);
  }

  #boot(): Life {
    const { dice, timeline } = this.#ports;
    this.clockOffsetMs = dice.below(CLOCK_AT_BOOT_MAX_MS) - timeline.nowMs;
    return new Life(timeline, dice);
  }
}
