/**
 * `lbctl resource delete`: as with pcs, it waits for the stop of what it deletes. Who deletes a
 * resource that has failed must hear where something of it may still run: nobody looks after it.
 */
import {
  type ClusterStatus,
  type FailureStatus,
  type ResourceStatus,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { CtlError, failed } from "../ctl-error.ts";
import { parseDelete } from "../parse/parse-resource.ts";
import { belongsTo } from "../render/belongs-to.ts";
import type { Session } from "../session.ts";
import { type Options, printNotes } from "./command-kit.ts";
import { parseWait, waitAndTell } from "./wait-until-stable.ts";

/** How long the stops are waited for unless `--wait` says otherwise. */
const STOP_LIMIT_MS = 60_000;

/** Deletes, and tells what was stopped, what had failed, and what may still run. */
export function deleteResources(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const changes = parseDelete(words);
  const limitMs = parseWait(options["wait"]);
  return session.withAgent(async (agent) => {
    const before = await agent.getStatus();
    printNotes(session, (await agent.apply(changes)).notes);
    const own = before.resources.filter((one) => words.some((id) => belongsTo(one, id)));
    for (const line of tellFailures(before, own)) session.terminal.out(line);
    // What runs nowhere, as far as anybody knows, has nothing to stop.
    const isActive = own.some(({ nodes, isFailed, isBlocked }) => {
      return nodes.length > 0 || isFailed || isBlocked;
    });
    const problem =
      isActive || limitMs !== null
        ? await waitForStops(session, agent, { before, limitMs: limitMs ?? STOP_LIMIT_MS })
        : null;
    const left = tellLeft(before, await agent.getStatus(), own);
    if (left.length > 0) throw failed(...new Set([...(problem?.lines ?? []), ...left]));
    if (problem !== null) throw problem;
  });
}

/** Null: all that was to be done has been done. */
async function waitForStops(
  { terminal }: Session,
  agent: AgentClient,
  { before, limitMs }: { readonly before: ClusterStatus; readonly limitMs: number },
): Promise<CtlError | null> {
  try {
    await waitAndTell(agent, { before, limitMs, tell: (line) => terminal.out(line) });
    return null;
  } catch (error) {
    if (error instanceof CtlError) return error;
    throw error;
  }
}

/** What had failed of it goes with it, and is not to be found afterwards. */
function tellFailures(
  { failures }: ClusterStatus,
  own: readonly ResourceStatus[],
): readonly string[] {
  return own
    .flatMap(({ id }) => failures.filter((failure) => isOf(failure, id)))
    .map(
      (failure) => `${failure.resource} had failed: ${failure.operation} on ${whereWhy(failure)}`,
    );
}

/** One line for each place where something of what was deleted may still run. */
function tellLeft(
  before: ClusterStatus,
  after: ClusterStatus,
  own: readonly ResourceStatus[],
): readonly string[] {
  return own.flatMap(({ id, nodes }) => {
    const now = after.resources.filter((one) => withoutNumber(one.id) === withoutNumber(id));
    const running = now.flatMap((one) => one.nodes);
    const lines = [...new Set(running)].map((node) => {
      const stop = [...after.failures, ...before.failures].find(
        (one) => isOf(one, id) && one.operation === "stop" && one.node === node,
      );
      const why = stop === undefined ? "it is not stopped there" : `its stop ${outcomeOf(stop)}`;
      return (
        `${id} was deleted and may still run on ${node}: ${why}; look there, stop it by hand, ` +
        `then "lbctl resource cleanup ${id}"`
      );
    });
    const away = nodes.filter((node) => !running.includes(node) && isAway(after, node));
    return [
      ...lines,
      ...away.map((node) => {
        const state = after.nodes.find(({ name }) => name === node)?.state ?? "away";
        return `${id} was deleted and may still run on ${node}, which is ${state}`;
      }),
    ];
  });
}

function isOf({ resource }: FailureStatus, id: string): boolean {
  return withoutNumber(resource) === withoutNumber(id);
}

function isAway({ nodes }: ClusterStatus, node: string): boolean {
  return nodes.some(({ name, isOnline }) => name === node && !isOnline);
}

function whereWhy(failure: FailureStatus): string {
  return `${failure.node} ${outcomeOf(failure)}`;
}

function outcomeOf({ outcome, reason }: FailureStatus): string {
  return `ended with '${outcome}'${reason === "" ? "" : ` (${reason})`}`;
}
