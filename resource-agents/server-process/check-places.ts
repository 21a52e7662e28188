import { isIP } from "node:net";
import type { AgentContext, ReadinessFinding } from "../contract.ts";
import { checkListenAddress, checkPorts } from "../host-checks/index.ts";
import type { ServerProcesses } from "./find-processes.ts";

/** A place where a server wants to listen for TCP. `host` null: on all addresses of IPv4. */
export interface WantedPlace {
  readonly host: string | null;
  readonly port: number;
}

/** Ports that others hold (not asked of a server that runs), and addresses that are not here. */
export function checkPlaces(
  context: AgentContext,
  places: readonly WantedPlace[],
  { parent, others }: ServerProcesses,
): ReadinessFinding[] {
  // What a dead server left behind is ended before a start, and is in nobody's way.
  const own = new Set(others.map(({ pid }) => pid));
  const wanted = places.map(({ host, port }) => ({ ip: host ?? "0.0.0.0", port }));
  const ports = parent === null ? checkPorts(wanted, (pid) => own.has(pid)) : [];
  const comingAddresses = context.comingAddresses ?? null;
  const addresses = places.flatMap(({ host, port }) => {
    // A name is the server's own to resolve, and its own test tells when it cannot.
    if (host === null || isIP(host) === 0) return [];
    return checkListenAddress({ ip: host, port, comingAddresses }) ?? [];
  });
  return [...ports, ...addresses];
}
