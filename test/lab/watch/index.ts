export { AddressPings } from "./address-pings.ts";
export {
  findOutages,
  HEALTHY_AFTER_MS,
  longestDoubleOwnerMs,
  type Outage,
  singleOwnerAfterMs,
} from "./outage.ts";
export type { OwnerRecord, ProbeRecord } from "./records.ts";
export { Watch, type WatchedHost, type WatchedPair, type WatchOptions } from "./watch.ts";
