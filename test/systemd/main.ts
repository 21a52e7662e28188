/**
 * The drill on two real systemd hosts; run by scripts/systemd-drill.sh, which puts it into
 * namespaces of its own and removes what is left of them.
 */
import { parseArgs } from "node:util";
import { killAllStarted, mustRun } from "../lab/run-command.ts";
import { CASES, type Case } from "./cases.ts";
import { LINK, Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { foundCluster, type Pair, show, untilReady, VIRTUAL_IP } from "./pair.ts";
import { Recorder } from "./recorder.ts";

const BRIDGE = "br-lb";
const NAMES = [
  { name: "ip1", address: "192.168.33.18" },
  { name: "ip2", address: "192.168.33.19" },
] as const;
const CLIENT_ADDRESS = "192.168.33.1/24";
const CLEAR_BEFORE = "lbctl resource cleanup";
const LOG_LINES = 40;

interface Options {
  readonly base: string;
  readonly programs: string;
  readonly work: string;
  readonly group: string;
  readonly cases: readonly Case[];
  readonly runs: number | null;
  /** Shows status and logs after every run, not only after one that was not as promised. */
  readonly isVerbose: boolean;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: "string", default: "" },
      programs: { type: "string", default: "" },
      work: { type: "string", default: "" },
      group: { type: "string", default: "" },
      runs: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => CASES.every((each) => each.name !== name));
  if (unknown.length > 0) {
    const known = CASES.map(({ name }) => name).join(" ");
    throw new Error(`no case "${unknown.join(" ")}"; there are: ${known}`);
  }
  const cases = CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const { base, programs, work, group, verbose: isVerbose } = values;
  const runs = values.runs === undefined ? null : Number(values.runs);
  return { base, programs, work, group, cases, runs, isVerbose };
}

async function main(): Promise<void> {
  const options = readOptions();
  await mustRun(["ip", "-batch", "-"], {
    input:
      `link set lo up\nlink add ${BRIDGE} type bridge mcast_snooping 0\n` +
      `addr add ${CLIENT_ADDRESS} dev ${BRIDGE}\nlink set ${BRIDGE} up\n`,
  });
  const recorder = new Recorder(VIRTUAL_IP);
  const follow = () => recorder.follow(machines);
  const { base, programs, work, group } = options;
  const room = { base, programs, work, bridge: BRIDGE, names: NAMES, groupPrefix: group };
  const [first, second] = NAMES;
  const machines: [Machine, Machine] = [
    new Machine(first.name, room, follow),
    new Machine(second.name, room, follow),
  ];
  const pair: Pair = { machines, recorder, say };
  let isGood = false;
  try {
    await Promise.all(machines.map((machine) => machine.boot()));
    isGood = await drill(pair, options);
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await describe(pair);
  } finally {
    for (const machine of machines) machine.close();
    await recorder.close();
    killAllStarted();
  }
  process.exit(isGood ? 0 : 1);
}

async function drill(pair: Pair, options: Options): Promise<boolean> {
  for (const machine of pair.machines) {
    const state = await machine.run(["systemctl", "is-system-running", "--wait"]);
    say(`[${machine.name}] systemd: ${state.stdout.trim()}, ${LINK} on ${BRIDGE}`);
  }
  await foundCluster(pair);
  await untilReady(pair);
  for (const machine of pair.machines) await show(pair, machine, SHOW_UNIT);
  await show(pair, pair.machines[0], "lbctl status");
  const lines: string[] = [];
  let isGood = true;
  for (const each of options.cases) {
    for (let run = 1; run <= (options.runs ?? each.runsDefault); run += 1) {
      const outcome = await runOnce(pair, each);
      const line = renderOutcome(each.name, run, outcome);
      say(line);
      lines.push(line);
      if (outcome.complaints.length > 0) {
        isGood = false;
      }
      if (options.isVerbose || outcome.complaints.length > 0) await describe(pair);
    }
  }
  say(`\n${HEAD}\n${lines.join("\n")}`);
  return isGood;
}

const SHOW_UNIT =
  "systemctl is-enabled lb-agent; systemctl status --no-pager --lines=0 lb-agent;" +
  " systemctl show lb-agent --property=Type,NotifyAccess,StatusText,WatchdogUSec,NRestarts";

async function runOnce(pair: Pair, each: Case): Promise<Outcome> {
  say(`\n== ${each.name}: ${each.promise}`);
  await pair.machines[0].must(["sh", "-c", CLEAR_BEFORE]);
  const parts = await untilReady(pair);
  // The start limit of the unit is not what is measured.
  for (const machine of pair.machines) await machine.run(["systemctl", "reset-failed", "lb-agent"]);
  pair.recorder.forget();
  return each.run(pair, parts);
}

const HEAD = "case, run: failed of requests, outages ms, no owner ms, two owners ms, owners";

function renderOutcome(name: string, run: number, { figures, notes, complaints }: Outcome): string {
  const { failed, requests, outagesMs, noOwnerMs, doubleOwnerMs, owners, served } = figures;
  const outages = outagesMs.length === 0 ? "0" : outagesMs.map((ms) => ms ?? "not back").join("+");
  const verdict = complaints.length === 0 ? "good" : `NOT GOOD: ${complaints.join("; ")}`;
  return (
    `${name} ${run}: failed ${failed} of ${requests}, outage ${outages} ms, ` +
    `no owner ${noOwnerMs} ms, two owners ${doubleOwnerMs} ms, owners ${owners.join(" > ")}, ` +
    `served by ${served}; ${notes.join("; ")}${notes.length > 0 ? "; " : ""}${verdict}`
  );
}

/** What a reader needs after something that was not as promised. */
async function describe({ machines }: Pair): Promise<void> {
  for (const machine of machines) {
    if (machine.initPid === null) {
      say(`--- ${machine.name} is down`);
      continue;
    }
    const status = await machine.run(["lbctl", "status"], { timeoutMs: 10_000 });
    const journal = await machine.run([
      ...[
        "journalctl",
        "--unit",
        "lb-agent",
        "--no-pager",
        "--lines",
        String(LOG_LINES),
        "--output",
        "short-precise",
      ],
    ]);
    const log = machine.read("/var/log/lb-cluster/agent.log").trimEnd().split("\n");
    say(`--- ${machine.name}: lbctl status\n${status.stdout}${status.stderr}`.trimEnd());
    say(`--- ${machine.name}: journal\n${journal.stdout}`.trimEnd());
    say(`--- ${machine.name}: agent.log\n${log.slice(-LOG_LINES).join("\n")}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
});
