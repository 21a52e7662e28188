/**
 * A planned move of an address without a lost request, as a live migration:
 *
 *   source: migrate_to ── notes that its next stop hands over
 *   target: migrate_from ─ holds the address too, announces it, and passes on to the source what
 *           belongs to connections that it does not know
 *   source: stop ──────── answers no more questions for the address, lets connections end for a
 *           bounded time, then removes it
 *
 * All that is set up in the kernel for this ends by itself at the bound, whoever dies meanwhile.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { AddressRequest, AgentContext } from "../contract.ts";
import { countConnections } from "./connections.ts";

/** A migration that was begun so long ago has ended somehow: a stop is a plain one again. */
const MARK_VALID_MS = 120_000;
/**
 * The source keeps the address at least so long: clients that asked in the moment in which both
 * answered learn of the target by its second announcement.
 */
const KEPT_AT_LEAST_MS = 250;
const DRAIN_POLL_MS = 20;
/** Connections that may begin at the target while it passes others on; more go to the source. */
const CONNECTIONS_MAX = 65_535;

/** The source notes that its next stop is the end of a planned move. */
export function markHandover(context: AgentContext): void {
  mkdirSync(context.runFolder, { recursive: true });
  writeFileSync(markOf(context), String(sinceBootMs()));
}

/** True once for a stop that ends a planned move. */
export function takeHandoverMark(context: AgentContext): boolean {
  const path = markOf(context);
  if (!existsSync(path)) return false;
  const ageMs = sinceBootMs() - Number(readFileSync(path, "utf8"));
  rmSync(path, { force: true });
  return ageMs >= 0 && ageMs < MARK_VALID_MS;
}

/**
 * The target passes on to `sourceMac` what comes for the address and belongs to no connection that
 * began here, for `forMs`. Null, or why it does not: then such connections are cut.
 */
export async function passOnToSource(
  context: AgentContext,
  { ip, nic }: AddressRequest,
  { sourceMac, forMs }: { readonly sourceMac: string; readonly forMs: number },
): Promise<string | null> {
  const ownMac = await readMac(nic);
  if (ownMac === null) return `nic "${nic}": has no hardware address`;
  if (!isMac(sourceMac)) return `hardware address "${sourceMac}" of the source: not understood`;
  const family = isIPv6(ip) ? "ip6" : "ip";
  const type = isIPv6(ip) ? "ipv6_addr" : "ipv4_addr";
  const table = `netdev ${tableName(context, "from")}`;
  const sender = `${family} saddr . tcp sport`;
  return load(context, table, [
    `set begun { type ${type} . inet_service; flags dynamic,timeout; timeout ${2 * forMs}ms;`,
    `size ${CONNECTIONS_MAX}; }`,
    `set open { type ${type}; flags timeout; elements = { ${ip} timeout ${forMs}ms }; }`,
    `chain arriving { type filter hook ingress device "${nic}" priority 0; policy accept;`,
    `${family} daddr @open tcp flags & (syn|ack) == syn add @begun { ${sender} } accept`,
    `${family} daddr @open meta l4proto tcp ${sender} != @begun ` +
      `ether saddr set ${ownMac} ether daddr set ${sourceMac} fwd to "${nic}"`,
    "}",
  ]);
}

/**
 * The source answers no more questions for the address, and waits until its connections have ended,
 * at most `forMs`. Where it cannot fall silent it does not wait either: two would answer.
 */
export async function letConnectionsEnd(
  context: AgentContext,
  { ip, forMs }: { readonly ip: string; readonly forMs: number },
): Promise<void> {
  const problem = await fallSilent(context, ip, forMs);
  if (problem !== null) {
    context.log(`ip "${ip}": handed over without waiting for connections: ${problem}`);
    return;
  }
  const beganAt = performance.now();
  const elapsed = (): number => performance.now() - beganAt;
  while (elapsed() < forMs && !context.signal.aborted) {
    if (elapsed() >= KEPT_AT_LEAST_MS && (await countConnections(ip)) === 0) return;
    await context.wait(DRAIN_POLL_MS);
  }
}

/** Removes what a handover has left in the kernel, once it has no effect any more. */
export async function clearHandover(
  context: AgentContext,
  { olderThanMs }: { readonly olderThanMs: number },
): Promise<void> {
  for (const side of ["from", "silent"] as const) {
    const path = noteOf(context, side);
    if (!existsSync(path)) continue;
    const [atMs, ...table] = readFileSync(path, "utf8").split(" ");
    const ageMs = sinceBootMs() - Number(atMs);
    // What seems to come from the future was noted before the host was started anew.
    if (ageMs >= 0 && ageMs < olderThanMs) continue;
    await context.run("nft", ["delete", "table", ...table]);
    rmSync(path, { force: true });
  }
}

async function fallSilent(
  context: AgentContext,
  ip: string,
  forMs: number,
): Promise<string | null> {
  const name = tableName(context, "silent");
  const validMs = forMs + KEPT_AT_LEAST_MS;
  if (isIPv6(ip)) {
    return load(context, `ip6 ${name}`, [
      `set silent { type ipv6_addr; flags timeout; elements = { ${ip} timeout ${validMs}ms }; }`,
      "chain asked { type filter hook input priority 0; policy accept;",
      "icmpv6 type nd-neighbor-solicit icmpv6 taddr @silent drop",
      "}",
    ]);
  }
  return load(context, `arp ${name}`, [
    `set silent { type ipv4_addr; flags timeout; elements = { ${ip} timeout ${validMs}ms }; }`,
    "chain asked { type filter hook input priority 0; policy accept;",
    "arp daddr ip @silent drop",
    "}",
  ]);
}

/** Puts a table in place of one of the same name. Null, or what nft said. */
async function load(
  context: AgentContext,
  table: string,
  lines: readonly string[],
): Promise<string | null> {
  const input = [
    `add table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    ...lines,
    "}",
  ].join("\n");
  const side = table.startsWith("netdev") ? "from" : "silent";
  const result = await context.run("nft", ["-f", "-"], { input: `${input}\n` });
  if (result.kind === "exited" && result.status === 0) {
    mkdirSync(context.runFolder, { recursive: true });
    writeFileSync(noteOf(context, side), `${sinceBootMs()} ${table}`);
    return null;
  }
  if (result.kind === "notSpawned") return result.reason;
  const said = result.stderr.trim().split("\n")[0] ?? "";
  return said === "" ? "nft did not end in time" : said;
}

async function readMac(nic: string): Promise<string | null> {
  try {
    const mac = (await readFile(`/sys/class/net/${nic}/address`, "utf8")).trim();
    return isMac(mac) ? mac : null;
  } catch {
    // No such interface: it has gone meanwhile.
    return null;
  }
}

function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text);
}

/** Milliseconds that no setting of the clock changes, the same for all processes of the host. */
function sinceBootMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function markOf(context: AgentContext): string {
  return join(context.runFolder, `handover-${tableName(context, "from")}`);
}

function noteOf(context: AgentContext, side: "from" | "silent"): string {
  return join(context.runFolder, `nft-${tableName(context, side)}`);
}

/** nft takes letters, digits and underscores; ids of resources may hold more. */
function tableName({ resource }: AgentContext, side: "from" | "silent"): string {
  const digest = createHash("sha256").update(resource).digest("hex").slice(0, 12);
  return `lb_handover_${side}_${digest}`;
}
