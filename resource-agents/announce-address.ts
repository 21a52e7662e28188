/**
 * Telling the neighbours on the link that an address is here. Without raw sockets: programs of the
 * host send, or the kernel is made to tell, by datagrams and by `ip`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import {
  type Announcer,
  announceDetached,
  announcerProgram,
  type PacketKind,
} from "./announcer.ts";
import { messageOf, runCommand, waitMs } from "./child-process.ts";
import type { AddressRequest } from "./contract.ts";
import { findProgram } from "./find-program.ts";
import { type NeighbourTable, readArpTable, sendEmptyDatagram } from "./neighbours.ts";

const LINK_TIMEOUT_MS = 2000;
const NEIGHBOURS_SOLICITED_MAX = 64;
const FREE_HOSTS_TRIED_MAX = 64;
/** The kernel advertises all addresses of a NIC at a time: this often is enough for any number. */
const KERNEL_PAUSE_MS = 50;

/** The log is told once in a process that a program is not there. */
const toldPrograms = new Set<string>();
/** By NIC, the run in which the kernel will advertise: what is asked for before takes part. */
const nextRuns = new Map<string, Promise<boolean>>();
/** By NIC, the end of the latest run. */
const lastRuns = new Map<string, Promise<unknown>>();

/** How often to announce, and what announcing may use. */
export interface Announcement {
  readonly count: number;
  readonly intervalMs: number;
  /** Null: packets are left to a process that outlives this one. */
  readonly announcer: Announcer | null;
  readonly neighbours: NeighbourTable;
  readonly log: (line: string) => void;
}

/**
 * Tells the link at once that the address is here, and repeats it in the background as long as it
 * is; returns without waiting. IPv4: gratuitous ARP, request and reply. IPv6: an unsolicited
 * neighbour advertisement with the override flag. Failures are only logged.
 */
export function announceAddress(request: AddressRequest, announcement: Announcement): void {
  const { ip, nic } = request;
  if (announcement.count < 1 || nic === "lo") return;
  // Some devices learn from requests only, others from replies only.
  const kinds: readonly [PacketKind, PacketKind] = isIPv6(ip)
    ? ["advertisement", "advertisement"]
    : ["request", "reply"];
  const { announcer, count, intervalMs, log } = announcement;
  const say = (error: unknown): void => log(`announcement of ${ip} on ${nic}: ${messageOf(error)}`);
  const hasProgram = findProgram(announcerProgram(kinds[0])) !== null;
  if (!hasProgram) tellMissing(announcerProgram(kinds[0]), log);
  if (announcer === null && hasProgram) {
    announceDetached({ kinds, ip, nic, count, intervalMs }, say);
    return;
  }
  const send = announcer !== null && hasProgram ? announcer.send : null;
  repeat(announcement, request, async (isFirst, sent) => {
    if (send === null) return askKernel(request, announcement);
    if (isFirst && kinds[0] !== kinds[1]) send({ kind: kinds[1], ip, nic });
    send({ kind: kinds[sent % 2 === 0 ? 0 : 1], ip, nic });
  }).catch(say);
}

/** The highest host of an IPv4 subnet such as `10.0.0.5/24` that is not in `taken`, or null. */
export function findFreeHost(cidr: string, taken: ReadonlySet<string>): string | null {
  const [address, length] = cidr.split("/");
  const prefixLength = Number(length);
  if (address === undefined || !(prefixLength > 0 && prefixLength < 31)) return null;
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefixLength);
  const network = value - (value % size);
  const triesMax = Math.min(size - 2, FREE_HOSTS_TRIED_MAX);
  for (let tried = 0; tried < triesMax; tried++) {
    const host = network + size - 2 - tried;
    const text = [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join(".");
    if (!taken.has(text)) return text;
  }
  return null;
}

function tellMissing(program: string, log: (line: string) => void): void {
  if (toldPrograms.has(program)) return;
  toldPrograms.add(program);
  const instead =
    program === "arping" ? "announcing by ARP requests instead" : "the kernel advertises instead";
  log(`${program}: not found in PATH, ${instead}`);
}

async function repeat(
  { count, intervalMs }: Announcement,
  request: AddressRequest,
  act: (isFirst: boolean, sent: number) => Promise<void>,
): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    if (sent > 0) {
      await waitMs(intervalMs);
      // An announcement of what another host has got since would do harm.
      if (!isHere(request)) return;
    }
    await act(sent === 0, sent);
  }
}

function isHere({ ip, nic }: AddressRequest): boolean {
  return networkInterfaces()[nic]?.some(({ address }) => address === ip) ?? false;
}

async function askKernel(request: AddressRequest, announcement: Announcement): Promise<void> {
  if (!isIPv6(request.ip)) return solicitArp(request);
  const isDone = await advertiseAll(request.nic);
  if (!isDone) await solicitIpv6Neighbours(request, announcement.neighbours);
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
 * Makes the kernel advertise all IPv6 addresses of the NIC that are there when its turn has come.
 * False: the driver refused.
 */
function advertiseAll(nic: string): Promise<boolean> {
  const next = nextRuns.get(nic);
  if (next !== undefined) return next;
  const run = (lastRuns.get(nic) ?? Promise.resolve()).then(() => {
    nextRuns.delete(nic);
    const told = setOwnMac(nic);
    lastRuns.set(
      nic,
      told.then(() => waitMs(KERNEL_PAUSE_MS)),
    );
    return told;
  });
  nextRuns.set(nic, run);
  return run;
}

/**
 * The kernel advertises all addresses of a NIC when its hardware address is set, also to the same
 * value, while `ndisc_notify` is on.
 */
async function setOwnMac(nic: string): Promise<boolean> {
  const mac = networkInterfaces()[nic]?.[0]?.mac;
  const switchPath = `/proc/sys/net/ipv6/conf/${nic}/ndisc_notify`;
  if (mac === undefined) return false;
  try {
    const before = readFileSync(switchPath, "utf8").trim();
    if (before === "0") writeFileSync(switchPath, "1");
    const args = ["link", "set", "dev", nic, "address", mac];
    const result = await runCommand("ip", args, { timeoutMs: LINK_TIMEOUT_MS });
    if (before === "0") writeFileSync(switchPath, "0");
    return result.kind === "exited" && result.status === 0;
  } catch {
    return false; // A kernel without IPv6, or without this switch.
  }
}

/** Known neighbours are asked from the address: they learn its place from the question. */
async function solicitIpv6Neighbours(
  request: AddressRequest,
  neighbours: NeighbourTable,
): Promise<void> {
  const known = await neighbours.list(request.nic, performance.now());
  for (const { ip } of known.slice(0, NEIGHBOURS_SOLICITED_MAX)) {
    if (!isIPv6(ip) || ip.startsWith("fe80:")) continue;
    await neighbours.forget(ip, request.nic);
    await sendEmptyDatagram({ to: ip, from: request.ip });
  }
}
