/** Puts the nodes of a document in the place of a cluster's nodes. */
import type {
  Cib,
  CibNode,
  Condition,
  Constraint,
  LocationRules,
  NodeName,
  Problem,
  Rule,
  ValueSet,
} from "../../agent/core/model/index.ts";
import { listPrimitives } from "../../agent/core/model/index.ts";
import type { ImportLine } from "./import-line.ts";

/** New names of nodes by the names in the document. */
export type NodeMap = ReadonlyMap<NodeName, NodeName>;

/** Parameters of fence devices that name nodes in a form of their own. */
const NODE_PARAMETERS: readonly string[] = ["pcmk_host_list", "pcmk_host_map"];

/** How many nodes a cluster has here. */
const NODES_MAX = 2;

/** The configuration with the names of the cluster's nodes, and what is still to be mapped. */
export function mapNodes(
  cib: Cib,
  how: {
    readonly nodes: readonly NodeName[] | null;
    readonly map: NodeMap;
    readonly tell: (line: ImportLine) => void;
  },
): { readonly cib: Cib; readonly problems: readonly Problem[] } {
  const { nodes, map, tell } = how;
  const given = cib.nodes.map(({ name }) => name);
  const problems = [...checkMap(how, given), ...checkNodes(nodes, given, map)];
  const rename = (name: NodeName): NodeName => map.get(name) ?? name;
  for (const name of given) {
    const text = `is node ${rename(name)} here`;
    if (map.has(name)) tell({ kind: "changed", subject: `node ${name}`, text });
  }
  warnOfParameters(cib, how);
  const mapped = cib.nodes.map((node) => ({ ...node, name: rename(node.name) }));
  const absent = (nodes ?? [])
    .filter((name) => !mapped.some((node) => node.name === name))
    .map((name): CibNode => ({ name, attributes: {} }));
  const known = new Set([...mapped, ...absent].map(({ name }) => name));
  const constraints = cib.constraints
    .map((constraint) => mapConstraint(constraint, rename))
    .filter((constraint) => {
      const node = nodeOf(constraint);
      if (node === null || known.has(node)) return true;
      const text = `names node ${node}, which is not there`;
      tell({ kind: "dropped", subject: `constraint ${constraint.id}`, text });
      return false;
    });
  return {
    problems,
    cib: {
      ...mapRules(cib, (rule) => mapRule(rule, rename)),
      nodes: [...mapped, ...absent],
      constraints,
      ...(cib.fencingLevels === undefined
        ? {}
        : { fencingLevels: cib.fencingLevels.map((level) => mapLevel(level, rename)) }),
    },
  };
}

function checkMap(
  { nodes, map }: { readonly nodes: readonly NodeName[] | null; readonly map: NodeMap },
  given: readonly NodeName[],
): readonly Problem[] {
  return [...map].flatMap(([from, to]) => {
    const path = `--map ${from}=${to}`;
    if (!given.includes(from)) {
      const expected = `the document has no node ${from}; its nodes are ${given.join(", ")}`;
      return [{ code: "bad-node-map", path, found: "", expected }];
    }
    if (nodes === null || nodes.includes(to)) return [];
    const expected = `${to} is not in this cluster; its nodes are ${nodes.join(", ")}`;
    return [{ code: "bad-node-map", path, found: "", expected }];
  });
}

function checkNodes(
  nodes: readonly NodeName[] | null,
  given: readonly NodeName[],
  map: NodeMap,
): readonly Problem[] {
  const path = "nodes of the document";
  const found = given.join(", ");
  if (nodes === null) {
    if (given.length <= NODES_MAX) return [];
    const expected = `a cluster here has ${NODES_MAX} nodes, not ${given.length}`;
    return [{ code: "unmapped-node", path, found, expected }];
  }
  const taken = new Set(given.map((name) => map.get(name) ?? name));
  const free = nodes.filter((name) => !taken.has(name));
  return given
    .filter((name) => !map.has(name) && !nodes.includes(name))
    .map((name, index) => {
      const hint = free[index] ?? nodes[0] ?? "";
      const expected =
        free[index] === undefined
          ? `this cluster has no place for it; its nodes are ${nodes.join(", ")}`
          : `is not in this cluster; say which one it is, such as --map ${name}=${hint}`;
      return { code: "unmapped-node", path: `node ${name}`, found: "", expected };
    });
}

function warnOfParameters(
  cib: Cib,
  { map, tell }: { readonly map: NodeMap; readonly tell: (line: ImportLine) => void },
): void {
  for (const { id, parameters } of listPrimitives(cib)) {
    for (const name of NODE_PARAMETERS) {
      const text = parameters[name] ?? "";
      const old = [...map.keys()].find((node) => text.split(/[\s,;:]+/).includes(node));
      if (old === undefined) continue;
      const subject = `parameter ${name} of resource ${id}`;
      tell({ kind: "carried", subject, text: `still names node ${old}: look at it` });
    }
  }
}

function nodeOf(constraint: Constraint): NodeName | null {
  if (constraint.kind === "location") return constraint.node;
  if (constraint.kind !== "locationRules" || constraint.nodes.kind !== "node") return null;
  return constraint.nodes.node;
}

type Rename = (name: NodeName) => NodeName;

function mapConstraint(constraint: Constraint, rename: Rename): Constraint {
  if (constraint.kind === "location") return { ...constraint, node: rename(constraint.node) };
  if (constraint.kind !== "locationRules") return constraint;
  return { ...constraint, nodes: mapLocationNodes(constraint.nodes, rename) };
}

function mapLocationNodes(nodes: LocationRules["nodes"], rename: Rename): LocationRules["nodes"] {
  if (nodes.kind === "node") return { ...nodes, node: rename(nodes.node) };
  const rules = nodes.rules.map((each) => ({ ...each, rule: mapRule(each.rule, rename) }));
  return { kind: "rules", rules };
}

function mapLevel(
  level: NonNullable<Cib["fencingLevels"]>[number],
  rename: Rename,
): NonNullable<Cib["fencingLevels"]>[number] {
  const { target } = level;
  if (target.kind !== "node") return level;
  return { ...level, target: { kind: "node", node: rename(target.node) } };
}

function mapRule(rule: Rule, rename: Rename): Rule {
  return {
    ...rule,
    conditions: rule.conditions.map((condition) => mapCondition(condition, rename)),
  };
}

function mapCondition(condition: Condition, rename: Rename): Condition {
  if (condition.kind === "rule") return mapRule(condition, rename);
  if (condition.kind !== "attribute" || condition.attribute !== "#uname") return condition;
  const isName = condition.value !== null && condition.valueSource === "literal";
  return isName ? { ...condition, value: rename(condition.value) } : condition;
}

/** Maps the rules of the values that nodes can differ in: those of resources. */
function mapRules(cib: Cib, map: (rule: Rule) => Rule): Cib {
  const inSets = (sets: readonly ValueSet[] | undefined): readonly ValueSet[] | undefined =>
    sets?.map((set) => (set.rule === null ? set : { ...set, rule: map(set.rule) }));
  const inBearer = <Bearer extends { readonly parameterSets?: readonly ValueSet[] }>(
    bearer: Bearer,
  ): Bearer => {
    const parameterSets = inSets(bearer.parameterSets);
    return parameterSets === undefined ? bearer : { ...bearer, parameterSets };
  };
  return {
    ...cib,
    ...(cib.templates === undefined ? {} : { templates: cib.templates.map(inBearer) }),
    resources: cib.resources.map((resource) => {
      if (resource.kind === "primitive") return inBearer(resource);
      if (resource.kind === "group") {
        return { ...resource, members: resource.members.map(inBearer) };
      }
      const { child } = resource;
      if (child.kind === "primitive") return { ...resource, child: inBearer(child) };
      return { ...resource, child: { ...child, members: child.members.map(inBearer) } };
    }),
  };
}
