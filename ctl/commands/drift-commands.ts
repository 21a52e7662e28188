/** `lbctl drift`: what both nodes should have alike and have not. */
import type { Command } from "commander";
import type { ClusterStatus, ShownFile } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { CtlError, EXIT, refused } from "../ctl-error.ts";
import { type Comparisons, renderDriftReport } from "../render/render-drift.ts";
import type { Session } from "../session.ts";
import { lookNow } from "./check-commands.ts";
import { addCommand, FORMAT, isGiven, isJson, type Options, show } from "./command-kit.ts";

/** Files that are asked for at once. */
const FILES_AT_ONCE = 8;
/** Files that are shown; more of them mean another installation, not drift. */
const FILES_MAX = 40;
const LINES_MAX = 200;

/** Adds `drift`. */
export function addDriftCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "drift",
    summary:
      "what differs between the nodes of what both should have alike; " +
      `exits with ${EXIT.amiss} when something does`,
    options: [
      ["--names-only", "without what differs in files"],
      ["--now", "let both nodes look first, and compare that"],
      FORMAT,
    ],
    run: (words, options) => {
      if (words.length > 0) throw refused(`drift takes no words, found '${words.join(" ")}'`);
      return showDrift(session, options);
    },
  });
}

function showDrift(session: Session, options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const isNow = isGiven(options, "now");
    const isLooked = !isNow || (await lookNow(agent, session.terminal));
    const status = await agent.getStatus();
    const isShort = isJson(options) || isGiven(options, "namesOnly");
    const comparisons = isShort ? new Map() : await compareFiles(agent, status);
    show(session, options, {
      facts: status.drift,
      render: () => renderDriftReport(status, comparisons),
    });
    const { comparedAtWallMs, differenceCount } = status.drift;
    if (comparedAtWallMs === 0 || !isLooked) throw new CtlError(EXIT.failed);
    if (differenceCount > 0) throw new CtlError(EXIT.amiss);
  });
}

async function compareFiles(agent: AgentClient, status: ClusterStatus): Promise<Comparisons> {
  // What one node has not is no text to compare; the list says so.
  const names = status.drift.differences
    .filter(({ kind, sides }) => kind === "file" && sides.every(({ value }) => value !== ""))
    .map(({ name }) => name)
    .slice(0, FILES_MAX);
  const [left = "", right = ""] = status.nodes.map(({ name }) => name);
  const comparisons = new Map<string, readonly string[]>();
  for (let at = 0; at < names.length; at += FILES_AT_ONCE) {
    const wanted = names.slice(at, at + FILES_AT_ONCE);
    const [here, there] = await Promise.all([
      readFrom(agent, left, wanted),
      readFrom(agent, right, wanted),
    ]);
    for (const name of wanted) {
      const sides = { left: sideOf(here, left, name), right: sideOf(there, right, name) };
      comparisons.set(name, await compareTexts(sides));
    }
  }
  return comparisons;
}

/** A node that cannot be asked is a word in the answer: what is known is shown all the same. */
async function readFrom(
  agent: AgentClient,
  node: string,
  names: readonly string[],
): Promise<readonly ShownFile[] | string> {
  try {
    return await agent.readFiles(node, names);
  } catch (error) {
    if (error instanceof CtlError) return error.lines.join("; ");
    throw error;
  }
}

interface Side {
  readonly title: string;
  readonly text: string;
  readonly problem: string;
}

function sideOf(files: readonly ShownFile[] | string, node: string, name: string): Side {
  const title = `${node}:${name}`;
  if (typeof files === "string") return { title, text: "", problem: files };
  const file = files.find((each) => each.name === name);
  return { title, text: file?.text ?? "", problem: file?.problem ?? "is not there" };
}

async function compareTexts({
  left,
  right,
}: {
  readonly left: Side;
  readonly right: Side;
}): Promise<readonly string[]> {
  const problems = [left, right].filter(({ problem }) => problem !== "");
  if (problems.length > 0) return problems.map(({ title, problem }) => `${title}: ${problem}`);
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch(left.title, right.title, left.text, right.text);
  const lines = patch.trimEnd().split("\n").slice(1);
  return lines.length <= LINES_MAX
    ? lines
    : [...lines.slice(0, LINES_MAX), `(${lines.length - LINES_MAX} more lines)`];
}
