/** `lbctl simulate`: what would happen, if. */
import type { Command } from "commander";
import { parseBoolean, parseDuration } from "../../agent/core/configuration/index.ts";
import { listPrimitives, withoutNumber } from "../../agent/core/model/index.ts";
import { CtlError, EXIT, refused } from "../ctl-error.ts";
import type { Session } from "../session.ts";
import { visibleLine } from "../visible-text.ts";
import type { Fault, NodeSupposition } from "../what-if/index.ts";
import { addCommand, isGiven, type Options, optionText } from "./command-kit.ts";
import { checkNode, type Facts, parseFile, readFacts } from "./read-facts.ts";

const USAGE = "simulate [FILE] [--node-down NODE] [--fail RSC_OP_INTERVAL@NODE=RC] [--steps] ...";
const FORMATS = ["text", "json", "dot"] as const;

/** Adds `simulate`. */
export function addSimulateCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "simulate [FILE]",
    summary: "what would happen to the cluster, or to that of a CIB file; changes nothing",
    options: [
      ["--node-down <node...>", "suppose that a node has left in order; again for another one"],
      ["--node-lost <node...>", "suppose that a node is gone without a goodbye"],
      ["--node-up <node...>", "suppose that a node has joined"],
      ["--standby <node...>", "suppose that a node is in standby"],
      ["--quorum <yes|no>", "suppose that there is quorum, or is none"],
      ["--fail <fault...>", "RSC_OP_INTERVAL@NODE=RC: suppose that an operation ends with this"],
      ["--at <time>", "suppose another time: ISO 8601, seconds since 1970, or +1h from now"],
      ["--steps", "plan again from the reached state until nothing is left to do"],
      ["--scores", "the numbers behind the placement"],
      ["--output-format <format>", "text, json or dot (for graphviz)"],
    ],
    run: (words, options) => simulate(session, words, options),
  });
}

async function simulate(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const format = readFormat(options);
  const facts = await readFacts(session, parseFile(words, USAGE));
  const suppositions = readSuppositions(options);
  for (const { node } of suppositions) checkNode(facts, node);
  const whatIf = await import("../what-if/index.ts");
  const faults = readFaults(options, facts, whatIf.parseFault);
  const atMs = await readTime(options, facts);
  const timed = atMs === null ? facts.input : whatIf.moveTimeTo(facts.input, atMs);
  const isQuorate = readQuorum(options);
  const supposed = whatIf.supposeNodes(timed, suppositions);
  const isRepeated = isGiven(options, "steps");
  const simulation = whatIf.runSteps(isQuorate === null ? supposed : { ...supposed, isQuorate }, {
    faults,
    stepsMax: isRepeated ? whatIf.STEPS_MAX : 1,
  });
  const { terminal } = session;
  const withScores = isGiven(options, "scores");
  const render = await import("../render/render-transition.ts");
  if (format === "dot") terminal.out(render.renderGraph(simulation));
  if (format === "text") {
    for (const { kind, subject, text } of facts.notes) {
      if (kind !== "outOfScope") continue;
      terminal.err(visibleLine(`Warning: ${subject}: left out: ${text}`));
    }
    terminal.out(render.renderSimulation(simulation, { withScores, isRepeated }));
  }
  if (format === "json") {
    const described = whatIf.describeSimulation(simulation, {
      file: facts.file,
      suppositions,
      notes: facts.notes,
      withScores,
    });
    terminal.out(JSON.stringify(described, null, 2));
  }
  const unused = whatIf.explainUnused(simulation);
  // A question that was not answered: a script must not take this for "nothing would happen".
  if (unused.length > 0) throw new CtlError(EXIT.failed, ...unused);
}

function readQuorum(options: Options): boolean | null {
  const text = optionText(options, "quorum");
  if (text === undefined) return null;
  const isQuorate = parseBoolean(text);
  if (isQuorate === null) throw refused(`--quorum ${text}: must be yes or no`);
  return isQuorate;
}

function readFormat(options: Options): (typeof FORMATS)[number] {
  const given = optionText(options, "outputFormat") ?? "text";
  const format = FORMATS.find((each) => each === given);
  if (format !== undefined) return format;
  throw refused(`'${given}' is not a valid output format, use 'text', 'json', 'dot'`);
}

function readSuppositions(options: Options): readonly NodeSupposition[] {
  const kinds = [
    ["nodeUp", "up"],
    ["nodeDown", "down"],
    ["nodeLost", "lost"],
    ["standby", "standby"],
  ] as const;
  const all = kinds.flatMap(([option, kind]) =>
    listTexts(options[option]).map((node) => ({ kind, node })),
  );
  for (const { kind, node } of all) {
    const other = all.find((each) => each.node === node && each.kind !== kind);
    // A node in standby can be anything else besides.
    if (kind === "standby" || other === undefined || other.kind === "standby") continue;
    throw refused(`node '${node}' cannot be ${kind} and ${other.kind} at once`);
  }
  return all;
}

function readFaults(
  options: Options,
  facts: Facts,
  parse: (text: string) => Fault | null,
): readonly Fault[] {
  return listTexts(options["fail"]).map((text) => {
    const fault = parse(text);
    if (fault === null) {
      throw refused(`--fail ${text}: must be RSC_OP_INTERVAL@NODE=RC, as web_monitor_10000@ip1=7`);
    }
    checkNode(facts, fault.node);
    if (!isKnown(facts, fault.resource)) {
      throw refused(`--fail ${text}: resource '${fault.resource}' is not known`);
    }
    const intervals = listIntervals(facts.input, fault);
    if (fault.intervalMs > 0 && !intervals.includes(fault.intervalMs)) {
      const known = intervals.length === 0 ? "none repeats" : `known are ${intervals.join(", ")}`;
      throw refused(
        `--fail ${text}: no ${fault.operation} of ${fault.resource} has the interval ` +
          `${fault.intervalMs} (milliseconds); ${known}`,
      );
    }
    return fault;
  });
}

/** Intervals at which an operation of the resource repeats: as configured, and as it runs. */
function listIntervals(
  { cib, histories }: Facts["input"],
  { resource, operation }: Fault,
): readonly number[] {
  const isOwn = (id: string): boolean => withoutNumber(id) === withoutNumber(resource);
  const own = listPrimitives(cib).filter(({ id }) => isOwn(id));
  const templates = own.flatMap(({ template }) =>
    (cib.templates ?? []).filter(({ id }) => id === template),
  );
  const configured = [...own, ...templates].flatMap(({ operations }) => operations);
  const running = histories
    .flatMap(({ resources }) => resources)
    .filter((entry) => isOwn(entry.resource))
    .flatMap(({ records }) => records)
    .map((record) => ({ name: record.operation, intervalMs: record.intervalMs }));
  const found = [...configured, ...running].filter(({ name }) => name === operation);
  const intervals = found.map(({ intervalMs }) => intervalMs).filter((each) => each > 0);
  return [...new Set(intervals)].sort((a, b) => a - b);
}

/** True for a primitive, an instance by its number, and what only a history still tells of. */
function isKnown({ input: { cib, histories } }: Facts, id: string): boolean {
  const names = [id, withoutNumber(id)];
  const ids = [
    ...listPrimitives(cib).map((primitive) => primitive.id),
    ...histories.flatMap(({ resources }) => resources.map(({ resource }) => resource)),
  ];
  return ids.some((each) => names.includes(each) || withoutNumber(each) === id);
}

async function readTime(options: Options, { input }: Facts): Promise<number | null> {
  const text = optionText(options, "at");
  if (text === undefined) return null;
  const { asTime, readTimeText } = await import("../cib-xml/index.ts");
  const durationMs = text.startsWith("+") ? parseDuration(text.slice(1)) : null;
  const atMs =
    durationMs === null ? readTimeText(text) : asTime((input.wallNowMs ?? input.now) + durationMs);
  if (atMs !== null) return atMs;
  throw refused(`'${text}' is not a valid time: give ISO 8601, seconds since 1970, or +1h`);
}

function listTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
