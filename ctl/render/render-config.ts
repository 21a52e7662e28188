/** The configuration as `pcs config` and its parts print it. */
import { readText, renderLevelTarget } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  type FencingLevel,
  type NameValues,
  primitivesOf,
  type Resource,
  type Tag,
  type ValueSet,
} from "../../agent/core/model/index.ts";
import { indent, renderPairs, renderSets, renderValues, sortedPairs } from "./config-lines.ts";
import { renderConstraints } from "./render-constraints.ts";
import { renderResourcesConfig, renderTemplates } from "./render-resource-config.ts";

/** What the configuration does not hold but pcs prints with the properties. */
export interface ClusterFacts {
  readonly clusterName: string;
  readonly release: string;
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

/** Resource defaults, or operation defaults: the plain ones and those in sets. */
export function renderDefaults(
  title: string,
  values: NameValues,
  { sets, withIds }: { readonly sets?: readonly ValueSet[] | undefined; readonly withIds: boolean },
): readonly string[] {
  const lines = [
    ...renderValues(`Meta Attrs: ${title}`, values),
    ...renderSets("Meta Attrs", sets, withIds),
  ];
  return lines.length === 0 ? ["No defaults set"] : lines;
}

/** Node attributes as `pcs node attribute` prints them. */
export function renderNodeAttributes(cib: Cib): readonly string[] {
  return [
    "Node Attributes:",
    ...cib.nodes.flatMap(({ name, attributes, attributeSets }) => [
      ...(Object.keys(attributes).length === 0 ? [] : [` ${name}: ${renderPairs(attributes)}`]),
      ...indent(renderSets(`${name} Attributes`, attributeSets, true)),
    ]),
  ];
}

/** Capacities of nodes as `pcs node utilization` prints them. */
export function renderNodeUtilization(nodes: Cib["nodes"]): readonly string[] {
  return [
    "Node Utilization:",
    ...nodes.flatMap(({ name, utilization = {}, utilizationSets }) => [
      ...(Object.keys(utilization).length === 0 ? [] : [` ${name}: ${renderPairs(utilization)}`]),
      ...indent(renderSets(`${name} Utilization`, utilizationSets, true)),
    ]),
  ];
}

/** Tags, each with its members. */
export function renderTags(tags: readonly Tag[]): readonly string[] {
  if (tags.length === 0) return [" No tags defined"];
  return tags.flatMap(({ id, members }) => [id, ...members.map((member) => `  ${member}`)]);
}

/** Fencing levels by what they fence. */
export function renderFencingLevels(levels: readonly FencingLevel[]): readonly string[] {
  const byTarget = new Map<string, FencingLevel[]>();
  for (const level of levels) {
    const noun = level.target.kind === "pattern" ? "Target (regexp)" : "Target";
    const title = `${noun}: ${renderLevelTarget(level.target)}`;
    byTarget.set(title, [...(byTarget.get(title) ?? []), level]);
  }
  return [...byTarget].flatMap(([title, own]) => [
    title,
    ...own
      .toSorted((a, b) => a.index - b.index)
      .map(({ index, devices }) => `  Level ${index} - ${devices.join(",")}`),
  ]);
}

/** The whole configuration, as `pcs config`. */
export function renderConfig(cib: Cib, facts: ClusterFacts): string {
  const devices = cib.resources.filter(isFenceDevice);
  const others = cib.resources.filter((resource) => !isFenceDevice(resource));
  return [
    `Cluster Name: ${facts.clusterName}`,
    "Cluster Nodes:",
    ` ${cib.nodes.map(({ name }) => name).join(" ")}`,
    "",
    "Resources:",
    ...indent(renderTemplates(cib.templates ?? [])),
    ...indent(renderResourcesConfig(others)),
    "",
    ...renderFencing(devices, cib.fencingLevels ?? []),
    ...renderConstraints(cib.constraints, true),
    "",
    "Resources Defaults:",
    ...indent(
      renderDefaults("rsc_defaults-meta_attributes", cib.resourceDefaults, {
        sets: cib.resourceDefaultSets,
        withIds: true,
      }),
    ),
    "Operations Defaults:",
    ...indent(
      renderDefaults("op_defaults-meta_attributes", cib.operationDefaults, {
        sets: cib.operationDefaultSets,
        withIds: true,
      }),
    ),
    "",
    ...renderProperties(cib.properties, facts),
    ...renderSets("Cluster Properties", cib.propertySets, true),
    ...renderNodeParts(cib),
    ...(cib.tags === undefined
      ? []
      : ["", "Tags:", ...renderTags(cib.tags).map((line) => ` ${line}`)]),
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
    cib.resources.flatMap((resource) => {
      const outer = outerMetas(resource);
      return primitivesOf(resource).map(({ id, meta }) => [id, read(meta, ...outer)] as const);
    }),
  );
}

/** Meta attributes of what the primitives of a resource are in, from the inside out. */
function outerMetas(resource: Resource): readonly NameValues[] {
  switch (resource.kind) {
    case "primitive":
      return [];
    case "group":
      return [resource.meta];
    case "clone":
      return [...outerMetas(resource.child), resource.meta];
  }
}

function isFenceDevice(resource: Resource): boolean {
  return resource.kind === "primitive" && resource.agent.standard === "stonith";
}

function renderFencing(
  devices: readonly Resource[],
  levels: readonly FencingLevel[],
): readonly string[] {
  if (devices.length + levels.length === 0) return [];
  return [
    "Stonith Devices:",
    ...indent(renderResourcesConfig(devices)),
    "Fencing Levels:",
    ...indent(renderFencingLevels(levels)),
    "",
  ];
}

function renderNodeParts(cib: Cib): readonly string[] {
  const hasAttributes = cib.nodes.some(
    ({ attributes, attributeSets }) =>
      Object.keys(attributes).length > 0 || attributeSets !== undefined,
  );
  const hasCapacities = cib.nodes.some(
    ({ utilization, utilizationSets }) => (utilization ?? utilizationSets) !== undefined,
  );
  return [
    ...(hasAttributes ? ["", ...renderNodeAttributes(cib)] : []),
    ...(hasCapacities ? ["", ...renderNodeUtilization(cib.nodes)] : []),
  ];
}
