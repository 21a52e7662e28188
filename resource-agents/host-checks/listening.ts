import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ReadinessFinding } from "../contract.ts";
import { plainAddress } from "./plain-address.ts";

const STATE_LISTEN = "0A";
const TABLES = [
  { path: "/proc/net/tcp", wordsExpected: 1 },
  { path: "/proc/net/tcp6", wordsExpected: 4 },
] as const;

/** A TCP socket that listens. `ip` is `0.0.0.0` or `::` when it does so on all addresses. */
export interface ListeningSocket {
  readonly ip: string;
  readonly port: number;
  readonly inode: string;
}

/** Where a server wants to listen. `ip` null: on all addresses of both families. */
export interface WantedPort {
  readonly ip: string | null;
  readonly port: number;
  /** True: a socket on `::` is made without the IPv4 addresses. False by default. */
  readonly isIpv6Only?: boolean;
}

/** A process that has a socket. */
export interface SocketOwner {
  readonly pid: number;
  readonly name: string;
}

/** The listening TCP sockets of this network namespace, from the kernel's own tables. */
export function readListening(): ListeningSocket[] {
  return TABLES.flatMap(({ path }) => {
    try {
      return parseListening(readFileSync(path, "latin1"));
    } catch {
      return []; // A kernel without that family.
    }
  });
}

/** Parses /proc/net/tcp or tcp6. An IPv4 address inside of IPv6 is shown as the IPv4 one. */
export function parseListening(text: string): ListeningSocket[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [hexIp = "", hexPort = ""] = local.split(":");
    const ip = state === STATE_LISTEN ? parseHexAddress(hexIp) : null;
    return ip === null ? [] : [{ ip, port: Number.parseInt(hexPort, 16), inode }];
  });
}

/** True when a socket that listens keeps another from doing so at the wanted place. */
export function isInTheWay(socket: ListeningSocket, wantedPort: WantedPort): boolean {
  const { ip, port, isIpv6Only = false } = wantedPort;
  if (socket.port !== port || (isIpv6Only && isV4(socket.ip))) return false;
  // A socket on :: has the IPv4 addresses too, unless it was made without; that cannot be seen.
  if (ip === null || socket.ip === "::") return true;
  const wanted = plainAddress(ip);
  if (wanted === socket.ip || wanted === "::") return true;
  const isWantedV4 = !wanted.includes(":");
  return isWantedV4 && (socket.ip === "0.0.0.0" || (wanted === "0.0.0.0" && isV4(socket.ip)));
}

/** The processes that have the socket open; empty when it cannot be seen whose it is. */
export function findSocketOwners(inode: string): SocketOwner[] {
  const wanted = `socket:[${inode}]`;
  return readdirSync("/proc")
    .filter((name) => /^[1-9][0-9]*$/.test(name))
    .filter((pid) => hasOpen(pid, wanted))
    .map((pid) => ({ pid: Number(pid), name: readName(pid) }));
}

/**
 * What is in the way of a server's ports. `isOwn` tells the server's own processes, which may hold
 * them. All processes are looked at only when something is in the way.
 */
export function checkPorts(
  wanted: readonly WantedPort[],
  isOwn: (pid: number) => boolean,
): ReadinessFinding[] {
  const sockets = readListening();
  return wanted.flatMap((each) => {
    for (const socket of sockets.filter((one) => isInTheWay(one, each))) {
      const owners = findSocketOwners(socket.inode);
      if (owners.some(({ pid }) => isOwn(pid))) continue;
      const [first] = owners;
      const holder = first === undefined ? "another process" : `${first.name} (${first.pid})`;
      const place = each.ip === null ? `port ${each.port}` : `${showIp(each.ip)}:${each.port}`;
      const problem = `${place}: taken by ${holder}, expected it to be free`;
      return [{ severity: "blocks", problem, remedy: `ss -ltnp 'sport = :${each.port}'` }];
    }
    return [];
  });
}

function showIp(ip: string): string {
  return ip.includes(":") ? `[${ip}]` : ip;
}

function isV4(ip: string): boolean {
  return !ip.includes(":");
}

/** Words of 32 bits, each in the byte order of this host, as the kernel prints them. */
function parseHexAddress(text: string): string | null {
  const words = text.match(/[0-9A-F]{8}/gi) ?? [];
  if (!TABLES.some(({ wordsExpected }) => wordsExpected === words.length)) return null;
  const bytes = words.flatMap((word) => {
    const four = [...Buffer.from(word, "hex")];
    return isLittleEndian() ? four.reverse() : four;
  });
  if (words.length === 1) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16),
  );
  return plainAddress(groups.join(":"));
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

function hasOpen(pid: string, target: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => tryReadLink(`${folder}/${fd}`) === target);
  } catch {
    return false; // It has ended meanwhile.
  }
}

function tryReadLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function readName(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "process";
  }
}
