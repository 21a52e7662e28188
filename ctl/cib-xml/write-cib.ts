/** Writes a configuration as a CIB document of Pacemaker. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type { Cib, CibNode, FencingLevel } from "../../agent/core/model/index.ts";
import { type IdPool, idPool } from "./id-pool.ts";
import { checkWritable, writeConstraint } from "./write-constraints.ts";
import { writeResources } from "./write-resources.ts";
import { writeValues } from "./write-values.ts";
import { renderXml, type XmlText, type XmlTree, xml } from "./xml-text.ts";

/** The schema that documents are written for: that of Pacemaker 2.1.5. */
const SCHEMA = "pacemaker-3.9";

/** The oldest feature set that counts failures per operation; every later release accepts it. */
const FEATURE_SET = "3.0.13";

/** The set of properties that people expect theirs in. */
const PROPERTY_SET = "cib-bootstrap-options";

/** The sections of a configuration, by name, for who needs only some of them. */
export type CibSections = Readonly<Record<string, XmlTree>>;

/** The whole document; refused when something cannot be said in it. */
export function writeCib(cib: Cib): XmlText {
  const problems = checkWritable(cib.constraints);
  if (problems.length > 0) return { kind: "refused", problems };
  const { adminEpoch, epoch, numUpdates } = cib.version;
  const { atWallMs, by } = cib.lastChange;
  return renderXml(
    xml(
      "cib",
      {
        crm_feature_set: FEATURE_SET,
        "validate-with": SCHEMA,
        admin_epoch: adminEpoch,
        epoch,
        num_updates: numUpdates,
        "cib-last-written": atWallMs === 0 ? null : writeChangeTime(atWallMs),
        "update-user": by === "" ? null : by,
      },
      [xml("configuration", {}, Object.values(writeSections(cib))), xml("status", {})],
    ),
  );
}

/** All sections; those that the schema does not ask for are left out when they are empty. */
export function writeSections(cib: Cib): CibSections {
  const ids = idPool(cib);
  const { templates = [], tags = [], fencingLevels = [] } = cib;
  const defaults = (name: "rsc_defaults" | "op_defaults"): readonly XmlTree[] =>
    writeValues(ids, {
      name: "meta_attributes",
      owner: name,
      values: name === "rsc_defaults" ? cib.resourceDefaults : cib.operationDefaults,
      sets: name === "rsc_defaults" ? cib.resourceDefaultSets : cib.operationDefaultSets,
    });
  const hasSets = (cib.propertySets ?? []).length > 0;
  const sections: readonly (readonly [name: string, children: readonly XmlTree[]])[] = [
    [
      "crm_config",
      writeValues(ids, {
        name: "cluster_property_set",
        owner: "cluster",
        values: cib.properties,
        sets: cib.propertySets,
        // A set of that name would count before the others.
        ...(hasSets ? {} : { id: ids.take(PROPERTY_SET) }),
      }),
    ],
    ["nodes", cib.nodes.map((node, index) => writeNode(ids, node, index + 1))],
    ["resources", writeResources(ids, templates, cib.resources)],
    ["constraints", cib.constraints.map((constraint) => writeConstraint(ids, constraint))],
    ["tags", tags.map(({ id, members }) => writeTag(ids.keep(id), members))],
    ["fencing-topology", fencingLevels.map((level) => writeFencingLevel(ids, level))],
    ["rsc_defaults", defaults("rsc_defaults")],
    ["op_defaults", defaults("op_defaults")],
  ];
  const isNeeded = (name: string): boolean =>
    ["crm_config", "nodes", "resources", "constraints"].includes(name);
  return Object.fromEntries(
    sections
      .filter(([name, children]) => isNeeded(name) || children.length > 0)
      .map(([name, children]) => [name, xml(name, {}, children)]),
  );
}

function writeNode(ids: IdPool, node: CibNode, number: number): XmlTree {
  const { name, attributes, attributeSets, utilization, utilizationSets, score } = node;
  return xml(
    "node",
    { id: node.id ?? number, uname: name, score: score === undefined ? null : renderScore(score) },
    [
      ...writeValues(ids, {
        name: "instance_attributes",
        owner: `nodes-${name}`,
        values: attributes,
        sets: attributeSets,
      }),
      ...writeValues(ids, {
        name: "utilization",
        owner: `nodes-${name}`,
        values: utilization,
        sets: utilizationSets,
      }),
    ],
  );
}

function writeTag(id: string, members: readonly string[]): XmlTree {
  return xml(
    "tag",
    { id },
    members.map((member) => xml("obj_ref", { id: member })),
  );
}

function writeFencingLevel(ids: IdPool, { id, target, index, devices }: FencingLevel): XmlTree {
  const whom =
    target.kind === "node"
      ? { target: target.node }
      : target.kind === "pattern"
        ? { "target-pattern": target.pattern }
        : { "target-attribute": target.attribute, "target-value": target.value };
  return xml("fencing-level", { id: ids.keep(id), ...whom, index, devices: devices.join(",") });
}

// As Pacemaker writes it, such as `Wed Jul  1 10:00:00 2026`.
function writeChangeTime(atWallMs: number): string {
  const [day = "", date = "", month = "", year = "", time = ""] = new Date(atWallMs)
    .toUTCString()
    .replace(",", "")
    .split(" ");
  return `${day} ${month} ${String(Number(date)).padStart(2, " ")} ${time} ${year}`;
}
