/** Constraints as `pcs constraint` prints them; `withIds` as with `--full`. */
import { renderScore, resourcesNamedIn } from "../../agent/core/configuration/index.ts";
import type {
  Cib,
  ColocationConstraint,
  Constraint,
  LocationConstraint,
  LocationRule,
  LocationRules,
  OrderConstraint,
  ResourceSet,
} from "../../agent/core/model/index.ts";
import { idMark, indent } from "./config-lines.ts";
import { isExpired, renderLocationRule } from "./render-rule.ts";

/** All constraints. */
export function renderConstraints(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  return [
    ...renderLocations(constraints, withIds),
    ...renderOrders(constraints, withIds),
    ...renderColocations(constraints, withIds),
    "Ticket Constraints:",
  ];
}

/** Location constraints: patterns, sets, then resources, each with where it is enabled or not. */
export function renderLocations(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const locations = constraints.filter(
    (each) => each.kind === "location" || each.kind === "locationRules",
  );
  const byTitle = new Map<string, Location[]>();
  for (const location of locations) {
    const title = titleOf(location, withIds);
    byTitle.set(title, [...(byTitle.get(title) ?? []), location]);
  }
  const titles = [...byTitle].sort(([a], [b]) => (rankOf(a) < rankOf(b) ? -1 : 1));
  return [
    "Location Constraints:",
    ...titles.flatMap(([title, own]) => indent(renderLocated(title, own, withIds))),
  ];
}

type Location = LocationConstraint | LocationRules;

function titleOf(location: Location, withIds: boolean): string {
  if (location.kind === "location") return `Resource: ${location.resource}`;
  const { target } = location;
  switch (target.kind) {
    case "resource":
      return `Resource: ${target.resource}`;
    case "pattern":
      return `Resource pattern: ${target.isInverted ? "!" : ""}${target.pattern}`;
    case "sets":
      return `Resource Sets: ${renderSets(target.sets, withIds)}`;
  }
}

// As in pcs, patterns come before resources.
function rankOf(title: string): string {
  return `${title.startsWith("Resource: ") ? 1 : 0}${title}`;
}

function renderLocated(
  title: string,
  locations: readonly Location[],
  withIds: boolean,
): readonly string[] {
  const onNodes = locations.flatMap((each) => scoredNodeOf(each) ?? []);
  const ruled = locations.flatMap((each) =>
    each.kind === "locationRules" && each.nodes.kind === "rules"
      ? [{ ...each, rules: each.nodes.rules }]
      : [],
  );
  const lines = (scored: readonly ScoredNode[]) =>
    scored.map((each) => renderScoredNode(each, withIds));
  const enabled = lines(onNodes.filter(({ score }) => score >= 0));
  const disabled = lines(onNodes.filter(({ score }) => score < 0));
  return [
    title,
    ...(enabled.length === 0 ? [] : ["  Enabled on:", ...enabled]),
    ...(disabled.length === 0 ? [] : ["  Disabled on:", ...disabled]),
    ...ruled.flatMap(({ id, role, discovery, rules }) => [
      `  Constraint${markOf(rules)}: ${id}${renderPlacement(role, discovery)}`,
      ...rules.flatMap((rule) => renderLocationRule(rule, withIds).map((line) => `    ${line}`)),
    ]),
  ];
}

function markOf(rules: readonly LocationRule[]): string {
  const isOver = rules.length > 0 && rules.every(({ rule }) => isExpired(rule, Date.now()));
  return isOver ? " (expired)" : "";
}

interface ScoredNode extends Pick<Location, "id" | "role" | "discovery"> {
  readonly node: string;
  readonly score: number;
}

function scoredNodeOf(location: Location): ScoredNode | null {
  if (location.kind === "location") return location;
  const { nodes, ...rest } = location;
  return nodes.kind === "node" ? { ...rest, node: nodes.node, score: nodes.score } : null;
}

function renderScoredNode(
  { id, node, score, role, discovery }: ScoredNode,
  withIds: boolean,
): string {
  const shown = role ?? (id.startsWith("cli-") ? "Started" : undefined);
  const placement = renderPlacement(shown, discovery);
  return `    Node: ${node} (score:${renderScore(score)})${placement}${idMark(id, withIds)}`;
}

function renderPlacement(role: Location["role"], discovery: Location["discovery"]): string {
  const asked = discovery === undefined ? "" : ` (resource-discovery=${discovery})`;
  return `${role === undefined ? "" : ` (role:${role})`}${asked}`;
}

/** Ordering constraints. */
export function renderOrders(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const orders = constraints.filter((each) => each.kind === "order");
  const ofSets = constraints.filter((each) => each.kind === "orderSets");
  return [
    "Ordering Constraints:",
    ...orders.map((each) => `  ${renderOrder(each, withIds)}`),
    ...renderSetLines(
      ofSets.map(({ id, strength, isSymmetrical, sets }) => {
        const options = [
          ...(strength === "Mandatory" ? [] : [`kind=${strength}`]),
          ...(isSymmetrical || strength === "Serialize" ? [] : ["symmetrical=false"]),
        ];
        return renderSetConstraint({ id, sets, options }, withIds);
      }),
    ),
  ];
}

/** `start virtual_ip then start webserver (kind:Mandatory)`. */
export function renderOrder(order: OrderConstraint, withIds: boolean): string {
  const { id, first, firstAction, then, thenAction, strength, isSymmetrical, needsAll } = order;
  const oneWay = isSymmetrical ? "" : " (non-symmetrical)";
  const options = needsAll === undefined ? "" : ` (Options: require-all=${needsAll})`;
  const kind = ` (kind:${strength})${oneWay}${options}`;
  return `${firstAction} ${first} then ${thenAction} ${then}${kind}${idMark(id, withIds)}`;
}

/** Colocation constraints. */
export function renderColocations(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const colocations = constraints.filter((each) => each.kind === "colocation");
  const ofSets = constraints.filter((each) => each.kind === "colocationSets");
  return [
    "Colocation Constraints:",
    ...colocations.map((each) => `  ${renderColocation(each, withIds)}`),
    ...renderSetLines(
      ofSets.map(({ id, sets, score, influence, nodeAttribute }) => {
        const options = [
          ...(influence === undefined ? [] : [`influence=${influence}`]),
          ...(nodeAttribute === undefined ? [] : [`node-attribute=${nodeAttribute}`]),
          `score=${renderScore(score)}`,
        ];
        return renderSetConstraint({ id, sets, options }, withIds);
      }),
    ),
  ];
}

function renderColocation(colocation: ColocationConstraint, withIds: boolean): string {
  const { id, resource, withResource, score, role, withRole, influence, nodeAttribute } =
    colocation;
  const hasRoles = role !== undefined || withRole !== undefined;
  const marks = [
    `(score:${renderScore(score)})`,
    ...(hasRoles ? [`(rsc-role:${role ?? "Started"})`] : []),
    ...(hasRoles ? [`(with-rsc-role:${withRole ?? "Started"})`] : []),
    ...(influence === undefined ? [] : [`(influence:${influence})`]),
    ...(nodeAttribute === undefined ? [] : [`(node-attribute:${nodeAttribute})`]),
  ];
  return `${resource} with ${withResource} ${marks.join(" ")}${idMark(id, withIds)}`;
}

function renderSetLines(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["  Resource Sets:", ...lines.map((line) => `    ${line}`)];
}

function renderSetConstraint(
  {
    id,
    sets,
    options,
  }: {
    readonly id: string;
    readonly sets: readonly ResourceSet[];
    readonly options: readonly string[];
  },
  withIds: boolean,
): string {
  const setOptions = options.length === 0 ? "" : ` setoptions ${options.join(" ")}`;
  return `${renderSets(sets, withIds)}${setOptions}${idMark(id, withIds)}`;
}

function renderSets(sets: readonly ResourceSet[], withIds: boolean): string {
  return sets.map((set) => renderSet(set, withIds)).join(" ");
}

function renderSet(set: ResourceSet, withIds: boolean): string {
  const { id, resources, isSequential, needsAll, action, role, score, ordering, strength } = set;
  const words = [
    "set",
    ...resources,
    ...(action === null ? [] : [`action=${action}`]),
    ...(strength === null ? [] : [`kind=${strength}`]),
    ...(ordering === null ? [] : [`ordering=${ordering}`]),
    ...(needsAll ? [] : ["require-all=false"]),
    ...(role === null ? [] : [`role=${role}`]),
    ...(score === null ? [] : [`score=${renderScore(score)}`]),
    ...(isSequential ? [] : ["sequential=false"]),
  ];
  return `${words.join(" ")}${idMark(id, withIds)}`;
}

/** The constraints that name a resource, as `pcs constraint ref` prints them. */
export function renderReferences(cib: Cib, resource: string): readonly string[] {
  const ids = cib.constraints.filter((each) => refersTo(each, resource)).map(({ id }) => id);
  return [`Resource: ${resource}`, ...(ids.length === 0 ? ["  No Matches"] : indent(ids.sort()))];
}

/** True when the constraint names the resource. */
export function refersTo(constraint: Constraint, resource: string): boolean {
  return resourcesNamedIn(constraint).includes(resource);
}
