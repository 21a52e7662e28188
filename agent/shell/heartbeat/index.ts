export { hostMonotonicMs } from "./host-clock.ts";
export { IpBatch } from "./lease-batch.ts";
export { LeaseKeeper, leaseLifetimeSec } from "./lease-keeper.ts";
export { openOutput, splitLines } from "./line-pipe.ts";
export { PacketTally } from "./packet-tally.ts";
export { REALTIME_COMMAND, requestRealtime, type Scheduling } from "./realtime.ts";
export { type LinkAddresses, openUdpLinks, type UdpLinks } from "./udp-links.ts";
