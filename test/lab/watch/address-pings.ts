import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { wallToMonotonicMs } from "../clock.ts";
import { endChild } from "../run-command.ts";
import type { WatchClient } from "./watch.ts";

const INTERVAL_SECONDS = "0.01";
/** So long without an answer is an outage of an address that is asked every 10 ms. */
const SILENCE_MIN_MS = 60;

/** The client asks many addresses by `ping`, so often that each outage is seen to 10 ms. */
export class AddressPings {
  /** When each address answered, monotonic ms. */
  readonly #answeredAt = new Map<string, number[]>();
  readonly #pings: readonly ChildProcess[];
  readonly #offsetMs = wallToMonotonicMs();

  constructor(client: WatchClient, addresses: readonly string[]) {
    this.#pings = addresses.map((address) => {
      const times: number[] = [];
      this.#answeredAt.set(address, times);
      const args = ["-D", "-n", "-i", INTERVAL_SECONDS, address];
      const ping = client.spawn("ping", args, { stdio: ["ignore", "pipe", "inherit"] });
      if (ping.stdout === null) throw new Error("ping: no output");
      createInterface({ input: ping.stdout }).on("line", (line) => {
        const at = parseAnswer(line, this.#offsetMs);
        if (at !== undefined) times.push(at);
      });
      return ping;
    });
  }

  /** By address, from `sinceAt` to the end of its longest silence after it, as `backAfterMs`. */
  backAfterMs(sinceAt: number): (number | null)[] {
    return [...this.#answeredAt.values()].map((times) => backAfterMs(times, sinceAt));
  }

  /** Forgets what was seen before. */
  forgetBefore(at: number): void {
    for (const times of this.#answeredAt.values()) {
      times.splice(
        0,
        Math.max(
          0,
          times.findLastIndex((each) => each < at),
        ),
      );
    }
  }

  /** Resolves when all processes are gone. */
  async close(): Promise<void> {
    await Promise.all(this.#pings.map(endChild));
  }
}

/** When the answer of a line of `ping -D` came; undefined for any other line. */
export function parseAnswer(line: string, offsetMs: number): number | undefined {
  const [, seconds] = /^\[(\d+\.\d+)\] \d+ bytes from /.exec(line) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000 + offsetMs;
}

/**
 * From `sinceAt` to the end of the longest silence that ends after it; 0 when there was none of
 * note, null when no answer came since.
 */
export function backAfterMs(times: readonly number[], sinceAt: number): number | null {
  const since = times.filter((at) => at >= sinceAt);
  if (since.length === 0) return null;
  const gaps = since.map((at, index) => {
    const before = index === 0 ? times.findLast((each) => each < sinceAt) : since[index - 1];
    return { at, silentMs: at - (before ?? sinceAt) };
  });
  const longest = gaps.reduce((a, b) => (b.silentMs > a.silentMs ? b : a));
  return longest.silentMs < SILENCE_MIN_MS ? 0 : Math.round(longest.at - sinceAt);
}
