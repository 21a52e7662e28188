/** `lbctl cib …`: the configuration as a whole, from and to CIB files of Pacemaker. */
import type { Command } from "commander";
import { checkCib, parseCib } from "../../agent/core/configuration/index.ts";
import type { Cib, NodeName } from "../../agent/core/model/index.ts";
import type { ImportPlan } from "../cib-xml/index.ts";
import { refused, refusedBy } from "../ctl-error.ts";
import { hasCluster, parseConfigText, readClusterTexts } from "../host/cluster-texts.ts";
import { parseNodeMap } from "../parse/parse-node-words.ts";
import { renderImportCounts, renderImportLines } from "../render/render-import.ts";
import type { Session } from "../session.ts";
import { visibleLine } from "../visible-text.ts";
import {
  addCommand,
  addFamily,
  applyAndReport,
  isGiven,
  isJson,
  type Options,
  optionText,
  WAIT,
} from "./command-kit.ts";
import { readCibText, readTextFile, refusedIn } from "./read-text-file.ts";

const FORMATS = ["xml", "pcs", "json"] as const;

const ID_CODES: ReadonlySet<string> = new Set(["bad-id", "duplicate-id", "already-exists"]);

/** Adds `cib` and its commands. */
export function addCibCommands(program: Command, session: Session): void {
  const cib = addFamily(program, {
    name: "cib",
    summary: "the whole configuration, from and to CIB files of Pacemaker",
  });
  addCommand(cib, {
    name: "import FILE",
    summary: "replace the configuration by that of a CIB file",
    options: [
      ["--dry-run", "say what would become of each thing, and change nothing; needs no agent"],
      ["--map <pairs...>", "OLD=NEW: the node OLD of the file is the node NEW of this cluster"],
      WAIT,
    ],
    run: (words, options) => importCib(session, words, options),
  });
  addCommand(cib, {
    name: "export",
    summary: "write the configuration for another tool",
    options: [
      ["--format <format>", "xml (a CIB file), pcs (a script of pcs commands), json (default xml)"],
      ["--from <file>", "the configuration of this file, CIB or JSON, instead of the cluster's"],
    ],
    run: (words, options) => exportCib(session, words, options),
  });
}

async function importCib(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const [file, ...rest] = words;
  if (file === undefined || rest.length > 0) {
    throw refused("usage: lbctl cib import FILE [--dry-run] [--map OLD=NEW]...");
  }
  const { planImport, readCibDocument } = await import("../cib-xml/index.ts");
  const read = readCibDocument(readCibText(file), { clockMs: Date.now() });
  if (read.kind === "refused") throw refusedIn(file, read.problems);
  const map = parseNodeMap(options["map"]);
  if (isGiven(options, "dryRun")) {
    const plan = planImport(read, { nodes: await readOwnNodes(session), map });
    if (isJson(options)) {
      const { lines, problems } = plan;
      session.terminal.out(JSON.stringify({ lines, problems }, null, 2));
      if (problems.length > 0) throw refusedBy(problems);
      return;
    }
    report(session, options, plan);
    session.terminal.out("Dry run: nothing was changed");
    return;
  }
  await session.withAgent(async (agent) => {
    const { nodes } = await agent.getStatus();
    const plan = planImport(read, { nodes: nodes.map(({ name }) => name), map });
    report(session, options, plan);
    const changes = [{ kind: "replaceConfiguration", cib: plan.cib }] as const;
    await applyAndReport(session, agent, { changes, options });
  });
}

/** The nodes of this host's cluster.yaml; null when it is in no cluster, which a dry run allows. */
async function readOwnNodes({ paths }: Session): Promise<readonly NodeName[] | null> {
  if (!hasCluster(paths.etc)) return null;
  const { nodes } = await parseConfigText(readClusterTexts(paths.etc).config);
  return nodes.map(({ name }) => name);
}

/**
 * Prints a line for each thing and how many there were; throws when something must be put right.
 * Beside a plan in JSON the lines go to standard error.
 */
function report({ terminal }: Session, options: Options, { lines, problems }: ImportPlan): void {
  const print = isJson(options) ? terminal.err : terminal.out;
  for (const line of renderImportLines(lines)) print(line);
  print(renderImportCounts(lines));
  if (problems.length > 0) throw refusedBy(problems);
}

async function exportCib(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  if (words.length > 0) {
    throw refused("usage: lbctl cib export [--format xml|pcs|json] [--from FILE]");
  }
  const given = optionText(options, "format") ?? "xml";
  const format = FORMATS.find((each) => each === given);
  if (format === undefined) {
    throw refused(`'${given}' is not a valid format, use 'xml', 'pcs', 'json'`);
  }
  const from = optionText(options, "from");
  const write = async (cib: Cib): Promise<void> => {
    session.terminal.out((await render(cib, format)).trimEnd());
  };
  if (from !== undefined) await write(await readConfiguration(session, from));
  else await session.withAgent(async (agent) => write(await agent.getCib()));
}

async function render(cib: Cib, format: (typeof FORMATS)[number]): Promise<string> {
  if (format === "json") return JSON.stringify(cib, null, 2);
  const { renderPcsScript, writeCib } = await import("../cib-xml/index.ts");
  const written = format === "xml" ? writeCib(cib) : renderPcsScript(cib);
  if (written.kind === "refused") throw refusedBy(written.problems);
  return written.text;
}

/**
 * A configuration from a CIB file or from the JSON of an export, told apart by how it begins. What
 * of a CIB file is not carried over goes to standard error.
 */
async function readConfiguration({ terminal }: Session, file: string): Promise<Cib> {
  const text = readTextFile(file);
  if (text.trimStart().startsWith("{")) {
    const parsed = parseCib(parseJson(file, text));
    if (parsed.kind === "damaged") throw refusedIn(file, parsed.problems);
    const { cib } = parsed;
    const nodes = cib.nodes.map(({ name }) => name);
    // What is no id, or one of two, makes a file that nobody accepts.
    const problems = checkCib(cib, nodes).filter(({ code }) => ID_CODES.has(code));
    if (problems.length > 0) throw refusedIn(file, problems);
    return cib;
  }
  const { readCibDocument } = await import("../cib-xml/index.ts");
  const read = readCibDocument(text, { clockMs: Date.now() });
  if (read.kind === "refused") throw refusedIn(file, read.problems);
  for (const { kind, subject, text: reason, line } of read.notes) {
    if (kind === "changed") continue;
    terminal.err(visibleLine(`Warning: line ${line}: left out: ${subject}: ${reason}`));
  }
  return read.input.cib;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(`${file}: is not JSON: ${error.message}`);
    throw error;
  }
}
