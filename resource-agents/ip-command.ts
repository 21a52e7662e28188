/**
 * The kernel's address table through single `ip` commands, for agents that run as OCF executables.
 */

import { announceAddress } from "./announce-address.ts";
import { messageOf, runCommand } from "./child-process.ts";
import type { AddressRequest, AddressTable, KernelAddress } from "./contract.ts";
import { type NeighbourTable, parseNeighbours, whoHas } from "./neighbours.ts";

const IP_TIMEOUT_MS = 5000;
/** How the kernel writes a lifetime without end, in seconds. */
const FOREVER_SECONDS = 4294967295;

/** What the table needs: where failures of announcements are told, and when to end waiting. */
export interface IpCommandOptions {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A NIC with its addresses, as `ip -json address show` tells. */
export interface ShownNic {
  readonly name: string;
  readonly isUp: boolean;
  readonly addresses: readonly KernelAddress[];
}

/**
 * An `AddressTable` of single commands. Addresses are permanent even when a lease is asked for:
 * nobody would renew it. `list` and `nics` reject when `ip` fails.
 */
export function ipCommandTable(options: IpCommandOptions): AddressTable {
  const list = async () => (await showNics(options)).flatMap((nic) => nic.addresses);
  return {
    list,
    nics: async () => (await showNics(options)).map(({ name, isUp }) => ({ name, isUp })),
    hold: async (request) => {
      const problem = await change(["address", "replace", ...addressWords(request)], options);
      return problem ?? (await verify({ ...request, isExpected: true }, list));
    },
    release: async (address) => {
      const { ip, prefixLength, nic } = address;
      const words = ["address", "del", `${ip}/${prefixLength}`, "dev", nic];
      // An error is no verdict: the address may have been gone before. The table decides.
      const problem = await change(words, options);
      const left = await verify({ ...address, isExpected: false }, list);
      return left === null ? null : (problem ?? left);
    },
    whoHas: (ip, nic, waitMs) => whoHas({ ip, nic, waitMs }, neighbourTable(options)),
    announce: (request, { count, intervalMs }) =>
      announceAddress(request, {
        count,
        intervalMs,
        announcer: null,
        neighbours: neighbourTable({ log: options.log }),
        log: options.log,
      }),
  };
}

function neighbourTable(options: IpCommandOptions): NeighbourTable {
  return {
    forget: async (ip, nic) => {
      await outputOf(["neigh", "del", ip, "dev", nic], options);
    },
    list: async (nic) =>
      parseNeighbours(await outputOf(["-json", "neigh", "show", "dev", nic], options)),
  };
}

/** The words after `ip address replace` (or `add`) for the request, without lifetimes but `0`. */
export function addressWords(request: AddressRequest): string[] {
  const isV6 = request.ip.includes(":");
  const words = [`${request.ip}/${request.prefixLength}`, "dev", request.nic];
  if (request.broadcast !== null && !isV6) words.push("broadcast", request.broadcast);
  if (request.label !== null && !isV6) words.push("label", request.label);
  // The link was asked already; the kernel's own duplicate detection would take more than a second.
  if (isV6) words.push("nodad");
  if (request.hasPrefixRoute === false) words.push("noprefixroute");
  if (request.isPreferredSource === false && isV6) words.push("preferred_lft", "0");
  return words;
}

/** Parses `ip -json address show`. Null when the text is not what `ip` writes. */
export function parseShownNics(text: string): ShownNic[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  return parsed.filter(isRecord).flatMap((nic) => {
    const name = nic["ifname"];
    if (typeof name !== "string") return [];
    const flags = Array.isArray(nic["flags"]) ? nic["flags"] : [];
    const isUp = flags.includes("UP") && flags.includes("LOWER_UP");
    const shown = Array.isArray(nic["addr_info"]) ? nic["addr_info"].filter(isRecord) : [];
    return [{ name, isUp, addresses: shown.flatMap((address) => parseAddress(address, name)) }];
  });
}

function parseAddress(shown: Record<string, unknown>, nic: string): KernelAddress[] {
  const { local, prefixlen, valid_life_time: seconds } = shown;
  if (typeof local !== "string" || typeof prefixlen !== "number") return [];
  const isEnding = typeof seconds === "number" && seconds < FOREVER_SECONDS;
  return [
    { ip: local, prefixLength: prefixlen, nic, remainingMs: isEnding ? seconds * 1000 : null },
  ];
}

async function showNics(options: IpCommandOptions): Promise<ShownNic[]> {
  const result = await runIp(["-json", "address", "show"], options);
  const nics = result.kind === "exited" ? parseShownNics(result.stdout) : null;
  if (nics === null) throw new Error(`ip address show: ${describe(result)}`);
  return nics;
}

async function verify(
  wanted: { readonly ip: string; readonly nic: string; readonly isExpected: boolean },
  list: () => Promise<readonly KernelAddress[]>,
): Promise<string | null> {
  try {
    const isThere = (await list()).some(({ ip, nic }) => ip === wanted.ip && nic === wanted.nic);
    if (isThere === wanted.isExpected) return null;
    return `address ${wanted.ip} on ${wanted.nic}: ${isThere ? "still there" : "not there"}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function change(args: readonly string[], options: IpCommandOptions): Promise<string | null> {
  const result = await runIp(args, options);
  const isDone = result.kind === "exited" && result.status === 0;
  return isDone ? null : `ip ${args.join(" ")}: ${describe(result)}`;
}

async function outputOf(args: readonly string[], options: IpCommandOptions): Promise<string> {
  const result = await runIp(args, options);
  return result.kind === "exited" ? result.stdout : "";
}

function runIp(args: readonly string[], { signal }: IpCommandOptions) {
  const timeoutMs = IP_TIMEOUT_MS;
  return runCommand("ip", args, signal === undefined ? { timeoutMs } : { timeoutMs, signal });
}

function describe(result: Awaited<ReturnType<typeof runCommand>>): string {
  if (result.kind === "notSpawned") return result.reason;
  if (result.kind === "timedOut") return `no answer within ${IP_TIMEOUT_MS} ms`;
  return result.stderr.trim() || `exit status ${result.status}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
