/** What the timing settings promise, in words. All inputs and outputs are milliseconds. */
import { TOKENS_PER_TIMEOUT } from "../../agent/core/model/index.ts";

/** Lifetime that the kernel gives to an address unless it is renewed. */
const LEASE_MS = 1000;
/** How late the kernel may collect an expired address. */
const LEASE_LATE_MS = 400;

/** Worst outages and the worst double ownership for a token timeout, one sentence a line. */
export function renderTiming(tokenTimeoutMs: number): readonly string[] {
  const { calm, restless } = TOKENS_PER_TIMEOUT;
  const frozenMs = Math.max(tokenTimeoutMs, LEASE_MS + LEASE_LATE_MS);
  return [
    `token sent every ${tokenTimeoutMs / calm} ms, ${tokenTimeoutMs / restless} ms unless all is ` +
      `well; a node is lost after ${tokenTimeoutMs} ms without one`,
    `crashed host: outage of at most ${tokenTimeoutMs} ms and the start of the resources`,
    `frozen agent on a living host: its address expires, outage of at most ${frozenMs} ms ` +
      "and the start of the resources",
    "two owners of an address: none while a node hears the other on any link, or its address on " +
      "the service network",
    "no path between the nodes at all, clients reaching both: two owners until the cut heals",
  ];
}
