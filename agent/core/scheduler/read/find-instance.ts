import { type ResourceId, withoutNumber } from "../../model/index.ts";
import { locationsOf, primitivesBelow, topOf } from "../tree.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import { isAnonymous, needsFencing } from "./instance-kinds.ts";
import { addInstance, type ResourceReading } from "./resources.ts";

/**
 * The primitive that a history entry of a node belongs to; null when the configuration knows none.
 * The instances of an anonymous clone are all alike, so one is chosen that stands for the node:
 * the one that is active there already, or one that is active nowhere, or one more, an orphan.
 */
export function findInstance(
  reading: ResourceReading,
  node: WorkingNode,
  id: ResourceId,
): WorkingResource | null {
  const named = findNamed(reading.working, id);
  if (named === null || named.variant !== "primitive") return null;
  const resource = isAnonymous(named) ? chooseInstance(reading, node, named) : named;
  if (resource.id !== id) resource.historyId = id;
  return resource;
}

function findNamed({ byId }: Working, id: ResourceId): WorkingResource | null {
  const exact = byId.get(id);
  if (exact !== undefined) return exact;
  const first = byId.get(`${withoutNumber(id)}:0`);
  return first === undefined || first.isUnique ? null : first;
}

function chooseInstance(
  reading: ResourceReading,
  node: WorkingNode,
  named: WorkingResource,
): WorkingResource {
  const clone = topOf(named);
  const { baseId } = named;
  const { active, hasOther, free } = searchInstances(clone, node, baseId);
  const found = active ?? (hasOther ? null : free);
  if (found !== null && !isNodeLost(reading, clone, { node, found })) return found;
  return memberOf(addInstance(reading, clone), baseId);
}

/**
 * What starts elsewhere without waiting for fencing must not be kept from it by an instance on a
 * lost node: that one counts as one too many. With an instance for every node there is no need.
 */
function isNodeLost(
  { working }: ResourceReading,
  clone: WorkingResource,
  { node, found }: { readonly node: WorkingNode; readonly found: WorkingResource },
): boolean {
  const isLost = !node.isOnline || node.isUnclean;
  return isLost && !needsFencing(found) && clone.clone?.max !== working.nodes.length;
}

interface Found {
  /** The member of an instance that is on the node. */
  active: WorkingResource | null;
  /** True when an instance is active there with this very member: another one is one too many. */
  hasOther: boolean;
  /** The member of the first instance that is nowhere. */
  free: WorkingResource | null;
}

function searchInstances(clone: WorkingResource, node: WorkingNode, baseId: ResourceId): Found {
  const found: Found = { active: null, hasOther: false, free: null };
  for (const instance of clone.children) {
    if (found.active !== null) break;
    const places = placesOf(instance);
    if (places.length === 0) {
      if (found.hasOther || found.free !== null || instance.isBlocked) continue;
      found.free = freeMember(instance, node, baseId);
    } else if (places[0] === node) {
      const member = memberOf(instance, baseId);
      if (member.runningOn.length > 0) found.hasOther = true;
      else found.active = member;
    }
  }
  return found;
}

function freeMember(
  instance: WorkingResource,
  node: WorkingNode,
  baseId: ResourceId,
): WorkingResource | null {
  const member = memberOf(instance, baseId);
  return member.pendingNode === null || member.pendingNode === node ? member : null;
}

/** Nodes where anything of an instance is active or under way. */
function placesOf(instance: WorkingResource): readonly WorkingNode[] {
  const pending = primitivesBelow(instance).flatMap(({ pendingNode }) =>
    pendingNode === null ? [] : [pendingNode],
  );
  return [...new Set([...locationsOf(instance, "current"), ...pending])];
}

function memberOf(instance: WorkingResource, baseId: ResourceId): WorkingResource {
  return primitivesBelow(instance).find((x) => x.baseId === baseId) ?? instance;
}
