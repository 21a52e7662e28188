/** Clones as `pcs status` and `crm_mon` list them: nodes by role, and what is not in order. */
import {
  type ClusterStatus,
  type ResourceStatus,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { isFailedOn, placeOn, renderResource, roleOn, unmanagedFlag } from "./render-resource.ts";

/** What of a status the list of a clone needs. */
export type CloneContext = Pick<ClusterStatus, "failures" | "nodes">;

/** Roles in the order of crm_mon. */
const ROLES = ["Promoted", "Started", "Unpromoted"] as const;

/** The lines of one clone. `members`: all resources of the clone; `indent` stands before each. */
export function renderClone(
  status: CloneContext,
  members: readonly ResourceStatus[],
  indent: string,
): readonly string[] {
  const [first] = members;
  if (first === undefined) return [];
  const child = first.group === "" ? withoutNumber(first.id) : first.group;
  const flags = headerFlags(members);
  const title = `${indent}* Clone Set: ${first.clone} [${child}]${flags}:`;
  const lines = first.isUnique ? renderUnique(status, members) : renderAlike(status, members);
  return [title, ...lines.map((line) => `${indent}  ${line}`)];
}

function headerFlags(members: readonly ResourceStatus[]): string {
  const flags = [
    ...(members.some(({ isPromotable }) => isPromotable) ? ["promotable"] : []),
    ...(members.some(({ isUnique }) => isUnique) ? ["unique"] : []),
    ...unmanagedFlag(members.find(({ isManaged }) => !isManaged)),
    ...(members.every(({ isDisabled }) => isDisabled) ? ["disabled"] : []),
  ];
  return flags.length === 0 ? "" : ` (${flags.join(", ")})`;
}

/** Instances with numbers are listed one by one, those of a group by the number. */
function renderUnique(status: CloneContext, members: readonly ResourceStatus[]): readonly string[] {
  const line = (one: ResourceStatus): string =>
    `* ${renderResource(status, one, { withNode: true })}`;
  const [first] = members;
  if (first === undefined || first.group === "") return members.map(line);
  const numbers = [...new Set(members.map(({ id }) => id.slice(id.lastIndexOf(":") + 1)))];
  return numbers.flatMap((number) => [
    `* Resource Group: ${first.group}:${number}:`,
    ...members.filter(({ id }) => id.endsWith(`:${number}`)).map((one) => `  ${line(one)}`),
  ]);
}

/** Nodes by role; a node where all is not well gets lines of its own before. */
function renderAlike(status: CloneContext, members: readonly ResourceStatus[]): readonly string[] {
  const names = status.nodes.map(({ name }) => name);
  const roles = new Map(names.map((name) => [name, plainRole(status, members, name)]));
  const special = names.filter((name) => roles.get(name) === null);
  const listed = (role: string): readonly string[] =>
    names.filter((name) => roles.get(name) === role);
  const isDisabled = members.every((member) => member.isDisabled);
  // Nodes beyond the number of instances are not meant to have one.
  const isWanted = names.length - listed("Stopped").length < (members[0]?.instancesMax ?? 0);
  return [
    ...special.flatMap((name) => renderSpecial(status, members, name)),
    ...ROLES.flatMap((role) => bracketed(role, listed(role))),
    ...(isWanted || isDisabled
      ? bracketed(isDisabled ? "Stopped (disabled)" : "Stopped", listed("Stopped"))
      : []),
  ];
}

function bracketed(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`* ${title}: [ ${names.join(" ")} ]`];
}

/** The role that all members have on a node; null: they differ, or something is to be said. */
function plainRole(
  status: CloneContext,
  members: readonly ResourceStatus[],
  node: string,
): string | null {
  const roles = new Set(members.map((member) => roleOn(member, node)));
  const [role, other] = roles;
  if (role === undefined || other !== undefined) return null;
  if (role === "Stopped") return role;
  const isUnwell = members.some(
    (member) =>
      isFailedOn(status, member, node) ||
      member.isBlocked ||
      !placeOn(member, node).isManaged ||
      member.isFailureIgnored,
  );
  return isUnwell || !ROLES.some((known) => known === role) ? null : role;
}

function renderSpecial(
  status: CloneContext,
  members: readonly ResourceStatus[],
  node: string,
): readonly string[] {
  const lines = members.map(
    (member) => `* ${renderResource(status, member, { withNode: true, onNode: node })}`,
  );
  const group = members[0]?.group ?? "";
  if (group === "") return lines;
  return [`* Resource Group: ${group} on ${node}:`, ...lines.map((line) => `  ${line}`)];
}
