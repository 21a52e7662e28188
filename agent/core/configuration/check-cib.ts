import type { Cib, CibNode, NodeName, Problem } from "../model/index.ts";
import { checkConstraints } from "./check-constraints.ts";
import { checkResources } from "./check-resources.ts";
import { listIds, missingNode } from "./edit.ts";
import { checkFreeValues, checkValues } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { TABLES } from "./value-tables.ts";

/** Longest id, in characters. */
export const ID_LENGTH_MAX = 300;

// As XML has it for ids, so that a CIB can always be exported to Pacemaker.
const ID = /^[A-Za-z_][A-Za-z0-9._-]*$/;

/** Node attributes that the cluster itself reads: `on` or absent. */
export const NODE_SWITCHES: readonly string[] = ["standby", "maintenance"];

/**
 * Every problem of a CIB, in the order of its parts; empty when it may become the configuration.
 * `nodes` are the cluster's members. What the agents' metadata says is not checked here.
 */
export function checkCib(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  return [
    ...checkValues("property", cib.properties, TABLES.property),
    ...checkValues("resource defaults", cib.resourceDefaults, TABLES.meta),
    ...checkValues("operation defaults", cib.operationDefaults, TABLES.operationDefault),
    ...checkNodes(cib, nodes),
    ...checkIds(cib),
    ...checkResources(cib),
    ...checkConstraints(cib, nodes),
  ];
}

function checkNodes(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  return cib.nodes.flatMap(({ name, attributes }: CibNode, index) => {
    const path = `node ${quote(name)} attribute`;
    const isRepeated = cib.nodes.findIndex((node) => node.name === name) < index;
    const expected = "is listed twice";
    return [
      ...(nodes.includes(name) ? [] : [missingNode(nodes, name)]),
      ...(isRepeated
        ? [{ code: "duplicate-node", path: `node ${quote(name)}`, found: "", expected }]
        : []),
      ...checkFreeValues(path, attributes),
      ...Object.entries(attributes).flatMap(([attribute, text]) =>
        NODE_SWITCHES.includes(attribute) && text !== "on"
          ? [badSwitch(path, attribute, text)]
          : [],
      ),
    ];
  });
}

function badSwitch(path: string, attribute: string, text: string): Problem {
  const expected = "must be on, or left out";
  return { code: "bad-value", path: `${path} ${quote(attribute)}`, found: quote(text), expected };
}

function checkIds(cib: Cib): readonly Problem[] {
  const bearers = new Map<string, string[]>();
  for (const { id, bearer } of listIds(cib)) {
    bearers.set(id, [...(bearers.get(id) ?? []), bearer]);
  }
  return [...bearers].flatMap(([id, all]) => [...checkIdSyntax(id), ...checkIdUse(id, all)]);
}

function checkIdSyntax(id: string): readonly Problem[] {
  if (ID.test(id) && id.length <= ID_LENGTH_MAX) return [];
  const expected =
    "must begin with a letter or _ and go on with letters, digits and . _ -, " +
    `at most ${ID_LENGTH_MAX} characters`;
  return [{ code: "bad-id", path: `id ${quote(id)}`, found: "", expected }];
}

function checkIdUse(id: string, bearers: readonly string[]): readonly Problem[] {
  if (bearers.length < 2) return [];
  const found = bearers.slice(0, 3).join(", ");
  const expected = "have the same id; every id must be unique";
  return [{ code: "duplicate-id", path: `id ${quote(id)}`, found, expected }];
}
