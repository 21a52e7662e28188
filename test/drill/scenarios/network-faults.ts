import { monotonicMs, pause } from "../../lab/index.ts";
import type { DrillHost } from "../drill-pair.ts";
import { type DrillContext, observe } from "./context.ts";
import type { FaultScenario } from "./scenario.ts";

/** The agents' ports: tokens, and messages beside them. */
const AGENT_PORTS = [5405, 5406];
const CUT_AT_LEAST_MS = 5_000;
const CUT_TOKENS = 4;

/** Only the agents' packets are dropped: the service must stay where it is, and status say why. */
export const heartbeatCut: FaultScenario = {
  kind: "fault",
  service: "stays",
  act: (context) => cut(context, () => context.pair.cutHeartbeat({ ports: AGENT_PORTS })),
  async restore() {},
};

/** The hosts hear nothing of each other; the client reaches both. */
export const partition: FaultScenario = {
  kind: "fault",
  act: (context) => cut(context, () => context.pair.cutHosts()),
  async restore() {},
};

async function cut(context: DrillContext, doCut: () => Promise<void>) {
  const cutMs = Math.max(CUT_AT_LEAST_MS, CUT_TOKENS * context.tokenMs);
  const faultAt = monotonicMs();
  try {
    await doCut();
    await pause(cutMs * 0.7);
    const notes = await Promise.all(context.pair.hosts.map(statusNotes));
    await pause(Math.max(0, cutMs - (monotonicMs() - faultAt)));
    const healAt = monotonicMs();
    await context.pair.healNetwork();
    await observe(context, { ms: 3_000, tokens: 1 });
    const untilAt = monotonicMs();
    return { faultAt, countFrom: "client", healAt, untilAt, notes: notes.flat() } as const;
  } finally {
    await context.pair.healNetwork();
  }
}

/** What `lbctl status` says on a host during the cut. */
async function statusNotes(host: DrillHost): Promise<string[]> {
  const { stdout, stderr } = await host.run("lbctl", ["status"], { timeoutMs: 60_000 });
  const lines = `${stdout}${stderr}`.trimEnd().split("\n");
  return [`lbctl status on ${host.name} during the cut:`, ...lines.map((line) => `  ${line}`)];
}
