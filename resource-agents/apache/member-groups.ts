import {
  type FoundMember,
  gatherGroups,
  type Member,
  type MemberGroup,
  parseMember,
} from "../web-checks/index.ts";
import type { Directive } from "./directives.ts";

/** Ports of what is proxied to without one. */
const PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
  ["h2", 443],
  ["h2c", 80],
  ["ajp", 8009],
  ["fcgi", 8000],
  ["scgi", 4000],
]);
const BALANCER = /^balancer:\/\/([^/]+)/i;
const PLACE = /^([a-z0-9]+):\/\/([^/]+)/i;

/**
 * The members of each balancer, and places that are proxied to without one. What is in a variable,
 * or a socket in a file, is not known.
 */
export function findMemberGroups(directives: readonly Directive[]): readonly MemberGroup[] {
  return gatherGroups(directives.flatMap(membersOf));
}

function membersOf(directive: Directive): FoundMember[] {
  const { name, args, sections } = directive;
  if (name !== "balancermember" && name !== "proxypass") return [];
  const member = firstMember(args);
  if (member === null) return [];
  if (name === "proxypass") return [{ ...member, group: null }];
  const section = sections.findLast((each) => each.name === "proxy")?.args[0] ?? "";
  const balancer = [...args, section].map((word) => BALANCER.exec(word)?.[1]).find(Boolean);
  return balancer === undefined ? [] : [{ ...member, group: balancer.toLowerCase() }];
}

function firstMember(args: readonly string[]): Member | null {
  for (const word of args) {
    const [, scheme = "", place = ""] = PLACE.exec(word) ?? [];
    const port = PORTS.get(scheme.toLowerCase());
    if (port !== undefined) return parseMember(place, port);
  }
  return null;
}
