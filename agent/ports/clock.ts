import type { Instant } from "../core/base/index.ts";

/** This node's monotonic clock, and the one timer of the driver. */
export interface Clock {
  now(): Instant;
  /** Wall-clock milliseconds since 1970: for people to read, and for rules on dates. */
  wallMs(): number;
  /** Calls the driver once at this instant; replaces what was set before. Null: no call. */
  wakeAt(at: Instant | null): void;
}
