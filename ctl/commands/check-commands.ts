/**
 * `lbctl resource check`: could the nodes run what they should, looked at now. It is a command of
 * `resource` and no option of `status`: as with pcs, `status` shows what is known and starts
 * nothing, and what has agents work is a verb of `resource`, as `refresh` and `debug-monitor` are.
 */
import type { Command } from "commander";
import {
  type ClusterStatus,
  type ReadinessStatus,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { CtlError, EXIT, refused } from "../ctl-error.ts";
import { belongsTo } from "../render/belongs-to.ts";
import { renderCheck } from "../render/render-readiness.ts";
import type { Session, Terminal } from "../session.ts";
import { unknownResource } from "../unknown-name.ts";
import { addCommand, FORMAT, type Options, show } from "./command-kit.ts";

/** Adds the command. */
export function addCheckCommand(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "check [ID...]",
    summary:
      "look on both nodes now whether they could run resources; starts and stops nothing; " +
      `exits with ${EXIT.amiss} when something would keep one from starting`,
    options: [FORMAT],
    run: (words, options) => check(session, words, options),
  });
}

/** Lets each node that is here look. False: one of them has not, and standard error says why. */
export async function lookNow(agent: AgentClient, terminal: Terminal): Promise<boolean> {
  const { nodes } = await agent.getStatus();
  const here = nodes.filter(({ isOnline }) => isOnline).map(({ name }) => name);
  const problems = await Promise.all(here.map((node) => lookAt(agent, node)));
  const told = problems.flat();
  for (const line of told) terminal.err(`Warning: ${line}`);
  return told.length === 0;
}

async function lookAt(agent: AgentClient, node: string): Promise<readonly string[]> {
  try {
    await agent.inspectNow(node);
    return [];
  } catch (error) {
    // What is known is shown all the same, with its age.
    if (error instanceof CtlError) return error.lines.map((line) => `not looked at now: ${line}`);
    throw error;
  }
}

function check(session: Session, ids: readonly string[], options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const wanted = namedResources(await agent.getStatus(), ids);
    const isLooked = await lookNow(agent, session.terminal);
    const status = await agent.getStatus();
    const found =
      wanted === null ? status.readiness : status.readiness.map((one) => narrow(one, wanted));
    const render = () => renderCheck({ ...status, readiness: found });
    show(session, options, { facts: found, render });
    if (found.some((one) => one.state === "notReady" || isBlocked(one))) {
      throw new CtlError(EXIT.amiss);
    }
    if (!isLooked || found.some(({ state }) => state === "unknown")) {
      throw new CtlError(EXIT.failed);
    }
  });
}

/** What a node could do with some of the resources. */
function narrow(one: ReadinessStatus, wanted: ReadonlySet<string>): ReadinessStatus {
  const findings = one.findings.filter(({ resource }) => wanted.has(resource));
  const narrowed = { ...one, findings };
  const isOfOthers = one.state === "notReady" && one.reason === "" && !isBlocked(narrowed);
  return isOfOthers ? { ...narrowed, state: "ready" } : narrowed;
}

function isBlocked({ findings }: ReadinessStatus): boolean {
  return findings.some(({ severity }) => severity === "blocks");
}

/** Resources, and members of groups and clones, without numbers; null: all. */
function namedResources(status: ClusterStatus, ids: readonly string[]): ReadonlySet<string> | null {
  if (ids.length === 0) return null;
  const { resources } = status;
  const unknown = ids.filter((id) => !resources.some((one) => belongsTo(one, id)));
  if (unknown.length > 0) throw refused(...unknown.map((id) => unknownResource(id, status)));
  const own = resources.filter((one) => ids.some((id) => belongsTo(one, id)));
  return new Set(own.map(({ id }) => withoutNumber(id)));
}
