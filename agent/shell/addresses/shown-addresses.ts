import { isIP } from "node:net";

import type { AddressRequest, KernelAddress } from "../../../resource-agents/contract.ts";

/** How the kernel writes a lifetime without end, in seconds. */
const FOREVER_SECONDS = 4_294_967_295;
/** A NIC's name or a label in a line for `ip -batch`: no space, quote, comment or line end. */
const NIC_NAME = /^[A-Za-z0-9_.:@-]{1,15}$/;

/** The kernel's NICs and addresses at one moment. */
export interface Shown {
  readonly nics: readonly { readonly name: string; readonly isUp: boolean }[];
  readonly addresses: readonly KernelAddress[];
}

/** Parses one answer of `ip -json address show`. Null when it is not what `ip` writes. */
export function parseShown(text: string): Shown | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  const nics = parsed.filter(isRecord).flatMap((shown) => {
    const { ifname: name, flags } = shown;
    if (typeof name !== "string") return [];
    const isUp = Array.isArray(flags) && flags.includes("UP") && flags.includes("LOWER_UP");
    return [{ name, isUp, shown: shown["addr_info"] }];
  });
  return {
    nics: nics.map(({ name, isUp }) => ({ name, isUp })),
    addresses: nics.flatMap(({ name, shown }) =>
      Array.isArray(shown) ? shown.flatMap((address) => parseAddress(address, name)) : [],
    ),
  };
}

function parseAddress(shown: unknown, nic: string): KernelAddress[] {
  if (!isRecord(shown)) return [];
  const { local: ip, prefixlen: prefixLength, valid_life_time: seconds } = shown;
  if (typeof ip !== "string" || typeof prefixLength !== "number") return [];
  const expires = typeof seconds === "number" && seconds < FOREVER_SECONDS;
  return [{ ip, prefixLength, nic, remainingMs: expires ? seconds * 1000 : null }];
}

/**
 * Why the request must not reach `ip`, which leaves its batch over a word that it cannot read;
 * null when it may.
 */
export function findBadWord(request: AddressRequest): string | null {
  const { ip, prefixLength, nic, broadcast, label } = request;
  const family = isIP(ip);
  if (family === 0) return `address "${ip}": not an IP address`;
  const lengthMax = family === 4 ? 32 : 128;
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > lengthMax) {
    return `address ${ip}: prefix length ${prefixLength}, expected 0 to ${lengthMax}`;
  }
  if (!NIC_NAME.test(nic)) return `NIC "${nic}": not a name of an interface`;
  if (broadcast !== null && isIP(broadcast) !== 4) return `broadcast "${broadcast}": not IPv4`;
  if (label !== null && !NIC_NAME.test(label)) return `label "${label}": not a label`;
  return null;
}

/** The line for `ip -batch` that makes the address permanent on its NIC, whatever it was before. */
export function replaceLine(request: AddressRequest): string {
  const isV6 = request.ip.includes(":");
  const words = ["address", "replace", `${request.ip}/${request.prefixLength}`];
  if (request.broadcast !== null && !isV6) words.push("broadcast", request.broadcast);
  if (request.label !== null && !isV6) words.push("label", request.label);
  words.push("dev", request.nic);
  // The link was asked already; the kernel's own duplicate detection would take more than a second.
  if (isV6) words.push("nodad");
  if (request.hasPrefixRoute === false) words.push("noprefixroute");
  const isSource = !isV6 || request.isPreferredSource !== false;
  words.push("valid_lft", "forever", "preferred_lft", isSource ? "forever" : "0");
  return words.join(" ");
}

/** The line for `ip -batch` that removes the address, as the kernel itself showed it. */
export function deleteLine({ ip, prefixLength, nic }: KernelAddress): string {
  return `address del ${ip}/${prefixLength} dev ${nic}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
