/** What options say about nodes: `--map OLD=NEW` and `--addr NODE=ADDRESS[,ADDRESS]`. */
import type { NodeName } from "../../agent/core/model/index.ts";
import { addressFamily, CLUSTER_LIMITS } from "../../agent/wire/index.ts";
import { refused } from "../ctl-error.ts";

/** New names of nodes by the old ones. Throws for what is no pair and for a node named twice. */
export function parseNodeMap(given: unknown): ReadonlyMap<NodeName, NodeName> {
  const pairs = Array.isArray(given) ? given.flatMap((each) => String(each).split(",")) : [];
  const map = new Map<NodeName, NodeName>();
  for (const pair of pairs) {
    const [from = "", to = "", more] = pair.split("=");
    if (from === "" || to === "" || more !== undefined) {
      throw refused(`--map ${pair}: must be OLD=NEW, two names of nodes`);
    }
    if (map.has(from)) throw refused(`--map ${pair}: ${from} is ${map.get(from)} already`);
    map.set(from, to);
  }
  return map;
}

/** Addresses of nodes in link order. Throws for what is none and for a node named twice. */
export function parseNodeAddresses(given: unknown): ReadonlyMap<NodeName, readonly string[]> {
  const words = Array.isArray(given) ? given.map(String) : [];
  const byNode = new Map<NodeName, readonly string[]>();
  for (const word of words) {
    const at = word.indexOf("=");
    const node = word.slice(0, Math.max(at, 0));
    const addresses = word.slice(at + 1).split(",");
    const isWhole =
      addresses.length <= CLUSTER_LIMITS.linksMax &&
      addresses.every((address) => addressFamily(address) !== null);
    if (node === "" || !isWhole) {
      throw refused(`--addr ${word}: must be NODE=ADDRESS, or NODE=ADDRESS,ADDRESS for two links`);
    }
    if (byNode.has(node)) throw refused(`--addr ${word}: ${node} has addresses already`);
    byNode.set(node, addresses);
  }
  return byNode;
}
