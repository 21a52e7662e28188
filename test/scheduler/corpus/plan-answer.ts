// Puts the scheduler's transition into the form of the corpus.

import type {
  Action,
  Cib,
  Clone,
  Decision,
  ResourceState,
  SchedulerInput,
  Transition,
} from "../../../agent/core/model/index.ts";
import { primitivesOf } from "../../../agent/core/model/index.ts";
import { type Answer, type AnswerAction, baseName, type ClusterState } from "./answer.ts";
import { closePlan } from "./precedence.ts";
import { reachState } from "./reach-state.ts";

/** What the scheduler answers, and what is wrong with it whatever the expectation. */
export interface PlanAnswer extends Answer {
  /** Actions whose turn never comes, since they wait for each other. */
  readonly stuck: readonly string[];
  /** Where its own state after the transition is not what its actions bring about. */
  readonly contradictions: readonly string[];
}

/** Reads the answer out of a transition. */
export function readPlan({ cib }: SchedulerInput, transition: Transition): PlanAnswer {
  const naming = namingOf(cib);
  const real = transition.actions.filter(({ task }) => task.kind !== "point");
  const actions = real.map((action) => readAction(action, naming.name));
  const { order, stuck } = closePlan(
    transition.actions.map(({ id, after, task }) => ({
      id,
      after,
      afterAny: [],
      isReal: task.kind !== "point",
    })),
  );
  const before = readState(transition.states, transition.nodeStates ?? [], naming.name);
  const implied = (transition.implied ?? []).map((x) => ({
    ...x,
    resource: naming.name(x.resource),
  }));
  const reached = reachState(before, { actions, implied, isPromotable: naming.isPromotable });
  const after =
    transition.after === undefined
      ? { ...reached, nodes: readNodes(transition.nodeStatesAfter ?? []) }
      : readState(transition.after, transition.nodeStatesAfter ?? [], naming.name);
  return {
    before,
    after,
    actions,
    order,
    decisions: transition.decisions.map(renderDecision),
    scores: Object.entries(transition.scores).map(
      ([id, nodes]) => `${id}: ${JSON.stringify(nodes).replaceAll('"', "")}`,
    ),
    stuck: transition.actions
      .filter(({ id }) => stuck.includes(id))
      .map(({ id, node, task }) => `${id} ${task.kind} ${node}`),
    contradictions: listPlaces(reached).filter((line) => !listPlaces(after).includes(line)),
  };
}

/** How resources are called, and which have two roles. */
export interface Naming {
  /** Primitives of anonymous clones. */
  readonly anonymous: ReadonlySet<string>;
  /** Drops the number of an instance of an anonymous clone. */
  readonly name: (resource: string) => string;
  readonly isPromotable: (resource: string) => boolean;
}

/** How the resources of a configuration are called, and which of them have two roles. */
export function namingOf(cib: Cib): Naming {
  const anonymous = new Set<string>();
  const promotable = new Set<string>();
  for (const resource of cib.resources) {
    if (resource.kind !== "clone") continue;
    const isUnique = isYes(metaOf(cib, resource, "globally-unique"));
    for (const { id } of primitivesOf(resource)) {
      if (!isUnique) anonymous.add(id);
      if (isYes(metaOf(cib, resource, "promotable"))) promotable.add(id);
    }
  }
  return {
    anonymous,
    name: (resource) => (anonymous.has(baseName(resource)) ? baseName(resource) : resource),
    isPromotable: (resource) => promotable.has(baseName(resource)),
  };
}

function metaOf(cib: Cib, clone: Clone, name: string): string | undefined {
  const sets = [...(clone.metaSets ?? []).map(({ values }) => values)];
  const own = [clone.meta, ...sets].find((values) => values[name] !== undefined);
  return own?.[name] ?? cib.resourceDefaults[name];
}

function isYes(text: string | undefined): boolean {
  return /^(?:true|on|yes|y|1)$/i.test(text ?? "");
}

function readAction({ node, task }: Action, name: (resource: string) => string): AnswerAction {
  const bare = { rsc: null, node, interval: null, detail: "" };
  switch (task.kind) {
    case "operation": {
      const { operation: op, resource, intervalMs, meta, migration } = task.order;
      const interval = op === "monitor" || intervalMs > 0 ? intervalMs : null;
      const type = meta?.["CRM_meta_notify_type"] ?? "";
      const about = meta?.["CRM_meta_notify_operation"] ?? "";
      const detail = op === "notify" && about !== "" ? `${type} ${about}` : "";
      const { parameters, expectedStatus } = task.order;
      const route = { source: migration?.source ?? null, target: migration?.target ?? null };
      // A probe succeeds with two codes; of what nobody knows to run it finds nothing.
      const facts = { parameters, expected: expectedStatus ?? 7, ...route };
      return { op, rsc: name(resource), node, interval, detail, facts };
    }
    case "cancel":
      return { ...bare, op: "cancel", rsc: name(task.resource), interval: task.intervalMs };
    case "clearFailcount":
      return { ...bare, op: "clear_failcount", rsc: name(task.resource) };
    case "deleteHistory":
      return {
        ...bare,
        op: task.isByDc === true ? "lrm_delete" : "delete",
        rsc: name(task.resource),
      };
    case "fence":
      return { ...bare, op: "fence", detail: task.method };
    case "shutdown":
      return { ...bare, op: "shutdown" };
    case "point":
      return { ...bare, op: "point", detail: task.name };
  }
}

function readState(
  states: readonly ResourceState[],
  nodes: NonNullable<Transition["nodeStates"]>,
  name: (resource: string) => string,
): ClusterState {
  const resources: Record<string, Record<string, string[]>> = {};
  const flags: Record<string, string[]> = {};
  for (const state of states) {
    const id = name(state.resource);
    const roles = resources[id] ?? {};
    resources[id] = roles;
    for (const [role, where] of Object.entries(rolesOf(state))) {
      roles[role] = [...(roles[role] ?? []), ...where].sort();
    }
    const words = [...new Set([...(flags[id] ?? []), ...flagsOf(state)])].sort();
    if (words.length > 0) flags[id] = words;
  }
  return { nodes: readNodes(nodes), resources, flags };
}

function readNodes(nodes: NonNullable<Transition["nodeStates"]>): Record<string, string> {
  return Object.fromEntries(nodes.map((node) => [node.name, node.text]));
}

function rolesOf(state: ResourceState): Readonly<Record<string, readonly string[]>> {
  if (state.roles !== undefined) return { ...state.roles };
  return state.activeOn.length === 0 ? {} : { [state.role]: state.activeOn };
}

function flagsOf(state: ResourceState): readonly string[] {
  if (state.flags !== undefined) return state.flags;
  const words = {
    failed: state.failedOn.length > 0,
    blocked: state.isBlocked,
    unmanaged: !state.isManaged,
    disabled: state.isDisabled,
    orphan: state.isOrphan,
    "failure ignored": state.isFailureIgnored,
  };
  return Object.entries(words).flatMap(([word, holds]) => (holds ? [word] : []));
}

/** One line for every place where something is active. */
function listPlaces({ resources }: ClusterState): readonly string[] {
  return Object.entries(resources).flatMap(([resource, roles]) =>
    Object.entries(roles)
      .filter(([, nodes]) => nodes.length > 0)
      .map(([role, nodes]) => `${resource} ${role} ${[...nodes].sort().join(" ")}`),
  );
}

function renderDecision({ what, resource, from, to, isBlocked, reason }: Decision): string {
  const where = [from, to].filter((node) => node !== null).join(" -> ");
  const blocked = isBlocked ? " (blocked)" : "";
  return `${what} ${resource ?? ""} ${where} (${reason})${blocked}`.replace(/ +/g, " ");
}
