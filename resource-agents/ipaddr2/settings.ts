import { isIP, isIPv4, SocketAddress } from "node:net";
import type { AgentContext } from "../contract.ts";
import { parseBoolean, parseInteger, textParameter } from "../contract.ts";

/** Longest interface name with its label that the kernel takes, in characters. */
const LABEL_MAX_LENGTH = 15;
const ARP_COUNT_MAX = 100;
const ARP_INTERVAL_MAX_MS = 60_000;
const HANDOVER_DEFAULT_S = 2;
const HANDOVER_MAX_S = 600;
/** The default of the shell agent, which says nothing without a clone. */
const CLUSTERIP_HASH_DEFAULT = "sourceip-sourceport";
const ARP_SENDERS: ReadonlySet<string> = new Set([
  "send_arp",
  "ipoibarping",
  "iputils_arping",
  "libnet_arping",
]);
/** Parameters of the shell agent that are taken over without an effect, and why. */
const IGNORED_WITH_REASON: ReadonlyMap<string, string> = new Map([
  ["arp_bg", "a start never waits for its announcements"],
  ["arp_sender", "packets go by arping and ndptool, or by the kernel"],
  ["send_arp_opts", "gratuitous ARP goes as requests and as replies"],
  ["flush_routes", "kernels have no route cache any more"],
  ["mac", "it is of addresses that are shared by a clone"],
]);

/** The parameters, checked. `nic` and `prefixLength` are null when they are to be found out. */
export interface IpSettings {
  /** In the form that the kernel shows. */
  readonly ip: string;
  readonly nic: string | null;
  readonly prefixLength: number | null;
  readonly broadcast: string | null;
  readonly label: string | null;
  readonly hasPrefixRoute: boolean;
  readonly isPreferredSource: boolean;
  readonly announceCount: number;
  readonly announceIntervalMs: number;
  readonly announceCountRefresh: number;
  /** How long connections of a planned move may go on at the former node; 0: they are cut. */
  readonly handoverMs: number;
  /** A line for each parameter that was given and has no effect here. */
  readonly ignored: readonly string[];
}

/** Settings, or every problem of the parameters, each one line with value and expectation. */
export type SettingsResult =
  | { readonly kind: "settings"; readonly settings: IpSettings }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads the parameters of an address without looking at the host. */
export function readIpSettings(context: AgentContext): SettingsResult {
  const problems: string[] = [];
  const ip = readIp(textParameter(context, "ip"), problems);
  const isV6 = ip?.includes(":") ?? false;
  const [nic = null, nicLabel] = textParameter(context, "nic")?.split(":", 2) ?? [];
  const label = nicLabel ?? textParameter(context, "iflabel");
  const settings: IpSettings = {
    ip: ip ?? "",
    nic,
    prefixLength: readPrefixLength(context, problems, isV6),
    broadcast: readBroadcast(textParameter(context, "broadcast"), problems),
    label,
    hasPrefixRoute: !readBoolean(context, problems, "noprefixroute"),
    isPreferredSource: readPreferred(textParameter(context, "preferred_lft"), problems),
    announceCount:
      readInteger(context, problems, { name: "arp_count", min: 0, max: ARP_COUNT_MAX }) ?? 5,
    announceIntervalMs:
      readInteger(context, problems, { name: "arp_interval", min: 1, max: ARP_INTERVAL_MAX_MS }) ??
      200,
    announceCountRefresh:
      readInteger(context, problems, { name: "arp_count_refresh", min: 0, max: ARP_COUNT_MAX }) ??
      0,
    handoverMs:
      1000 *
      (readInteger(context, problems, { name: "handover_timeout", min: 0, max: HANDOVER_MAX_S }) ??
        HANDOVER_DEFAULT_S),
    ignored: ignoredWords(context),
  };
  problems.push(...labelProblems(nic, label), ...refusedProblems(context));
  problems.push(...ignoredProblems(context));
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

function readIp(text: string | null, problems: string[]): string | null {
  if (text !== null && isIP(text) !== 0 && !text.includes("%")) {
    const family = isIPv4(text) ? "ipv4" : "ipv6";
    return new SocketAddress({ address: text, family }).address;
  }
  const found = text === null ? "missing" : `"${text}"`;
  problems.push(`ip ${found}: expected an IPv4 or IPv6 address without a prefix length`);
  return null;
}

/** A number, or for IPv4 a mask such as 255.255.255.0. */
function readPrefixLength(context: AgentContext, problems: string[], isV6: boolean): number | null {
  const text = textParameter(context, "cidr_netmask");
  if (text === null || isV6 || !isIPv4(text)) {
    return readInteger(context, problems, { name: "cidr_netmask", min: 1, max: isV6 ? 128 : 32 });
  }
  const bits = text
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  if (/^1+0*$/.test(bits)) return bits.lastIndexOf("1") + 1;
  problems.push(`cidr_netmask "${text}": expected ones and then zeros, or a number from 1 to 32`);
  return null;
}

function readBroadcast(text: string | null, problems: string[]): string | null {
  if (text === null || text === "+") return text;
  if (text === "-") return text;
  if (!isIPv4(text)) problems.push(`broadcast "${text}": expected an IPv4 address, + or -`);
  return text;
}

function readPreferred(text: string | null, problems: string[]): boolean {
  if (text === null || text === "forever") return true;
  if (text === "0" || text === "0sec") return false;
  problems.push(`preferred_lft "${text}": expected forever or 0`);
  return true;
}

function readInteger(
  context: AgentContext,
  problems: string[],
  { name, min, max }: { readonly name: string; readonly min: number; readonly max: number },
): number | null {
  const text = textParameter(context, name);
  if (text === null) return null;
  const value = parseInteger(text);
  if (value !== null && value >= min && value <= max) return value;
  problems.push(`${name} "${text}": expected a number from ${min} to ${max}`);
  return null;
}

function readBoolean(context: AgentContext, problems: string[], name: string): boolean {
  const text = textParameter(context, name);
  const value = text === null ? false : parseBoolean(text);
  if (value === null) problems.push(`${name} "${text}": expected true or false`);
  return value ?? false;
}

function labelProblems(nic: string | null, label: string | null): string[] {
  if (label === null) return [];
  const whole = `${nic ?? ""}:${label}`;
  if (!/^[A-Za-z0-9_.-]+$/.test(label)) return [`iflabel "${label}": expected letters and digits`];
  if (whole.length <= LABEL_MAX_LENGTH) return [];
  return [`label "${whole}": expected at most ${LABEL_MAX_LENGTH} characters`];
}

function ignoredWords(context: AgentContext): string[] {
  return [...IGNORED_WITH_REASON].flatMap(([name, reason]) => {
    const text = textParameter(context, name);
    const isOff = text !== null && parseBoolean(text) === (name === "arp_bg");
    return text === null || isOff ? [] : [`${name} "${text}": ignored, ${reason}`];
  });
}

/** What has no effect must make sense all the same: it may be a slip of something that has one. */
function ignoredProblems(context: AgentContext): string[] {
  const problems: string[] = [];
  for (const name of ["arp_bg", "run_arping", "nodad", "flush_routes"]) {
    readBoolean(context, problems, name);
  }
  const sender = textParameter(context, "arp_sender");
  if (sender !== null && !ARP_SENDERS.has(sender)) {
    problems.push(`arp_sender "${sender}": expected one of ${[...ARP_SENDERS].join(", ")}`);
  }
  return problems;
}

/** Two instances of a clone would hold the same address on two nodes: why not, or null. */
export function findCloneProblem(context: AgentContext): string | null {
  const count = parseInteger(context.meta?.["CRM_meta_clone_max"] ?? "1") ?? 1;
  if (count < 2) return null;
  return `clone of ${count} instances: one address cannot be shared, expected no clone`;
}

function refusedProblems(context: AgentContext): string[] {
  const problems: string[] = [];
  for (const name of ["clusterip_hash", "network_namespace"]) {
    const text = textParameter(context, name);
    if (text === null || (name === "clusterip_hash" && text === CLUSTERIP_HASH_DEFAULT)) continue;
    problems.push(`${name} "${text}": not supported, expected it not to be set`);
  }
  for (const name of ["unique_clone_address", "lvs_support", "lvs_ipv6_addrlabel"]) {
    if (readBoolean(context, problems, name)) {
      problems.push(`${name} "true": not supported, expected false`);
    }
  }
  return problems;
}
