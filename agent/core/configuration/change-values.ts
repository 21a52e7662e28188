import {
  type Assignments,
  type Change,
  type Cib,
  type CibNode,
  explainDriftEntry,
  type NameValues,
  type NodeName,
  type Problem,
  splitDriftEntries,
} from "../model/index.ts";
import { NODE_SWITCHES } from "./check-cib.ts";
import { type Edit, edited, missingNode, missingResource, refuse } from "./edit.ts";
import { assignValues, checkAssignments } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { findResource, mapPrimitive } from "./resource-tree.ts";
import { TABLES } from "./value-tables.ts";
import { parseBoolean, type ValueTable } from "./value-types.ts";

// The text of pcs, letter by letter, because scripts look for it.
/** What pcs says to everyone who sets defaults. */
export const DEFAULTS_WARNING =
  "Warning: Defaults do not apply to resources which override them with their own defined values";

/** Sets cluster properties. */
export function setProperties(cib: Cib, values: Assignments): Edit {
  const edit = assign(
    { path: "property", current: cib.properties, table: TABLES.property },
    values,
  );
  const problems = [...edit.problems, ...checkDriftEntries(values)];
  return { problems, cib: { ...cib, properties: edit.values }, notes: [] };
}

/** Only where it is set: what stands in a configuration already holds no other change back. */
function checkDriftEntries(values: Assignments): readonly Problem[] {
  return splitDriftEntries(values["drift-ignore"] ?? "").flatMap((entry): readonly Problem[] => {
    const expected = explainDriftEntry(entry);
    if (expected === null) return [];
    const path = `property ${quote("drift-ignore")}`;
    return [{ code: "bad-value", path, found: quote(entry), expected }];
  });
}

/** Sets meta attributes that count for every resource without its own. */
export function setResourceDefaults(cib: Cib, values: Assignments): Edit {
  const at = { path: "resource defaults", current: cib.resourceDefaults, table: TABLES.meta };
  const edit = assign(at, values);
  const notes = isSetting(values) ? [DEFAULTS_WARNING] : [];
  return { ...edit, cib: { ...cib, resourceDefaults: edit.values }, notes };
}

/** Sets options that count for every operation without its own. */
export function setOperationDefaults(cib: Cib, values: Assignments): Edit {
  const edit = assign(
    {
      path: "operation defaults",
      current: cib.operationDefaults,
      table: TABLES.operationDefault,
    },
    values,
  );
  const notes = isSetting(values) ? [DEFAULTS_WARNING] : [];
  return { ...edit, cib: { ...cib, operationDefaults: edit.values }, notes };
}

/**
 * Sets permanent attributes of a node, which gets an entry in the CIB when it has none. `standby`
 * and `maintenance` take any word for true and false, and are stored as `on` or not at all.
 */
export function setNodeAttributes(
  cib: Cib,
  change: Change & { readonly kind: "setNodeAttributes" },
  nodes: readonly NodeName[],
): Edit {
  const { node: name, values } = change;
  if (!nodes.includes(name)) return refuse(cib, missingNode(nodes, name));
  const listed = withNode(cib, name);
  const switched = Object.entries(values).map(([attribute, text]) => [
    attribute,
    NODE_SWITCHES.includes(attribute) ? switchText(text) : text,
  ]);
  const assignments: Assignments = Object.fromEntries(switched);
  const changed = listed.map((node) =>
    node.name === name
      ? { ...node, attributes: assignValues(node.attributes, assignments, null) }
      : node,
  );
  return edited({ ...cib, nodes: changed });
}

/** Sets what a primitive needs of each capacity. */
export function setResourceUtilization(
  cib: Cib,
  change: Change & { readonly kind: "setResourceUtilization" },
): Edit {
  const resource = findResource(cib, change.id);
  if (resource === null) return refuse(cib, missingResource(cib, change.id));
  if (resource.kind !== "primitive") {
    const path = `resource ${quote(change.id)}`;
    const expected = `is a ${resource.kind} and has no utilization of its own; set its members'`;
    return refuse(cib, { code: "not-a-resource", path, found: "", expected });
  }
  const next = mapPrimitive(cib, change.id, ({ utilization, ...rest }) => ({
    ...rest,
    ...assignUtilization(utilization, change.values),
  }));
  return edited(next);
}

/** Sets the capacities of a node, which gets an entry in the CIB when it has none. */
export function setNodeUtilization(
  cib: Cib,
  { node: name, values }: Change & { readonly kind: "setNodeUtilization" },
  nodes: readonly NodeName[],
): Edit {
  if (!nodes.includes(name)) return refuse(cib, missingNode(nodes, name));
  const changed = withNode(cib, name).map((node): CibNode => {
    if (node.name !== name) return node;
    const { utilization, ...rest } = node;
    return { ...rest, ...assignUtilization(utilization, values) };
  });
  return edited({ ...cib, nodes: changed });
}

// Without a value there is no utilization at all, as before the first one was set.
function assignUtilization(
  current: NameValues | undefined,
  values: Assignments,
): { readonly utilization?: NameValues } {
  const utilization = assignValues(current ?? {}, values, null);
  return Object.keys(utilization).length === 0 ? {} : { utilization };
}

function withNode(cib: Cib, name: NodeName): readonly CibNode[] {
  return cib.nodes.some((node) => node.name === name)
    ? cib.nodes
    : [...cib.nodes, { name, attributes: {} }];
}

/** Sets values of a table: the new values, and the problems of names that were misspelt. */
export function assign(
  at: { readonly path: string; readonly current: NameValues; readonly table: ValueTable },
  values: Assignments,
): { readonly values: NameValues; readonly problems: Edit["problems"] } {
  return {
    values: assignValues(at.current, values, at.table),
    problems: checkAssignments(at.path, at, values),
  };
}

function isSetting(values: Assignments): boolean {
  return Object.values(values).some((text) => text !== "");
}

function switchText(text: string): string {
  const isOn = parseBoolean(text);
  if (isOn === null) return text;
  return isOn ? "on" : "";
}
