import { isIPv6, SocketAddress } from "node:net";

/**
 * An IP address in the one form that can be compared: no zone, IPv6 shortened in lower case, an
 * IPv4 address inside of IPv6 as the IPv4 one. Anything else is given back as it is.
 */
export function plainAddress(text: string): string {
  const [address = text] = text.replace(/^\[|\]$/g, "").split("%");
  if (!isIPv6(address)) return address;
  const plain = new SocketAddress({ address, family: "ipv6" }).address;
  return /^::ffff:([0-9]+\.[0-9.]+)$/i.exec(plain)?.[1] ?? plain;
}
