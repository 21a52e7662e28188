/**
 * Runs the commands of the documents for operators, as they are printed, on two real systemd hosts,
 * each document on new ones; run by scripts/systemd-drill.sh --documents, which puts it into
 * namespaces of its own and removes what is left of them.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAllStarted } from "../lab/run-command.ts";
import { DocumentRun } from "./document-run.ts";
import { makeRhelLike } from "./host-without-cluster.ts";
import type { Machine } from "./machine.ts";
import { DOCUMENTS, INSTALLED_BEFORE, sectionsOf, WITH_STATUS_PAGE } from "./stand-ins.ts";
import { makeMachines, makeNetwork, ROOM_OPTIONS } from "./two-machines.ts";

interface Options {
  readonly base: string;
  readonly programs: string;
  readonly work: string;
  readonly group: string;
  readonly documents: readonly string[];
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: ROOM_OPTIONS,
  });
  const isOf = (path: string, name: string) => name === path || name.startsWith(`${path}#`);
  const unknown = positionals.filter((path) => !DOCUMENTS.some((name) => isOf(path, name)));
  if (unknown.length > 0) {
    throw new Error(`no document "${unknown.join(" ")}"; there are: ${DOCUMENTS.join(" ")}`);
  }
  const isMeant = (name: string) => positionals.some((path) => isOf(path, name));
  const documents = positionals.length === 0 ? DOCUMENTS : DOCUMENTS.filter(isMeant);
  return { ...values, documents };
}

async function main(): Promise<void> {
  const options = readOptions();
  await makeNetwork();
  const lines: string[] = [];
  let isGood = true;
  for (const path of options.documents) {
    const run = await runDocument(path, options);
    lines.push(`${path}: ${run}`);
    if (!run.startsWith("good")) isGood = false;
  }
  say(`\n${lines.join("\n")}`);
  killAllStarted();
  process.exit(isGood ? 0 : 1);
}

/** What came of a document, in a line. */
async function runDocument(path: string, options: Options): Promise<string> {
  const { base, programs, group } = options;
  const name = path.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const work = join(options.work, name);
  mkdirSync(work, { recursive: true });
  const { machines, recorder } = makeMachines({ base, programs, work, groupPrefix: group });
  const run = new DocumentRun({ machines, recorder, say });
  const complaints: string[] = [];
  try {
    await Promise.all(machines.map((machine) => machine.boot()));
    for (const machine of machines)
      await makeRhelLike(machine, { hasStatusPage: WITH_STATUS_PAGE.has(path) });
    const before = sectionsOf("docs/install.md").slice(0, INSTALLED_BEFORE.get(path) ?? 0);
    for (const section of [...before, ...sectionsOf(path)]) {
      say(`\n== ${path}: ${section.title}`);
      await run.section(section);
    }
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(what);
    complaints.push(what);
  }
  complaints.push(...run.complaints);
  try {
    if (complaints.length === 0) return `good, ${run.summary()}`;
    for (const machine of machines) await describe(machine);
    return ["NOT GOOD:", ...complaints].join("\n  ");
  } finally {
    await Promise.all(machines.map(shutDown));
    await recorder.close();
  }
}

/** The next document takes the same names. */
async function shutDown(machine: Machine): Promise<void> {
  const { initPid } = machine;
  machine.close();
  if (initPid !== null) await machine.untilGone(initPid);
}

async function describe(machine: Machine): Promise<void> {
  if (machine.initPid === null) return;
  const status = await machine.run(["lbctl", "status", "--full"], { timeoutMs: 10_000 });
  const journal = await machine.run([
    "journalctl",
    "--unit",
    "lb-agent",
    "--no-pager",
    "--lines",
    "30",
  ]);
  say(`--- ${machine.name}: lbctl status\n${status.stdout}${status.stderr}`.trimEnd());
  say(`--- ${machine.name}: journal\n${journal.stdout}`.trimEnd());
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
});
