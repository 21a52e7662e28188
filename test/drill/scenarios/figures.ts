import { Host, killGroup, monotonicMs, pause, VIRTUAL_IP } from "../../lab/index.ts";
import { findOutages, longestDoubleOwnerMs } from "../../lab/watch/index.ts";
import { runShown } from "../cluster.ts";
import { DrillError } from "../drill-error.ts";
import { lbctl, observe, prepareRun } from "./context.ts";
import { costOf, sampleCost } from "./process-cost.ts";
import type { FaultScenario, FigureScenario } from "./scenario.ts";

const BUSY_LOOPS = 4;
const LOAD_DEFAULT_S = 60;
const IDLE_DEFAULT_S = 30;
/** V8 compiles what runs often in the first two minutes. */
const IDLE_AFTER_MS = 120_000;
const STATUS_CALLS = 20;

/** Both agents stopped, then started at once; counted from the spawning of the start commands. */
export const coldStart: FaultScenario = {
  kind: "fault",
  async act(context, { active, passive }) {
    for (const host of [passive, active]) await lbctl(context, host, ["cluster", "stop"]);
    await pause(1_000);
    const faultAt = monotonicMs();
    const starts = context.pair.hosts.map((host) => lbctl(context, host, ["cluster", "start"]));
    await Promise.all(starts);
    await observe(context, { ms: 2_000 });
    return { faultAt, countFrom: "fault", untilAt: monotonicMs(), notes: [] };
  },
  async restore() {},
};

/** Busy loops on both hosts: nothing may move, and the client be served. */
export const cpuLoad: FigureScenario = {
  kind: "figure",
  async measure(context) {
    const { active } = await prepareRun(context);
    const seconds = context.seconds ?? LOAD_DEFAULT_S;
    const startAt = monotonicMs();
    const loops = Array.from({ length: BUSY_LOOPS }, (_, index) => {
      const host = context.pair.hosts[index % 2 === 0 ? 0 : 1];
      return host.spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
    });
    try {
      await pause(seconds * 1_000);
    } finally {
      for (const loop of loops) killGroup(loop);
    }
    const endAt = monotonicMs();
    const probes = context.watch.probesSince(startAt);
    const owners = context.watch.owners.filter(({ at }) => at >= startAt);
    return {
      seconds,
      busy_loops: BUSY_LOOPS,
      failovers: owners.filter((one) => one.owners.some((name) => name !== active.name)).length,
      requests: probes.length,
      failed: probes.filter(({ ok }) => !ok).length,
      longest_gap_ms: longestGapMs(context.watch.probes, startAt),
      double_owner_ms: longestDoubleOwnerMs(context.watch.owners, { fromAt: startAt, toAt: endAt }),
    };
  },
};

function longestGapMs(probes: Parameters<typeof findOutages>[0], sinceAt: number): number {
  const gaps = findOutages(probes, sinceAt).map(
    ({ lastGoodAt, recoveredAt }) => (recoveredAt ?? monotonicMs()) - lastGoodAt,
  );
  return Math.round(Math.max(0, ...gaps));
}

/** Memory and processor time of lb-agent, lb-heartbeat and their helpers, while nothing happens. */
export const idleCost: FigureScenario = {
  kind: "figure",
  needs: { kind: "namespaces", why: "reads the memory of the hosts' processes from outside" },
  async measure(context) {
    const { active } = await prepareRun(context);
    const seconds = context.seconds ?? IDLE_DEFAULT_S;
    await pause(IDLE_AFTER_MS);
    const hostsHere = context.pair.hosts.filter((host) => host instanceof Host);
    const before = hostsHere.map((host) => sampleCost(host));
    await pause(seconds * 1_000);
    const hosts = hostsHere.map((host, index) => {
      const after = sampleCost(host);
      const cost = costOf(before[index] ?? after, after);
      return { node: host.name, active: host === active, ...cost };
    });
    if (hosts.some(({ processes }) => processes.length === 0)) {
      throw new DrillError("idle-cost: no process of lb-agent or lb-heartbeat found");
    }
    return { seconds, hosts };
  },
};

/** How long `lbctl status` takes, one call after the other, with some 4 ms of entering the host. */
export const statusTime: FigureScenario = {
  kind: "figure",
  async measure(context) {
    const { active } = await prepareRun(context);
    const times: number[] = [];
    for (let call = 0; call < STATUS_CALLS; call++) {
      const { status, startedAt, endedAt } = await active.run("lbctl", ["status"]);
      if (status !== 0) throw new DrillError(`status-time: lbctl status: exit status ${status}`);
      times.push(Math.round((endedAt - startedAt) * 10) / 10);
    }
    times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)];
    return { calls: STATUS_CALLS, status_ms: { min: times[0], median, max: times.at(-1) } };
  },
};

/** What else the guide has an operator type, after the cluster was built with its commands. */
export const guide: FigureScenario = {
  kind: "figure",
  isShownAlready: true,
  async measure(context) {
    const { active } = await prepareRun(context);
    const lines = ["lbctl status", "lbctl resource cleanup webserver", "lbctl mon -1 -o"];
    const commands = [];
    for (const line of lines) {
      const { status, stdout, stderr } = await runShown(active, line, context);
      commands.push({ node: active.name, command: line, status, stdout, stderr });
    }
    const page = await context.pair.client.run("curl", ["-s", `http://${VIRTUAL_IP}/`]);
    return { commands, answers: page.stdout.trim() };
  },
};
