// Carries a plan out in a state of the corpus' form: what runs where once every action succeeded.

import type { ImpliedAction } from "../../../agent/core/model/index.ts";
import type { AnswerAction, ClusterState } from "./answer.ts";

/** What is carried out, and what is needed to know for it. */
export interface Course {
  readonly actions: readonly AnswerAction[];
  readonly implied: readonly ImpliedAction[];
  readonly isPromotable: (resource: string) => boolean;
}

// The steps of one resource in the only order that a plan can give them.
const SEQUENCE = ["demote", "stop", "start", "migrate_from", "promote"];

/** The state after all actions; nodes and flags stay as they are. */
export function reachState(before: ClusterState, course: Course): ClusterState {
  const places = new Places(before.resources);
  for (const { op, node, detail } of course.actions) {
    if (op === "fence" && detail !== "on") places.emptyNode(node);
  }
  for (const { operation, resource, node } of course.implied) {
    if (operation === "stop") places.remove(resource, node);
    if (operation === "demote") places.change(resource, node, "Unpromoted");
  }
  const steps = course.actions.filter(({ op }) => SEQUENCE.includes(op));
  for (const op of SEQUENCE) {
    for (const step of steps) {
      if (step.op === op && step.rsc !== null) carryOut(places, step, course.isPromotable);
    }
  }
  return { ...before, resources: places.list() };
}

function carryOut(
  places: Places,
  { op, rsc, node }: AnswerAction,
  isPromotable: Course["isPromotable"],
): void {
  const resource = rsc ?? "";
  switch (op) {
    case "demote":
      places.change(resource, node, "Unpromoted");
      break;
    case "stop":
      places.remove(resource, node);
      break;
    case "start":
      places.removeIn(resource, node, "Starting");
      places.add(resource, node, isPromotable(resource) ? "Unpromoted" : "Started");
      break;
    case "migrate_from":
      // A migration moves the only copy: the stop on the source is an action of its own.
      places.change(resource, node, "Started");
      break;
    case "promote":
      places.change(resource, node, "Promoted");
      break;
  }
}

class Places {
  readonly #resources: Map<string, Map<string, string[]>>;

  constructor(resources: ClusterState["resources"]) {
    this.#resources = new Map(
      Object.entries(resources).map(([id, roles]) => [
        id,
        new Map(Object.entries(roles).map(([role, nodes]) => [role, [...nodes]])),
      ]),
    );
  }

  emptyNode(node: string): void {
    for (const roles of this.#resources.values()) {
      for (const [role, nodes] of roles) {
        roles.set(
          role,
          nodes.filter((other) => other !== node),
        );
      }
    }
  }

  remove(resource: string, node: string): void {
    for (const role of this.#resources.get(resource)?.keys() ?? []) {
      if (this.removeIn(resource, node, role)) return;
    }
  }

  removeIn(resource: string, node: string, role: string): boolean {
    const nodes = this.#resources.get(resource)?.get(role) ?? [];
    const at = nodes.indexOf(node);
    if (at >= 0) nodes.splice(at, 1);
    return at >= 0;
  }

  add(resource: string, node: string, role: string): void {
    const roles = this.#resources.get(resource) ?? new Map<string, string[]>();
    roles.set(role, [...(roles.get(role) ?? []), node]);
    this.#resources.set(resource, roles);
  }

  change(resource: string, node: string, role: string): void {
    this.remove(resource, node);
    this.add(resource, node, role);
  }

  list(): Record<string, Record<string, string[]>> {
    const listed: Record<string, Record<string, string[]>> = {};
    for (const [id, roles] of this.#resources) {
      const full = [...roles].filter(([, nodes]) => nodes.length > 0);
      listed[id] = Object.fromEntries(full.map(([role, nodes]) => [role, [...nodes].sort()]));
    }
    return listed;
  }
}
