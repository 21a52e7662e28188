// `npm run drill`: two hosts and a client, a cluster built by lbctl, scenarios, one table.
import { stringify } from "yaml";
import { LABS_FOLDER, type Lab, openLab, removeStaleLabs, VIRTUAL_IP } from "../lab/index.ts";
import { AddressPings, Watch } from "../lab/watch/index.ts";
import { buildCluster, describeHosts, groupAddresses, runShown, tokenMsOf } from "./cluster.ts";
import { DrillError } from "./drill-error.ts";
import { type DrillPair, LAB_PLACE, type Place } from "./drill-pair.ts";
import { complaintOf, type RunFigures, runFault } from "./measure.ts";
import { type DrillOptions, parseOptions } from "./options.ts";
import { makePrinter, type Printer } from "./printer.ts";
import {
  type DrillContext,
  type FaultScenario,
  limitFor,
  prepareRun,
  SCENARIOS,
  type Scenario,
} from "./scenarios/index.ts";
import { untilReady } from "./status.ts";
import { type FaultReport, renderTable, reportOf } from "./table.ts";
import { openVagrantPair } from "./vagrant/index.ts";

const INTERVAL_MS = 5;
const ANSWER_MAX_MS = 100;
const EVENTS_SHOWN_MAX = 25;

/** Runs the drill; the exit status is 0 when every scenario ran and the service came back. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const printer = makePrinter(options.outputFormat);
  if (options.clean) return clean(printer);
  // The lab removes itself when the process exits; a signal must only lead there.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      process.stderr.write(`${signal}: removing the hosts\n`);
      process.exit(signal === "SIGINT" ? 130 : 143);
    });
  }
  if (options.hosts === "vagrant") {
    const { pair, place, close } = await openVagrantPair();
    try {
      return await drill({ pair, place }, options, printer);
    } finally {
      await close();
    }
  }
  const lab = await openLab({ keep: options.keep, secondLink: options.secondLink });
  try {
    const status = await drill({ pair: lab, place: LAB_PLACE }, options, printer);
    if (options.keep) {
      sayKept(lab, printer);
      await lab.leave();
    }
    return status;
  } finally {
    if (!options.keep) await lab.close();
  }
}

function clean(printer: Printer): number {
  const removed = removeStaleLabs({ withKept: true });
  printer.say(removed.length === 0 ? "nothing to remove" : `removed ${removed.join(", ")}`);
  return 0;
}

interface Ground {
  readonly pair: DrillPair;
  readonly place: Place;
}

async function drill(
  { pair, place }: Ground,
  options: DrillOptions,
  printer: Printer,
): Promise<number> {
  let watch: Watch | undefined;
  let pings: AddressPings | undefined;
  const reports: FaultReport[] = [];
  try {
    const { seconds, slowness } = options;
    const limitMs = limitFor(slowness);
    await buildCluster({ pair, place, options, printer });
    await untilReady(pair, limitMs);
    await runShown(pair.hosts[0], "lbctl status", { printer });
    watch = new Watch(pair, {
      address: VIRTUAL_IP,
      link: place.clientLink,
      intervalMs: INTERVAL_MS * slowness,
      timeoutMs: ANSWER_MAX_MS * slowness,
    });
    const tokenMs = await tokenMsOf(pair.hosts[0], options);
    const more = groupAddresses(options);
    if (more.length > 0) pings = new AddressPings(pair.client, more);
    const address = VIRTUAL_IP;
    const context = { pair, place, slowness, watch, pings, printer, address, tokenMs, seconds };
    await runScenarios(context, { options, reports });
    await untilReady(pair, limitMs);
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    process.stderr.write(`drill: ${error.message}\n${await describeHosts(pair)}\n`);
    return 1;
  } finally {
    await Promise.all([watch?.close(), pings?.close()]);
    if (reports.length > 0) printer.say(`\n${renderTable(reports)}`);
  }
  const runs = reports.flatMap((report) => report.runs);
  return runs.some((run) => complaintOf(run) !== undefined) ? 1 : 0;
}

/** Runs the scenarios in order; what is finished is in `reports` even if a later one throws. */
async function runScenarios(
  context: DrillContext,
  { options, reports }: { readonly options: DrillOptions; readonly reports: FaultReport[] },
): Promise<void> {
  const { printer, tokenMs } = context;
  for (const name of options.scenarios) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) throw new DrillError(`no scenario ${name}`);
    const lack = lackOf(scenario, context.place);
    if (lack !== undefined) {
      printer.say(`\n== ${name}: not on these hosts, it ${lack}`);
      continue;
    }
    if (scenario.kind === "figure") {
      printer.say(`\n== ${name}`);
      const figures = await scenario.measure(context);
      printer.emit({ scenario: name, token_ms: tokenMs, ...figures });
      if (scenario.isShownAlready !== true) printer.say(stringify(figures).trimEnd());
      continue;
    }
    const runs: RunFigures[] = [];
    try {
      await repeat(context, { name, scenario, times: options.runs, runs });
    } finally {
      if (runs.length > 0) {
        const report = reportOf(name, tokenMs, runs);
        reports.push(report);
        printer.emit(report);
      }
    }
  }
}

/** Why a scenario cannot be run on hosts of this kind. */
function lackOf({ needs }: Scenario, { kind }: Place): string | undefined {
  return needs === undefined || needs.kind === kind ? undefined : needs.why;
}

interface Repetition {
  readonly name: string;
  readonly scenario: FaultScenario;
  readonly times: number;
  /** Where each run's figures go as soon as they are there. */
  readonly runs: RunFigures[];
}

async function repeat(
  context: DrillContext,
  { name, scenario, times, runs }: Repetition,
): Promise<void> {
  for (let run = 1; run <= times; run++) {
    context.printer.say(`\n== ${name}, run ${run} of ${times}`);
    const parts = await prepareRun(context);
    const figures = await runFault(scenario, { context, parts });
    runs.push(figures);
    if (context.slowness > 1) sayEvents(context.printer, figures);
    sayRun(context.printer, figures);
    const remark = complaintOf(figures) ?? remarkOn(figures);
    if (remark !== undefined) {
      process.stderr.write(`drill: ${name}: ${remark}\n${await describeHosts(context.pair)}\n`);
    }
    await scenario.restore(context, parts);
  }
}

/** Not as bad as a complaint, but a reader will want to know why. */
function remarkOn({ later_gaps_ms }: RunFigures): string | undefined {
  return later_gaps_ms.length > 0 ? "the service went away again for a while" : undefined;
}

/** The order is what can be relied on where times cannot. */
function sayEvents({ say }: Printer, { events }: RunFigures): void {
  for (const line of events.slice(0, EVENTS_SHOWN_MAX)) say(line);
  if (events.length > EVENTS_SHOWN_MAX) say(`... ${events.length - EVENTS_SHOWN_MAX} more`);
}

function sayRun({ say }: Printer, figures: RunFigures): void {
  for (const note of figures.notes) say(note);
  const { outage_ms, gap_ms, failed, requests, before, after, double_owner_ms } = figures;
  say(
    `outage ${outage_ms ?? "without end"} ms (client saw ${gap_ms ?? "no end"} ms), ` +
      `${failed} of ${requests} requests failed, ${before} > ${after}, ` +
      `two owners ${double_owner_ms} ms`,
  );
  if (figures.heal_outage_ms !== undefined) {
    const { heal_outage_ms, heal_single_owner_ms } = figures;
    say(`after the heal: outage ${heal_outage_ms} ms, one owner at +${heal_single_owner_ms} ms`);
  }
  if (figures.later_gaps_ms.length > 0)
    say(`later outages: ${figures.later_gaps_ms.join(", ")} ms`);
  const announced = figures.announced.map(({ node, at_ms }) => `${node} +${at_ms}`);
  if (figures.addresses !== undefined) {
    const { first_ms, last_ms } = figures.addresses;
    say(`further addresses answered: first ${first_ms} ms, last ${last_ms ?? "never"} ms`);
  }
  say(
    `announced: ${announced.join(", ") || "nobody"}; ` +
      `prober's own pause ${figures.prober_pause_ms} ms`,
  );
}

function sayKept(lab: Lab, { say }: Printer): void {
  say(`\nThe hosts are left running in ${LABS_FOLDER}. To enter one, then use lbctl by hand:`);
  for (const host of lab.hosts) {
    if (host.initPid !== undefined) say(`  ${host.name}:  ${host.enterCommand()}`);
  }
  say(`  client: ${lab.client.enterCommand()}`);
  say(`Their /tmp is their own: a file for them, such as cib.xml, has to lie in ${process.cwd()}.`);
  say("To remove them: npm run drill -- --clean");
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`drill: ${error instanceof Error ? (error.stack ?? error) : error}\n`);
    process.exit(1);
  },
);
