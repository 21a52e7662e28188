/** What the kernel's routes say of where an address belongs, when its addresses do not. */
import { isIPv6 } from "node:net";
import type { AgentContext } from "../contract.ts";

const ROUTES_TIMEOUT_MS = 2000;

/** A route without a gateway to a subnet that contains the address. */
export interface LinkRoute {
  readonly nic: string;
  readonly prefixLength: number;
  /** The kernel prefers the lowest. */
  readonly metric: number;
}

/** Asks the kernel by one `ip` command; none when it cannot be asked. */
export async function readLinkRoutes(context: AgentContext, ip: string): Promise<LinkRoute[]> {
  const family = isIPv6(ip) ? "-6" : "-4";
  const args = ["-json", family, "route", "list", "match", ip];
  const result = await context.run("ip", args, { timeoutMs: ROUTES_TIMEOUT_MS });
  return result.kind === "exited" ? parseLinkRoutes(result.stdout, ip) : [];
}

/**
 * Parses `ip -json route list match`. Left out are routes by a gateway, default routes, and the one
 * that the kernel itself made for the address.
 */
export function parseLinkRoutes(text: string, ip: string): LinkRoute[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.filter(isRecord).flatMap((route) => {
    const { dst, dev: nic, gateway, via, protocol, metric } = route;
    if (typeof dst !== "string" || typeof nic !== "string" || dst === "default") return [];
    if (gateway !== undefined || via !== undefined) return [];
    const [, length] = dst.split("/");
    if (length === undefined && protocol === "kernel") return [];
    const prefixLength = length === undefined ? (isIPv6(ip) ? 128 : 32) : Number(length);
    return [{ nic, prefixLength, metric: typeof metric === "number" ? metric : 0 }];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
