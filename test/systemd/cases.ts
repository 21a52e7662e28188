import { monotonicMs, pause } from "../lab/clock.ts";
import { idleCost } from "./idle-case.ts";
import {
  AFTERWARDS_MS,
  complain,
  complainOfOutage,
  complainOfOwners,
  isOnly,
  moved,
  stayed,
} from "./judge.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { type Pair, type Parts, show, statusOn, until, untilReady } from "./pair.ts";
import { systemdUnit } from "./unit-case.ts";

/** A thing that happens to the pair, and the promise about it. */
export interface Case {
  readonly name: string;
  readonly promise: string;
  readonly runsDefault: number;
  readonly run: (pair: Pair, parts: Parts) => Promise<Outcome>;
}

const LIMIT_MS = 30_000;
const POLL_MS = 500;
/** A lost host: the token timeout, and starting the resources. */
const TAKEOVER_MAX_MS = 3000;

/** How the status line of a unit ends that was stopped. */
const LEFT = /^left the cluster in order after \d+ ms: \w/;

/** Somebody else has the port of the tokens: the agent says so and ends. */
const TAKE_PORT =
  'node -e \'require("dgram").createSocket("udp4").bind(5405)\' >/dev/null 2>&1 & echo $!';

/** All cases, in the order in which they are run. */
export const CASES: readonly Case[] = [
  {
    name: "kill-agent",
    promise: "kill -9 of the active agent: restarted, the address stays, no request fails",
    runsDefault: 5,
    run: (pair, parts) => killAgent(pair, parts, "active"),
  },
  {
    name: "kill-passive-agent",
    promise: "kill -9 of the passive agent: nothing for the client",
    runsDefault: 1,
    run: (pair, parts) => killAgent(pair, parts, "passive"),
  },
  {
    name: "upgrade",
    promise: "what packages do after an upgrade, on the active: stays, no request fails",
    runsDefault: 2,
    run: (pair, parts) => restartActive(pair, parts, "/usr/lib/lb-cluster/restart-agent"),
  },
  {
    name: "hang-agent",
    promise: "SIGSTOP of the active agent: the peer takes over, the watchdog ends it, one outage",
    runsDefault: 2,
    run: hangAgent,
  },
  {
    name: "hang-heartbeat",
    promise: "SIGSTOP of the active lb-heartbeat: the peer takes over, the watchdog ends both",
    runsDefault: 1,
    run: hangHeartbeat,
  },
  {
    name: "stop-unit",
    promise: "systemctl stop on the active: moves in order, httpd stops; start rejoins",
    runsDefault: 2,
    run: stopUnit,
  },
  {
    name: "restart-active",
    promise: "systemctl restart on the active: stays, no request fails",
    runsDefault: 2,
    run: (pair, parts) => restartActive(pair, parts, "systemctl restart lb-agent"),
  },
  {
    name: "restart-passive",
    promise: "systemctl restart on the passive: nothing for the client",
    runsDefault: 2,
    run: restartPassive,
  },
  {
    name: "stop-all",
    promise: "lbctl cluster stop --all: both units end and systemd leaves them so",
    runsDefault: 1,
    run: stopAll,
  },
  {
    name: "bad-start",
    promise: "a refused file is said by lbctl and not tried again; put right, it starts at once",
    runsDefault: 1,
    run: badStart,
  },
  {
    name: "crash-loop",
    promise: "an agent that ends as it starts is tried for a minute, and started when asked for",
    runsDefault: 1,
    run: crashLoop,
  },
  {
    name: "idle-cost",
    promise: "an idle pair: memory and processor time of each agent with what it has started",
    runsDefault: 1,
    run: idleCost,
  },
  {
    name: "systemd-unit",
    promise: "a unit as a resource: noticed at once, reloaded, kept by a restart, moved by a stop",
    runsDefault: 1,
    run: systemdUnit,
  },
  {
    name: "reboot",
    promise: "systemctl reboot of the active: moves in order; it comes back by itself",
    runsDefault: 2,
    run: reboot,
  },
  {
    name: "power-off",
    promise: "PID 1 of the active is killed: takeover; booted, it comes back by itself",
    runsDefault: 2,
    run: powerOff,
  },
];

async function killAgent(pair: Pair, parts: Parts, which: keyof Parts): Promise<Outcome> {
  const pid = await mainPid(parts[which]);
  const { at, notes } = await endAndWait(parts[which], () => process.kill(pid, "SIGKILL"));
  await pause(AFTERWARDS_MS);
  return stayed(pair, { at, active: parts.active, notes });
}

async function hangAgent(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const pid = await mainPid(active);
  const restarts = await active.unitProperty("NRestarts");
  const at = monotonicMs();
  process.kill(pid, "SIGSTOP");
  await until("the peer holds the address", LIMIT_MS, () =>
    isOnly(pair.recorder.ownersNow(), passive),
  );
  const takenMs = Math.round(monotonicMs() - at);
  await until("the agent is restarted", LIMIT_MS, () => hasRestarted(active, restarts));
  const restartedMs = Math.round(monotonicMs() - at);
  const result = await active.must([
    ...["journalctl", "--unit", "lb-agent", "--output", "cat", "--lines", "400"],
  ]);
  const parts = await untilReady(pair);
  const backMs = Math.round(monotonicMs() - at);
  await pause(AFTERWARDS_MS);
  const figures = pair.recorder.figures(at);
  return {
    figures,
    notes: [
      `address on the peer after ${takenMs} ms, restarted after ${restartedMs}, ready ${backMs}`,
    ],
    complaints: [
      ...complain(!/Watchdog timeout/.test(result), "the journal has no watchdog timeout"),
      ...complain(figures.outagesMs.length !== 1, `${figures.outagesMs.length} outages`),
      ...complainOfOwners(figures, [active.name, "-", passive.name]),
      ...complain(parts.active !== passive, "went back"),
    ],
  };
}

async function hangHeartbeat(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const [pid] = await active.processIds("lb-heartbeat.cjs");
  if (pid === undefined) throw new Error(`${active.name}: no lb-heartbeat`);
  const { at, notes } = await endAndWait(active, () => process.kill(pid, "SIGSTOP"));
  const parts = await untilReady(pair);
  await pause(AFTERWARDS_MS);
  const figures = pair.recorder.figures(at);
  const left = await active.processIds("lb-heartbeat.cjs");
  return {
    figures,
    notes,
    complaints: [
      ...complain(figures.outagesMs.length !== 1, `${figures.outagesMs.length} outages`),
      ...complainOfOwners(figures, [active.name, "-", passive.name]),
      ...complain(parts.active !== passive, `did not move to ${passive.name}`),
      ...complain(left.length !== 1, `${left.length} heartbeat processes`),
    ],
  };
}

async function stopUnit(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, active, "systemctl stop lb-agent");
  const tookMs = Math.round(monotonicMs() - at);
  await pause(AFTERWARDS_MS);
  const left = (await active.run(["pgrep", "-f", "apache2|lb-agent|lb-heartbeat"])).stdout.trim();
  const state = await active.unitProperty("ActiveState");
  const said = await active.unitProperty("StatusText");
  const startedAt = monotonicMs();
  await show(pair, active, "systemctl start lb-agent");
  const startMs = Math.round(monotonicMs() - startedAt);
  const joined = await complainOfJoin(active);
  const outcome = await moved(pair, { at, active, passive });
  return {
    ...outcome,
    notes: [`stop ${tookMs} ms, start ${startMs} ms, "${said}"`],
    complaints: [
      ...outcome.complaints,
      ...joined,
      ...complain(!LEFT.test(said), `the status line of the stopped unit is "${said}"`),
      ...complain(left !== "", `left running: ${left}`),
      ...complain(state !== "inactive", `the unit is ${state}`),
    ],
  };
}

async function restartActive(pair: Pair, { active }: Parts, command: string): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, active, command);
  const tookMs = Math.round(monotonicMs() - at);
  const joined = await complainOfJoin(active);
  await pause(AFTERWARDS_MS);
  const outcome = await stayed(pair, { at, active, notes: [`restart ${tookMs} ms`] });
  return { ...outcome, complaints: [...outcome.complaints, ...joined] };
}

/** A unit that is started has joined: whoever goes on with the other host need not look. */
export async function complainOfJoin(machine: Machine): Promise<readonly string[]> {
  const { nodes, pending, warnings } = await statusOn(machine);
  const isMember = nodes.every(({ isOnline }) => isOnline);
  const isAgreed = !pending.some((line) => line.startsWith("agreeing"));
  return complain(!isMember || !isAgreed, `started before it had joined: ${warnings.join("; ")}`);
}

async function restartPassive(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, passive, "systemctl restart lb-agent");
  const tookMs = Math.round(monotonicMs() - at);
  await pause(AFTERWARDS_MS);
  return stayed(pair, { at, active, notes: [`restart ${tookMs} ms`] });
}

async function stopAll(pair: Pair, { active }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, active, "lbctl cluster stop --all");
  const tookMs = Math.round(monotonicMs() - at);
  await pause(AFTERWARDS_MS);
  const states = await Promise.all(
    pair.machines.map((machine) => machine.unitProperty("ActiveState")),
  );
  const owners = pair.recorder.ownersNow().join("+");
  await Promise.all(pair.machines.map((machine) => show(pair, machine, "lbctl cluster start")));
  await untilReady(pair);
  const figures = pair.recorder.figures(at);
  return {
    figures,
    notes: [`stop --all ${tookMs} ms; units ${states.join(", ")}`],
    complaints: [
      ...complain(
        states.some((state) => state !== "inactive"),
        `units ${states.join(", ")}`,
      ),
      ...complain(owners !== "", `the address stayed on ${owners}`),
      ...complain(figures.doubleOwnerMs > 0, `two owners for ${figures.doubleOwnerMs} ms`),
    ],
  };
}

async function badStart(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, passive, "lbctl cluster stop");
  await show(pair, passive, "chmod 644 /etc/lb-cluster/authkey");
  const refused = await passive.run(["lbctl", "cluster", "start"]);
  const said = `${refused.stdout}${refused.stderr}`.trim().split("\n").at(-1) ?? "";
  await pause(AFTERWARDS_MS);
  const state = await passive.unitProperty("ActiveState");
  const restarts = await passive.unitProperty("NRestarts");
  await show(pair, passive, "chmod 400 /etc/lb-cluster/authkey");
  await show(pair, passive, "lbctl cluster start");
  const notes = [`lbctl says (status ${refused.status}): ${said}`];
  const outcome = await stayed(pair, { at, active, notes });
  return {
    ...outcome,
    complaints: [
      ...outcome.complaints,
      ...complain(refused.status !== 2, `lbctl cluster start ended with ${refused.status}`),
      ...complain(!said.includes("authkey"), "lbctl does not name the file"),
      ...complain(state !== "failed" || restarts !== "0", `${state}, ${restarts} restarts`),
    ],
  };
}

async function crashLoop(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, passive, "lbctl cluster stop");
  const pid = await show(pair, passive, TAKE_PORT);
  const refused = await passive.run(["lbctl", "cluster", "start"]);
  const said = `${refused.stdout}${refused.stderr}`.trim().split("\n").at(-1) ?? "";
  const startedAt = monotonicMs();
  await until("the unit has failed", 10 * LIMIT_MS, async () => {
    await pause(POLL_MS);
    return (await passive.unitProperty("ActiveState")) === "failed";
  });
  const tookS = Math.round((monotonicMs() - startedAt) / 1000);
  const restarts = await passive.unitProperty("NRestarts");
  await show(pair, passive, `kill ${pid}`);
  await show(pair, passive, "lbctl cluster start");
  const notes = [`gave up after ${tookS} s and ${restarts} restarts; lbctl says: ${said}`];
  const outcome = await stayed(pair, { at, active, notes });
  const isSaid = refused.status !== 0 && said.includes("5405");
  return {
    ...outcome,
    complaints: [...outcome.complaints, ...complain(!isSaid, "lbctl does not name the port")],
  };
}

async function reboot(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const before = active.initPid ?? 0;
  const at = monotonicMs();
  await show(pair, active, "systemctl reboot");
  await active.untilGone(before);
  const downMs = Math.round(monotonicMs() - at);
  const outcome = await moved(pair, { at, active, passive });
  const backMs = Math.round(monotonicMs() - at);
  return { ...outcome, notes: [`down after ${downMs} ms, back in the cluster before ${backMs}`] };
}

async function powerOff(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const before = active.initPid ?? 0;
  const at = active.crash();
  await active.untilGone(before);
  await until("the peer holds the address", LIMIT_MS, () =>
    isOnly(pair.recorder.ownersNow(), passive),
  );
  await pause(AFTERWARDS_MS);
  await active.boot();
  const outcome = await moved(pair, { at, active, passive });
  const complaints = outcome.complaints.filter((text) => !text.startsWith("outage"));
  return {
    ...outcome,
    complaints: [...complaints, ...complainOfOutage(outcome.figures, TAKEOVER_MAX_MS)],
  };
}

/** Kills the agent of a machine and waits until systemd has it running again. */
async function endAndWait(machine: Machine, end: () => unknown) {
  const restarts = await machine.unitProperty("NRestarts");
  const at = monotonicMs();
  await end();
  await until("the agent is restarted", LIMIT_MS, () => hasRestarted(machine, restarts));
  return { at, notes: [`restarted and ready before ${Math.round(monotonicMs() - at)} ms`] };
}

async function hasRestarted(machine: Machine, restarts: string): Promise<boolean> {
  if ((await machine.unitProperty("NRestarts")) === restarts) return false;
  return (await machine.unitProperty("ActiveState")) === "active";
}

async function mainPid(machine: Machine): Promise<number> {
  const inner = Number(await machine.unitProperty("MainPID"));
  const pid = machine.outerPid(inner);
  if (pid === null) throw new Error(`${machine.name}: no main process ${inner}`);
  return pid;
}
