import { type Host, type Lab, monotonicMs, pause } from "../../lab/index.ts";
import type { AddressPings, Watch } from "../../lab/watch/index.ts";
import { runShown } from "../cluster.ts";
import { DrillError } from "../drill-error.ts";
import type { Printer } from "../printer.ts";
import { untilReady } from "../status.ts";

/** What every scenario works with. */
export interface DrillContext {
  readonly lab: Lab;
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
  readonly active: Host;
  readonly passive: Host;
}

const READY_LIMIT_MS = 60_000;
const HEALTHY_BEFORE_MS = 1_000;
const RANDOM_DELAY_MAX_MS = 1_000;

/**
 * Brings the pair to where each run starts: both nodes online, all resources on one, no failures
 * kept, the client served for a while; then a random delay, so that the phase of timers is random.
 */
export async function prepareRun(context: DrillContext): Promise<Parts> {
  const { lab, watch } = context;
  await untilReady(lab, READY_LIMIT_MS);
  const cleanup = await lab.hosts[0].run("lbctl", ["resource", "cleanup"]);
  if (cleanup.status !== 0) {
    throw new DrillError(`lbctl resource cleanup: ${cleanup.stderr.trim() || cleanup.status}`);
  }
  const name = await untilReady(lab, READY_LIMIT_MS);
  if (!(await watch.untilHealthy({ forMs: HEALTHY_BEFORE_MS, limitMs: READY_LIMIT_MS }))) {
    throw new DrillError(`client not served by ${context.address} though the cluster is ready`);
  }
  await pause(Math.random() * RANDOM_DELAY_MAX_MS);
  watch.forgetBefore(monotonicMs() - 3_000);
  context.pings?.forgetBefore(monotonicMs() - 3_000);
  const active = lab.host(name);
  return { active, passive: lab.peerOf(active) };
}

/** Watches for at least `ms`, then until the client is served again, at most `limitMs` in all. */
export async function observe(
  { watch }: DrillContext,
  { ms, limitMs }: { readonly ms: number; readonly limitMs: number },
): Promise<void> {
  await pause(ms);
  await watch.untilHealthy({ forMs: 700, limitMs: Math.max(0, limitMs - ms) });
}

/** Runs an lbctl command that must do what it says. */
export async function lbctl(
  context: DrillContext,
  host: Host,
  args: readonly string[],
): Promise<void> {
  const result = await runShown(host, `lbctl ${args.join(" ")}`, context);
  if (result.status === 0) return;
  throw new DrillError(`${host.name}: lbctl ${args.join(" ")}: exit status ${result.status}`);
}
