import { CLONE_INSTANCES_MAX } from "../model/index.ts";
import { PROPERTIES } from "./cluster-properties.ts";
import type { ValueDefinition, ValueTable, ValueType } from "./value-types.ts";

const BOOLEAN: ValueType = { kind: "boolean" };
const COUNT: ValueType = { kind: "count" };
const DURATION: ValueType = { kind: "duration" };
const SCORE: ValueType = { kind: "score" };
const TEXT: ValueType = { kind: "text" };
const WHOLE: ValueType = { kind: "integer", min: 0, max: 1_000_000 };
const INSTANCES: ValueType = { kind: "integer", min: 0, max: CLONE_INSTANCES_MAX };
const ROLES = ["Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"];

/** Meta attributes of resources, groups, clones and resource defaults, with Pacemaker's meaning. */
export const META_ATTRIBUTES: readonly ValueDefinition[] = [
  {
    name: "target-role",
    type: { kind: "choice", choices: ROLES },
    default: "Started",
    description: "what the cluster should make of the resource; Stopped disables it",
  },
  {
    name: "is-managed",
    type: BOOLEAN,
    default: "true",
    description: "whether the cluster may start and stop the resource",
  },
  {
    name: "resource-stickiness",
    type: SCORE,
    default: "0",
    description: "how much the resource prefers to stay where it is",
  },
  {
    name: "migration-threshold",
    type: COUNT,
    default: "INFINITY",
    description: "failures on a node after which the resource leaves it; 0 is never",
  },
  {
    name: "failure-timeout",
    type: DURATION,
    default: "0",
    description: "time after which failures are forgotten; 0 is never",
  },
  {
    name: "multiple-active",
    type: { kind: "choice", choices: ["block", "stop_only", "stop_start", "stop_unexpected"] },
    default: "stop_start",
    description: "what to do when the resource is found active on both nodes",
  },
  {
    name: "priority",
    type: SCORE,
    default: "0",
    description: "resources of lower priority are given up first",
  },
  {
    name: "maintenance",
    type: BOOLEAN,
    default: "false",
    description: "leave the resource as it is: no start, no stop, no monitor",
  },
  {
    name: "requires",
    type: { kind: "choice", choices: ["nothing", "quorum", "fencing", "unfencing"] },
    default: "fencing, or quorum without stonith-enabled",
    description: "what must hold before the resource may start",
  },
  {
    name: "provides",
    type: { kind: "choice", choices: ["unfencing"] },
    default: "",
    description: "of a fence device: that nodes must be unfenced by it before resources start",
  },
  {
    name: "critical",
    type: BOOLEAN,
    default: "true",
    description: "whether resources that this one is colocated with move along when it must move",
  },
  {
    name: "allow-migrate",
    type: BOOLEAN,
    default: "false",
    description: "move by migrate_to and migrate_from instead of stop and start",
  },
  {
    name: "allow-unhealthy-nodes",
    type: BOOLEAN,
    default: "false",
    description: "whether the resource may run on a node whose health is bad",
  },
  {
    name: "promotable",
    type: BOOLEAN,
    default: "false",
    description: "of a clone: whether some instances take the role Promoted",
  },
  {
    name: "clone-max",
    type: INSTANCES,
    default: "",
    description: "of a clone: how many instances may run; without it, one for each node",
  },
  {
    name: "clone-node-max",
    type: INSTANCES,
    default: "1",
    description: "of a clone: how many instances may run on one node",
  },
  {
    name: "clone-min",
    type: WHOLE,
    default: "0",
    description: "of a clone: instances that must run before what is ordered after it may start",
  },
  {
    name: "promoted-max",
    otherNames: ["master-max"],
    type: WHOLE,
    default: "1",
    description: "of a promotable clone: how many instances may be promoted",
  },
  {
    name: "promoted-node-max",
    otherNames: ["master-node-max"],
    type: WHOLE,
    default: "1",
    description: "of a promotable clone: how many instances may be promoted on one node",
  },
  {
    name: "globally-unique",
    type: BOOLEAN,
    default: "false",
    description: "of a clone: whether each instance does something else",
  },
  {
    name: "interleave",
    type: BOOLEAN,
    default: "false",
    description: "of a clone: wait for the other clone's instance on the same node only",
  },
  {
    name: "ordered",
    type: BOOLEAN,
    default: "false",
    description: "of a clone: start the instances one after the other",
  },
  {
    name: "notify",
    type: BOOLEAN,
    default: "false",
    description: "of a clone: tell all instances before and after one is started or stopped",
  },
];

/** Meta attributes that only clones have a use for. */
export const CLONE_ATTRIBUTES: readonly string[] = [
  "promotable",
  "clone-max",
  "clone-node-max",
  "clone-min",
  "promoted-max",
  "promoted-node-max",
  "globally-unique",
  "interleave",
  "ordered",
  "notify",
];

/** Options of an operation besides its interval, timeout and id. */
export const OPERATION_OPTIONS: readonly ValueDefinition[] = [
  {
    name: "on-fail",
    type: {
      kind: "choice",
      choices: ["ignore", "block", "stop", "restart", "standby", "fence", "demote"],
    },
    default: "restart, for stop fence or block",
    description: "what a failure of the operation leads to",
  },
  {
    name: "role",
    type: { kind: "choice", choices: ROLES },
    default: "Started",
    description: "run the operation only while the resource has this role",
  },
  {
    name: "enabled",
    type: BOOLEAN,
    default: "true",
    description: "false keeps the operation in the configuration without running it",
  },
  {
    name: "record-pending",
    type: BOOLEAN,
    default: "true",
    description: "show the operation in the status while it runs",
  },
  {
    name: "start-delay",
    type: DURATION,
    default: "0",
    description: "wait before the first run",
  },
  {
    name: "interval-origin",
    type: TEXT,
    default: "",
    description: "moment from which the intervals are counted, ISO 8601",
  },
  {
    name: "OCF_CHECK_LEVEL",
    type: { kind: "integer", min: 0, max: 100 },
    default: "0",
    description: "how deep a monitor looks; the levels are the agent's",
  },
  { name: "description", type: TEXT, default: "", description: "a note for people" },
];

/** Names that `op defaults` takes: the options of an operation, and its timeout. */
export const OPERATION_DEFAULTS: readonly ValueDefinition[] = [
  {
    name: "timeout",
    type: DURATION,
    default: "20s",
    description: "how long an operation may take before it counts as failed",
  },
  ...OPERATION_OPTIONS.filter(({ name }) => name !== "description"),
];

/** The tables under the names that messages use. */
export const TABLES = {
  property: { noun: "cluster property", definitions: PROPERTIES },
  meta: { noun: "meta attribute", definitions: META_ATTRIBUTES },
  operationOption: { noun: "operation option", definitions: OPERATION_OPTIONS },
  operationDefault: { noun: "operation option", definitions: OPERATION_DEFAULTS },
} as const satisfies Record<string, ValueTable>;

/** The name under which a value is stored: the same one, unless it is one of another release. */
export function storedName(table: ValueTable, name: string): string {
  return table.definitions.find(({ otherNames }) => otherNames?.includes(name))?.name ?? name;
}

/** The definition of a name; null when the table does not know it. */
export function findDefinition(table: ValueTable, name: string): ValueDefinition | null {
  return table.definitions.find((definition) => definition.name === name) ?? null;
}
