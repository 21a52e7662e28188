import { lookup } from "node:dns/promises";
import { addressFamily } from "../../agent/wire/index.ts";
import { refused, systemCode } from "../ctl-error.ts";
import type { NamedNode } from "../parse/parse-setup.ts";

/** How an address is given where a name does not stand for one. */
const HINT = "add addr=ADDRESS after the name";

/**
 * Gives each node addresses: those that were typed, or the one that its name stands for. Throws for
 * a name that stands for none; `hint` says what to do about it besides /etc/hosts.
 */
export async function resolveNodes(
  nodes: readonly NamedNode[],
  hint = HINT,
): Promise<readonly NamedNode[]> {
  const resolved: NamedNode[] = [];
  for (const { name, addresses } of nodes) {
    const wanted = addresses.length === 0 ? [name] : addresses;
    const found: string[] = [];
    for (const each of wanted) found.push(await resolve({ node: name, hint }, each));
    resolved.push({ name, addresses: found });
  }
  return resolved;
}

interface Asking {
  readonly node: string;
  readonly hint: string;
}

async function resolve(asking: Asking, text: string): Promise<string> {
  if (addressFamily(text) !== null) return text;
  const found = await lookupAll(asking, text);
  const { node, hint } = asking;
  const usable = found.filter((address) => !isLoopback(address));
  const first = usable.find((address) => addressFamily(address) === 4) ?? usable[0];
  if (first !== undefined) return first;
  throw refused(
    `node ${node}: the name ${text} stands for ${found.join(", ")}, a loopback address; put its ` +
      `real address into /etc/hosts or ${hint}`,
  );
}

async function lookupAll({ node, hint }: Asking, text: string): Promise<readonly string[]> {
  try {
    return (await lookup(text, { all: true })).map(({ address }) => address);
  } catch (error) {
    const code = systemCode(error);
    if (code === "") throw error;
    throw refused(
      `node ${node}: the name ${text} is not known here (${code}); put it into /etc/hosts or ` +
        hint,
    );
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
