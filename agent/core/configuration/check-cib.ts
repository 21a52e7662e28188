import { canonicalJson } from "../base/index.ts";
import type { Cib, CibNode, NameValues, NodeName, Problem } from "../model/index.ts";
import { checkConstraints } from "./check-constraints.ts";
import { checkFencingLevels, checkTags } from "./check-fencing.ts";
import { checkResources } from "./check-resources.ts";
import { checkValueSets } from "./check-rules.ts";
import { checkScore } from "./check-scores.ts";
import { missingNode } from "./edit.ts";
import { type BorneId, listIds } from "./listed-ids.ts";
import { checkAttributeValues, checkUtilization, checkValues } from "./named-values.ts";
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
    ...checkSettings(cib),
    ...checkNodes(cib, nodes),
    ...checkIds(cib),
    ...checkResources(cib),
    ...checkConstraints(cib, nodes),
    ...checkTags(cib),
    ...checkFencingLevels(cib, nodes),
  ];
}

function checkSettings(cib: Cib): readonly Problem[] {
  const parts = [
    ["property", cib.properties, cib.propertySets, TABLES.property, "other"],
    [
      "resource defaults",
      cib.resourceDefaults,
      cib.resourceDefaultSets,
      TABLES.meta,
      "resourceDefaults",
    ],
    [
      "operation defaults",
      cib.operationDefaults,
      cib.operationDefaultSets,
      TABLES.operationDefault,
      "operationDefaults",
    ],
  ] as const;
  return parts.flatMap(([path, plain, sets, table, scope]) => {
    const check = (at: string, values: NameValues) => checkValues(at, values, table);
    return [...check(path, plain), ...checkValueSets(path, sets, { check, scope })];
  });
}

function checkNodes(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  return cib.nodes.flatMap((node: CibNode, index) => {
    const { name, attributes, attributeSets, utilization, utilizationSets, score } = node;
    const path = `node ${quote(name)}`;
    const isRepeated = cib.nodes.findIndex((other) => other.name === name) < index;
    const expected = "is listed twice";
    return [
      ...(nodes.includes(name) ? [] : [missingNode(nodes, name)]),
      ...(isRepeated ? [{ code: "duplicate-node", path, found: "", expected }] : []),
      ...checkAttributes(`${path} attribute`, attributes),
      ...checkValueSets(`${path} attribute`, attributeSets, { check: checkAttributes }),
      ...checkUtilization(`${path} utilization`, utilization),
      ...checkValueSets(`${path} utilization`, utilizationSets, { check: checkUtilization }),
      ...(score === undefined ? [] : checkScore(path, score)),
    ];
  });
}

function checkAttributes(path: string, attributes: NameValues): readonly Problem[] {
  return [
    ...checkAttributeValues(path, attributes),
    ...Object.entries(attributes).flatMap(([attribute, text]) =>
      NODE_SWITCHES.includes(attribute) && text !== "on" ? [badSwitch(path, attribute, text)] : [],
    ),
  ];
}

function badSwitch(path: string, attribute: string, text: string): Problem {
  const expected = "must be on, or left out";
  return { code: "bad-value", path: `${path} ${quote(attribute)}`, found: quote(text), expected };
}

function checkIds(cib: Cib): readonly Problem[] {
  const bearers = new Map<string, BorneId[]>();
  for (const borne of listIds(cib)) {
    bearers.set(borne.id, [...(bearers.get(borne.id) ?? []), borne]);
  }
  return [...bearers].flatMap(([id, all]) => [
    ...checkIdSyntax(id),
    ...(isShared(all)
      ? []
      : checkIdUse(
          id,
          all.map(({ bearer }) => bearer),
        )),
  ]);
}

// Pacemaker lets one set of values or one rule be used in several places under its one id.
function isShared(all: readonly BorneId[]): boolean {
  const contents = all.map(({ content }) => content);
  return (
    !contents.includes(undefined) &&
    new Set(contents.map((content) => canonicalJson(content))).size === 1
  );
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
