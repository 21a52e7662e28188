/** Resources as `pcs status` and `crm_mon` list them. */
import type { ResourceStatus } from "../../agent/core/model/index.ts";
import { type CloneContext, renderClone } from "./render-clones.ts";
import { renderResource } from "./render-resource.ts";

export { renderResource } from "./render-resource.ts";

/**
 * A list of resources, members indented below their group, nodes below their clone. `indent` stands
 * before each line.
 */
export function renderResourceList(
  status: CloneContext,
  resources: readonly ResourceStatus[],
  indent: string,
): readonly string[] {
  const shown = new Set<string>();
  return resources.flatMap((resource) => {
    const { group, clone } = resource;
    const render = (one: ResourceStatus) => renderResource(status, one, { withNode: true });
    if (clone !== "") {
      if (shown.has(clone)) return [];
      shown.add(clone);
      const members = resources.filter((one) => one.clone === clone);
      return renderClone(status, members, indent);
    }
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
