/** A systemd unit as a resource, beside the address: noticed, recovered, reloaded, moved. */
import { monotonicMs } from "../lab/clock.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { type Pair, type Parts, show, until, untilReady } from "./pair.ts";

const LIMIT_MS = 30_000;
/** From a unit that ends to one that runs again: the watch, a monitor, a stop and a start. */
const RECOVERY_MAX_MS = 3000;
/** A stop that waited for its own agent would take until the timeout. */
const MOVE_MAX_MS = 15_000;
const UNIT = "lab-worker@7.service";
const DROP_IN = `/run/systemd/system/${UNIT}.d/50-lb-cluster.conf`;
const FILE = `[Service]
ExecStart=/bin/sleep 100000
ExecReload=/bin/sh -c 'echo reloaded >>/run/lab-worker.told'
Restart=always
RestartSec=10
[Install]
WantedBy=multi-user.target
`;
const CREATE = [
  "lbctl resource create unit systemd:lab-worker@7 meta migration-threshold=10",
  "lbctl constraint colocation add unit virtual_ip INFINITY",
  "lbctl constraint order virtual_ip then unit",
];

/** Runs the case; the resource is removed again. */
export async function systemdUnit(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  for (const machine of pair.machines) {
    const path = "/etc/systemd/system/lab-worker@.service";
    await machine.must(["sh", "-c", `cat >${path} && systemctl daemon-reload`], { input: FILE });
  }
  for (const line of CREATE) await show(pair, active, line);
  await isActive(active);
  await untilReady(pair);
  const at = monotonicMs();
  const complaints: string[] = [];
  const expect = (what: string, found: string, wanted: string): void => {
    if (found !== wanted) complaints.push(`${what}: "${found}", expected "${wanted}"`);
  };
  expect("systemd's own restart", await property(active, "Restart"), "no");
  const killedMs = await recovers(active, "kill -9 $(systemctl show -P MainPID $unit)");
  const stoppedMs = await recovers(active, "systemctl stop $unit");
  const reloaded = await show(pair, passive, "lbctl resource reload unit");
  expect("reload", reloaded, `Reloaded unit on ${active.name}`);
  expect("told", await active.must(["cat", "/run/lab-worker.told"]), "reloaded");
  await show(pair, passive, "lbctl resource cleanup unit");
  const kept = await property(active, "MainPID");
  await show(pair, active, "systemctl restart lb-agent");
  await untilReady(pair);
  expect("the unit after a restart of the agent", await property(active, "MainPID"), kept);
  const stopMs = await timed(() => show(pair, active, "systemctl stop lb-agent"));
  await show(pair, active, "systemctl start lb-agent");
  await untilReady(pair);
  await isActive(passive);
  expect("the unit left behind", await property(active, "ActiveState"), "inactive");
  expect("drop-in left behind", (await active.run(["cat", DROP_IN])).stdout, "");
  const before = passive.initPid ?? 0;
  const rebootMs = await timed(async () => {
    await show(pair, passive, "systemctl reboot");
    await passive.untilGone(before);
  });
  await untilReady(pair);
  await isActive(active);
  const failures = await show(pair, active, "lbctl resource failcount show unit");
  expect("failures of moves", failures, "No failcounts for resource 'unit'");
  const figures = pair.recorder.figures(at);
  await show(pair, active, "lbctl resource delete unit --wait");
  expect("the unit after its removal", await property(active, "ActiveState"), "inactive");
  for (const [what, ms, limitMs] of [
    ["killed", killedMs, RECOVERY_MAX_MS],
    ["stopped", stoppedMs, RECOVERY_MAX_MS],
    ["stop of the agent", stopMs, MOVE_MAX_MS],
    ["reboot", rebootMs, MOVE_MAX_MS],
  ] as const) {
    if (ms > limitMs) complaints.push(`${what}: ${ms} ms, expected at most ${limitMs}`);
  }
  const notes = [
    `runs again ${killedMs} ms after a kill, ${stoppedMs} ms after a stop`,
    `stop of the agent ${stopMs} ms, down for a reboot after ${rebootMs} ms`,
  ];
  return { figures, notes, complaints };
}

/** How long the unit needs to run again, by another process, after the command. */
async function recovers(machine: Machine, command: string): Promise<number> {
  const before = await property(machine, "MainPID");
  return timed(async () => {
    await machine.must(["sh", "-c", `unit=${UNIT}; ${command}`]);
    await until("the unit runs again", LIMIT_MS, async () => {
      const pid = await property(machine, "MainPID");
      return pid !== before && pid !== "0";
    });
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = monotonicMs();
  await work();
  return Math.round(monotonicMs() - at);
}

async function isActive(machine: Machine): Promise<void> {
  await until(`the unit runs on ${machine.name}`, LIMIT_MS, async () => {
    return (await property(machine, "ActiveState")) === "active";
  });
}

function property(machine: Machine, name: string): Promise<string> {
  return machine.must(["systemctl", "show", "-P", name, UNIT]);
}
