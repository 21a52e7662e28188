/** The configuration as `pcs config` and its parts print it. */
import { readText, renderDuration, renderScore } from "../../agent/core/configuration/index.ts";
import type {
  Cib,
  ColocationConstraint,
  Constraint,
  LocationConstraint,
  NameValues,
  OperationDefinition,
  OrderConstraint,
  Primitive,
  Resource,
} from "../../agent/core/model/index.ts";

/** What the configuration does not hold but pcs prints with the properties. */
export interface ClusterFacts {
  readonly clusterName: string;
  readonly release: string;
}

/** Resources as `pcs resource config` prints them. */
export function renderResourcesConfig(resources: readonly Resource[]): readonly string[] {
  return resources.flatMap((resource) =>
    resource.kind === "group"
      ? [
          `Group: ${resource.id}`,
          ...indent(renderValues(`Meta Attributes: ${resource.id}-meta_attributes`, resource.meta)),
          ...resource.members.flatMap((member) => indent(renderPrimitive(member))),
        ]
      : renderPrimitive(resource),
  );
}

function renderPrimitive({
  id,
  agent,
  parameters,
  meta,
  operations,
}: Primitive): readonly string[] {
  const provider = agent.provider === null ? "" : ` provider=${agent.provider}`;
  return [
    `Resource: ${id} (class=${agent.standard}${provider} type=${agent.type})`,
    ...indent(renderValues(`Attributes: ${id}-instance_attributes`, parameters)),
    ...indent(renderValues(`Meta Attributes: ${id}-meta_attributes`, meta)),
    ...(operations.length === 0 ? [] : ["  Operations:"]),
    ...operations.flatMap(renderOperationConfig),
  ];
}

function renderOperationConfig(operation: OperationDefinition): readonly string[] {
  return [
    `    ${operation.name}: ${operation.id}`,
    `      interval=${renderDuration(operation.intervalMs)}`,
    ...(operation.timeoutMs === null
      ? []
      : [`      timeout=${renderDuration(operation.timeoutMs)}`]),
    ...sortedPairs(operation.options).map(([name, value]) => `      ${name}=${value}`),
  ];
}

/** Constraints as `pcs constraint` prints them; `withIds` as with `--full`. */
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

/** Location constraints by resource: where it is enabled and where disabled. */
export function renderLocations(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const locations = constraints.filter((each) => each.kind === "location");
  const resources = [...new Set(locations.map(({ resource }) => resource))].sort();
  return [
    "Location Constraints:",
    ...resources.flatMap((resource) => {
      const own = locations.filter((each) => each.resource === resource);
      const enabled = own.filter(({ score }) => score >= 0);
      const disabled = own.filter(({ score }) => score < 0);
      return [
        `  Resource: ${resource}`,
        ...renderLocationGroup("Enabled on:", enabled, withIds),
        ...renderLocationGroup("Disabled on:", disabled, withIds),
      ];
    }),
  ];
}

function renderLocationGroup(
  title: string,
  locations: readonly LocationConstraint[],
  withIds: boolean,
): readonly string[] {
  if (locations.length === 0) return [];
  return [
    `    ${title}`,
    ...locations.map(({ id, node, score }) => {
      const mark = id.startsWith("cli-") ? " (role:Started)" : "";
      return `      Node: ${node} (score:${renderScore(score)})${mark}${idMark(id, withIds)}`;
    }),
  ];
}

/** Ordering constraints. */
export function renderOrders(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const orders = constraints.filter((each) => each.kind === "order");
  return ["Ordering Constraints:", ...orders.map((each) => `  ${renderOrder(each, withIds)}`)];
}

/** `start virtual_ip then start webserver (kind:Mandatory)`. */
export function renderOrder(order: OrderConstraint, withIds: boolean): string {
  const { id, first, firstAction, then, thenAction, strength, isSymmetrical } = order;
  const oneWay = isSymmetrical ? "" : " (non-symmetrical)";
  const kind = ` (kind:${strength})`;
  return `${firstAction} ${first} then ${thenAction} ${then}${kind}${oneWay}${idMark(id, withIds)}`;
}

/** Colocation constraints. */
export function renderColocations(
  constraints: readonly Constraint[],
  withIds: boolean,
): readonly string[] {
  const colocations = constraints.filter((each) => each.kind === "colocation");
  return [
    "Colocation Constraints:",
    ...colocations.map((each) => `  ${renderColocation(each, withIds)}`),
  ];
}

function renderColocation(
  { id, resource, withResource, score }: ColocationConstraint,
  withIds: boolean,
): string {
  return `${resource} with ${withResource} (score:${renderScore(score)})${idMark(id, withIds)}`;
}

function idMark(id: string, withIds: boolean): string {
  return withIds ? ` (id:${id})` : "";
}

/** The constraints that name a resource, as `pcs constraint ref` prints them. */
export function renderReferences(cib: Cib, resource: string): readonly string[] {
  const ids = cib.constraints.filter((each) => refersTo(each, resource)).map(({ id }) => id);
  return [`Resource: ${resource}`, ...(ids.length === 0 ? ["  No Matches"] : indent(ids.sort()))];
}

/** True when the constraint names the resource. */
export function refersTo(constraint: Constraint, resource: string): boolean {
  switch (constraint.kind) {
    case "location":
      return constraint.resource === resource;
    case "colocation":
      return constraint.resource === resource || constraint.withResource === resource;
    case "order":
      return constraint.first === resource || constraint.then === resource;
  }
}

/** Properties with the facts that pcs prints among them, in code-unit order. */
export function renderProperties(properties: NameValues, facts: ClusterFacts): readonly string[] {
  const all = {
    ...properties,
    "cluster-infrastructure": "lb-cluster",
    "cluster-name": facts.clusterName,
    "dc-version": facts.release,
    "have-watchdog": "false",
  };
  return ["Cluster Properties:", ...sortedPairs(all).map(([name, value]) => ` ${name}: ${value}`)];
}

/** Resource defaults, or operation defaults. */
export function renderDefaults(title: string, values: NameValues): readonly string[] {
  if (Object.keys(values).length === 0) return ["No defaults set"];
  return renderValues(`Meta Attrs: ${title}`, values);
}

/** Node attributes as `pcs node attribute` prints them. */
export function renderNodeAttributes(cib: Cib): readonly string[] {
  return [
    "Node Attributes:",
    ...cib.nodes
      .filter(({ attributes }) => Object.keys(attributes).length > 0)
      .map(({ name, attributes }) => {
        const pairs = sortedPairs(attributes).map(([key, value]) => `${key}=${value}`);
        return ` ${name}: ${pairs.join(" ")}`;
      }),
  ];
}

/** The whole configuration, as `pcs config`. */
export function renderConfig(cib: Cib, facts: ClusterFacts): string {
  const names = cib.nodes.map(({ name }) => name).join(" ");
  const hasAttributes = cib.nodes.some(({ attributes }) => Object.keys(attributes).length > 0);
  return [
    `Cluster Name: ${facts.clusterName}`,
    "Cluster Nodes:",
    ` ${names}`,
    "",
    "Resources:",
    ...indent(renderResourcesConfig(cib.resources)),
    "",
    ...renderConstraints(cib.constraints, true),
    "",
    "Resources Defaults:",
    ...indent(renderDefaults("rsc_defaults-meta_attributes", cib.resourceDefaults)),
    "Operations Defaults:",
    ...indent(renderDefaults("op_defaults-meta_attributes", cib.operationDefaults)),
    "",
    ...renderProperties(cib.properties, facts),
    ...(hasAttributes ? ["", ...renderNodeAttributes(cib)] : []),
  ].join("\n");
}

/** The migration threshold that counts for each resource, 1 000 000 when none is set. */
export function thresholdsOf(cib: Cib): ReadonlyMap<string, number> {
  const read = (...metas: readonly NameValues[]): number => {
    const texts = [...metas, cib.resourceDefaults].map((meta) =>
      readText(meta, "migration-threshold"),
    );
    const text = texts.find((each) => each !== null) ?? "INFINITY";
    return /^\+?INFINITY$/i.test(text) ? 1_000_000 : Number(text);
  };
  return new Map(
    cib.resources.flatMap((resource): readonly (readonly [string, number])[] =>
      resource.kind === "group"
        ? resource.members.map((member) => [member.id, read(member.meta, resource.meta)])
        : [[resource.id, read(resource.meta)]],
    ),
  );
}

function renderValues(title: string, values: NameValues): readonly string[] {
  const pairs = sortedPairs(values).map(([name, value]) => `  ${name}=${value}`);
  return pairs.length === 0 ? [] : [title, ...pairs];
}

function sortedPairs(values: NameValues): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
