// The form in which three answers meet: what a case of the corpus expects, what crm_simulate says,
// and what the scheduler plans.

import type { Precedence } from "./precedence.ts";

/** Nodes, resources and flags in the words of the corpus. */
export interface ClusterState {
  readonly nodes: Readonly<Record<string, string>>;
  /** Nodes per role; a node as often as it has instances. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly flags: Readonly<Record<string, readonly string[]>>;
}

/** One action that does something; pseudo-actions are contracted. */
export interface AnswerAction {
  readonly op: string;
  readonly rsc: string | null;
  readonly node: string;
  /** Milliseconds, 0 for a probe; null where the action has none. */
  readonly interval: number | null;
  /** `fence`: how; `notify`: about what; empty otherwise or where it is not told. */
  readonly detail: string;
  /** What carrying it out needs; not compared, and absent where nobody tells. */
  readonly facts?: OperationFacts;
}

/** What an operation runs with. */
export interface OperationFacts {
  readonly parameters: Readonly<Record<string, string>>;
  /** The exit status that means success. */
  readonly expected: number;
  /** Of a migration. */
  readonly source: string | null;
  readonly target: string | null;
}

/** All that is compared, and what helps to explain a difference. */
export interface Answer {
  readonly before: ClusterState;
  readonly after: ClusterState;
  readonly actions: readonly AnswerAction[];
  /** Which of `actions` has to end before which begins, by index. */
  readonly order: Precedence;
  readonly decisions: readonly string[];
  readonly scores: readonly string[];
}

const CORE_OPERATIONS = new Set([
  "start",
  "stop",
  "promote",
  "demote",
  "migrate_to",
  "migrate_from",
  "fence",
  "shutdown",
]);

/** True for what changes where something runs. */
export function isCore({ op }: AnswerAction): boolean {
  return CORE_OPERATIONS.has(op);
}

/** What makes an action the same as another: `start web node1`, `monitor web node1 10000`. */
export function keyOf({ op, rsc, node, interval }: AnswerAction): string {
  return [op, rsc, node, interval].filter((part) => part !== null).join(" ");
}

/** The same for the core actions, where the kind of a fencing counts too. */
export function coreKeyOf(action: AnswerAction): string {
  return action.op === "fence" ? `${keyOf(action)} ${action.detail}` : keyOf(action);
}

/** The primitive of an instance: `web` of `web:1`. */
export function baseName(resource: string): string {
  return resource.replace(/:\d+$/, "");
}
