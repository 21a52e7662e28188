import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monotonicMs, pause } from "../lab/clock.ts";
import { type NamedAddress, writeHostFiles } from "../lab/host-files.ts";
import { type HostProcess, processesOf } from "../lab/processes.ts";
import {
  killQuietly,
  mustRun,
  type RunOptions,
  type RunResult,
  runCommand,
  startCommand,
} from "../lab/run-command.ts";

/** Where things are that all machines share, and the name of the bridge that joins them. */
export interface MachineRoom {
  /** The tree that every machine's disk is laid over. */
  readonly base: string;
  /** The built programs, seen inside as /usr/lib/lb-cluster, with this host's Node.js. */
  readonly programs?: string;
  /** A folder that the machines see as /packages: where there are no programs. */
  readonly packages?: string;
  readonly work: string;
  readonly bridge: string;
  readonly names: readonly NamedAddress[];
  /** Begins the names of the machines' control groups. */
  readonly groupPrefix: string;
}

/** The link of each machine, named as in the guide. */
export const LINK = "eth0";

/** What systemd-nspawn exits with when the machine asked to be booted again. */
const EXIT_REBOOT = 133;
const BOOT_LIMIT_MS = 30_000;
const POLL_MS = 20;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A host in a container whose PID 1 is systemd. It boots again when it reboots itself. */
export class Machine {
  readonly name: string;
  readonly #room: MachineRoom;
  readonly #folder: string;
  readonly #onChange: () => void;
  #nspawn: ChildProcess | null = null;
  #initPid: number | null = null;
  #isEnding = false;

  /** `onChange` is called whenever `initPid` is another. */
  constructor(name: string, room: MachineRoom, onChange: () => void) {
    this.name = name;
    this.#room = room;
    this.#onChange = onChange;
    this.#folder = join(room.work, name);
    for (const part of ["work", "root"]) mkdirSync(join(this.#folder, part), { recursive: true });
    writeHostFiles(this.#upper, name, room.names);
    chmodSync(this.#upper, 0o755);
    const address = room.names.find((each) => each.name === name)?.address ?? "";
    writeFileSync(join(this.#upper, "etc", "lab-address"), `${address}/24\n`);
  }

  /** PID 1 as seen from here; null while the machine is down. */
  get initPid(): number | null {
    return this.#initPid;
  }

  /** Mounts the disk and boots; resolves when PID 1 has answered. */
  async boot(): Promise<void> {
    const root = join(this.#folder, "root");
    if (!existsSync(join(root, "usr"))) {
      const layers = `lowerdir=${this.#room.base},upperdir=${this.#upper}`;
      const work = join(this.#folder, "work");
      await mustRun(["mount", "-t", "overlay", "lb", "-o", `${layers},workdir=${work}`, root]);
    }
    await this.#spawn(root);
  }

  /** Power off: PID 1 is killed, and with it all that runs there. Returns the instant before. */
  crash(): number {
    const pid = this.#up();
    const at = monotonicMs();
    process.kill(pid, "SIGKILL");
    return at;
  }

  /** Waits until the machine that was `previous` is down; it must have been told to end. */
  async untilGone(previous: number): Promise<void> {
    const end = Date.now() + BOOT_LIMIT_MS;
    while (this.#initPid === previous) {
      if (Date.now() > end) throw new Error(`${this.name}: is still up`);
      await pause(POLL_MS);
    }
  }

  /** Runs a command inside to its end. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const env = { PATH, HOME: "/root", LANG: "C.UTF-8", TERM: "dumb" };
    return runCommand([...this.#enter(), ...argv], { env, ...options });
  }

  /** The same, and anything but status 0 throws with the output. Returns what it said. */
  async must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(argv, options);
    if (result.status === 0) return result.stdout.trim();
    const how = result.timedOut ? "timed out" : `status ${result.status ?? result.signal}`;
    const said = `${result.stderr}${result.stdout}`.trim();
    throw new Error(`${this.name}: ${argv.join(" ")}: ${how}: ${said}`);
  }

  /** A property of the agent's unit. */
  unitProperty(name: string): Promise<string> {
    return this.must(["systemctl", "show", "--property", name, "--value", "lb-agent.service"]);
  }

  /** The outer ids of processes whose command line holds the text; those of the agent's unit. */
  async processIds(text: string): Promise<readonly number[]> {
    const inner = await this.run(["pgrep", "-f", text]);
    const pids = inner.stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "");
    return pids.map((pid) => this.outerPid(Number(pid))).filter((pid) => pid !== null);
  }

  /** The id outside of a process that has this id inside; null when it is gone. */
  outerPid(inner: number): number | null {
    const found = childrenOf(this.#up(), new Set()).find((pid) => innerPid(pid) === inner);
    return found ?? null;
  }

  /** All that runs there, with outer ids. */
  processes(): readonly HostProcess[] {
    return processesOf(this.#up());
  }

  /** The agent, or nothing while it does not run. */
  agentPids(): readonly { readonly pid: number }[] {
    const isAgent = (word: string): boolean => /\/lb-agent(\.cjs)?$/.test(word);
    return this.processes().filter(({ command }) => command.slice(0, 2).some(isAgent));
  }

  /** A file of the machine, or an empty text. */
  read(path: string): string {
    try {
      return readFileSync(join("/proc", String(this.#up()), "root", path), "utf8");
    } catch {
      return "";
    }
  }

  /** Ends the machine for good. */
  close(): void {
    this.#isEnding = true;
    if (this.#initPid !== null) killQuietly(this.#initPid);
  }

  get #upper(): string {
    return join(this.#folder, "upper");
  }

  #up(): number {
    if (this.#initPid === null) throw new Error(`${this.name}: is down`);
    return this.#initPid;
  }

  #enter(): string[] {
    return ["nsenter", "-t", String(this.#up()), "-m", "-u", "-i", "-n", "-p", "-C", "--"];
  }

  async #spawn(root: string): Promise<void> {
    const { bridge, groupPrefix } = this.#room;
    const port = `h-${this.name}`;
    const group = `${groupPrefix}-${this.name}`;
    const nspawn = [
      ...["systemd-nspawn", "--quiet", "-D", root, "--machine", this.name, "--boot"],
      ...["--register=no", "--keep-unit", "--link-journal=no", "--console=pipe"],
      ...["--capability=CAP_IPC_LOCK", ...bindsOf(this.#room)],
      `--network-veth-extra=${port}:${LINK}`,
    ];
    // Without a control group of its own each machine would take the same one.
    const script =
      'for tree in systemd unified; do mkdir -p "/sys/fs/cgroup/$tree/$0" && ' +
      'echo $$ >"/sys/fs/cgroup/$tree/$0/cgroup.procs"; done; exec "$@"';
    const log = join(this.#folder, "console.log");
    const child = startCommand(["sh", "-c", `exec >>"${log}" 2>&1; ${script}`, group, ...nspawn], {
      stdio: "ignore",
    });
    this.#nspawn = child;
    child.once("exit", (status) => this.#ended(root, status));
    this.#initPid = await this.#findInit(child);
    this.#onChange();
    const join1 = `link set ${port} master ${bridge} up\n`;
    await mustRun(["ip", "-batch", "-"], { input: join1 });
  }

  #ended(root: string, status: number | null): void {
    this.#nspawn = null;
    this.#initPid = null;
    this.#onChange();
    if (this.#isEnding || status !== EXIT_REBOOT) return;
    this.#spawn(root).catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  }

  async #findInit(child: ChildProcess): Promise<number> {
    const end = Date.now() + BOOT_LIMIT_MS;
    for (;;) {
      const found = childrenOf(child.pid ?? 0, new Set()).find((pid) => commOf(pid) === "systemd");
      if (found !== undefined && existsSync(`/proc/${found}/root/run/systemd/private`))
        return found;
      if (this.#nspawn !== child || Date.now() > end) {
        const said = readFileSync(join(this.#folder, "console.log"), "utf8").slice(-2000);
        throw new Error(`${this.name}: does not boot\n${said}`);
      }
      await pause(POLL_MS);
    }
  }
}

function bindsOf({ programs, packages }: MachineRoom): readonly string[] {
  const node = `--bind-ro=${process.execPath}:/usr/bin/node`;
  return [
    ...(programs === undefined ? [] : [node, `--bind-ro=${programs}:/usr/lib/lb-cluster`]),
    ...(packages === undefined ? [] : [`--bind-ro=${packages}:/packages`]),
  ];
}

/** All processes below one, itself included. */
function childrenOf(pid: number, seen: Set<number>): readonly number[] {
  if (seen.has(pid)) return [];
  seen.add(pid);
  const direct = readProc(pid, `task/${pid}/children`)
    .split(" ")
    .filter((word) => word !== "");
  return [pid, ...direct.flatMap((child) => childrenOf(Number(child), seen))];
}

function innerPid(pid: number): number {
  return Number(/^NSpid:.*\t(\d+)$/m.exec(readProc(pid, "status"))?.[1]);
}

function commOf(pid: number): string {
  return readProc(pid, "comm").trim();
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // It has ended.
  }
}
