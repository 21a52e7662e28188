import { canonicalIp } from "../hints/index.ts";

/** An address on a NIC of this host, held or not. */
export interface Place {
  readonly ip: string;
  readonly nic: string;
}

/** Names a place: the same however the address is written. */
export function placeKey({ ip, nic }: Place): string {
  return `${nic} ${canonicalIp(ip)}`;
}
