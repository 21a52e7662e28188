import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import type { ReadinessFinding } from "../contract.ts";
import { plainAddress } from "./plain-address.ts";

/** The kernel's switches by which a server may listen on an address that is not here yet. */
export const NONLOCAL_BIND_SYSCTLS: readonly string[] = [
  "net.ipv4.ip_nonlocal_bind",
  "net.ipv6.ip_nonlocal_bind",
];

/** Where a server wants to listen, and what is known of the addresses that come with it. */
export interface ListenAddress {
  readonly ip: string;
  readonly port: number;
  /** Addresses that the cluster puts on this node before the server starts; null: not known. */
  readonly comingAddresses: readonly string[] | null;
}

/** A setting of the kernel, such as `net.ipv4.ip_nonlocal_bind`; null when there is none. */
export function readSysctl(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8").trim();
  } catch {
    return null;
  }
}

/** True when the address is on this host now. All of 127.0.0.0/8 is on every host. */
export function isAddressHere(ip: string): boolean {
  const wanted = plainAddress(ip);
  if (wanted === "0.0.0.0" || wanted === "::" || /^127\./.test(wanted)) return true;
  const all = Object.values(networkInterfaces()).flatMap((nic) => nic ?? []);
  return all.some(({ address }) => plainAddress(address) === wanted);
}

/**
 * Whether a server can listen on the address: null when it can, or when the address is known to
 * come. An address that may come with the service warns; one that is known not to come blocks.
 */
export function checkListenAddress({
  ip,
  port,
  comingAddresses,
}: ListenAddress): ReadinessFinding | null {
  if (isAddressHere(ip)) return null;
  const wanted = plainAddress(ip);
  const sysctl = isIPv4(wanted) ? "net.ipv4.ip_nonlocal_bind" : "net.ipv6.ip_nonlocal_bind";
  if (readSysctl(sysctl) === "1") return null;
  if (comingAddresses?.some((each) => plainAddress(each) === wanted) === true) return null;
  const place = `address ${wanted} of port ${port}: not on this host`;
  const remedy = `sysctl -w ${sysctl}=1`;
  return comingAddresses === null
    ? { severity: "warns", problem: `${place}; it must come here before the server`, remedy }
    : { severity: "blocks", problem: `${place}, and no resource brings it`, remedy };
}
