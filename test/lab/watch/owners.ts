import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";

/** Tells whether the host with this PID 1 holds the address, as its own kernel sees it. */
export type HoldsAddress = (initPid: number) => boolean;

/** A reader of the kernel's list of local addresses, from outside the host. */
export function addressReader(address: string): HoldsAddress {
  return isIPv6(address) ? holdsIpv6(address) : holdsIpv4(address);
}

function holdsIpv4(address: string): HoldsAddress {
  // A local address is a leaf of this name followed by a line that says so.
  const pattern = new RegExp(`\\|-- ${address.replaceAll(".", "\\.")}\n\\s+/32 host LOCAL\n`);
  return (initPid) => pattern.test(readNet(initPid, "fib_trie"));
}

function holdsIpv6(address: string): HoldsAddress {
  const digits = expandIpv6(address);
  return (initPid) => readNet(initPid, "if_inet6").includes(digits);
}

/** The 32 hexadecimal digits of an address, as `if_inet6` has them. */
export function expandIpv6(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const [left, right] = [groups(head), groups(tail ?? "")];
  const middle = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...middle, ...right].map((group) => group.padStart(4, "0")).join("");
}

/** A host that is dead or dying has no network to read: it holds nothing. */
function readNet(initPid: number, file: string): string {
  try {
    return readFileSync(`/proc/${initPid}/net/${file}`, "latin1");
  } catch {
    return "";
  }
}

/**
 * The hosts that hold the address now. They are read one after the other, so when two seem to hold
 * it the first is read again: an address handed over between the two readings is not a double one.
 */
export function sampleOwners(
  hosts: readonly (readonly [string, number | null])[],
  holds: HoldsAddress,
): string[] {
  const found = hosts.filter(([, pid]) => pid !== null && holds(pid));
  const still = found.length < 2 ? found : found.filter(([, pid]) => pid !== null && holds(pid));
  return still.map(([name]) => name);
}
