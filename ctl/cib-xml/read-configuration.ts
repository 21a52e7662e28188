/** Reads the configuration section. */
import { parseBoolean } from "../../agent/core/configuration/index.ts";
import type {
  Cib,
  CibNode,
  FencingLevel,
  NameValues,
  Tag,
  ValueSet,
} from "../../agent/core/model/index.ts";
import {
  META_NAMES,
  OLD_META_NAMES,
  OLD_PROPERTY_NAMES,
  PROPERTY_NAMES,
  type Renaming,
} from "./old-names.ts";
import { readConstraints } from "./read-constraints.ts";
import { readResources, withSets } from "./read-resources.ts";
import { readScoreText, readWholeNumber } from "./read-scalars.ts";
import {
  META_DEFINITIONS,
  normalText,
  OPERATION_DEFINITIONS,
  PROPERTY_DEFINITIONS,
  readValues,
  type Values,
} from "./read-values.ts";
import { note, noteUnread, type Reading } from "./reading.ts";
import { attributeOf, childOf, childrenOf, type XmlElement } from "./xml-document.ts";

/** A node of the configuration with the id that the status section knows it by. */
export interface ConfiguredNode {
  readonly id: string;
  readonly node: CibNode;
}

/** What stands in the configuration section and on the root element. */
export interface Configuration {
  readonly cib: Cib;
  readonly nodes: readonly ConfiguredNode[];
}

/** The sections and what is in them; null: anything, which is looked at where it is read. */
const SECTIONS: ReadonlyMap<string, string | null> = new Map([
  ["crm_config", "cluster_property_set"],
  ["nodes", "node"],
  ["resources", null],
  ["constraints", null],
  ["rsc_defaults", "meta_attributes"],
  ["op_defaults", "meta_attributes"],
  ["fencing-topology", "fencing-level"],
  ["tags", "tag"],
]);

const TAG = { attributes: new Set(["id"]), children: new Set(["obj_ref"]) };

const NODE = {
  attributes: new Set(["id", "uname", "type", "score"]),
  children: new Set(["instance_attributes", "utilization"]),
};

const LEVEL = new Set([
  "id",
  "index",
  "devices",
  "target",
  "target-pattern",
  "target-attribute",
  "target-value",
]);

/** The set of properties that counts before all others. */
const FIRST_PROPERTIES = "cib-bootstrap-options";

/** Node attributes that the model knows as `on` or absent. */
const SWITCHES = ["standby", "maintenance"] as const;

/** Reads the configuration of a whole document. */
export function readConfiguration(reading: Reading, root: XmlElement): Configuration {
  const section = childOf(root, "configuration");
  noteSections(reading, section);
  const nodes = childrenOf(childOf(section, "nodes"), "node").flatMap((element) =>
    readNode(reading, element),
  );
  const options = readOptions(reading, section);
  const { templates, resources } = readResources(reading, childOf(section, "resources"));
  const tags = childrenOf(childOf(section, "tags"), "tag").map((element) =>
    readTag(reading, element),
  );
  const fencingLevels = readFencingLevels(reading, childOf(section, "fencing-topology"));
  return {
    nodes,
    cib: {
      version: {
        adminEpoch: readWholeNumber(attributeOf(root, "admin_epoch")),
        epoch: readWholeNumber(attributeOf(root, "epoch")),
        numUpdates: readWholeNumber(attributeOf(root, "num_updates")),
      },
      lineage: [],
      lastChange: {
        atWallMs: readChangeTime(attributeOf(root, "cib-last-written")),
        by: attributeOf(root, "update-user") ?? "",
      },
      ...options,
      nodes: nodes.map(({ node }) => node),
      ...(templates.length === 0 ? {} : { templates }),
      resources,
      constraints: readConstraints(reading, childOf(section, "constraints")),
      ...(tags.length === 0 ? {} : { tags }),
      ...(fencingLevels.length === 0 ? {} : { fencingLevels }),
    },
  };
}

function noteSections(reading: Reading, section: XmlElement | null): void {
  for (const child of section?.children ?? []) {
    const content = SECTIONS.get(child.name);
    if (content !== undefined) {
      noteContents(reading, child, { content, isFirst: childOf(section, child.name) === child });
      continue;
    }
    const isKnown = child.name === "acls" || child.name === "alerts";
    if (!isKnown) note(reading, child, { kind: "dropped", text: "is no section of a CIB" });
    const text =
      child.name === "acls" ? "access lists are not supported" : "alerts are not supported";
    for (const each of isKnown ? child.children : []) {
      note(reading, each, { kind: "outOfScope", text });
    }
  }
}

function noteContents(
  reading: Reading,
  section: XmlElement,
  { content, isFirst }: { readonly content: string | null; readonly isFirst: boolean },
): void {
  for (const each of section.children) {
    const isRead = isFirst && (content === null || each.name === content);
    const place = isFirst ? section.name : `a second ${section.name}`;
    if (!isRead) note(reading, each, { kind: "dropped", text: `has no place in ${place}` });
  }
}

type Options = Pick<
  Cib,
  | "properties"
  | "propertySets"
  | "resourceDefaults"
  | "resourceDefaultSets"
  | "operationDefaults"
  | "operationDefaultSets"
>;

function readOptions(reading: Reading, section: XmlElement | null): Options {
  const names = reading.isOldSchema ? OLD_PROPERTY_NAMES : PROPERTY_NAMES;
  const read = (name: string, how: Parameters<typeof readValues>[2]): Values => {
    const element = childOf(section, name);
    return element === null ? { values: {}, sets: [] } : readValues(reading, element, how);
  };
  const properties = read("crm_config", {
    name: "cluster_property_set",
    renamings: new Map([...names].filter(([, { moveTo }]) => moveTo === undefined)),
    definitions: PROPERTY_DEFINITIONS,
    firstId: FIRST_PROPERTIES,
  });
  const resourceDefaults = read("rsc_defaults", {
    name: "meta_attributes",
    renamings: reading.isOldSchema ? OLD_META_NAMES : META_NAMES,
    definitions: META_DEFINITIONS,
  });
  const operationDefaults = read("op_defaults", {
    name: "meta_attributes",
    definitions: OPERATION_DEFINITIONS,
  });
  const moved = splitMoved(reading, childOf(section, "crm_config"), {
    properties: properties.values,
    names,
  });
  return {
    properties: moved.properties,
    ...withSets("propertySets", properties),
    resourceDefaults: { ...moved.resourceDefaults, ...resourceDefaults.values },
    ...withSets("resourceDefaultSets", resourceDefaults),
    operationDefaults: { ...moved.operationDefaults, ...operationDefaults.values },
    ...withSets("operationDefaultSets", operationDefaults),
  };
}

/** Takes out the properties that are defaults of resources and operations in the model. */
function splitMoved(
  reading: Reading,
  section: XmlElement | null,
  given: {
    readonly properties: NameValues;
    readonly names: ReadonlyMap<string, Renaming>;
  },
): Pick<Options, "properties" | "resourceDefaults" | "operationDefaults"> {
  const properties = new Map<string, string>();
  const resourceDefaults = new Map<string, string>();
  const operationDefaults = new Map<string, string>();
  for (const [name, value] of Object.entries(given.properties)) {
    const renaming = given.names.get(name);
    if (renaming?.moveTo === undefined || section === null) {
      properties.set(name, value);
      continue;
    }
    const isForResources = renaming.moveTo === "resourceDefaults";
    const definitions = isForResources ? META_DEFINITIONS : OPERATION_DEFINITIONS;
    const defaults = isForResources ? resourceDefaults : operationDefaults;
    defaults.set(renaming.name, normalText(definitions.get(renaming.name), value));
    const text = `is the ${isForResources ? "resource" : "operation"} default ${renaming.name}`;
    note(reading, section, { kind: "changed", subject: `cluster property ${name}`, text });
  }
  return {
    properties: Object.fromEntries(properties),
    resourceDefaults: Object.fromEntries(resourceDefaults),
    operationDefaults: Object.fromEntries(operationDefaults),
  };
}

function readNode(reading: Reading, element: XmlElement): readonly ConfiguredNode[] {
  noteUnread(reading, element, NODE);
  const id = attributeOf(element, "id") ?? "";
  const type = attributeOf(element, "type")?.toLowerCase() ?? "member";
  if (type === "remote" || type === "ping") {
    note(reading, element, { kind: "outOfScope", text: `is a ${type} node` });
    return [];
  }
  const attributes = readValues(reading, element, { name: "instance_attributes" });
  const utilization = readValues(reading, element, { name: "utilization" });
  const score = readScoreText(attributeOf(element, "score") ?? "0") ?? 0;
  const node: CibNode = {
    name: attributeOf(element, "uname") ?? id,
    ...(id === "" ? {} : { id }),
    attributes: normalSwitches(attributes.values, attributes.sets),
    ...withSets("attributeSets", attributes),
    ...(Object.keys(utilization.values).length === 0 ? {} : { utilization: utilization.values }),
    ...withSets("utilizationSets", utilization),
    ...(score === 0 ? {} : { score }),
  };
  return [{ id, node }];
}

// A switch that is off is the same as none, unless a set with a rule could turn it on.
function normalSwitches(values: NameValues, sets: readonly ValueSet[]): NameValues {
  const normal: Record<string, string> = { ...values };
  for (const name of SWITCHES) {
    const isOn = parseBoolean(normal[name] ?? "");
    if (isOn === null) continue;
    if (isOn) normal[name] = "on";
    else if (sets.some((set) => set.values[name] !== undefined)) normal[name] = "off";
    else delete normal[name];
  }
  return normal;
}

function readTag(reading: Reading, element: XmlElement): Tag {
  noteUnread(reading, element, TAG);
  return {
    id: attributeOf(element, "id") ?? "",
    members: childrenOf(element, "obj_ref").map((each) => attributeOf(each, "id") ?? ""),
  };
}

function readFencingLevels(reading: Reading, section: XmlElement | null): readonly FencingLevel[] {
  return childrenOf(section, "fencing-level").flatMap((element) => {
    noteUnread(reading, element, { attributes: LEVEL, children: new Set() });
    const target = readLevelTarget(element);
    if (target === null) {
      note(reading, element, { kind: "dropped", text: "names no target" });
      return [];
    }
    const devices = attributeOf(element, "devices") ?? "";
    return [
      {
        id: attributeOf(element, "id") ?? "",
        target,
        index: readWholeNumber(attributeOf(element, "index")),
        devices: devices.split(/[\s,]+/).filter((device) => device !== ""),
      },
    ];
  });
}

function readLevelTarget(element: XmlElement): FencingLevel["target"] | null {
  const node = attributeOf(element, "target");
  if (node !== null) return { kind: "node", node };
  const pattern = attributeOf(element, "target-pattern");
  if (pattern !== null) return { kind: "pattern", pattern };
  const attribute = attributeOf(element, "target-attribute");
  if (attribute === null) return null;
  return { kind: "attribute", attribute, value: attributeOf(element, "target-value") ?? "" };
}

// Written as `Wed Jul  1 10:00:00 2026`, without a zone.
function readChangeTime(text: string | null): number {
  const time = text === null ? Number.NaN : Date.parse(`${text} UTC`);
  return Number.isNaN(time) ? 0 : time;
}
