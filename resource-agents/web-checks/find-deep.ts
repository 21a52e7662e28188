import { lookup } from "node:dns/promises";
import { setMaxListeners } from "node:events";
import { isIP } from "node:net";
import { type AgentContext, type AgentResult, type DeepFinding, OCF } from "../contract.ts";
import { isAddressHere } from "../host-checks/index.ts";
import { findGroupsDown, type MemberGroup } from "./member-groups.ts";
import type { WebCheck } from "./read-web-checks.ts";

/** Kept of the time to tell what was found. */
const RESERVE_MS = 200;
/** What a name means has to be known soon: a check of a name that is not is not made from here. */
const LOOKUP_MAX_MS = 1000;
const NOT_KNOWN: DeepFinding = { checks: null, groups: null };

/** What of an action's surroundings is needed. */
type DeepContext = Pick<AgentContext, "timeoutMs" | "signal">;

/** A server as far as its deep checks are concerned. */
export interface DeepServer {
  readonly isRunning: boolean;
  readonly checks: readonly WebCheck[];
  /** Null: it works, as a monitor of level 0 sees it. */
  readonly explainServing: () => Promise<string | null>;
  /** The deep checks, to be ended at this time of `performance.now()`. */
  readonly runChecks: (endsAt: number) => Promise<AgentResult>;
  /** What it passes requests on to; null: not known. */
  readonly findGroups: () => Promise<readonly MemberGroup[] | null>;
}

/**
 * What fails of the deep checks on this host. A server that runs here makes them itself, unless one
 * of them would go to an address that is elsewhere, and so to the server of the other host; without
 * one, members are connected to. A server here that does not work can tell nothing.
 */
export async function findDeepHere(context: DeepContext, server: DeepServer): Promise<DeepFinding> {
  const endsAt = performance.now() + context.timeoutMs - RESERVE_MS;
  if (server.isRunning && (await areAllHere(server.checks))) {
    if ((await server.explainServing()) !== null) return NOT_KNOWN;
    const { status, deep } = await server.runChecks(endsAt);
    if (status === OCF.SUCCESS) return { checks: [], groups: null };
    return deep === undefined ? NOT_KNOWN : { checks: deep.checks, groups: null };
  }
  const groups = await server.findGroups();
  return { checks: null, groups: await findDown(groups, { context, endsAt }) };
}

/** A result of deep checks with what of the members is down, when it is not a success. */
export async function withGroups(
  result: AgentResult,
  groups: readonly MemberGroup[] | null,
  at: { readonly context: DeepContext; readonly endsAt: number },
): Promise<AgentResult> {
  if (result.deep === undefined) return result;
  return { ...result, deep: { ...result.deep, groups: await findDown(groups, at) } };
}

async function findDown(
  groups: readonly MemberGroup[] | null,
  { context, endsAt }: { readonly context: DeepContext; readonly endsAt: number },
): Promise<readonly string[] | null> {
  if (groups === null) return null;
  const signal = AbortSignal.any([context.signal]);
  setMaxListeners(0, signal); // One for each member; Node.js would take that for a leak.
  return findGroupsDown(groups, { timeoutMs: Math.floor(endsAt - performance.now()), signal });
}

async function areAllHere(checks: readonly WebCheck[]): Promise<boolean> {
  const hosts = [...new Set(checks.map(({ url }) => url.hostname.replace(/^\[|\]$/g, "")))];
  const found = await Promise.all(hosts.map(isHere));
  return found.every((each) => each);
}

async function isHere(host: string): Promise<boolean> {
  if (host === "localhost") return true;
  if (isIP(host) !== 0) return isAddressHere(host);
  const late = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), LOOKUP_MAX_MS).unref();
  });
  const named = lookup(host).catch(() => null);
  const found = await Promise.race([named, late]);
  return found !== null && isAddressHere(found.address);
}
