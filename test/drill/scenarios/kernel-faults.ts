import { createInterface } from "node:readline";
import { killGroup, monotonicMs, pause } from "../../lab/index.ts";
import { DrillError } from "../drill-error.ts";
import type { DrillHost, OwnKernel } from "../drill-pair.ts";
import { untilReady } from "../status.ts";
import { type DrillContext, lbctl, limitFor, observe } from "./context.ts";
import type { Deed, FaultScenario, Needs } from "./scenario.ts";

const OWN_KERNEL: Needs = { kind: "machines", why: "needs hosts with kernels of their own" };
/** How long changes are made before the power goes, with slowness counted in. */
const CHANGES_MS = 10_000;
const CHANGES_SLOWNESS_MAX = 4;
const ATTRIBUTE = "drill_change";
/** Written beside each change and not synced: their loss shows that the cut was one. */
const UNSYNCED = "/var/tmp/lb-drill-unsynced";

/**
 * The active host's kernel hangs: the peer takes over, the watchdog resets the host, and the host
 * joins again without anything moving back.
 */
export const watchdogReset: FaultScenario = {
  kind: "fault",
  needs: OWN_KERNEL,
  service: "moves",
  act: (context, { active }) =>
    watchReturn(context, active, {
      fault: (kernel) => kernel.wedge(),
      least: { ms: 1_500, tokens: 2 },
      how: "was reset",
    }),
  async restore() {},
};

/** `systemctl reboot` on the active host: moves in order, and the host comes back by itself. */
export const reboot: FaultScenario = {
  kind: "fault",
  needs: OWN_KERNEL,
  service: "moves",
  act: (context, { active }) =>
    watchReturn(context, active, {
      fault: (kernel) => kernel.reboot(),
      least: { ms: 2_000 },
      how: "has booted",
    }),
  async restore() {},
};

/**
 * Both hosts lose power while the configuration is being changed again and again: what was
 * acknowledged is there when they are back.
 */
export const powerCut: FaultScenario = {
  kind: "fault",
  needs: OWN_KERNEL,
  async act(context, { active, passive }) {
    const changes = makeChanges(active);
    await pause(CHANGES_MS * Math.min(context.slowness, CHANGES_SLOWNESS_MAX));
    const faultAt = monotonicMs();
    await Promise.all([active.crash(), passive.crash()]);
    const acknowledged = changes.lastAcknowledged();
    changes.close();
    if (acknowledged === undefined) throw new DrillError("power-cut: no change was acknowledged");
    await Promise.all([active.boot(), passive.boot()]);
    const marks = [{ at: monotonicMs(), what: "both hosts have booted" }];
    await untilReady(context.pair, limitFor(context.slowness));
    const found = await readChange(active);
    const whole = await countUnsynced(active);
    const notes = [
      `last acknowledged change ${acknowledged}, found after the boot: ${found}`,
      `of ${acknowledged} files written beside without a sync, ${whole} are whole`,
    ];
    if (found < acknowledged) {
      throw new DrillError(`power-cut: a change was lost: ${notes.join()}`);
    }
    await observe(context, { ms: 2_000 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), marks, notes };
  },
  async restore(context, { active }) {
    await lbctl(context, active, ["node", "attribute", active.name, `${ATTRIBUTE}=`]);
    await active.run("sh", ["-c", `rm -f ${UNSYNCED}.*`]);
  },
};

/** A fault after which a host boots by itself. */
interface BootingFault {
  /** Does it; returns the instant. */
  readonly fault: (kernel: OwnKernel) => Promise<number>;
  readonly least: Parameters<typeof observe>[1];
  /** What has happened to the host, for the order of events. */
  readonly how: string;
}

/** Does the fault and watches until the host has booted by itself and both nodes are online. */
async function watchReturn(
  context: DrillContext,
  { name, kernel }: DrillHost,
  { fault, least, how }: BootingFault,
): Promise<Deed> {
  if (kernel === undefined) throw new DrillError(`${name}: has no kernel of its own`);
  const bootId = await kernel.bootId();
  const faultAt = await fault(kernel);
  await observe(context, least);
  const limitMs = limitFor(context.slowness);
  await kernel.untilBack(bootId, limitMs);
  const back = { at: monotonicMs(), what: `${name} ${how} and is up again` };
  const active = await untilReady(context.pair, limitMs);
  const what = `both nodes are online, the service is on ${active}`;
  const marks = [back, { at: monotonicMs(), what }];
  return { faultAt, countFrom: "fault", untilAt: monotonicMs(), marks, notes: [] };
}

/** One change after the other, each counted when lbctl says that it is done. */
function makeChanges(host: DrillHost) {
  const line = `lbctl node attribute ${host.name} ${ATTRIBUTE}=$i`;
  const beside = `echo $i >${UNSYNCED}.$i`;
  const script = `i=1; while ${line} >/dev/null; do ${beside}; echo done $i; i=$((i+1)); done`;
  const child = host.spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  let last: number | undefined;
  if (child.stdout === null) throw new DrillError("power-cut: no output");
  createInterface({ input: child.stdout }).on("line", (text) => {
    const [, count] = /^done (\d+)/.exec(text) ?? [];
    if (count !== undefined) last = Number(count);
  });
  return { lastAcknowledged: () => last, close: () => killGroup(child) };
}

async function countUnsynced(host: DrillHost): Promise<number> {
  const { stdout } = await host.run("sh", ["-c", `cat ${UNSYNCED}.* | wc -l`]);
  return Number(stdout);
}

async function readChange(host: DrillHost): Promise<number> {
  const { stdout } = await host.run("lbctl", ["node", "attribute", host.name, ATTRIBUTE]);
  return /^\d+$/.test(stdout.trim()) ? Number(stdout) : 0;
}
