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
} from "../../agent/core/model/index.ts";
import { failed, refused } from "../ctl-error.ts";
import type { HandOperation, HandResult } from "../local-agents/index.ts";
import { belongsTo } from "../render/belongs-to.ts";
import { renderExitStatus } from "../render/render-transition-action.ts";
import type { Session } from "../session.ts";
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

/** Adds the commands. */
export function addDebugCommands(resource: Command, session: Session): void {
  for (const [operation, summary] of OPERATIONS) {
    addCommand(resource, {
      name: `debug-${operation} ID`,
      summary,
      options: [
        ["--full", "also every command that the agent runs, and the trace of a shell agent"],
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
  const order = await findOrder(facts.cib, { id, operation, verb });
  const own = facts.status.resources.filter((each) => belongsTo(each, id));
  if (!isGiven(options, "force")) checkSafe(operation, { id, own, here: facts.status.localNode });
  for (const line of warningsOf(operation, { id, own, status: facts.status })) {
    session.terminal.err(`Warning: ${line}`);
  }
  const result = await run(session, { order, operation, facts, isFull: isGiven(options, "full") });
  const name = renderAgentName(order.agent);
  session.terminal.out(renderResult({ operation, id, name, order }, result));
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
  cib: Cib,
  { id, operation, verb }: { id: string; operation: HandOperation; verb: string },
): Promise<OperationOrder> {
  const found = cib.resources.flatMap(withContents).find((each) => each.id === id);
  if (found === undefined) throw refused(`unable to find a resource/clone/group: ${id}`);
  if (found.kind === "group") {
    const members = primitivesOf(found).map((each) => each.id);
    const hint = `try one of the group's resource(s) (${members.join(",")})`;
    throw refused(`unable to ${verb} a group, ${hint}`);
  }
  if (found.kind === "clone") {
    const inner = primitivesOf(found).map((each) => each.id);
    throw refused(`unable to ${verb} a clone, try the clone's resource: ${inner.join(", ")}`);
  }
  const { planOperation } = await import("../../agent/core/scheduler/index.ts");
  const order = planOperation(cib, id, operation === "monitor" ? "probe" : operation);
  if (order === null) throw refused(`unable to find a resource/clone/group: ${id}`);
  return order;
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

function renderResult(
  asked: { operation: HandOperation; id: string; name: string; order: OperationOrder },
  { status, reason, hasTimedOut, lines }: HandResult,
): string {
  const { operation, id, name, order } = asked;
  const how = hasTimedOut
    ? `timed out: no result within ${order.timeoutMs / 1000}s`
    : `returned ${renderExitStatus(status)}${reason === "" ? "" : `: ${reason}`}`;
  const head = `Operation force-${operation === "monitor" ? "check" : operation}`;
  return [`${head} for ${id} (${name}) ${how}`, ...lines.map((line) => ` >  ${line}`)].join("\n");
}
