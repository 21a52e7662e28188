// What goes wrong, from a seed. Faults overlap; each one ends by itself.

import type { ResourceId } from "../../agent/core/model/index.ts";
import type { Dice } from "./dice.ts";
import type { Trouble } from "./host.ts";
import { otherSide, type Side } from "./network.ts";
import type { Simulation } from "./simulation.ts";

/** What a fault acts on. */
export interface FaultContext {
  readonly sim: Simulation;
  readonly dice: Dice;
  readonly resources: readonly [ResourceId, ...ResourceId[]];
}

/** How long a fault lasts, and what ends it. */
export interface Lasting {
  readonly forMs: number;
  readonly end: () => void;
}

/** A kind of fault. `begin` returns null when it does not apply at the moment. */
export interface FaultKind {
  readonly name: string;
  readonly weight: number;
  readonly begin: (context: FaultContext) => Lasting | null;
}

const SIDES: readonly [Side, Side] = [0, 1];

/** All kinds of faults. */
export const FAULTS: readonly [FaultKind, ...FaultKind[]] = [
  { name: "heartbeat-cut", weight: 3, begin: cutHeartbeat },
  { name: "cluster-cut", weight: 2, begin: cutCluster },
  { name: "partition", weight: 3, begin: partition },
  { name: "service-link-down", weight: 1, begin: cutServiceLink },
  { name: "bad-weather", weight: 3, begin: worsenWeather },
  { name: "host-crash", weight: 4, begin: crash },
  { name: "host-pause", weight: 3, begin: pause },
  { name: "agent-kill", weight: 4, begin: killAgent },
  { name: "agent-hang", weight: 3, begin: hangAgent },
  { name: "heartbeat-kill", weight: 1, begin: killHeartbeat },
  { name: "slow-disk", weight: 2, begin: (context) => troubleDisk(context, "slow") },
  { name: "failing-disk", weight: 2, begin: (context) => troubleDisk(context, "failing") },
  { name: "operation-fails", weight: 4, begin: (context) => troubleOperation(context, "fails") },
  { name: "operation-hangs", weight: 2, begin: (context) => troubleOperation(context, "hangs") },
  { name: "resource-dies", weight: 6, begin: killResource },
  { name: "node-stop", weight: 2, begin: stopNode },
];

/** One kind, by weight. */
export function pickFault(dice: Dice): FaultKind {
  const total = FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  let left = dice.below(total);
  for (const kind of FAULTS) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return FAULTS[0];
}

function cutHeartbeat({ sim, dice }: FaultContext): Lasting {
  const sides = dice.happens(500) ? SIDES : [dice.pick(SIDES)];
  for (const side of sides) sim.cutTokens(side, 1);
  sim.write("world", `heartbeat of ${namesOf(sim, sides)} is cut`);
  const end = (): void => {
    for (const side of sides) sim.cutTokens(side, -1);
    sim.write("world", `heartbeat of ${namesOf(sim, sides)} is back`);
  };
  return { forMs: dice.between(100, 40_000), end };
}

function cutCluster({ sim, dice }: FaultContext): Lasting {
  const sides = dice.happens(500) ? SIDES : [dice.pick(SIDES)];
  for (const side of sides) sim.cutCluster(side, 1);
  sim.write("world", `heartbeat and messages of ${namesOf(sim, sides)} are cut`);
  const end = (): void => {
    for (const side of sides) sim.cutCluster(side, -1);
    sim.write("world", `heartbeat and messages of ${namesOf(sim, sides)} are back`);
  };
  return { forMs: dice.between(100, 40_000), end };
}

function partition({ sim, dice }: FaultContext): Lasting {
  sim.partition(1);
  sim.write("world", "partition");
  const end = (): void => {
    sim.partition(-1);
    sim.write("world", "partition heals");
  };
  return { forMs: dice.between(100, 60_000), end };
}

function cutServiceLink({ sim, dice }: FaultContext): Lasting {
  const side = dice.pick(SIDES);
  sim.cutServiceLink(side, 1);
  sim.write("world", `service link of ${namesOf(sim, [side])} is down`);
  const end = (): void => {
    sim.cutServiceLink(side, -1);
    sim.write("world", `service link of ${namesOf(sim, [side])} is up`);
  };
  return { forMs: dice.between(1000, 30_000), end };
}

function worsenWeather({ sim, dice }: FaultContext): Lasting {
  const weather = {
    lossPermille: dice.pick([0, 20, 100, 300, 600]),
    delayMaxMs: dice.pick([5, 50, Math.floor(sim.tokenTimeoutMs / 4), sim.tokenTimeoutMs]),
    repeatPermille: dice.pick([0, 50, 300]),
  };
  const words = `loss ${weather.lossPermille / 10} %, delay up to ${weather.delayMaxMs} ms`;
  sim.write("world", `bad weather: ${words}`);
  const worsened = sim.network.worsen(weather);
  const end = (): void => {
    worsened();
    sim.write("world", "weather is good");
  };
  return { forMs: dice.between(500, 30_000), end };
}

function crash({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  if (!sim.hosts[side].isUp) return null;
  sim.crash(side);
  return { forMs: dice.between(2000, 90_000), end: () => sim.boot(side) };
}

function pause({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  if (!sim.hosts[side].isUp || sim.hosts[side].isPaused) return null;
  sim.pause(side);
  return { forMs: dice.between(50, dice.pick([1000, 4000, 15_000])), end: () => sim.resume(side) };
}

function killAgent({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  if (sim.hosts[side].agent === null) return null;
  sim.killAgent(side);
  // Without a supervisor somebody starts it again after a while.
  return { forMs: dice.between(1000, 60_000), end: () => restart(sim, side) };
}

function hangAgent({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  const { agent } = sim.hosts[side];
  if (agent === null || agent.isHung) return null;
  sim.hangAgent(side);
  const end = (): void => {
    if (sim.hosts[side].agent === agent) sim.unhangAgent(side);
  };
  return { forMs: dice.between(100, dice.pick([2000, 20_000])), end };
}

function killHeartbeat({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  if (sim.hosts[side].heartbeat === null) return null;
  sim.killHeartbeat(side);
  return { forMs: dice.between(1000, 60_000), end: () => restart(sim, side) };
}

function troubleDisk({ sim, dice }: FaultContext, mood: "slow" | "failing"): Lasting | null {
  const host = sim.hosts[dice.pick(SIDES)];
  if (host.disk.mood !== "well") return null;
  host.disk.mood = mood;
  sim.write(host.name, `disk is ${mood}`);
  const end = (): void => {
    host.disk.mood = "well";
    sim.write(host.name, "disk is well");
  };
  return { forMs: dice.between(1000, 40_000), end };
}

function troubleOperation(context: FaultContext, trouble: Trouble): Lasting | null {
  const { sim, dice, resources } = context;
  const host = sim.hosts[dice.pick(SIDES)];
  const key = `${dice.pick(resources)} ${dice.pick(["start", "stop", "monitor"])}`;
  if (host.troubles.has(key)) return null;
  host.troubles.set(key, trouble);
  sim.write(host.name, `${key} ${trouble}`);
  const end = (): void => {
    host.troubles.delete(key);
    sim.write(host.name, `${key} works`);
  };
  return { forMs: dice.between(500, 60_000), end };
}

function killResource({ sim, dice, resources }: FaultContext): Lasting | null {
  const resource = dice.pick(resources);
  const host = sim.hosts.find(({ active, isPaused }) => active.has(resource) && !isPaused);
  if (host === undefined) return null;
  const isAddress = host.active.get(resource)?.ip !== null;
  sim.write(host.name, `${resource} ${isAddress ? "is removed" : "dies"}`);
  host.deactivate(resource);
  if (isAddress) host.heartbeat?.noteRemoved(resource);
  return { forMs: 0, end: () => {} };
}

function stopNode({ sim, dice }: FaultContext): Lasting | null {
  const side = dice.pick(SIDES);
  const { agent, name } = sim.hosts[side];
  const isOther = sim.hosts[otherSide(side)].agent !== null;
  if (agent === null || sim.isNodeStopped(side)) return null;
  const isWholeCluster = isOther && dice.happens(200);
  sim.write(name, isWholeCluster ? "cluster stop --all" : "cluster stop");
  const command = { kind: "stopNode", isWholeCluster } as const;
  agent.ask({ kind: "command", command, by: "admin", atWallMs: 0 }, (reply) => {
    sim.write(name, `reply: ${reply.kind}`);
  });
  const end = (): void => {
    for (const each of SIDES) restart(sim, each);
  };
  return { forMs: dice.between(2000, 60_000), end };
}

/** A person starts a node that nothing else would start. */
function restart(sim: Simulation, side: Side): void {
  const host = sim.hosts[side];
  if (!host.isUp || host.agent !== null) return;
  if (sim.isSupervised && !sim.isNodeStopped(side)) return;
  sim.write(host.name, "cluster start");
  sim.startNode(side);
}

function namesOf(sim: Simulation, sides: readonly Side[]): string {
  return sides.map((side) => sim.hosts[side].name).join(" and ");
}
