import { monotonicMs, pause } from "../../lab/index.ts";
import type { AddressPings, Watch } from "../../lab/watch/index.ts";
import { runShown } from "../cluster.ts";
import { DrillError } from "../drill-error.ts";
import type { DrillHost, DrillPair, Place } from "../drill-pair.ts";
import type { Printer } from "../printer.ts";
import { untilReady } from "../status.ts";

/** What every scenario works with. */
export interface DrillContext {
  readonly pair: DrillPair;
  readonly place: Place;
  /** By how much these hosts are slower than the lab's: times are longer by this factor. */
  readonly slowness: number;
  readonly watch: Watch;
  readonly printer: Printer;
  readonly address: string;
  /** With `--addresses`. */
  readonly pings: AddressPings | undefined;
  readonly tokenMs: number;
  readonly seconds: number | undefined;
}

/** The two hosts in their parts at the start of a run. */
export interface Parts {
  readonly active: DrillHost;
  readonly passive: DrillHost;
}

/** How long hosts as fast as the lab's may take for anything that is waited for. */
const LIMIT_MS = 60_000;
/** Times grow with slowness up to this factor: more would only hide that something hangs. */
const STRETCH_MAX = 10;
const HEALTHY_BEFORE_MS = 1_000;
const HEALTHY_AFTER_MS = 700;
const RANDOM_DELAY_MAX_MS = 1_000;

/**
 * Brings the pair to where each run starts: both nodes online, all resources on one, no failures
 * kept, the client served for a while; then a random delay, so that the phase of timers is random.
 */
export async function prepareRun(context: DrillContext): Promise<Parts> {
  const { pair, watch, slowness } = context;
  const limitMs = limitFor(slowness);
  await untilReady(pair, limitMs);
  const cleanup = await pair.hosts[0].run("lbctl", ["resource", "cleanup"]);
  if (cleanup.status !== 0) {
    throw new DrillError(`lbctl resource cleanup: ${cleanup.stderr.trim() || cleanup.status}`);
  }
  const name = await untilReady(pair, limitMs);
  if (!(await watch.untilHealthy({ forMs: stretched(HEALTHY_BEFORE_MS, slowness), limitMs }))) {
    throw new DrillError(`client not served by ${context.address} though the cluster is ready`);
  }
  await pause(Math.random() * RANDOM_DELAY_MAX_MS);
  watch.forgetBefore(monotonicMs() - 3_000);
  context.pings?.forgetBefore(monotonicMs() - 3_000);
  const active = pair.host(name);
  return { active, passive: pair.peerOf(active) };
}

/** How long to wait for something on hosts of this slowness. */
export function limitFor(slowness: number): number {
  return stretched(LIMIT_MS, slowness);
}

/** A time that fits hosts as fast as the lab's, for hosts of this slowness. */
function stretched(ms: number, slowness: number): number {
  return ms * Math.min(slowness, STRETCH_MAX);
}

/**
 * Watches for at least `ms`, longer on slower hosts, and so many token timeouts; then until the
 * client is served again, at most as long as anything may take.
 */
export async function observe(
  { watch, slowness, tokenMs }: DrillContext,
  { ms, tokens = 0 }: { readonly ms: number; readonly tokens?: number },
): Promise<void> {
  const leastMs = stretched(ms, slowness) + tokens * tokenMs;
  await pause(leastMs);
  const limitMs = Math.max(0, limitFor(slowness) - leastMs);
  await watch.untilHealthy({ forMs: stretched(HEALTHY_AFTER_MS, slowness), limitMs });
}

/** Runs an lbctl command that must do what it says. */
export async function lbctl(
  context: DrillContext,
  host: DrillHost,
  args: readonly string[],
): Promise<void> {
  const result = await runShown(host, `lbctl ${args.join(" ")}`, context);
  if (result.status === 0) return;
  throw new DrillError(`${host.name}: lbctl ${args.join(" ")}: exit status ${result.status}`);
}
