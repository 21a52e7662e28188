/** Whether the address could be held here now, and what both nodes should have alike for it. */
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { ComparedItem, ReadinessFinding } from "../contract.ts";
import { findProgram } from "../find-program.ts";
import type { Place } from "./place.ts";
import type { IpSettings } from "./settings.ts";

/** Switches that hold for a NIC when set for it or for all: the kernel takes the larger. */
const SWITCHES_IPV4: readonly string[] = [
  "rp_filter",
  "arp_ignore",
  "arp_announce",
  "promote_secondaries",
];

/** Findings for parameters that are refused in every action. */
export function refusalFindings(problems: readonly string[]): ReadinessFinding[] {
  return problems.map((problem) => blocks(problem, ""));
}

/**
 * What a start here would meet, from the kernel's tables alone: whether another host answers for
 * the address is asked by the start itself, since the active node answers for it now.
 */
export function checkReadiness(
  place: Place,
  nics: readonly { readonly name: string; readonly isUp: boolean }[],
): ReadinessFinding[] {
  if (place.kind === "noNic") return [blocks(place.reason, "ip link show")];
  if (place.kind === "noSubnet") return [blocks(place.reason, "ip address show")];
  const { ip, nic } = place.request;
  const findings: ReadinessFinding[] = [];
  if (nic !== "lo" && !nics.some(({ name, isUp }) => name === nic && isUp)) {
    const problem = `nic "${nic}": down or without carrier, expected up`;
    findings.push(blocks(problem, `ip link set dev ${nic} up`));
  }
  const isDisabled = readSwitch(`net/ipv6/conf/${nic}/disable_ipv6`) === "1";
  if (isIPv6(ip) && isDisabled) {
    const name = `net.ipv6.conf.${nic}.disable_ipv6`;
    findings.push(blocks(`${name} "1": expected 0 for ${ip}`, `sysctl -w ${name}=0`));
  }
  const program = isIPv6(ip) ? "ndptool" : "arping";
  if (nic !== "lo" && findProgram(program) === null) findings.push(missing(program));
  return findings;
}

/** The interface that was found, and the kernel's switches that decide who is answered. */
export function listCompared(settings: IpSettings, place: Place): ComparedItem[] {
  if (place.kind !== "place") return [];
  const { ip, nic } = place.request;
  const nonlocal = isIPv6(ip) ? "net.ipv6.ip_nonlocal_bind" : "net.ipv4.ip_nonlocal_bind";
  const items = [sysctl(nonlocal, readSwitch(nonlocal.replaceAll(".", "/")))];
  if (settings.nic === null) items.push(sysctl(`interface of ${ip}`, nic));
  if (isIPv6(ip)) return items.flat();
  const ofNic = SWITCHES_IPV4.map((name) => {
    const values = [nic, "all"].map((which) => readSwitch(`net/ipv4/conf/${which}/${name}`));
    const largest = Math.max(...values.map((value) => Number(value ?? 0)));
    // Interfaces may be called differently on the two hosts: the name says what it is for.
    return sysctl(`net.ipv4.conf.(interface of ${ip}).${name}`, String(largest));
  });
  return [...items, ...ofNic].flat();
}

function missing(program: "arping" | "ndptool"): ReadinessFinding {
  const isDebian = findProgram("apt-get") !== null;
  const debian = program === "arping" ? "iputils-arping" : "libndp-tools";
  const remedy = isDebian
    ? `apt-get install ${debian}`
    : `dnf install ${program === "arping" ? "iputils" : "libndp"}`;
  const instead =
    program === "arping"
      ? "a take-over is announced by plain ARP requests, which some devices ignore"
      : "a take-over is announced by setting the interface's own hardware address";
  return { severity: "warns", problem: `${program}: not found in PATH, ${instead}`, remedy };
}

function blocks(problem: string, remedy: string): ReadinessFinding {
  return { severity: "blocks", problem, remedy };
}

function sysctl(name: string, value: string | null): ComparedItem[] {
  return value === null ? [] : [{ kind: "sysctl", name, value }];
}

/** Null where the kernel has no such switch. */
function readSwitch(path: string): string | null {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch {
    return null;
  }
}
