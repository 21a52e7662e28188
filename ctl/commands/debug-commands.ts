/** `lbctl resource debug-start` and its like: an operation here, outside of the cluster. */
import type { Command } from "commander";
import { withContents } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  type ClusterStatus,
  type OperationOrder,
  primitivesOf,
  type ResourceStatus,
  renderAgentName,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { failed, refused } from "../ctl-error.ts";
import type { HandOperation, HandResult } from "../local-agents/index.ts";
import { belongsTo } from "../render/belongs-to.ts";
import { renderExitStatus } from "../render/render-transition-action.ts";
import { renderReadable } from "../render/wall-time.ts";
import type { Session } from "../session.ts";
import { unknownResource } from "../unknown-name.ts";
import { addCommand, isGiven, type Options } from "./command-kit.ts";

const OPERATIONS: readonly (readonly [HandOperation, string])[] = [
  ["start", "start a resource on this host, outside of the cluster"],
  ["stop", "stop a resource on this host, outside of the cluster"],
  ["monitor", "ask the agent for the state of a resource on this host"],
  ["promote", "promote a resource on this host, outside of the cluster"],
  ["demote", "demote a resource on this host, outside of the cluster"],
];
/** Statuses of a monitor that tell a state and no failure: running, not running, promoted. */
const STATES: ReadonlySet<number> = new Set([0, 7, 8]);

/** Of what an operation says the end is shown, where the cause of a failure stands. */
const LINES_SHOWN = 10;

/** Adds the commands. */
export function addDebugCommands(resource: Command, session: Session): void {
  for (const [operation, summary] of OPERATIONS) {
    addCommand(resource, {
      name: `debug-${operation} ID`,
      summary,
      options: [
        ["--full", "all lines, every command that the agent runs, the trace of a shell agent"],
        ["--force", "even when the cluster runs it somewhere"],
      ],
      run: (words, options) => debug(session, operation, { words, options }),
    });
  }
}

interface Asked {
  readonly words: readonly string[];
  readonly options: Options;
}

/** All that is known before anything is done. */
interface Facts {
  readonly cib: Cib;
  readonly status: ClusterStatus;
}

async function debug(
  session: Session,
  operation: HandOperation,
  { words, options }: Asked,
): Promise<void> {
  const [id] = words;
  const verb = `debug-${operation}`;
  if (id === undefined || words.length > 1) {
    throw refused(`usage: lbctl resource ${verb} ID [--full] [--force]`);
  }
  const facts = await session.withAgent(async (agent) => {
    return { cib: await agent.getCib(), status: await agent.getStatus() };
  });
  const order = await findOrder(facts, { id, operation, verb });
  const own = facts.status.resources.filter((each) => belongsTo(each, id));
  if (!isGiven(options, "force")) checkSafe(operation, { id, own, here: facts.status.localNode });
  for (const line of warningsOf(operation, { id, own, status: facts.status })) {
    session.terminal.err(`Warning: ${line}`);
  }
  const isFull = isGiven(options, "full");
  const result = await run(session, { order, operation, facts, isFull });
  const name = renderAgentName(order.agent);
  const asked = { operation, id: order.resource, name, timeoutMs: order.timeoutMs, isFull };
  session.terminal.out(renderHandResult(asked, result));
  const isOk = result.status === 0 || (operation === "monitor" && STATES.has(result.status));
  if (!isOk || result.hasTimedOut) throw failed(`${operation} of '${id}' did not succeed`);
}

async function run(
  session: Session,
  call: {
    readonly order: OperationOrder;
    readonly operation: HandOperation;
    readonly facts: Facts;
    readonly isFull: boolean;
  },
): Promise<HandResult> {
  const { knownAgents, runOperation } = await import("../local-agents/index.ts");
  const name = renderAgentName(call.order.agent);
  const agent = await knownAgents().find(name);
  if (typeof agent === "string") throw failed(agent);
  const node = call.facts.status.localNode;
  return runOperation({ ...call, agent, node, runFolder: session.paths.run });
}

/** What the cluster would run; throws for what is no single resource. */
async function findOrder(
  { cib, status }: Facts,
  { id, operation, verb }: { id: string; operation: HandOperation; verb: string },
): Promise<OperationOrder> {
  const found = cib.resources.flatMap(withContents).find((each) => each.id === id);
  if (found === undefined) throw refused(unknownResource(id, cib));
  const members = primitivesOf(found).map((each) => each.id);
  const isGroup =
    found.kind === "group" || (found.kind === "clone" && found.child.kind === "group");
  if (isGroup) {
    const hint = `try one of the group's resource(s) (${members.join(",")})`;
    throw refused(`unable to ${verb} a group, ${hint}`);
  }
  const [inner = id] = members;
  const { planOperation } = await import("../../agent/core/scheduler/index.ts");
  const order = planOperation(cib, inner, operation === "monitor" ? "probe" : operation);
  if (order === null) throw refused(unknownResource(id, cib));
  return { ...order, resource: instanceHere(status, inner) };
}

/** The id of the instance that this host has, where those of a clone differ. */
function instanceHere({ resources, localNode }: ClusterStatus, id: string): string {
  const own = resources.filter((one) => one.isUnique && withoutNumber(one.id) === id);
  const here = own.find(({ nodes }) => nodes.includes(localNode)) ?? own[0];
  return here?.id ?? id;
}

/** Two active copies are what a cluster is there to prevent. */
function checkSafe(
  operation: HandOperation,
  { id, own, here }: { id: string; own: readonly ResourceStatus[]; here: string },
): void {
  const isActivating = operation === "start" || operation === "promote";
  const isCloned = own.some(({ clone }) => clone !== "");
  if (!isActivating || isCloned) return;
  const elsewhere = own.flatMap(({ nodes }) => nodes).filter((node) => node !== here);
  if (elsewhere.length === 0) return;
  const place = elsewhere.join(", ");
  throw failed(
    `it is not safe to ${operation} '${id}' here: the cluster runs it on ${place}; ` +
      `"lbctl resource disable ${id}" first, or --force`,
  );
}

function warningsOf(
  operation: HandOperation,
  { id, own, status }: { id: string; own: readonly ResourceStatus[]; status: ClusterStatus },
): readonly string[] {
  if (operation === "monitor") return [];
  const isManaged = !status.isMaintenance && own.some((each) => each.isManaged);
  if (!isManaged) return [];
  return [
    `the cluster manages '${id}' and may undo what is done here, or count it as a failure; ` +
      `"lbctl resource unmanage ${id}" keeps it out of this`,
  ];
}

/** What was run, and how much of what it said is wanted. */
interface HandRun {
  readonly operation: HandOperation;
  readonly id: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly isFull: boolean;
}

/** How it ended, why, how long it took, and the last of what it said; all of it when asked for. */
export function renderHandResult(
  { operation, id, name, timeoutMs, isFull }: HandRun,
  { status, reason, hasTimedOut, ranForMs, lines }: HandResult,
): string {
  const how = hasTimedOut
    ? `timed out: no result within ${timeoutMs / 1000}s`
    : `returned ${renderExitStatus(status)} after ${renderReadable(ranForMs)}` +
      (reason === "" ? "" : `: ${reason}`);
  const head = `Operation force-${operation === "monitor" ? "check" : operation}`;
  const shown = isFull ? lines : lines.slice(-LINES_SHOWN);
  const left = lines.length - shown.length;
  return [
    `${head} for ${id} (${name}) ${how}`,
    ...(left === 0 ? [] : [` (${left} lines before these: --full prints them)`]),
    ...shown.map((line) => ` >  ${line}`),
  ].join("\n");
}
