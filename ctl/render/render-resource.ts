/** One resource as `pcs status` and `crm_mon` show it. */
import type { ClusterStatus, ResourcePlace, ResourceStatus } from "../../agent/core/model/index.ts";

/** Which places to show, with or without their names. */
export interface PlaceOptions {
  readonly withNode: boolean;
  /** Only this one; absent: all. */
  readonly onNode?: string;
}

/** One resource: `virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1 (disabled)`. */
export function renderResource(
  status: Pick<ClusterStatus, "failures">,
  resource: ResourceStatus,
  options: PlaceOptions,
): string {
  const { id, agent, nodes, isOrphan, lockedTo } = resource;
  const { onNode, withNode } = options;
  const shown = onNode === undefined ? nodes : nodes.filter((node) => node === onNode);
  const named = shown.length === 0 && lockedTo !== "" ? [lockedTo] : shown;
  const place = withNode ? renderNodes(named) : "";
  const orphan = isOrphan ? " ORPHANED" : "";
  const state = renderState(status, resource, shown);
  return `${id}\t(${agent}):\t${orphan} ${state}${place}${renderFlags(resource, onNode)}`;
}

/** The role of a resource on a node: `Started`, `Promoted` and so on, or `Stopped`. */
export function roleOn(resource: ResourceStatus, node: string): string {
  const found = resource.places.find((place) => place.node === node);
  return found?.role ?? (resource.nodes.includes(node) ? resource.role : "Stopped");
}

/** True when its last result on a node is a failure, and it is there. */
export function isFailedOn(
  { failures }: Pick<ClusterStatus, "failures">,
  { id, isFailed, nodes }: ResourceStatus,
  node: string,
): boolean {
  // A failure on a node that it has left is history: what counts is where it is.
  if (!isFailed || !nodes.includes(node)) return false;
  return failures.some((each) => each.resource === id && each.node === node);
}

function renderState(
  status: Pick<ClusterStatus, "failures">,
  resource: ResourceStatus,
  nodes: readonly string[],
): string {
  const roles = new Set(nodes.map((node) => roleOn(resource, node)));
  const [role = "Stopped", other] = roles;
  const isClone = resource.clone !== "";
  const word = isClone ? (other === undefined ? role : "Started") : resource.role;
  if (!nodes.some((node) => isFailedOn(status, resource, node))) return word;
  return isClone && word === "Promoted" ? `FAILED ${word}` : "FAILED";
}

function renderNodes(nodes: readonly string[]): string {
  if (nodes.length === 0) return "";
  return nodes.length === 1 ? ` ${nodes[0]}` : ` [ ${nodes.join(" ")} ]`;
}

/** What pcs says of something that is not managed: whether that is for maintenance. */
export function unmanagedFlag(
  what: Pick<ResourcePlace, "isManaged" | "isInMaintenance"> | undefined,
): readonly string[] {
  if (what === undefined || what.isManaged) return [];
  return [what.isInMaintenance ? "maintenance" : "unmanaged"];
}

/** Whether it is managed on a node: copies of a clone are, or are not, each by itself. */
export function placeOn(
  resource: ResourceStatus,
  node: string | undefined,
): Pick<ResourcePlace, "isManaged" | "isInMaintenance"> {
  return resource.places.find((place) => place.node === node) ?? resource;
}

function renderFlags(resource: ResourceStatus, onNode: string | undefined): string {
  const flags = [
    ...(resource.isDisabled ? ["disabled"] : []),
    ...(resource.isBlocked ? ["blocked"] : unmanagedFlag(placeOn(resource, onNode))),
    ...(resource.isFailureIgnored ? ["failure ignored"] : []),
    ...(resource.lockedTo === "" ? [] : ["LOCKED"]),
  ];
  return flags.length === 0 ? "" : ` (${flags.join(", ")})`;
}
