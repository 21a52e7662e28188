/** TCP connections of this host, by the kernel's tables in /proc/net. */
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";

/** States in which the other side still expects something: RFC 793, numbered as the kernel does. */
const OPEN_STATES: ReadonlySet<string> = new Set([
  "01", // ESTABLISHED
  "03", // SYN_RECV
  "04", // FIN_WAIT1
  "08", // CLOSE_WAIT
  "09", // LAST_ACK
  "0B", // CLOSING
]);

/** Counts the open connections to this address of this host. Never rejects: unreadable is none. */
export async function countConnections(ip: string): Promise<number> {
  const wanted = new Set(kernelForms(ip));
  const tables = await Promise.all(["tcp", "tcp6"].map(readTable));
  return tables.flat().filter((line) => isOpenAt(line, wanted)).length;
}

/** True for a line of /proc/net/tcp that is an open connection to one of these addresses. */
export function isOpenAt(line: string, wanted: ReadonlySet<string>): boolean {
  const [, local = "", , state = ""] = line.trim().split(/\s+/);
  return OPEN_STATES.has(state) && wanted.has(local.slice(0, local.indexOf(":")));
}

/**
 * How the kernel writes an address there: 32-bit words of the network order, each as the number
 * that it is on this host. An IPv4 address stands in IPv6 sockets as well.
 */
export function kernelForms(ip: string): readonly string[] {
  const v6 = isIPv6(ip);
  const words = v6 ? wordsOfV6(ip) : [bytesOfV4(ip)];
  const text = words.map((bytes) => hex(bytes.toReversed())).join("");
  return v6 ? [text] : [text, `0000000000000000FFFF0000${text}`];
}

async function readTable(name: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/net/${name}`, "utf8")).split("\n").slice(1);
  } catch {
    // A kernel without IPv6 has no tcp6.
    return [];
  }
}

function bytesOfV4(ip: string): readonly number[] {
  return ip.split(".").map(Number);
}

function wordsOfV6(ip: string): readonly (readonly number[])[] {
  const [head = "", tail] = ip.split("::");
  const groups = (text: string): readonly number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail ?? "");
  const middle = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array<number>(middle).fill(0), ...after];
  return [0, 2, 4, 6].map((at) => {
    const [high = 0, low = 0] = all.slice(at, at + 2);
    return [high >> 8, high & 255, low >> 8, low & 255];
  });
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("");
}
