/** Who on the link answers for an address. Without raw sockets: the kernel is made to ask. */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { isIPv6, SocketAddress } from "node:net";
import { networkInterfaces } from "node:os";
import { waitMs } from "./child-process.ts";

/** The discard port: nobody has to listen there, only the address resolution matters. */
const DISCARD_PORT = 9;
const POLL_MS = 3;
/** Many questions at once are answered by one reading of the kernel's table. */
const ARP_TABLE_FRESH_MS = 1;
/** Bit of the flags in /proc/net/arp: the hardware address is known. */
const ARP_COMPLETE = 0x2;

/** A neighbour as the kernel remembers it; `mac` is null while nobody has answered. */
export interface Neighbour {
  readonly ip: string;
  readonly mac: string | null;
}

/** The kernel's neighbours of both families. No method rejects. */
export interface NeighbourTable {
  /** Forgets one, in whatever state; one that is not there is as good. */
  forget(ip: string, nic: string): Promise<void>;
  /**
   * Those of a NIC, read at `since` on `performance.now` at the earliest; none when they cannot be
   * read. Many who wait for an answer may share one reading.
   */
  list(nic: string, since: number): Promise<readonly Neighbour[]>;
}

/** One line of /proc/net/arp. */
export interface ArpEntry {
  readonly ip: string;
  readonly isComplete: boolean;
  readonly mac: string;
  readonly nic: string;
}

/** What is asked by `whoHas`. `waitMs` bounds the wait for an answer. */
export interface WhoHasQuestion {
  readonly ip: string;
  readonly nic: string;
  readonly waitMs: number;
}

let arpTable: { readonly readAt: number; readonly entries: readonly ArpEntry[] } | null = null;

/**
 * Asks the link who has the address: the MAC that answers first, in lower case, or null when
 * nobody does within `waitMs` (also when the address is this host's own or not on that link).
 * Never rejects. A remembered neighbour is forgotten first, so that only an answer given to this
 * question counts.
 */
export async function whoHas(
  question: WhoHasQuestion,
  neighbours: NeighbourTable,
): Promise<string | null> {
  const { ip, nic } = question;
  const isV6 = isIPv6(ip);
  // An entry in any state is deleted: a fresh question is sent at once only without one.
  if (isV6 || readArpTable().some((entry) => entry.ip === ip && entry.nic === nic)) {
    await neighbours.forget(ip, nic);
  }
  await sendEmptyDatagram({ to: isV6 && ip.startsWith("fe80:") ? `${ip}%${nic}` : ip, from: null });
  // Counted from the question on: on a busy host its preparation alone may take as long.
  const askedAt = performance.now();
  const deadlineAt = askedAt + question.waitMs;
  const own = ownMacs();
  for (;;) {
    const isLast = performance.now() >= deadlineAt;
    const mac = isV6 ? await askIpv6(question, neighbours, askedAt) : askArp(question, askedAt);
    if (mac !== null && !own.has(mac)) return mac;
    if (isLast) return null;
    await waitMs(Math.min(POLL_MS, Math.ceil(deadlineAt - performance.now())));
  }
}

/** Parses /proc/net/arp; lines that are not understood are left out. */
export function parseArpTable(text: string): ArpEntry[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [ip, , flags, mac, , nic] = line.trim().split(/\s+/);
      if (ip === undefined || flags === undefined || mac === undefined || nic === undefined)
        return [];
      return [
        { ip, isComplete: (Number(flags) & ARP_COMPLETE) !== 0, mac: mac.toLowerCase(), nic },
      ];
    });
}

/** Parses `ip -json neigh show`; what is not understood is left out. */
export function parseNeighbours(text: string): Neighbour[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((shown: unknown) => {
    if (typeof shown !== "object" || shown === null || !("dst" in shown)) return [];
    const { dst: ip } = shown;
    if (typeof ip !== "string") return [];
    const states = "state" in shown && Array.isArray(shown.state) ? shown.state : [];
    const isKnown = !states.includes("FAILED") && !states.includes("INCOMPLETE");
    const lladdr = "lladdr" in shown && typeof shown.lladdr === "string" ? shown.lladdr : null;
    return [{ ip, mac: isKnown && lladdr !== null ? lladdr.toLowerCase() : null }];
  });
}

/** The IPv4 neighbours of all NICs, read from the kernel; none without IPv4. */
export function readArpTable(): readonly ArpEntry[] {
  const readAt = performance.now();
  try {
    arpTable = { readAt, entries: parseArpTable(readFileSync("/proc/net/arp", "utf8")) };
  } catch {
    arpTable = { readAt, entries: [] };
  }
  return arpTable.entries;
}

/** Resolves when the kernel has taken the datagram or refused it; both are fine here. */
export function sendEmptyDatagram({
  to,
  from,
}: {
  readonly to: string;
  readonly from: string | null;
}): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(to.split("%")[0] ?? to) ? "udp6" : "udp4");
    const done = (): void => {
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.close();
      resolve();
    };
    socket.once("error", done);
    const send = (): void => socket.send(Buffer.alloc(0), DISCARD_PORT, to, done);
    if (from === null) send();
    else socket.bind(0, from, send);
  });
}

/** What was read before the question went out may know an older answer. */
function askArp({ ip, nic }: WhoHasQuestion, askedAt: number): string | null {
  const now = performance.now();
  const isFresh =
    arpTable !== null && arpTable.readAt > askedAt && now - arpTable.readAt < ARP_TABLE_FRESH_MS;
  const entries = isFresh && arpTable !== null ? arpTable.entries : readArpTable();
  const isAnswer = (entry: ArpEntry) => entry.ip === ip && entry.nic === nic && entry.isComplete;
  return entries.find(isAnswer)?.mac ?? null;
}

async function askIpv6(
  { ip, nic }: WhoHasQuestion,
  neighbours: NeighbourTable,
  askedAt: number,
): Promise<string | null> {
  const shown = new SocketAddress({ address: ip, family: "ipv6" }).address;
  return (await neighbours.list(nic, askedAt)).find((each) => each.ip === shown)?.mac ?? null;
}

function ownMacs(): Set<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((nic) => nic?.map((a) => a.mac) ?? []));
}
