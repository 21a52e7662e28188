/** Resources as `pcs status` and `crm_mon` list them. */
import type { ClusterStatus, ResourceStatus } from "../../agent/core/model/index.ts";

/** One resource: `virtual_ip\t(ocf:heartbeat:IPaddr2):\t Started p1 (disabled)`. */
export function renderResource(
  { failures }: Pick<ClusterStatus, "failures">,
  resource: ResourceStatus,
  options: { readonly withNode: boolean },
): string {
  const { id, agent, role, nodes, isFailed, isOrphan } = resource;
  // A failure on a node that it has left is history: what counts is where it is.
  const isFailedHere =
    isFailed && failures.some((each) => each.resource === id && nodes.includes(each.node));
  const state = isFailedHere ? "FAILED" : role;
  const place = options.withNode ? renderNodes(nodes) : "";
  const orphan = isOrphan ? " ORPHANED" : "";
  return `${id}\t(${agent}):\t${orphan} ${state}${place}${renderFlags(resource)}`;
}

/** A list of resources, members indented below their group. `indent` stands before each line. */
export function renderResourceList(
  status: Pick<ClusterStatus, "failures">,
  resources: readonly ResourceStatus[],
  indent: string,
): readonly string[] {
  const shown = new Set<string>();
  return resources.flatMap((resource) => {
    const { group } = resource;
    const render = (one: ResourceStatus) => renderResource(status, one, { withNode: true });
    if (group === "") return [`${indent}* ${render(resource)}`];
    if (shown.has(group)) return [];
    shown.add(group);
    const members = resources.filter((one) => one.group === group);
    return [
      `${indent}* Resource Group: ${group}:`,
      ...members.map((member) => `${indent}  * ${render(member)}`),
    ];
  });
}

/** True when the resource holds something on some node, or should be looked at. */
export function isActive(resource: ResourceStatus): boolean {
  return resource.nodes.length > 0;
}

function renderNodes(nodes: readonly string[]): string {
  if (nodes.length === 0) return "";
  return nodes.length === 1 ? ` ${nodes[0]}` : ` [ ${nodes.join(" ")} ]`;
}

function renderFlags(resource: ResourceStatus): string {
  const flags = [
    ...(resource.isDisabled ? ["disabled"] : []),
    ...(resource.isBlocked ? ["blocked"] : []),
    ...(!resource.isBlocked && !resource.isManaged ? ["unmanaged"] : []),
    ...(resource.isFailureIgnored ? ["failure ignored"] : []),
  ];
  return flags.length === 0 ? "" : ` (${flags.join(", ")})`;
}
