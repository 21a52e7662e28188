import type { ClusterConfig, ClusterNode, Problem } from "../core/model/index.ts";
import { canonicalAddress } from "./ip-address.ts";

/** What a host knows of itself. */
export interface HostIdentity {
  readonly hostName: string;
  /** Addresses of its interfaces. */
  readonly addresses: readonly string[];
}

/**
 * Which node of the configuration this host is: by its addresses, or by its host name (with or
 * without the domain) where addresses leave it open. A problem when it is none, or when name and
 * addresses say different things.
 */
export function findLocalNode(config: ClusterConfig, host: HostIdentity): ClusterNode | Problem {
  const local = new Set(host.addresses.map(canonicalAddress));
  const byAddress = config.nodes.filter(({ addresses }) =>
    addresses.some((address) => local.has(canonicalAddress(address))),
  );
  const names = [host.hostName, host.hostName.split(".")[0]];
  const byName = config.nodes.filter(({ name }) => names.includes(name));
  const [named] = byName;
  const [addressed] = byAddress;
  if (byAddress.length === 1 && addressed !== undefined) {
    if (named === undefined || named.name === addressed.name) return addressed;
    const found = `host name ${host.hostName}, addresses of ${addressed.name}`;
    return problem(found, "host name and addresses must be those of the same node");
  }
  if (named !== undefined) return named;
  if (byAddress.length > 1) {
    return problem("addresses of both nodes", "each node must be a host of its own");
  }
  const known = config.nodes.map(({ name, addresses }) => `${name} (${addresses.join(", ")})`);
  const expected = `must be one of the nodes ${known.join(" and ")}, by host name or address`;
  return problem(`host ${host.hostName}`, expected);
}

function problem(found: string, expected: string): Problem {
  return { code: "not-a-node", path: "this host", found, expected };
}
