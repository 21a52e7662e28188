/**
 * The drill on two real systemd hosts; run by scripts/systemd-drill.sh, which puts it into
 * namespaces of its own and removes what is left of them.
 */
import { parseArgs } from "node:util";
import { killAllStarted } from "../lab/run-command.ts";
import { CASES, type Case } from "./cases.ts";
import { stepsWith } from "./installed.ts";
import { LINK } from "./machine.ts";
import { HEAD, type Outcome, renderOutcome } from "./outcome.ts";
import { type Form, foundCluster, type Pair, show, untilAtRest, untilReady } from "./pair.ts";
import { BRIDGE, makeMachines, makeNetwork, ROOM_OPTIONS } from "./two-machines.ts";

const LOG_LINES = 40;

interface Options {
  readonly base: string;
  /** The built programs, laid into the hosts. */
  readonly programs: string;
  /** In place of them: packages that the hosts install. */
  readonly packages: string;
  readonly form: Form;
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
      ...ROOM_OPTIONS,
      packages: { type: "string", default: "" },
      form: { type: "string", default: "ordered" },
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
  const { base, programs, packages, work, group, verbose: isVerbose } = values;
  const form = values.form === "warm" ? "warm" : "ordered";
  if (values.form !== form) throw new Error(`--form "${values.form}": expected ordered or warm`);
  const runs = values.runs === undefined ? null : Number(values.runs);
  if (runs !== null && !(Number.isInteger(runs) && runs > 0)) {
    throw new Error(`--runs "${values.runs}": expected a whole number from 1`);
  }
  return { base, programs, packages, form, work, group, cases, runs, isVerbose };
}

async function main(): Promise<void> {
  const options = readOptions();
  await makeNetwork();
  const { base, programs, packages, work, group, form } = options;
  const installs = packages === "" ? { programs } : { packages };
  const { machines, recorder } = makeMachines({ base, ...installs, work, groupPrefix: group });
  const pair: Pair = { machines, recorder, form, say };
  let isGood = false;
  try {
    await Promise.all(machines.map((machine) => machine.boot()));
    await awaitBoot(pair);
    isGood = await (options.packages === "" ? drill : tryPackages)(pair, options);
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

async function awaitBoot({ machines }: Pair): Promise<void> {
  for (const machine of machines) {
    const state = await machine.run(["systemctl", "is-system-running", "--wait"]);
    say(`[${machine.name}] systemd: ${state.stdout.trim()}, ${LINK} on ${BRIDGE}`);
  }
}

/** One step after the other; what a step has broken would be blamed on the later ones. */
async function tryPackages(pair: Pair, { packages, isVerbose }: Options): Promise<boolean> {
  const steps = stepsWith(packages);
  const lines: string[] = [];
  let failed = 0;
  for (const { name, promise, run } of steps) {
    say(`\n== ${name}: ${promise}`);
    const beganAt = Date.now();
    try {
      const outcome = await run(pair);
      lines.push(`${renderOutcome(name, outcome)} (${Date.now() - beganAt} ms)`);
      if (outcome.complaints.length > 0) failed += 1;
      if (isVerbose || outcome.complaints.length > 0) await describe(pair);
    } catch (error) {
      failed += 1;
      lines.push(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
      await describe(pair);
    }
    say(lines.at(-1) ?? "");
    if (lines.at(-1)?.includes(": FAILED: ") === true) break;
  }
  const left = steps.slice(lines.length).map(({ name }) => name);
  say(`\n${HEAD}\n${lines.join("\n")}`);
  if (left.length > 0) say(`not run: ${left.join(" ")}`);
  say(`${lines.length - failed} passed, ${failed + left.length} failed`);
  return failed === 0;
}

async function drill(pair: Pair, options: Options): Promise<boolean> {
  await foundCluster(pair);
  await untilReady(pair);
  for (const machine of pair.machines) await show(pair, machine, SHOW_UNIT);
  await show(pair, pair.machines[0], "lbctl status");
  const lines: string[] = [];
  let isGood = true;
  for (const each of options.cases) {
    for (let run = 1; run <= (options.runs ?? each.runsDefault); run += 1) {
      const outcome = await runOnce(pair, each);
      const line = renderOutcome(`${each.name} ${run}`, outcome);
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
  return each.run(pair, await untilAtRest(pair));
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
