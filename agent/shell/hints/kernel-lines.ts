import { isIPv6, SocketAddress } from "node:net";

/** What one line of `ip -o monitor link address` means to the hints. */
export type KernelLine =
  | { readonly kind: "addressDeleted"; readonly ip: string; readonly nic: string }
  | { readonly kind: "link"; readonly nic: string; readonly isUp: boolean };

const BANNER = /^\[[A-Z]+\]/;
const ADDRESS_DELETED = /^Deleted \d+: ([^\s@]+)\S*\s+inet6? ([0-9a-fA-F.:]+)[/\s]/;
const LINK = /^(Deleted )?\d+: ([^\s@:]+)(?:@[^\s:]*)?: <([^>]*)>/;

/**
 * Reads a line of `ip -o monitor link address`. Null for lines that are no hint: added and renewed
 * addresses (a lease is renewed several times a second) and lines that are not understood.
 */
export function parseKernelLine(line: string): KernelLine | null {
  const text = line.replace(BANNER, "");
  const link = LINK.exec(text);
  if (link !== null) {
    const flags = (link[3] ?? "").split(",");
    const isUp = link[1] === undefined && flags.includes("UP") && flags.includes("LOWER_UP");
    return { kind: "link", nic: link[2] ?? "", isUp };
  }
  const deleted = ADDRESS_DELETED.exec(text);
  if (deleted === null) return null;
  return { kind: "addressDeleted", nic: deleted[1] ?? "", ip: canonicalIp(deleted[2] ?? "") };
}

/** One spelling for every way to write the same address; other texts are returned as they are. */
export function canonicalIp(ip: string): string {
  return isIPv6(ip) ? new SocketAddress({ address: ip, family: "ipv6" }).address : ip;
}
