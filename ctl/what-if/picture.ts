/** How the cluster stands at one moment: nodes, and what runs where in which role. */
import { readBoolean } from "../../agent/core/configuration/index.ts";
import type {
  NodeName,
  NodeStanding,
  NodeState,
  ResourceId,
  ResourceState,
  RoleNodes,
  SchedulerInput,
  Transition,
} from "../../agent/core/model/index.ts";

/** One resource of a picture. Instances of an anonymous clone are joined under one id. */
export interface PicturedResource {
  readonly id: ResourceId;
  /** Nodes per role, a node as often as it has instances; `{}` where it is stopped. */
  readonly roles: RoleNodes;
  /** In crm_simulate's words: `failed`, `blocked`, `disabled`, … */
  readonly flags: readonly string[];
  /** The nodes of each flag that does not hold for all instances; absent: each holds for all. */
  readonly flaggedOn?: Readonly<Record<string, readonly NodeName[]>>;
}

/** Nodes and resources at one moment. */
export interface Picture {
  readonly nodes: readonly NodeStanding[];
  readonly resources: readonly PicturedResource[];
}

/** The picture that a transition starts from. */
export function pictureBefore(input: SchedulerInput, transition: Transition): Picture {
  return {
    nodes: transition.nodeStates ?? input.nodes.map((node) => describeNode(input, node)),
    resources: transition.states.map(pictureResource),
  };
}

function pictureResource(state: ResourceState): PicturedResource {
  const { resource, activeOn, role } = state;
  const plain = activeOn.length === 0 || role === "Stopped" ? {} : { [role]: activeOn };
  const flagged = Object.entries(state.flaggedOn ?? {});
  return {
    id: resource,
    roles: state.roles ?? plain,
    flags: (state.flags ?? flagsOf(state)).map(asInStatus),
    ...(flagged.length === 0
      ? {}
      : { flaggedOn: Object.fromEntries(flagged.map(([flag, on]) => [asInStatus(flag), on])) }),
  };
}

/** What is in maintenance is not managed: the status has one word for both. */
function asInStatus(flag: string): string {
  return flag === "maintenance" ? "unmanaged" : flag;
}

function flagsOf(state: ResourceState): readonly string[] {
  const words = {
    blocked: state.isBlocked,
    disabled: state.isDisabled,
    failed: state.failedOn.length > 0,
    "failure ignored": state.isFailureIgnored,
    orphan: state.isOrphan,
    unmanaged: !state.isManaged,
  };
  return Object.entries(words).flatMap(([word, holds]) => (holds ? [word] : []));
}

function describeNode(input: SchedulerInput, { name, presence }: NodeState): NodeStanding {
  if (presence === "unclean") return { name, text: "UNCLEAN (offline)" };
  if (presence !== "online") return { name, text: presence };
  const text = isSwitchedOn(input, name, "standby")
    ? "standby"
    : isSwitchedOn(input, name, "maintenance")
      ? "maintenance"
      : "online";
  return { name, text };
}

/** True when an attribute of the node is on, permanent or until its agent restarts. */
export function isSwitchedOn(
  { cib, histories }: Pick<SchedulerInput, "cib" | "histories">,
  node: NodeName,
  attribute: "standby" | "maintenance",
): boolean {
  const permanent = cib.nodes.find(({ name }) => name === node)?.attributes ?? {};
  const transient = histories.find((history) => history.node === node)?.attributes ?? {};
  return readBoolean({ ...permanent, ...transient }, attribute, false);
}
