import {
  type Cib,
  type CibNode,
  type CibStamp,
  type CibVersion,
  type FencingLevel,
  LINEAGE_MAX,
  type Problem,
  type Tag,
} from "../model/index.ts";
import {
  kindOf,
  type Member,
  namesOf,
  type Place,
  readChoice,
  readCount,
  readInteger,
  readList,
  readNameValues,
  readObject,
  readText,
  report,
  SHAPE_PROBLEMS_MAX,
  whenGiven,
} from "./json-shape.ts";
import { readConstraint } from "./parse-constraints.ts";
import { readResource, readTemplate } from "./parse-resources.ts";
import { readValueSets } from "./parse-rules.ts";

/** A CIB, or what is wrong with the document. */
export type ParsedCib =
  | { readonly kind: "cib"; readonly cib: Cib }
  | { readonly kind: "damaged"; readonly problems: readonly Problem[] };

const CIB = namesOf<Cib>({
  version: true,
  lineage: true,
  lastChange: true,
  properties: true,
  propertySets: true,
  resourceDefaults: true,
  resourceDefaultSets: true,
  operationDefaults: true,
  operationDefaultSets: true,
  nodes: true,
  templates: true,
  resources: true,
  constraints: true,
  tags: true,
  fencingLevels: true,
});
const NODE = namesOf<CibNode>({
  name: true,
  id: true,
  attributes: true,
  attributeSets: true,
  utilization: true,
  utilizationSets: true,
  score: true,
});

/**
 * Reads a CIB out of JSON from the disk or from the peer. Checks shape and types, not meaning
 * (`checkCib` does). Members that this release does not know are refused, not dropped: they would
 * be lost in silence, and the digests of the nodes would differ. Optional members that are left out
 * stay left out, for the same reason.
 */
export function parseCib(value: unknown): ParsedCib {
  const problems: Problem[] = [];
  const cib = readCib({ value, path: "cib", problems });
  if (problems.length === 0) return { kind: "cib", cib };
  return { kind: "damaged", problems: problems.slice(0, SHAPE_PROBLEMS_MAX) };
}

function readCib(place: Place): Cib {
  return readObject(place, CIB, (member) => ({
    version: readVersion(member("version")),
    lineage: readLineage(member("lineage")),
    lastChange: readObject(member("lastChange"), ["atWallMs", "by"], (inner) => ({
      atWallMs: readCount(inner("atWallMs")),
      by: readText(inner("by")),
    })),
    properties: readNameValues(member("properties")),
    resourceDefaults: readNameValues(member("resourceDefaults")),
    operationDefaults: readNameValues(member("operationDefaults")),
    ...readSets(member),
    nodes: readList(member("nodes"), readNode),
    ...whenGiven(member("templates"), (at) => ({ templates: readList(at, readTemplate) })),
    resources: readList(member("resources"), readResource),
    constraints: readList(member("constraints"), readConstraint),
    ...whenGiven(member("tags"), (at) => ({ tags: readList(at, readTag) })),
    ...whenGiven(member("fencingLevels"), (at) => ({ fencingLevels: readList(at, readLevel) })),
  }));
}

function readSets(
  member: Member,
): Pick<Cib, "propertySets" | "resourceDefaultSets" | "operationDefaultSets"> {
  return {
    ...whenGiven(member("propertySets"), (at) => ({ propertySets: readValueSets(at) })),
    ...whenGiven(member("resourceDefaultSets"), (at) => ({
      resourceDefaultSets: readValueSets(at),
    })),
    ...whenGiven(member("operationDefaultSets"), (at) => ({
      operationDefaultSets: readValueSets(at),
    })),
  };
}

function readLineage(place: Place): readonly CibStamp[] {
  const lineage = readList(place, (stamp) =>
    readObject(stamp, ["version", "digest"], (member) => ({
      version: readVersion(member("version")),
      digest: readText(member("digest")),
    })),
  );
  if (lineage.length > LINEAGE_MAX) report(place, `must have at most ${LINEAGE_MAX} entries`);
  return lineage;
}

function readVersion(place: Place): CibVersion {
  return readObject(place, ["adminEpoch", "epoch", "numUpdates"], (member) => ({
    adminEpoch: readCount(member("adminEpoch")),
    epoch: readCount(member("epoch")),
    numUpdates: readCount(member("numUpdates")),
  }));
}

function readNode(place: Place): CibNode {
  return readObject(place, NODE, (member) => ({
    name: readText(member("name")),
    ...whenGiven(member("id"), (at) => ({ id: readText(at) })),
    attributes: readNameValues(member("attributes")),
    ...whenGiven(member("attributeSets"), (at) => ({ attributeSets: readValueSets(at) })),
    ...whenGiven(member("utilization"), (at) => ({ utilization: readNameValues(at) })),
    ...whenGiven(member("utilizationSets"), (at) => ({ utilizationSets: readValueSets(at) })),
    ...whenGiven(member("score"), (at) => ({ score: readInteger(at) })),
  }));
}

function readTag(place: Place): Tag {
  return readObject(place, ["id", "members"], (member) => ({
    id: readText(member("id")),
    members: readList(member("members"), readText),
  }));
}

function readLevel(place: Place): FencingLevel {
  return readObject(place, ["id", "target", "index", "devices"], (member) => ({
    id: readText(member("id")),
    target: readLevelTarget(member("target")),
    index: readCount(member("index")),
    devices: readList(member("devices"), readText),
  }));
}

function readLevelTarget(place: Place): FencingLevel["target"] {
  switch (kindOf(place)) {
    case "pattern":
      return readObject(place, ["kind", "pattern"], (member) => ({
        kind: readChoice(member("kind"), ["pattern"]),
        pattern: readText(member("pattern")),
      }));
    case "attribute":
      return readObject(place, ["kind", "attribute", "value"], (member) => ({
        kind: readChoice(member("kind"), ["attribute"]),
        attribute: readText(member("attribute")),
        value: readText(member("value")),
      }));
    default:
      return readObject(place, ["kind", "node"], (member) => ({
        kind: readChoice(member("kind"), ["node"]),
        node: readText(member("node")),
      }));
  }
}
