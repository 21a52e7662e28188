import type { Instant } from "../../base/index.ts";
import type { Cib, NameValues, SchedulerInput, ValueSet } from "../../model/index.ts";
import type { Working, WorkingOptions } from "../working.ts";
import { readHealthScores } from "./health.ts";
import { unpackLocations } from "./locations.ts";
import { isForeignInput, readNodes } from "./nodes.ts";
import { readOptions, readProperties } from "./options.ts";
import { readHistories } from "./read-histories.ts";
import { type ResourceReading, readResources } from "./resources.ts";
import type { RuleContext } from "./rules.ts";
import { readFlag } from "./scalars.ts";

/**
 * Reads the input of one run into its working state: options, nodes, resources with their states,
 * location constraints. Nothing is decided yet, and no score of a constraint is applied.
 */
export function readWorking(input: SchedulerInput): Working {
  const { now, wallNowMs } = input;
  const rechecks: Instant[] = [];
  const nowS = wallNowMs === undefined ? null : Math.floor(wallNowMs / 1000);
  const context: RuleContext = {
    nowS,
    onChangeAt: (timeS) => {
      if (nowS !== null && timeS > nowS) rechecks.push(now + (timeS - nowS) * 1000);
    },
  };
  const properties = readProperties(input, context);
  const options = readOptions(properties, input);
  const working = makeWorking(input, { properties, options, context, rechecks });
  const reading: ResourceReading = { working, context, areStatesKnown: false, nextPosition: 0 };
  readResources(reading);
  reading.areStatesKnown = true;
  readHistories(reading);
  unpackLocations(working, context);
  return working;
}

function makeWorking(
  input: SchedulerInput,
  read: {
    readonly properties: NameValues;
    readonly options: WorkingOptions;
    readonly context: RuleContext;
    readonly rechecks: Instant[];
  },
): Working {
  const { properties, options, context, rechecks } = read;
  const { cib, isQuorate } = input;
  const health = readHealthScores(options.nodeHealthStrategy, properties);
  const isForeign = isForeignInput(input);
  const nodes = readNodes({ input, options, properties, health, context, isForeign });
  const hasFenceDevice = readFlag(properties["have-watchdog"], false) || hasDevice(input);
  return {
    input,
    cib,
    options,
    isQuorate,
    now: input.now,
    wallNowS: context.nowS,
    nodes,
    nodeByName: new Map(nodes.map((node) => [node.name, node])),
    resources: [],
    byId: new Map(),
    hasFenceDevice,
    usesUnfencing: usesUnfencing(cib),
    clears: [],
    histories: [],
    demands: [],
    rechecks,
    locations: [],
    orderings: [],
    actions: [],
    named: new Map(),
    futile: new Set(),
  };
}

/** A device that is no longer configured can still fence as long as a history knows it. */
function hasDevice({ cib, histories }: SchedulerInput): boolean {
  const isDevice = (agent: { readonly standard: string } | undefined): boolean =>
    agent?.standard === "stonith";
  const templates = cib.templates ?? [];
  const used = new Set<string>();
  const agents = cib.resources.flatMap((resource) => {
    const inner = resource.kind === "clone" ? resource.child : resource;
    return inner.kind === "group" ? inner.members : [inner];
  });
  for (const { template } of agents) if (template !== undefined) used.add(template);
  return (
    agents.some((primitive) => primitive.template === undefined && isDevice(primitive.agent)) ||
    templates.some((template) => used.has(template.id) && isDevice(template.agent)) ||
    histories.some(({ resources }) => resources.some((x) => isDevice(x.lastCall?.agent)))
  );
}

/** True when any meta attribute in the configuration speaks of nodes being let in by a device. */
function usesUnfencing(cib: Cib): boolean {
  const bearers = cib.resources.flatMap((resource) => {
    if (resource.kind === "primitive") return [resource];
    if (resource.kind === "group") return [resource, ...resource.members];
    const { child } = resource;
    return child.kind === "group" ? [resource, child, ...child.members] : [resource, child];
  });
  const sets: readonly (readonly [NameValues, readonly ValueSet[] | undefined])[] = [
    ...bearers.map(({ meta, metaSets }) => [meta, metaSets] as const),
    ...(cib.templates ?? []).map(({ meta, metaSets }) => [meta, metaSets] as const),
    [cib.resourceDefaults, cib.resourceDefaultSets],
  ];
  return sets.some(([values, more = []]) =>
    [values, ...more.map((set) => set.values)].some(
      (meta) => meta["provides"] === "unfencing" || meta["requires"] === "unfencing",
    ),
  );
}
