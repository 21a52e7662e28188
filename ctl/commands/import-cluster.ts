/** `cluster import`: a pair from the files of cman, corosync and Pacemaker. */
import type { Cib, ClusterConfig, NodeName, Problem } from "../../agent/core/model/index.ts";
import { encodeClusterFile } from "../../agent/wire/index.ts";
import { probeSocket } from "../../proto/probe-socket.ts";
import type { FilePart, OldFiles, ResourcePlan } from "../cluster-import/index.ts";
import { CtlError, refused, refusedBy } from "../ctl-error.ts";
import {
  clusterFilePaths,
  hasCluster,
  makeAuthkey,
  parseConfigText,
  readClusterTexts,
  requireLocalNode,
} from "../host/cluster-texts.ts";
import { resolveNodes } from "../host/resolve-nodes.ts";
import { parseNodeAddresses, parseNodeMap } from "../parse/parse-node-words.ts";
import { renderImportCounts, renderImportLines } from "../render/render-import.ts";
import type { Session } from "../session.ts";
import { visibleLine } from "../visible-text.ts";
import { applyAndReport, isGiven, isJson, type Options, optionText } from "./command-kit.ts";
import { renderNextSteps, writeTexts } from "./found-cluster.ts";
import { readTextFile } from "./read-text-file.ts";

const USAGE =
  "usage: lbctl cluster import FILE... [--dry-run] [--force] [--to FOLDER] " +
  "[--map OLD=NEW]... [--addr NODE=ADDRESS[,ADDRESS]]...";

/** More files than there are kinds are a mistake. */
const FILES_MAX = 8;

/** All that an import would do. `config` is null while something has to be put right. */
interface Plan {
  readonly parts: readonly FilePart[];
  readonly config: ClusterConfig | null;
  readonly cib: Cib | null;
  readonly problems: readonly Problem[];
}

/** What the options say about nodes. */
interface Words {
  readonly map: ReadonlyMap<NodeName, NodeName>;
  readonly addresses: ReadonlyMap<NodeName, readonly string[]>;
}

/**
 * `cluster import FILE...`. Without a running agent it writes the two files of the cluster; with
 * one it replaces the configuration. Nothing is done unless all of it is right.
 */
export async function importCluster(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  if (words.length === 0 || words.length > FILES_MAX) throw refused(USAGE);
  const about = {
    map: parseNodeMap(options["map"]),
    addresses: parseNodeAddresses(options["addr"]),
  };
  const { readOldFiles } = await import("../cluster-import/index.ts");
  const given = words.map((file) => ({ file, text: readTextFile(file) }));
  const read = readOldFiles(given, Date.now());
  if (read.kind === "refused") throw refusedBy(read.problems);
  const folder = optionText(options, "to");
  const isRunning = folder === undefined && (await probeSocket(session.paths.socket)) === "answers";
  if (isRunning && !isGiven(options, "dryRun")) {
    await importResources(session, { files: read.files, about, options });
    return;
  }
  refusePlanning(options);
  const plan = await planPair(read.files, about);
  if (isGiven(options, "dryRun")) {
    showDryRun(session, plan, { options, isRunning });
    return;
  }
  await writePair(session, plan, { options, words });
}

/** What needs a cluster that runs. */
function refusePlanning(options: Options): void {
  const [name] = ["plan", "wait"].filter((each) => isGiven(options, each));
  if (name === undefined) return;
  throw refused(`--${name}: lb-agent does not run here; --dry-run says what would be written`);
}

/** Nodes, links and timings as cluster.yaml, and the resources for these nodes. */
async function planPair(files: OldFiles, about: Words): Promise<Plan> {
  const { ImportLines, nameNodes, planCluster, planResources } = await import(
    "../cluster-import/index.ts"
  );
  const cibNodes = files.cib?.document.input.cib.nodes ?? [];
  const lines = new ImportLines();
  const named = nameNodes(files.cluster.nodes, { ...about, cibNodes }, lines);
  const resolved = await resolveAll(named.nodes);
  const problems = [...named.problems, ...resolved.problems];
  const cibName = files.cib?.document.input.cib.properties["cluster-name"] ?? null;
  const { aloneAfterMs } = files;
  const file =
    problems.length > 0
      ? null
      : planCluster(files.cluster, { nodes: resolved.nodes, cibName, aloneAfterMs }, lines);
  if (file?.kind === "refused") problems.push(...file.problems);
  const names = named.nodes.map(({ name }) => name);
  const resources = planResources(files, {
    nodes: names.length === 0 ? null : names,
    map: about.map,
  });
  const own = { file: "cluster.yaml", what: "what the files leave open", lines: lines.lines };
  const parts = [...files.parts, own, ...partOf(resources)].filter((each) => each.lines.length > 0);
  return {
    parts,
    config: file?.kind === "config" ? file.config : null,
    cib: resources.cib,
    problems: [...problems, ...resources.problems],
  };
}

function partOf({ part }: ResourcePlan): readonly FilePart[] {
  return part === null ? [] : [part];
}

interface Addressed {
  readonly id: number;
  readonly name: NodeName;
  readonly addresses: readonly string[];
}

/** Addresses for names, and a problem for each name that stands for none. */
async function resolveAll(nodes: readonly Addressed[]): Promise<{
  readonly nodes: readonly Addressed[];
  readonly problems: readonly Problem[];
}> {
  const found: Addressed[] = [];
  const problems: Problem[] = [];
  for (const node of nodes) {
    try {
      const [resolved] = await resolveNodes([node], `give --addr ${node.name}=ADDRESS`);
      found.push({ ...node, addresses: resolved?.addresses ?? [] });
    } catch (error) {
      if (!(error instanceof CtlError)) throw error;
      const [path = "", ...rest] = error.lines.join("; ").split(": ");
      problems.push({ code: "no-address", path, found: "", expected: rest.join(": ") });
    }
  }
  return { nodes: found, problems };
}

/** Prints what became of each thing; throws when something must be put right. */
function report(
  { terminal }: Session,
  { parts, problems }: Pick<Plan, "parts" | "problems">,
): void {
  for (const { file, what, lines } of parts) {
    terminal.out(visibleLine(`${file}: ${what}`));
    for (const line of renderImportLines(lines)) terminal.out(`  ${line}`);
  }
  terminal.out(renderImportCounts(parts.flatMap(({ lines }) => lines)));
  if (problems.length > 0) throw refusedBy(problems);
}

function showDryRun(
  session: Session,
  plan: Plan,
  { options, isRunning }: { readonly options: Options; readonly isRunning: boolean },
): void {
  const { paths, terminal } = session;
  const text = plan.config === null ? null : encodeClusterFile(plan.config);
  if (isJson(options)) {
    const { parts, problems, cib } = plan;
    terminal.out(JSON.stringify({ parts, clusterFile: text, cib, problems }, null, 2));
    if (problems.length > 0) throw refusedBy(problems);
    return;
  }
  report(session, plan);
  const { config: path } = clusterFilePaths(optionText(options, "to") ?? paths.etc);
  const settings = (text ?? "").split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  terminal.out(`Would be ${isRunning ? "the content of a new" : "written to"} ${path}:`);
  terminal.out(settings.map((line) => `  ${line}`).join("\n"));
  if (isRunning) terminal.out("lb-agent runs here: an import would replace the resources alone");
  terminal.out("Dry run: nothing was changed");
}

/** Writes the two files of the cluster, here or into a folder for the hosts that will have them. */
async function writePair(
  session: Session,
  plan: Plan,
  { options, words }: { readonly options: Options; readonly words: readonly string[] },
): Promise<void> {
  const { paths, terminal } = session;
  const given = optionText(options, "to");
  const folder = given ?? paths.etc;
  report(session, plan);
  const { config } = plan;
  if (config === null) throw refused("the files do not say what the nodes are");
  const local = given === undefined ? requireLocalNode(config) : config.nodes[0];
  if (hasCluster(folder) && !isGiven(options, "force")) {
    const { config: file } = clusterFilePaths(folder);
    const hint = '"lbctl cluster start" and the same command import the resources alone';
    throw refused(`${file} exists; ${given === undefined ? `${hint}; ` : ""}--force replaces it`);
  }
  writeTexts(folder, { config: encodeClusterFile(config), authkey: makeAuthkey() });
  const peer = config.nodes.find(({ name }) => name !== local?.name)?.name ?? "";
  const about = { local: local?.name ?? "", peer, folder };
  if (given === undefined) terminal.out(renderNextSteps(config, about));
  else terminal.out(`Written to ${folder}: put both files into ${paths.etc} on both hosts`);
  terminal.out(renderLastStep(plan, { words, given }));
}

/** How the resources come into the cluster once it runs. */
function renderLastStep(
  { cib }: Plan,
  { words, given }: { readonly words: readonly string[]; readonly given: string | undefined },
): string {
  if (cib === null) {
    return (
      "There are no resources in these files. Those of Pacemaker are in its CIB, which " +
      '"pcs cluster cib FILE" writes there: lbctl cluster import FILE, once both nodes run.'
    );
  }
  const again = given === undefined ? "the same command again" : `import ${words.join(" ")}`;
  const count = cib.resources.length;
  return `When both nodes run, ${again} on one of them brings the resources (${count}).`;
}

/** With a running agent: the configuration is replaced, cluster.yaml stays as it is. */
async function importResources(
  session: Session,
  work: { readonly files: OldFiles; readonly about: Words; readonly options: Options },
): Promise<void> {
  const { planResources } = await import("../cluster-import/index.ts");
  const { files, about, options } = work;
  await session.withAgent(async (agent) => {
    const { nodes } = await agent.getStatus();
    const names = nodes.map(({ name }) => name);
    const plan = planResources(files, { nodes: names, map: about.map });
    if (plan.cib === null) {
      const { problems } = plan;
      const parts = partOf(plan).filter(({ lines }) => lines.length > 0);
      if (parts.length + problems.length > 0) report(session, { parts, problems });
      throw refused(
        "lb-agent runs here, so only resources are imported, and there are none in these files; " +
          '"pcs cluster cib FILE" on the old cluster writes those of Pacemaker',
      );
    }
    const part = {
      file: "cluster.yaml",
      what: "stays as it is",
      lines: await differences(session, work),
    };
    const parts = [...partOf(plan), part].filter(({ lines }) => lines.length > 0);
    report(session, { parts, problems: plan.problems });
    const changes = [{ kind: "replaceConfiguration", cib: plan.cib }] as const;
    await applyAndReport(session, agent, { changes, options });
  });
}

/** A line for each setting of the running cluster that the files have otherwise. */
async function differences(
  { paths }: Session,
  { files, about }: { readonly files: OldFiles; readonly about: Words },
): Promise<FilePart["lines"]> {
  if (!hasCluster(paths.etc) || files.cluster.nodes.length === 0) return [];
  const { config } = await planPair(files, about);
  if (config === null) return [];
  const here = settingsOf(await parseConfigText(readClusterTexts(paths.etc).config));
  return [...settingsOf(config)]
    .filter(([name, value]) => here.get(name) !== value)
    .map(([name, value]) => ({
      kind: "dropped",
      subject: `${name} ${value}`,
      text: `is ${here.get(name) ?? "not set"} here and stays so while lb-agent runs`,
    }));
}

/** The settings of a cluster.yaml by their names there. */
function settingsOf(config: ClusterConfig): ReadonlyMap<string, string> {
  const { quorum } = config;
  return new Map([
    ["name", config.clusterName],
    ...config.nodes.map(({ name, addresses }): [string, string] => [
      `node ${name}`,
      addresses.join(", "),
    ]),
    ["transport", config.transport],
    ["multicast_group", config.multicastGroup ?? "not set"],
    ["port", String(config.port)],
    ["token_timeout_ms", String(config.tokenTimeoutMs)],
    ["quorum.two_node", quorum.isTwoNode ? "1" : "0"],
    ["quorum.wait_for_all", quorum.waitsForAll ? "1" : "0"],
    ["quorum.quorum_timeout_ms", String(quorum.aloneAfterMs ?? "not set")],
  ]);
}
