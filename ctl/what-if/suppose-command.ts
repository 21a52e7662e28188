/** What the scheduler would look at after a command that does not change the configuration. */
import { findResource } from "../../agent/core/configuration/index.ts";
import { clearFailures, forgetResource } from "../../agent/core/history/index.ts";
import {
  type Cib,
  type Command,
  type NodeHistory,
  type NodeName,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { changeHistory } from "./carry-out-transition.ts";
import type { Effect } from "./plan-effects.ts";

/** The facts once the command was carried out. `local` is the node on which it is given. */
export function supposeCommand(
  input: SchedulerInput,
  command: Command,
  local: NodeName,
): SchedulerInput {
  switch (command.kind) {
    case "cleanup":
      return changeHistories(input, command, (history, id) =>
        hasFailed(history, id) ? forgetResource(history, id) : history,
      );
    case "refresh":
      return changeHistories(input, command, forgetResource);
    case "failcountReset":
      return changeHistories(input, command, clearFailures);
    case "restartResource":
      return changeHistories(input, { ...command, node: null }, markForRestart);
    case "setTransientAttributes":
      return setAttributes(input, command.node, command.values);
    case "reloadResource": // Nothing starts or stops by it.
      return input;
    case "unblockQuorum":
      return { ...input, isQuorate: true };
    case "stopNode": {
      const names = command.isWholeCluster ? input.nodes.map(({ name }) => name) : [local];
      const leaving = { standby: "on", shutdown: "1" };
      return names.reduce((world, name) => setAttributes(world, name, leaving), input);
    }
  }
}

function changeHistories(
  input: SchedulerInput,
  { resource, node }: { readonly resource: ResourceId | null; readonly node: NodeName | null },
  change: (history: NodeHistory, id: ResourceId) => NodeHistory,
): SchedulerInput {
  const nodes = input.nodes.filter(({ name }) => node === null || name === node);
  return nodes.reduce(
    (world, { name }) =>
      changeHistory(world, name, (history) =>
        meantIds(input.cib, history, resource).reduce(change, history),
      ),
    input,
  );
}

/**
 * The effects with the reason of a restart where the command is one: the scheduler knows of a
 * definition that has changed alone.
 */
export function tellCommand(
  effects: readonly Effect[],
  command: Command,
  { cib }: SchedulerInput,
): readonly Effect[] {
  if (command.kind !== "restartResource") return effects;
  const found = findResource(cib, command.resource);
  const ids = found === null ? [command.resource] : primitivesOf(found).map(({ id }) => id);
  return effects.map((effect) => {
    const { what, resource, from } = effect;
    const isMeant =
      resource !== null && (ids.includes(resource) || ids.includes(withoutNumber(resource)));
    if (!isMeant || what !== "restart") return effect;
    return { ...effect, reason: `restarts on ${from}: its restart was asked for` };
  });
}

/** Under which ids a node keeps what it did with a resource, or with all. */
function meantIds(
  cib: Cib,
  { resources, failcounts }: NodeHistory,
  resource: ResourceId | null,
): readonly ResourceId[] {
  const known = new Set([...resources, ...failcounts].map((entry) => entry.resource));
  if (resource === null) return [...known];
  const found = findResource(cib, resource);
  const ids = found === null ? [resource] : primitivesOf(found).map(({ id }) => id);
  return [...known].filter((id) => ids.includes(id) || ids.includes(withoutNumber(id)));
}

function hasFailed(history: NodeHistory, resource: ResourceId): boolean {
  if (history.failcounts.some((entry) => entry.resource === resource)) return true;
  const entry = history.resources.find((found) => found.resource === resource);
  return (
    entry?.records.some(({ outcome, expectedStatus }) => {
      if (outcome.kind === "pending") return false;
      if (outcome.kind !== "exited") return true;
      const expected = expectedStatus === null ? [0, 7] : [expectedStatus];
      return !expected.includes(outcome.status);
    }) === true
  );
}

/**
 * A digest that no longer fits makes the scheduler restart the resource; without the word which
 * parameters need a restart, nothing less will do.
 */
function markForRestart(history: NodeHistory, resource: ResourceId): NodeHistory {
  const resources = history.resources.map((entry) => {
    if (entry.resource !== resource) return entry;
    const records = entry.records.map(({ pacemaker: _, restart: __, ...each }) => ({
      ...each,
      digest: "restart",
    }));
    return { ...entry, records };
  });
  return { ...history, resources };
}

function setAttributes(
  input: SchedulerInput,
  node: NodeName,
  values: Readonly<Record<string, string>>,
): SchedulerInput {
  return changeHistory(input, node, (history) => {
    const merged = Object.entries({ ...history.attributes, ...values });
    return {
      ...history,
      attributes: Object.fromEntries(merged.filter(([, value]) => value !== "")),
    };
  });
}
