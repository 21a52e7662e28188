/**
 * What the neighbours on the link know: who answers for an address, and telling them that it is
 * here. Without raw sockets: the kernel is made to ask and to tell, by datagrams and by `ip`.
 */
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { messageOf, runCommand, startDetached, waitMs } from "./child-process.ts";
import type { AddressRequest } from "./contract.ts";

/** The discard port: nobody has to listen there, only the address resolution matters. */
const DISCARD_PORT = 9;
const POLL_MS = 3;
const LINK_TIMEOUT_MS = 2000;
/** Bit of the flags in /proc/net/arp: the hardware address is known. */
const ARP_COMPLETE = 0x2;
const ARP_FREE_HOSTS_TRIED_MAX = 64;

/** The log is told once in a process that arping cannot be run. */
let wasArpingTold = false;

/**
 * Runs `ip` with arguments and resolves to its standard output, empty on failure. Never rejects.
 */
export type RunIp = (args: readonly string[]) => Promise<string>;

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

/**
 * Asks the link who has the address: the MAC that answers first, in lower case, or null when
 * nobody does within `waitMs` (also when the address is this host's own or not on that link).
 * Never rejects. A remembered neighbour is forgotten first, so that only an answer given to this
 * question counts.
 */
export async function whoHas(question: WhoHasQuestion, runIp: RunIp): Promise<string | null> {
  const { ip, nic } = question;
  const isV6 = isIPv6(ip);
  // An entry in any state is deleted: a fresh question is sent at once only without one.
  if (isV6 || readArpTable().some((entry) => entry.ip === ip && entry.nic === nic)) {
    await runIp(["neigh", "del", ip, "dev", nic]);
  }
  await sendEmptyDatagram({ to: isV6 && ip.startsWith("fe80:") ? `${ip}%${nic}` : ip, from: null });
  // Counted from the question on: on a busy host its preparation alone may take as long.
  const deadlineAt = performance.now() + question.waitMs;
  const own = ownMacs();
  for (;;) {
    const isLast = performance.now() >= deadlineAt;
    const mac = isV6 ? await askIpv6(question, runIp) : askArp(question);
    if (mac !== null && !own.has(mac)) return mac;
    if (isLast) return null;
    await waitMs(POLL_MS);
  }
}

/** How often to announce, and what announcing may use. */
export interface Announcement {
  readonly count: number;
  readonly intervalMs: number;
  /** True: repeats are left to a child that outlives this process (one a second). */
  readonly isDetached: boolean;
  readonly runIp: RunIp;
  readonly log: (line: string) => void;
}

/**
 * Tells the link at once that the address is here, and repeats it in the background; returns
 * without waiting. IPv4: gratuitous ARP by `arping` of iputils, request and reply. IPv6: an
 * unsolicited neighbour advertisement, sent by the kernel for all addresses of the NIC. Failures
 * are only logged.
 */
export function announceAddress(request: AddressRequest, announcement: Announcement): void {
  if (announcement.count < 1 || request.nic === "lo") return;
  if (!isIPv6(request.ip) && announcement.isDetached) {
    for (const kind of ["-U", "-A"]) arping(kind, request, announcement);
    return;
  }
  announceRepeatedly(request, announcement).catch((error: unknown) =>
    announcement.log(`announcement of ${request.ip} on ${request.nic}: ${messageOf(error)}`),
  );
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

/**
 * The lladdr in the output of `ip -6 neigh show`, unless the entry failed or is unanswered; or
 * null.
 */
export function parseIpv6Neighbour(text: string): string | null {
  if (/\b(FAILED|INCOMPLETE)\b/.test(text)) return null;
  return /\blladdr ([0-9a-f:]+)/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** The highest host of an IPv4 subnet such as `10.0.0.5/24` that is not in `taken`, or null. */
export function findFreeHost(cidr: string, taken: ReadonlySet<string>): string | null {
  const [address, length] = cidr.split("/");
  const prefixLength = Number(length);
  if (address === undefined || !(prefixLength > 0 && prefixLength < 31)) return null;
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefixLength);
  const network = value - (value % size);
  const triesMax = Math.min(size - 2, ARP_FREE_HOSTS_TRIED_MAX);
  for (let tried = 0; tried < triesMax; tried++) {
    const host = network + size - 2 - tried;
    const text = [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join(".");
    if (!taken.has(text)) return text;
  }
  return null;
}

async function announceRepeatedly(request: AddressRequest, announcement: Announcement) {
  for (let sent = 0; sent < announcement.count; sent++) {
    if (sent > 0) await waitMs(announcement.intervalMs);
    if (isIPv6(request.ip)) {
      await advertiseIpv6(request, announcement);
    } else {
      // Some devices learn from requests only, others from replies only.
      if (sent % 2 === 0) arping("-U", request, announcement);
      if (sent === 0 || sent % 2 === 1) arping("-A", request, announcement);
    }
  }
}

/** Sends by a child that nobody waits for: arping stays for a second after its last packet. */
function arping(kind: string, request: AddressRequest, announcement: Announcement): void {
  const count = announcement.isDetached ? announcement.count : 1;
  const args = [kind, "-q", "-c", String(count), "-I", request.nic, request.ip];
  startDetached("arping", args, (reason) => {
    if (!wasArpingTold) announcement.log(`arping: ${reason}, announcing by ARP requests instead`);
    wasArpingTold = true;
    solicitArp(request).catch((error: unknown) => announcement.log(messageOf(error)));
  });
}

/**
 * Without arping: a datagram from the address to a host that is not known makes the kernel
 * broadcast an ARP request whose sender is the address, from which everyone who has an entry for
 * it learns.
 */
async function solicitArp(request: AddressRequest): Promise<void> {
  const taken = new Set(readArpTable().map((entry) => entry.ip));
  const subnets = networkInterfaces()[request.nic] ?? [];
  for (const { address } of subnets) taken.add(address);
  const cidr = subnets.find((own) => own.family === "IPv4" && !own.cidr?.endsWith("/32"))?.cidr;
  const to = cidr === undefined || cidr === null ? null : findFreeHost(cidr, taken);
  if (to !== null) await sendEmptyDatagram({ to, from: request.ip });
}

/**
 * The kernel advertises all addresses of a NIC when its hardware address is set, also to the same
 * value, while `ndisc_notify` is on. Where that is refused, it is made to solicit each known
 * neighbour from the address: they learn the sender's hardware address from the question.
 */
async function advertiseIpv6(request: AddressRequest, { runIp }: Announcement): Promise<void> {
  const mac = networkInterfaces()[request.nic]?.[0]?.mac;
  const switchPath = `/proc/sys/net/ipv6/conf/${request.nic}/ndisc_notify`;
  try {
    const before = readFileSync(switchPath, "utf8").trim();
    if (mac === undefined) throw new Error("no hardware address");
    if (before === "0") writeFileSync(switchPath, "1");
    const args = ["link", "set", "dev", request.nic, "address", mac];
    const result = await runCommand("ip", args, { timeoutMs: LINK_TIMEOUT_MS });
    if (before === "0") writeFileSync(switchPath, "0");
    if (result.kind !== "exited" || result.status !== 0) throw new Error("refused by the driver");
  } catch {
    await solicitIpv6Neighbours(request, runIp);
  }
}

async function solicitIpv6Neighbours(request: AddressRequest, runIp: RunIp): Promise<void> {
  const shown = await runIp(["-6", "neigh", "show", "dev", request.nic]);
  for (const line of shown.split("\n").slice(0, ARP_FREE_HOSTS_TRIED_MAX)) {
    const neighbour = line.split(" ")[0] ?? "";
    if (!isIPv6(neighbour) || neighbour.startsWith("fe80:")) continue;
    await runIp(["neigh", "del", neighbour, "dev", request.nic]);
    await sendEmptyDatagram({ to: neighbour, from: request.ip });
  }
}

function askArp({ ip, nic }: WhoHasQuestion): string | null {
  const isAnswer = (entry: ArpEntry) => entry.ip === ip && entry.nic === nic && entry.isComplete;
  return readArpTable().find(isAnswer)?.mac ?? null;
}

async function askIpv6({ ip, nic }: WhoHasQuestion, runIp: RunIp): Promise<string | null> {
  return parseIpv6Neighbour(await runIp(["-6", "neigh", "show", ip, "dev", nic]));
}

function readArpTable(): ArpEntry[] {
  try {
    return parseArpTable(readFileSync("/proc/net/arp", "utf8"));
  } catch {
    return []; // A kernel without IPv4.
  }
}

function ownMacs(): Set<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((nic) => nic?.map((a) => a.mac) ?? []));
}

/** Resolves when the kernel has taken the datagram or refused it; both are fine here. */
function sendEmptyDatagram({ to, from }: { to: string; from: string | null }): Promise<void> {
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
