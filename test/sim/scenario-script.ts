// Text scenarios: commands to a small cluster, and the exact trace that they give.
//
//   # a comment that explains            kept as it is
//   > a command                          see COMMANDS
//       3013 b     cibCommitted …        what happened, written by the runner

import type { ApiRequest, Change } from "../../agent/core/model/index.ts";
import type { Side } from "./network.ts";
import { Simulation, TWO_NODE } from "./simulation.ts";
import { ask, CLONES, FIRST_CHANGES, type Layout, PAIR, TWO } from "./workload.ts";

/** A line of a scenario that no command understands. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
}

interface Command {
  /** The whole command; groups are the words that vary. */
  readonly form: RegExp;
  readonly run: (sim: Simulation, words: readonly string[]) => void;
}

const CLUSTER =
  /^cluster of token (\d+) ms(, supervised|, without supervisor)(, started alone at once)?$/;

const COMMANDS: readonly Command[] = [
  { form: /^run (\d+) ms$/, run: (sim, [ms]) => sim.runMs(Number(ms)) },
  { form: /^run (\d+) s$/, run: (sim, [seconds]) => sim.runMs(1000 * Number(seconds)) },
  { form: /^start (a|b)$/, run: (sim, [node]) => sim.startNode(sideOf(node)) },
  { form: /^stop (a|b)$/, run: (sim, [node]) => stop(sim, sideOf(node)) },
  { form: /^crash (a|b)$/, run: (sim, [node]) => sim.crash(sideOf(node)) },
  { form: /^boot (a|b)$/, run: (sim, [node]) => sim.boot(sideOf(node)) },
  { form: /^kill agent of (a|b)$/, run: (sim, [node]) => sim.killAgent(sideOf(node)) },
  { form: /^hang agent of (a|b)$/, run: (sim, [node]) => sim.hangAgent(sideOf(node)) },
  { form: /^unhang agent of (a|b)$/, run: (sim, [node]) => sim.unhangAgent(sideOf(node)) },
  { form: /^pause (a|b)$/, run: (sim, [node]) => sim.pause(sideOf(node)) },
  { form: /^resume (a|b)$/, run: (sim, [node]) => sim.resume(sideOf(node)) },
  { form: /^cut heartbeat$/, run: (sim) => bothWays((side) => sim.cutTokens(side, 1)) },
  { form: /^heal heartbeat$/, run: (sim) => bothWays((side) => sim.cutTokens(side, -1)) },
  { form: /^partition$/, run: (sim) => sim.partition(1) },
  { form: /^heal partition$/, run: (sim) => sim.partition(-1) },
  { form: /^create pair on (a|b)$/, run: (sim, [node]) => create(sim, sideOf(node), PAIR) },
  { form: /^create two on (a|b)$/, run: (sim, [node]) => create(sim, sideOf(node), TWO) },
  { form: /^create clones on (a|b)$/, run: (sim, [node]) => create(sim, sideOf(node), CLONES) },
  {
    form: /^(ip2?|web2?|copy|db) dies on (a|b)$/,
    run: (sim, [id, node]) => die(sim, id ?? "", sideOf(node)),
  },
  {
    form: /^(\w+) (\w+) works again on (a|b)$/,
    run: (sim, [id, operation, node]) => {
      sim.hosts[sideOf(node)].troubles.delete(`${id} ${operation}`);
    },
  },
  {
    form: /^ask (a|b): default ([\w-]+) is (\w+)$/,
    run: (sim, [node, name = "", value = ""]) => {
      askChange(sim, sideOf(node), { kind: "setResourceDefaults", values: { [name]: value } });
    },
  },
  {
    form: /^(ip2?|web2?|copy|db) ([\w-]+) (fails|hangs) on (a|b)$/,
    run: (sim, [id, operation, trouble, node]) => {
      const kind = trouble === "fails" ? "fails" : "hangs";
      sim.hosts[sideOf(node)].troubles.set(`${id} ${operation}`, kind);
    },
  },
  {
    form: /^ask (a|b): standby (a|b)$/,
    run: (sim, [node, target]) => askAttribute(sim, sideOf(node), [target, "standby", "on"]),
  },
  {
    form: /^ask (a|b): unstandby (a|b)$/,
    run: (sim, [node, target]) => askAttribute(sim, sideOf(node), [target, "standby", ""]),
  },
  {
    form: /^ask (a|b): attribute (\w+) of (a|b) is (\w+)$/,
    run: (sim, [node, name, target, value]) => {
      askAttribute(sim, sideOf(node), [target, name, value]);
    },
  },
  {
    form: /^ask (a|b): property ([\w-]+) is (\w+)$/,
    run: (sim, [node, name = "", value = ""]) => {
      askChange(sim, sideOf(node), { kind: "setProperties", values: { [name]: value } });
    },
  },
  {
    form: /^ask (a|b): delete (ip|web)$/,
    run: (sim, [node, id = ""]) => askChange(sim, sideOf(node), { kind: "deleteResource", id }),
  },
  {
    form: /^ask (a|b): refresh (ip|web)$/,
    run: (sim, [node, resource = ""]) => {
      const command = { kind: "refresh", resource, node: null } as const;
      ask(sim, sideOf(node), { kind: "command", command, by: "admin", atWallMs: 0 });
    },
  },
  {
    form: /^ask (a|b): reload (\w+)$/,
    run: (sim, [node, resource = ""]) => {
      const command = { kind: "reloadResource", resource } as const;
      ask(sim, sideOf(node), { kind: "command", command, by: "admin", atWallMs: 0 });
    },
  },
  {
    form: /^ask (a|b): cleanup$/,
    run: (sim, [node]) => {
      const command = { kind: "cleanup", resource: null, node: null } as const;
      ask(sim, sideOf(node), { kind: "command", command, by: "admin", atWallMs: 0 });
    },
  },
];

/** Plays a scenario; returns its text with the trace as it is. */
export function playScenario(text: string): string {
  const lines: string[] = [];
  let sim: Simulation | null = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line.trim() === "") lines.push(line.trimEnd());
    if (!line.startsWith("> ")) continue;
    lines.push(line.trimEnd());
    const command = line.slice(2).trim();
    if (sim === null) sim = begin(command, (traced) => lines.push(`  ${traced}`));
    else perform(sim, command);
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function begin(command: string, onLine: (line: string) => void): Simulation {
  const [, token, supervision, alone] = CLUSTER.exec(command) ?? [];
  if (token === undefined) throw new ScenarioError(`"${command}": expected a cluster first`);
  return new Simulation({
    seed: 1,
    tokenTimeoutMs: Number(token),
    isSupervised: supervision === ", supervised",
    quorum: alone === undefined ? TWO_NODE : { ...TWO_NODE, aloneAfterMs: 0 },
    onLine,
    skipsQuiet: true,
  });
}

function perform(sim: Simulation, text: string): void {
  for (const { form, run } of COMMANDS) {
    const words = form.exec(text);
    if (words === null) continue;
    run(sim, words.slice(1));
    return;
  }
  throw new ScenarioError(`"${text}": no such command`);
}

function sideOf(node: string | undefined): Side {
  return node === "b" ? 1 : 0;
}

function bothWays(change: (side: Side) => void): void {
  change(0);
  change(1);
}

function create(sim: Simulation, side: Side, layout: Layout): void {
  const changes = [...FIRST_CHANGES, ...layout.changes];
  ask(sim, side, { kind: "apply", changes, isDryRun: false, by: "admin", atWallMs: 0 });
}

function die(sim: Simulation, id: string, side: Side): void {
  const host = sim.hosts[side];
  host.deactivate(id);
  host.heartbeat?.noteRemoved(id);
}

function stop(sim: Simulation, side: Side): void {
  const command = { kind: "stopNode", isWholeCluster: false } as const;
  ask(sim, side, { kind: "command", command, by: "admin", atWallMs: 0 });
}

function askAttribute(
  sim: Simulation,
  side: Side,
  [node, name, value]: readonly (string | undefined)[],
): void {
  const values = { [name ?? ""]: value ?? "" };
  askChange(sim, side, { kind: "setNodeAttributes", node: node ?? "", values });
}

function askChange(sim: Simulation, side: Side, change: Change): void {
  const request: ApiRequest = {
    kind: "apply",
    changes: [change],
    isDryRun: false,
    by: "admin",
    atWallMs: 0,
  };
  ask(sim, side, request);
}
