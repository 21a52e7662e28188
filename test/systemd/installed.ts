/**
 * The package as people have it: installed by apt inside of bare hosts, set up as the guide says,
 * upgraded node by node and back, removed and purged.
 */
import { readdirSync } from "node:fs";
import { monotonicMs, pause } from "../lab/clock.ts";
import { CASES, complainOfJoin } from "./cases.ts";
import { AFTERWARDS_MS, complain, complainOfFailures, isOnly, moved, stayed } from "./judge.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import {
  guideCommands,
  type Pair,
  type Parts,
  setUpCluster,
  show,
  statusOn,
  until,
  untilAtRest,
  untilReady,
} from "./pair.ts";
import { provisionBoth } from "./provision.ts";

/** One thing that is done to the pair, in this order; later ones build on the earlier ones. */
export interface Step {
  readonly name: string;
  readonly promise: string;
  readonly run: (pair: Pair) => Promise<Outcome>;
}

/** What was packed: this release, the next minor one, and one of another protocol. */
interface Packages {
  readonly present: string;
  readonly next: string;
  readonly foreign: string;
}

const LIMIT_MS = 30_000;
const OUR_FOLDERS = "/etc/lb-cluster /var/lib/lb-cluster /var/log/lb-cluster";
const MAIN_HTTPD = "ps -o pid= -C apache2 --sort=start_time | head -n 1";

/** All steps for the packages of a folder, which the machines see as /packages. */
export function stepsWith(folder: string): readonly Step[] {
  const [present, next, foreign] = readdirSync(folder)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => name.split("_")[1] ?? "")
    .toSorted();
  if (present === undefined || next === undefined || foreign === undefined) {
    throw new Error(`${folder}: three packages expected`);
  }
  const packages = { present, next, foreign };
  return [
    { name: "install", promise: "apt brings what is required; nothing is started", run: bothGet },
    {
      name: "guide",
      promise: "a cluster in five minutes, each unit ready as promised",
      run: found,
    },
    {
      name: "standby",
      promise: "node standby moves in order, unstandby moves nothing",
      run: standby,
    },
    {
      name: "kill-httpd",
      promise: "httpd comes back in place; cleanup forgets it",
      run: killHttpd,
    },
    ...["power-off", "restart-active", "stop-unit"].map(fromCases),
    ...upgrades(packages),
    { name: "remove", promise: "a removal is a planned leave; files stay", run: remove },
    { name: "purge", promise: "nothing is left of the package", run: purge },
    {
      name: "provision",
      promise: "the script of Vagrant's hosts makes these, and may be run again",
      run: (pair) => provisionBoth(pair, present),
    },
  ];

  async function bothGet(pair: Pair): Promise<Outcome> {
    return installOnBoth(pair, packages.present);
  }
}

function upgrades({ present, next, foreign }: Packages): readonly Step[] {
  const onto = (version: string, which: keyof Parts) => async (pair: Pair) =>
    replace(pair, { version, which, how: version === next ? "apt" : "dpkg" });
  return [
    {
      name: "upgrade-passive",
      promise: `${next} on the passive node: no request fails`,
      run: onto(next, "passive"),
    },
    {
      name: "two-releases",
      promise: "both releases in either role, changes from both: moves in order",
      run: useTwoReleases,
    },
    {
      name: "upgrade-active",
      promise: `${next} on the active node: stays, no request fails`,
      run: onto(next, "active"),
    },
    {
      name: "back-passive",
      promise: `${present} again on the passive node: no request fails`,
      run: onto(present, "passive"),
    },
    {
      name: "back-active",
      promise: `${present} again on the active node: stays, no request fails`,
      run: onto(present, "active"),
    },
    {
      name: "other-protocol",
      promise: `${foreign} of another protocol: both say so, the service stays`,
      run: (pair) => tryForeign(pair, { foreign, present }),
    },
  ];
}

function fromCases(name: string): Step {
  const found = CASES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  const run = async (pair: Pair): Promise<Outcome> => found.run(pair, await untilAtRest(pair));
  return { name, promise: found.promise, run };
}

async function installOnBoth(pair: Pair, version: string): Promise<Outcome> {
  const at = monotonicMs();
  const before = await Promise.all(
    pair.machines.map((machine) => machine.run(["sh", "-c", "command -v node; command -v lbctl"])),
  );
  await Promise.all(pair.machines.map((machine) => install({ pair, machine }, version)));
  const tookMs = Math.round(monotonicMs() - at);
  const complaints = pair.machines.map(async (machine) => [
    ...complain((await unit(machine)) !== "disabled inactive", `unit: ${await unit(machine)}`),
    ...complain((await machine.run(["dpkg", "-V", "lb-cluster"])).stdout !== "", "dpkg -V"),
  ]);
  const node = await pair.machines[0].must(["node", "--version"]);
  return {
    figures: pair.recorder.figures(at),
    notes: [`both within ${tookMs} ms, Node.js ${node}`],
    complaints: [
      ...complain(
        before.some(({ stdout }) => stdout !== ""),
        "the base has Node.js or lbctl already",
      ),
      ...(await Promise.all(complaints)).flat(),
    ],
  };
}

function install(
  { pair, machine }: { readonly pair: Pair; readonly machine: Machine },
  version: string,
  how: "apt" | "dpkg" = "apt",
): Promise<string> {
  const file = `/packages/lb-cluster_${version}_all.deb`;
  // The way back is that of dpkg alone, which resolves nothing and refuses nothing.
  const apt = `apt-get -q -y -o Dpkg::Use-Pty=0 install ${file}`;
  const line = how === "apt" ? apt : `dpkg -i ${file}`;
  // What apt says is only worth reading when it fails, and then `must` shows it.
  return show(
    pair,
    machine,
    `export DEBIAN_FRONTEND=noninteractive; ${line} >/root/apt.log 2>&1 ||
    { tail -n 30 /root/apt.log >&2; exit 1; }`,
  );
}

/** The guide's procedure, with systemd's own commands in the place of `lbctl cluster start`. */
async function found(pair: Pair): Promise<Outcome> {
  const [first, second] = pair.machines;
  await setUpCluster(pair);
  const startAt = monotonicMs();
  await show(pair, first, "systemctl enable --now lb-agent");
  const aloneMs = Math.round(monotonicMs() - startAt);
  const alone = await first.unitProperty("StatusText");
  const secondAt = monotonicMs();
  await show(pair, second, "systemctl enable --now lb-agent");
  const joinedMs = Math.round(monotonicMs() - secondAt);
  const joined = await complainOfJoin(second);
  for (const line of guideCommands(pair.form)) await show(pair, first, line);
  await untilReady(pair);
  const at = monotonicMs();
  await until("the status lines name the members", LIMIT_MS, async () => {
    const lines = await Promise.all(
      pair.machines.map((machine) => machine.unitProperty("StatusText")),
    );
    return lines.every((line) => line.startsWith("member with "));
  });
  for (const machine of pair.machines) {
    await show(pair, machine, "systemctl status --no-pager --lines=0 lb-agent | head -n 12");
  }
  await show(pair, first, "lbctl status");
  return {
    figures: pair.recorder.figures(at),
    notes: [`started alone in ${aloneMs} ms ("${alone}"), joined in ${joinedMs} ms`],
    complaints: [
      ...joined,
      ...complain(!/ip2/.test(alone) || /^(starting|member)/.test(alone), `alone: "${alone}"`),
    ],
  };
}

async function standby(pair: Pair): Promise<Outcome> {
  return moveByStandby(pair, await untilAtRest(pair));
}

/** The passive node's tool moves the service to its own node. */
async function moveByStandby(pair: Pair, { active, passive }: Parts): Promise<Outcome> {
  const at = monotonicMs();
  await show(pair, passive, `lbctl node standby ${active.name} --wait=30`);
  await show(pair, passive, `lbctl node unstandby ${active.name} --wait=30`);
  return moved(pair, { at, active, passive });
}

async function killHttpd(pair: Pair): Promise<Outcome> {
  const { active } = await untilAtRest(pair);
  const failcount = "lbctl resource failcount show webserver";
  const at = monotonicMs();
  await show(pair, active, `kill -9 $(${MAIN_HTTPD})`);
  await pause(AFTERWARDS_MS);
  const counted = await show(pair, active, failcount);
  await show(pair, active, "lbctl resource cleanup webserver");
  const parts = await untilReady(pair);
  const cleaned = await show(pair, active, failcount);
  return {
    figures: pair.recorder.figures(at),
    notes: [],
    complaints: [
      ...complain(parts.active !== active, "moved"),
      ...complain(!/: 1$/m.test(counted) && !/repair/.test(counted), `failcount: ${counted}`),
      ...complain(!cleaned.startsWith("No failcounts"), `after the cleanup: ${cleaned}`),
    ],
  };
}

interface Replacement {
  readonly version: string;
  readonly which: keyof Parts;
  readonly how: "apt" | "dpkg";
}

/** Another version of the package on one node; the unit is ready again when dpkg has ended. */
async function replace(pair: Pair, { version, which, how }: Replacement): Promise<Outcome> {
  const { [which]: machine, active } = await untilAtRest(pair);
  const at = monotonicMs();
  await install({ pair, machine }, version, how);
  const tookMs = Math.round(monotonicMs() - at);
  const joined = await complainOfJoin(machine);
  await pause(AFTERWARDS_MS);
  const outcome = await stayed(pair, { at, active, notes: [`${machine.name}: ${tookMs} ms`] });
  const runs = await releaseOf(machine);
  const isRunning = `${runs}-1` === version;
  return {
    ...outcome,
    complaints: [
      ...outcome.complaints,
      ...joined,
      ...complain(!isRunning, `${machine.name} runs ${runs}, expected ${version}`),
    ],
  };
}

/** The service goes to the newer release and back, and each node's tool changes something. */
async function useTwoReleases(pair: Pair): Promise<Outcome> {
  const { active, passive } = await untilAtRest(pair);
  const releases = await Promise.all([active, passive].map(releaseOf));
  const there = await moveByStandby(pair, { active, passive });
  for (const machine of pair.machines) {
    await show(pair, machine, `lbctl property set drift-ignore=/etc/${machine.name} --wait=30`);
  }
  const back = await moveByStandby(pair, { active: passive, passive: active });
  return {
    figures: back.figures,
    notes: [`${releases.join(" and ")}; there: outage ${there.figures.outagesMs.join("+")} ms`],
    complaints: [
      ...there.complaints,
      ...back.complaints,
      ...complain(releases[0] === releases[1], `both run ${releases[0]}`),
    ],
  };
}

async function tryForeign(
  pair: Pair,
  { foreign, present }: Pick<Packages, "foreign" | "present">,
): Promise<Outcome> {
  const { active, passive } = await untilAtRest(pair);
  const at = monotonicMs();
  await install({ pair, machine: passive }, foreign);
  const said: string[] = [];
  for (const machine of pair.machines) {
    await until(`${machine.name} names the protocols`, LIMIT_MS, async () => {
      const { warnings } = await statusOn(machine);
      const line = warnings.find((each) => /speaks protocol/.test(each));
      if (line === undefined) return false;
      said.push(`${machine.name}: ${line}`);
      return true;
    });
    const log = await machine.must(["journalctl", "--unit", "lb-agent", "--output", "cat"]);
    if (!/versionRefused.*speaks protocol/.test(log)) said.push(`${machine.name}: not in the log`);
  }
  const figures = pair.recorder.figures(at);
  await install({ pair, machine: passive }, present, "dpkg");
  const joined = await complainOfJoin(passive);
  const outcome = await stayed(pair, { at, active, notes: said });
  const isAdvised = said.filter((line) => line.includes(`update lb-cluster on ${active.name}`));
  return {
    ...outcome,
    complaints: [
      ...outcome.complaints,
      ...complainOfFailures(figures),
      ...joined,
      ...complain(isAdvised.length !== 2, "not both say which of them to update"),
      ...complain(
        said.some((line) => line.endsWith("not in the log")),
        "not in both logs",
      ),
    ],
  };
}

async function remove(pair: Pair): Promise<Outcome> {
  const { active, passive } = await untilAtRest(pair);
  const at = monotonicMs();
  await removeFrom(pair, active, "remove");
  await until("the peer alone holds the address", LIMIT_MS, () =>
    isOnly(pair.recorder.ownersNow(), passive),
  );
  await pause(AFTERWARDS_MS);
  const figures = pair.recorder.figures(at);
  const left = await active.run(["pgrep", "-f", "apache2|lb-agent|lb-heartbeat"]);
  const files = await active.run(["sh", "-c", `ls -d ${OUR_FOLDERS}`]);
  return {
    figures,
    notes: [],
    complaints: [
      ...complain(figures.doubleOwnerMs > 0, `two owners for ${figures.doubleOwnerMs} ms`),
      ...complain(figures.outagesMs.length > 1, `outages ${figures.outagesMs.join(", ")} ms`),
      ...complain(figures.served !== passive.name, `served by ${figures.served}`),
      ...complain(left.stdout.trim() !== "", `left running: ${left.stdout.trim()}`),
      ...complain(files.status !== 0, `gone: ${files.stderr.trim()}`),
    ],
  };
}

async function purge(pair: Pair): Promise<Outcome> {
  const at = monotonicMs();
  for (const machine of pair.machines) await removeFrom(pair, machine, "purge");
  const complaints = pair.machines.map(async (machine) => {
    const files = await machine.run(["sh", "-c", `ls -d ${OUR_FOLDERS} /usr/lib/lb-cluster`]);
    const known = await machine.run(["dpkg", "-s", "lb-cluster"]);
    const left = await machine.run(["pgrep", "-f", "apache2|lb-agent|lb-heartbeat"]);
    return [
      ...complain(files.stdout !== "", `${machine.name}: left: ${files.stdout.trim()}`),
      ...complain(known.status === 0, `${machine.name}: dpkg still knows it`),
      ...complain(left.stdout.trim() !== "", `${machine.name}: runs: ${left.stdout.trim()}`),
      ...complain((await unit(machine)) !== " inactive", `${machine.name}: ${await unit(machine)}`),
    ];
  });
  const owners = pair.recorder.ownersNow();
  return {
    figures: pair.recorder.figures(at),
    notes: [],
    complaints: [
      ...(await Promise.all(complaints)).flat(),
      ...complain(owners.length > 0, `the address stayed on ${owners.join("+")}`),
    ],
  };
}

function removeFrom(pair: Pair, machine: Machine, how: "remove" | "purge"): Promise<string> {
  const line = `apt-get -q -y -o Dpkg::Use-Pty=0 ${how} lb-cluster`;
  return show(pair, machine, `${line} >/root/apt.log 2>&1 || { cat /root/apt.log >&2; exit 1; }`);
}

/** Whether the unit is enabled, and whether it runs. */
async function unit(machine: Machine): Promise<string> {
  const state = await machine.unitProperty("UnitFileState");
  return `${state} ${await machine.unitProperty("ActiveState")}`;
}

async function releaseOf(machine: Machine): Promise<string> {
  return (await statusOn(machine)).release;
}
