/** Reads the section rm of cluster.conf: services of rgmanager as groups (RHEL 6). */
import {
  type Cib,
  emptyCib,
  type Group,
  type LocationConstraint,
  type OperationDefinition,
  type Primitive,
} from "../../agent/core/model/index.ts";
import { attributeOf, childOf, childrenOf, idPool, type XmlElement } from "../cib-xml/index.ts";
import { showPair } from "./old-cluster.ts";
import { readDomain, readPolicy } from "./rgmanager-policy.ts";
import { type OldResource, translateResource } from "./rgmanager-resources.ts";
import type { ServiceReading } from "./service-reading.ts";

/** Names of resources by their type; all others are named by `name`. */
const PRIMARY: ReadonlyMap<string, string> = new Map([["ip", "address"]]);

/** Order in which rgmanager starts the children of a service; the other types follow as written. */
const START_LEVELS = [
  "lvm",
  "fs",
  "clusterfs",
  "netfs",
  "nfsexport",
  "nfsclient",
  "ip",
  "smb",
  "script",
];

/** Most elements of the section that are read; a configuration has room for fewer resources. */
export const SERVICE_ELEMENTS_MAX = 5000;

/** True when there is something that could be taken over. */
export function hasServices(rm: XmlElement | null): boolean {
  return childrenOf(rm, "service").length > 0;
}

/** How many elements are below one. */
export function countElements({ children }: XmlElement): number {
  return children.reduce((sum, child) => sum + 1 + countElements(child), 0);
}

/** The configuration that the services become. A line for each thing. */
export function readServices(given: Omit<ServiceReading, "takeId" | "shared">): Cib {
  const empty = emptyCib(given.nodes);
  const pool = idPool(empty);
  const reading: ServiceReading = {
    ...given,
    shared: new Map(
      (childOf(given.rm, "resources")?.children ?? []).map((each) => [
        `${each.name} ${nameOf(each)}`,
        each,
      ]),
    ),
    takeId: (...parts) => pool.take(...parts),
  };
  const { rm, lines } = reading;
  for (const [name, value] of Object.entries(rm.attributes)) {
    lines.drop(`rm ${showPair(name, value)}`, "is about rgmanager itself", rm.line);
  }
  dropUnused(reading);
  const read = childrenOf(rm, "service").map((service) => readService(reading, service));
  const resources = read.flatMap(({ group }) => (group === null ? [] : [group]));
  const constraints = read.flatMap(({ constraints: own }) => own);
  if (resources.length > 0) {
    lines.change("property stonith-enabled", "false: no fence device is taken over", null);
  }
  const properties = { "stonith-enabled": "false" };
  return { ...empty, properties, resources, constraints };
}

function dropUnused({ rm, lines }: ServiceReading): void {
  const known = new Set(["failoverdomains", "resources", "service"]);
  for (const each of rm.children) {
    if (known.has(each.name)) continue;
    const name = attributeOf(each, "name") ?? "";
    lines.drop(`rm ${each.name} ${name}`.trim(), "has no equivalent here", each.line);
  }
  const domains = new Set(childrenOf(rm, "service").map((each) => attributeOf(each, "domain")));
  for (const each of childrenOf(childOf(rm, "failoverdomains"), "failoverdomain")) {
    const name = nameOf(each);
    if (!domains.has(name)) {
      lines.drop(`failoverdomain ${name}`, "is named by no service", each.line);
    }
  }
  const used = new Set(childrenOf(rm, "service").flatMap(referencesIn));
  for (const each of childOf(rm, "resources")?.children ?? []) {
    const name = nameOf(each);
    if (!used.has(`${each.name} ${name}`)) {
      lines.drop(`${each.name} ${name}`, "is in no service", each.line);
    }
  }
}

function referencesIn(element: XmlElement): readonly string[] {
  return element.children.flatMap((child) => {
    const reference = attributeOf(child, "ref");
    const own = reference === null ? [] : [`${child.name} ${reference}`];
    return [...own, ...referencesIn(child)];
  });
}

function readService(
  reading: ServiceReading,
  service: XmlElement,
): { readonly group: Group | null; readonly constraints: readonly LocationConstraint[] } {
  const { lines, takeId } = reading;
  const name = nameOf(service);
  const subject = `service ${name}`;
  const found = flatten(reading, service, 0);
  const groupId = takeId(name === "" ? "service" : name);
  const policy = readPolicy(service, lines);
  const members = found.flatMap(({ resource, element }) => {
    const member = readMember(reading, resource, { service: name, element, policy });
    return member === null ? [] : [member];
  });
  if (members.length === 0) {
    lines.drop(subject, "nothing in it has an equivalent here", service.line);
    return { group: null, constraints: [] };
  }
  lines.change(subject, `is the group ${groupId}`, service.line);
  const isWhole = members.length === found.length;
  if (!isWhole) {
    const text = `lacks what is left out, so it starts after "lbctl resource enable ${groupId}"`;
    lines.change(subject, text, service.line);
  }
  const place = readDomain(reading, service, groupId);
  const meta = {
    ...policy.meta,
    ...place.meta,
    ...(isWhole ? {} : { "target-role": "Stopped" }),
  };
  return { group: { kind: "group", id: groupId, meta, members }, constraints: place.constraints };
}

interface Found {
  readonly resource: OldResource;
  readonly element: XmlElement;
}

/** The resources of a tree in the order of their starts: a parent before its children. */
function flatten(reading: ServiceReading, parent: XmlElement, depth: number): readonly Found[] {
  const level = (name: string): number => {
    const at = START_LEVELS.indexOf(name);
    return at === -1 ? START_LEVELS.length : at;
  };
  const children = parent.children.filter(({ name }) => name !== "action");
  const sorted =
    depth === 0 ? children.toSorted((a, b) => level(a.name) - level(b.name)) : children;
  return sorted.flatMap((element) => [
    { element, resource: lookUp(reading, element) },
    ...flatten(reading, element, depth + 1),
  ]);
}

/** The attributes of the element, and of the shared resource that it refers to. */
function lookUp({ shared }: ServiceReading, element: XmlElement): OldResource {
  const reference = attributeOf(element, "ref");
  const found = reference === null ? undefined : shared.get(`${element.name} ${reference}`);
  const primary = PRIMARY.get(element.name) ?? "name";
  const { ref: _, ...own } = element.attributes;
  const attributes = {
    ...(reference === null ? {} : { [primary]: reference }),
    ...found?.attributes,
    ...own,
  };
  return { type: element.name, name: attributes[primary] ?? "", attributes, line: element.line };
}

function readMember(
  { lines, takeId }: ServiceReading,
  resource: OldResource,
  about: {
    readonly service: string;
    readonly element: XmlElement;
    readonly policy: { readonly onFail: string | null };
  },
): Primitive | null {
  const subject = `${resource.type} ${resource.name} of service ${about.service}`;
  const read = translateResource(resource);
  if (read.kind === "none") {
    lines.drop(subject, read.reason, resource.line);
    return null;
  }
  const id = takeId(read.base);
  const { standard, provider, type } = read.agent;
  const agent = [standard, provider, type].filter((part) => part !== null).join(":");
  const values = Object.entries(read.parameters).map((pair) => pair.join("="));
  lines.carry(subject, `${id}: ${[agent, ...values].join(" ")}`, resource.line);
  for (const text of read.changes) lines.change(subject, text, resource.line);
  for (const [pair, reason] of read.leftOut)
    lines.drop(`${subject} ${pair}`, reason, resource.line);
  const { onFail } = about.policy;
  const monitor: OperationDefinition = {
    id: takeId(id, "monitor"),
    name: "monitor",
    intervalMs: readInterval(about.element) ?? read.monitorMs,
    timeoutMs: null,
    options: onFail === null ? {} : { "on-fail": onFail },
  };
  lines.carry(subject, `monitored every ${monitor.intervalMs / 1000} s`, resource.line);
  return {
    kind: "primitive",
    id,
    agent: read.agent,
    parameters: read.parameters,
    meta: {},
    operations: [monitor],
  };
}

/** The interval that an `action` of the place sets for the plain status check, in milliseconds. */
function readInterval(element: XmlElement): number | null {
  const action = childrenOf(element, "action").find(
    (each) =>
      ["status", "monitor"].includes(attributeOf(each, "name") ?? "") &&
      ["0", "*", ""].includes(attributeOf(each, "depth") ?? ""),
  );
  const seconds = Number(attributeOf(action ?? element, "interval") ?? "");
  return Number.isInteger(seconds) && seconds > 0 && seconds < 86_400 ? seconds * 1000 : null;
}

function nameOf(element: XmlElement): string {
  return attributeOf(element, PRIMARY.get(element.name) ?? "name") ?? "";
}
