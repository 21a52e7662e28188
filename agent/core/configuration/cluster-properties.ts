import type { ValueDefinition, ValueType } from "./value-types.ts";

const BOOLEAN: ValueType = { kind: "boolean" };
const DURATION: ValueType = { kind: "duration" };
const PERCENTAGE: ValueType = { kind: "percentage" };
const SCORE: ValueType = { kind: "score" };
const WATCHDOG: ValueType = { kind: "durationOrAuto" };

/**
 * The cluster properties that may be set: Pacemaker's names, types and defaults (releases 2.1 and
 * 3.0), in code-unit order. `lbctl property config --all` shows them all.
 */
export const PROPERTIES: readonly ValueDefinition[] = [
  {
    name: "batch-limit",
    type: integer(0),
    default: "0",
    description: "actions that may run at once in the cluster; 0 leaves it to the cluster",
  },
  {
    name: "cluster-delay",
    type: DURATION,
    default: "60s",
    description: "longest time that an action may take to travel between the nodes",
  },
  {
    name: "cluster-ipc-limit",
    type: integer(1),
    default: "500",
    description: "requests that may wait for one client before it is cut off",
  },
  {
    name: "cluster-recheck-interval",
    type: DURATION,
    default: "15min",
    description: "kept for Pacemaker: what depends on the time is looked at when it may change",
  },
  {
    name: "concurrent-fencing",
    type: BOOLEAN,
    default: "true",
    description: "whether several nodes may be fenced at the same time",
  },
  {
    name: "dc-deadtime",
    type: DURATION,
    default: "20s",
    description: "how long a starting node waits for an answer before it schedules alone",
  },
  {
    name: "drift-ignore",
    type: { kind: "text" },
    default: "",
    description: "what may differ between the nodes: names, separated by blanks; * fits anything",
  },
  {
    name: "election-timeout",
    type: DURATION,
    default: "2min",
    description: "longest time in which the nodes must agree who is DC",
  },
  {
    name: "enable-acl",
    type: BOOLEAN,
    default: "false",
    description: "whether access lists limit what users may change",
  },
  {
    name: "enable-startup-probes",
    type: BOOLEAN,
    default: "true",
    description: "whether to find out what is active when a node starts",
  },
  {
    name: "fence-reaction",
    otherNames: ["fencing-reaction"],
    type: choice("stop", "panic"),
    default: "stop",
    description: "what a node does that learns it was fenced",
  },
  {
    name: "have-watchdog",
    type: BOOLEAN,
    default: "false",
    description: "whether the nodes have a watchdog",
  },
  {
    name: "join-finalization-timeout",
    type: DURATION,
    default: "30min",
    description: "longest time for the last step of joining",
  },
  {
    name: "join-integration-timeout",
    type: DURATION,
    default: "3min",
    description: "longest time for the first step of joining",
  },
  {
    name: "load-threshold",
    type: PERCENTAGE,
    default: "80%",
    description: "load above which fewer actions run at once",
  },
  {
    name: "maintenance-mode",
    type: BOOLEAN,
    default: "false",
    description: "start, stop and monitor nothing on any node",
  },
  {
    name: "migration-limit",
    type: integer(-1),
    default: "-1",
    description: "live migrations at once on a node; -1 is no limit",
  },
  {
    name: "no-quorum-policy",
    type: choice("stop", "freeze", "ignore", "demote", "fence", "suicide"),
    default: "stop",
    description: "what a node without quorum does with its resources",
  },
  {
    name: "node-action-limit",
    type: integer(0),
    default: "0",
    description: "actions at once on one node; 0 leaves it to the cluster",
  },
  {
    name: "node-health-base",
    type: SCORE,
    default: "0",
    description: "score that every node has before its health counts",
  },
  {
    name: "node-health-green",
    type: SCORE,
    default: "0",
    description: "score for a node attribute that says green",
  },
  {
    name: "node-health-red",
    type: SCORE,
    default: "-INFINITY",
    description: "score for a node attribute that says red",
  },
  {
    name: "node-health-strategy",
    type: choice("none", "migrate-on-red", "only-green", "progressive", "custom"),
    default: "none",
    description: "how node health moves resources",
  },
  {
    name: "node-health-yellow",
    type: SCORE,
    default: "0",
    description: "score for a node attribute that says yellow",
  },
  {
    name: "node-pending-timeout",
    type: DURATION,
    default: "0",
    description: "how long a node may take to join before it is fenced; 0 is forever",
  },
  {
    name: "pe-error-series-max",
    type: integer(-1),
    default: "-1",
    description: "transitions with errors to keep on disk; -1 keeps all",
  },
  {
    name: "pe-input-series-max",
    type: integer(-1),
    default: "4000",
    description: "ordinary transitions to keep on disk; -1 keeps all",
  },
  {
    name: "pe-warn-series-max",
    type: integer(-1),
    default: "5000",
    description: "transitions with warnings to keep on disk; -1 keeps all",
  },
  {
    name: "placement-strategy",
    type: choice("default", "utilization", "minimal", "balanced"),
    default: "default",
    description: "how node capacity decides where resources go",
  },
  {
    name: "priority-fencing-delay",
    type: DURATION,
    default: "0",
    description: "head start in fencing for the node with the more important resources",
  },
  {
    name: "remove-after-stop",
    type: BOOLEAN,
    default: "false",
    description: "whether to forget a resource once it has stopped; leave it false",
  },
  {
    name: "shutdown-escalation",
    type: DURATION,
    default: "20min",
    description: "how long a node may take to stop before it is made to",
  },
  {
    name: "shutdown-lock",
    type: BOOLEAN,
    default: "false",
    description: "whether resources wait for a node that was stopped in order",
  },
  {
    name: "shutdown-lock-limit",
    type: DURATION,
    default: "0",
    description: "how long they wait; 0 is forever",
  },
  {
    name: "start-failure-is-fatal",
    type: BOOLEAN,
    default: "true",
    description: "whether one failed start forbids the node to the resource",
  },
  {
    name: "startup-fencing",
    type: BOOLEAN,
    default: "true",
    description: "whether nodes that were never seen are fenced; leave it true",
  },
  {
    name: "stonith-action",
    otherNames: ["fencing-action"],
    type: choice("reboot", "off"),
    default: "reboot",
    description: "what fencing does to a node",
  },
  {
    name: "stonith-enabled",
    otherNames: ["fencing-enabled"],
    type: BOOLEAN,
    default: "true",
    description: "whether a lost node must be fenced before its resources move",
  },
  {
    name: "stonith-max-attempts",
    otherNames: ["fencing-max-attempts"],
    type: integer(1),
    default: "10",
    description: "failed attempts after which fencing stops trying",
  },
  {
    name: "stonith-timeout",
    otherNames: ["fencing-timeout"],
    type: DURATION,
    default: "60s",
    description: "how long one fencing may take",
  },
  {
    name: "stonith-watchdog-timeout",
    otherNames: ["fencing-watchdog-timeout"],
    type: WATCHDOG,
    default: "0",
    description:
      "time after which a lost node has reset itself; 0: no watchdog, -1: as the watchdog says",
  },
  {
    name: "stop-all-resources",
    type: BOOLEAN,
    default: "false",
    description: "stop every resource in the cluster",
  },
  {
    name: "stop-orphan-actions",
    otherNames: ["stop-removed-actions", "cancel-removed-actions"],
    type: BOOLEAN,
    default: "true",
    description: "whether to cancel monitors that are no longer configured",
  },
  {
    name: "stop-orphan-resources",
    otherNames: ["stop-removed-resources"],
    type: BOOLEAN,
    default: "true",
    description: "whether to stop resources that are no longer configured",
  },
  {
    name: "symmetric-cluster",
    type: BOOLEAN,
    default: "true",
    description: "whether resources may run where no constraint names them",
  },
  {
    name: "transition-delay",
    type: DURATION,
    default: "0s",
    description: "wait before a transition, for events that come together",
  },
];

function integer(min: number): ValueType {
  return { kind: "integer", min, max: Number.MAX_SAFE_INTEGER };
}

function choice(...choices: readonly string[]): ValueType {
  return { kind: "choice", choices };
}
