/** Where services of rgmanager may run and what happens when they fail. */
import {
  INFINITY_SCORE,
  type LocationConstraint,
  type NameValues,
} from "../../agent/core/model/index.ts";
import { attributeOf, childOf, childrenOf, type XmlElement } from "../cib-xml/index.ts";
import { type ImportLines, showPair } from "./old-cluster.ts";
import type { ServiceReading } from "./service-reading.ts";

/** A preference that a service which stays where it is does not follow. */
const PREFERENCE = 100;
const STAYS = "1000";

/** Why an attribute of a service is left out. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["exclusive", "a service cannot ask to be alone on its node"],
  ["depend", "see lbctl constraint order and colocation"],
  ["depend_mode", "see lbctl constraint order and colocation"],
  ["nfslock", "there is no NFS here"],
  ["hardrecovery", "without fencing no node is ended for another"],
]);

const KNOWN = ["name", "domain", "autostart", "recovery", "max_restarts", "restart_expire_time"];

/** What holds for every member of a service. */
export interface ServicePolicy {
  readonly meta: NameValues;
  /** Of the monitors; null: the default. */
  readonly onFail: string | null;
}

/** What a service says about starts and failures, as meta attributes of its group. */
export function readPolicy(service: XmlElement, lines: ImportLines): ServicePolicy {
  const value = (name: string): string | null => attributeOf(service, name);
  const subject = (name: string): string =>
    `service ${nameOf(service)} ${showPair(name, value(name) ?? "")}`;
  for (const name of Object.keys(service.attributes)) {
    if (KNOWN.includes(name)) continue;
    const isOff = name === "exclusive" && ["0", "no"].includes(value(name) ?? "");
    if (isOff) lines.carry(subject(name), "others may run beside it", service.line);
    else lines.drop(subject(name), REASONS.get(name) ?? "is not known here", service.line);
  }
  const starts = !["0", "no"].includes(value("autostart") ?? "1");
  if (value("autostart") !== null) {
    lines.carry(
      subject("autostart"),
      starts ? "starts by itself" : "target-role=Stopped",
      service.line,
    );
  }
  const stopped = starts ? {} : { "target-role": "Stopped" };
  const recovery = value("recovery");
  switch (recovery) {
    case "relocate": {
      const text = "migration-threshold=1: after a failure the node is left until a cleanup";
      lines.change(subject("recovery"), text, service.line);
      return { meta: { ...stopped, "migration-threshold": "1" }, onFail: null };
    }
    case "disable":
      lines.change(subject("recovery"), "monitors have on-fail=stop", service.line);
      return { meta: stopped, onFail: "stop" };
    case "restart-disable": {
      const text = "is restarted; when that fails it goes to the other node and is not disabled";
      lines.change(subject("recovery"), text, service.line);
      return { meta: stopped, onFail: null };
    }
    default:
      if (recovery !== null) {
        lines.carry(subject("recovery"), "restarted where it is", service.line);
      }
      return { meta: { ...stopped, ...readRestarts(service, lines) }, onFail: null };
  }
}

/** Restarts that are allowed here before the service moves, and when they are forgotten. */
function readRestarts(service: XmlElement, lines: ImportLines): NameValues {
  const restarts = Number(attributeOf(service, "max_restarts") ?? "0");
  const expiry = attributeOf(service, "restart_expire_time");
  if (!Number.isInteger(restarts) || restarts <= 0 || restarts >= INFINITY_SCORE) {
    const text = "without max_restarts the service is restarted where it is, however often";
    if (expiry !== null) lines.drop(`service ${nameOf(service)} restarts`, text, service.line);
    return {};
  }
  const seconds = readSeconds(expiry);
  const meta = {
    "migration-threshold": String(restarts + 1),
    ...(seconds === null ? {} : { "failure-timeout": `${seconds}s` }),
  };
  const name = nameOf(service);
  const text = Object.entries(meta).map((pair) => pair.join("="));
  lines.carry(`service ${name} max_restarts="${restarts}"`, text.join(" "), service.line);
  return meta;
}

/** Seconds, or a number with s, m, h or d behind it; null: none, or for ever. */
function readSeconds(text: string | null): number | null {
  const [, digits, unit = "s"] = /^(\d{1,7})([smhd]?)$/.exec(text ?? "") ?? [];
  const factors: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
  const seconds = Number(digits ?? "0") * (factors[unit] ?? 1);
  return seconds > 0 ? seconds : null;
}

/** Constraints of the service's failover domain, and whether it goes back to its node. */
export function readDomain(
  reading: ServiceReading,
  service: XmlElement,
  groupId: string,
): { readonly constraints: readonly LocationConstraint[]; readonly meta: NameValues } {
  const { rm, lines } = reading;
  const name = attributeOf(service, "domain");
  const stays = { "resource-stickiness": STAYS };
  if (name === null || name === "") return { constraints: [], meta: stays };
  const domain = childrenOf(childOf(rm, "failoverdomains"), "failoverdomain").find(
    (each) => attributeOf(each, "name") === name,
  );
  const subject = `service ${nameOf(service)} domain="${name}"`;
  if (domain === undefined) {
    lines.drop(subject, "there is no such failoverdomain", service.line);
    return { constraints: [], meta: stays };
  }
  const scores = scoreNodes(reading, domain);
  const constraints = scores.map(({ node, score }): LocationConstraint => {
    const id = reading.takeId("location", groupId, node);
    return { kind: "location", id, resource: groupId, node, score };
  });
  const prefers = scores.some(({ score }) => score > 0);
  const goesBack = prefers && !isOn(domain, "nofailback");
  const shown = scores
    .map(({ node, score }) => `${node} ${score > 0 ? score : "-INFINITY"}`)
    .join(", ");
  const back = goesBack ? "goes back to its node" : "stays where it is";
  lines.carry(subject, `${shown === "" ? "both nodes alike" : shown}; ${back}`, domain.line);
  return { constraints, meta: goesBack ? { "resource-stickiness": "0" } : stays };
}

/** Scores of nodes: above 0 preferred, -INFINITY forbidden; a node without one is not there. */
function scoreNodes(
  { nodes, rename, lines }: ServiceReading,
  domain: XmlElement,
): readonly { readonly node: string; readonly score: number }[] {
  const members = childrenOf(domain, "failoverdomainnode").flatMap((each) => {
    const node = rename(attributeOf(each, "name") ?? "");
    if (!nodes.includes(node)) {
      const subject = `failoverdomain ${nameOf(domain)} node ${node}`;
      lines.drop(subject, "is no node of this cluster", each.line);
      return [];
    }
    return [{ node, priority: Number(attributeOf(each, "priority") ?? "0") }];
  });
  const names = members.map(({ node }) => node);
  const outside = nodes.filter((node) => !names.includes(node));
  if (isOn(domain, "restricted") && names.length > 0 && outside.length > 0) {
    return outside.map((node) => ({ node, score: -INFINITY_SCORE }));
  }
  // Of an open domain the members come before the others; of an ordered one, by priority.
  if (outside.length > 0) return names.map((node) => ({ node, score: PREFERENCE }));
  if (!isOn(domain, "ordered")) return [];
  const best = Math.min(...members.map(({ priority }) => priority));
  const first = members.filter(({ priority }) => priority === best);
  return first.length === members.length
    ? []
    : first.map(({ node }) => ({ node, score: PREFERENCE }));
}

function isOn(element: XmlElement, name: string): boolean {
  return ["1", "yes", "on"].includes(attributeOf(element, name) ?? "");
}

function nameOf(element: XmlElement): string {
  return attributeOf(element, "name") ?? "";
}
