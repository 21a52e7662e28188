/** What keeps the whole cluster from doing anything, or is under way in it. */
import { parseBoolean } from "../../agent/core/configuration/index.ts";
import type { ClusterStatus, SchedulerInput } from "../../agent/core/model/index.ts";
import type { Remedy } from "./explanation.ts";

/** The cluster as a whole, as far as it has a say in every resource. */
export interface ExplainedCluster {
  /** Sentences; empty when nothing is out of the ordinary. */
  readonly matters: readonly string[];
  /** What is under way, one clause each. */
  readonly underWay: readonly string[];
  readonly remedies: readonly Remedy[];
}

/** `status`: null for a file. */
export function explainCluster(
  input: SchedulerInput,
  status: ClusterStatus | null,
): ExplainedCluster {
  const { properties } = input.cib;
  const isOn = (name: string): boolean => parseBoolean(properties[name] ?? "") === true;
  const matters: string[] = [];
  const remedies: Remedy[] = [];
  if (isOn("maintenance-mode")) {
    matters.push("the cluster is in maintenance mode: it starts, stops and watches nothing");
    const command = "lbctl property set maintenance-mode=false";
    remedies.push({ command, effect: "ends the maintenance" });
  }
  if (isOn("stop-all-resources")) {
    matters.push("the property stop-all-resources keeps every resource stopped");
    const command = "lbctl property set stop-all-resources=false";
    remedies.push({ command, effect: "lets resources run again" });
  }
  if (!input.isQuorate) {
    const policy = properties["no-quorum-policy"] ?? "stop";
    matters.push(`there is no quorum, and no-quorum-policy is ${policy}`);
  }
  for (const { name, presence, uncleanReason } of input.nodes) {
    if (presence === "unclean") {
      const why = uncleanReason === undefined ? "" : `: ${uncleanReason}`;
      matters.push(`${name} has to be fenced before anything of it is started elsewhere${why}`);
    }
    if (presence === "held") {
      matters.push(`${name} is lost and may still run resources: nothing of it is taken over`);
    }
  }
  if (status === null) return { matters, underWay: [], remedies };
  if (status.dc === "") {
    matters.push("the nodes have not agreed on a DC yet: until then nothing is planned");
  }
  if (status.quorum.isWaiting) {
    const effect = "starts alone, when the other node is known to be off";
    remedies.push({ command: "lbctl quorum unblock", effect });
  }
  // What is the matter with single resources is explained where they are asked about.
  const warnings = status.warnings.filter((warning) => !warning.startsWith("resource "));
  return { matters: [...matters, ...warnings], underWay: status.pending, remedies };
}
