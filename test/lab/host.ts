import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { monotonicMs, pause } from "./clock.ts";
import { HOST_INIT_SCRIPT } from "./init-script.ts";
import { endNamespaces, makeNamespaces, type Namespaces } from "./namespaces.ts";
import { type HostProcess, processesOf } from "./processes.ts";
import {
  killQuietly,
  labEnvironment,
  mustRun,
  type RunOptions,
  type RunResult,
  runCommand,
  startCommand,
} from "./run-command.ts";
import type { Port, Switch } from "./switch.ts";

/** A link of a host: its name there and its addresses with prefix length. */
export interface HostLink {
  readonly link: string;
  readonly addresses: readonly string[];
}

/** What the lab gives a host to be. */
export interface HostPlan {
  readonly name: string;
  /** Where its disk is; made by `writeHostFiles`. */
  readonly folder: string;
  readonly links: readonly HostLink[];
  readonly ports: readonly Port[];
  /** PATH inside, and folders that must stay visible though a replaced folder holds them. */
  readonly path: string;
  readonly visible: readonly string[];
  readonly keep: boolean;
}

/** So long `ip` needs at most to start. */
const IP_START_MS = 100;

/** A host: down (as made), or up, with all its namespaces. `boot` and `crash` go to and fro. */
export class Host {
  readonly name: string;
  readonly #plan: HostPlan;
  readonly #wires: Switch;
  readonly #onChange: () => void;
  #namespaces: Namespaces | undefined;

  /** `onChange` is called after each boot and crash, when `initPid` is another. */
  constructor(plan: HostPlan, wires: Switch, onChange: () => void) {
    this.name = plan.name;
    this.#plan = plan;
    this.#wires = wires;
    this.#onChange = onChange;
  }

  /** The outer pid of the host's PID 1, or undefined while it is down. */
  get initPid(): number | undefined {
    return this.#namespaces?.initPid;
  }

  /** Whether it is switched on. */
  get isUp(): boolean {
    return this.#namespaces !== undefined;
  }

  /** The hardware addresses of its links. */
  get macs(): string[] {
    return this.#plan.ports.map(({ mac }) => mac);
  }

  /** Switches the host on: same disk, empty /run and /tmp, its links up with their addresses. */
  async boot(): Promise<void> {
    if (this.#namespaces !== undefined) throw new Error(`host ${this.name}: is up already`);
    const replaced = ["etc", "var", "run", "tmp"].sort(
      (a, b) =>
        Number(this.#plan.folder.startsWith(`/${a}/`)) -
        Number(this.#plan.folder.startsWith(`/${b}/`)),
    );
    const namespaces = await makeNamespaces({
      kinds: ["net", "mount", "pid", "uts", "ipc"],
      script: HOST_INIT_SCRIPT,
      variables: {
        LAB_NAME: this.name,
        LAB_FOLDER: this.#plan.folder,
        LAB_VISIBLE: this.#plan.visible.join(":"),
        LAB_REPLACED: replaced.join(":"),
      },
      keep: this.#plan.keep,
    });
    this.#namespaces = namespaces;
    for (const port of this.#plan.ports) await this.#wires.plug(port, namespaces.initPid);
    const lines = this.#plan.links.flatMap(({ link, addresses }) => [
      ...addresses.map((address) => `addr add ${address} dev ${link}${nodad(address)}`),
      `link set ${link} up`,
    ]);
    await mustRun([...this.#enterNetwork(), "ip", "-batch", "-"], {
      input: `link set lo up\n${lines.join("\n")}\n`,
    });
    this.#onChange();
  }

  /**
   * Power off: all ports of the host in the switch go down, then PID 1 is killed and the kernel
   * kills all the rest, about a millisecond later. Resolves, with the instant just before, when
   * nothing of the host is left.
   */
  async crash(): Promise<number> {
    const namespaces = this.#up();
    const at = monotonicMs();
    this.#wires.switchOffNow(this.#plan.ports.map(({ port }) => port));
    this.#namespaces = undefined;
    await endNamespaces(namespaces);
    for (const { port } of this.#plan.ports) await this.#wires.unplug(port);
    this.#onChange();
    return at;
  }

  /** Runs a command inside, in all namespaces of the host, to its end. */
  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return runCommand(this.#argv(command, args), { env: this.#environment(), ...options });
  }

  /** Starts a command inside. The caller ends it with `killGroup`, or the host's end does. */
  spawn(command: string, args: readonly string[] = [], options: RunOptions = {}): ChildProcess {
    return startCommand(this.#argv(command, args), { env: this.#environment(), ...options });
  }

  /**
   * Deletes an address by one write to a process that is running already. Resolves, with the
   * instant just before, when it is written.
   */
  async deleteAddress(address: string, link: string): Promise<number> {
    const argv = [...this.#enterNetwork(), "ip", "-force", "-batch", "-"];
    const ip = startCommand(argv, { stdio: ["pipe", "ignore", "ignore"] });
    await pause(IP_START_MS);
    const at = monotonicMs();
    ip.stdin?.end(`addr del ${address} dev ${link}\n`);
    return at;
  }

  /** SIGKILL to processes, by their ids inside. Returns the instant just before. */
  kill(insidePids: readonly number[]): number {
    const found = this.processes().filter(({ insidePid }) => insidePids.includes(insidePid));
    const at = monotonicMs();
    for (const { pid } of found) killQuietly(pid);
    return at;
  }

  /** All processes of the host, seen from outside. */
  processes(): HostProcess[] {
    return this.#namespaces === undefined ? [] : processesOf(this.#namespaces.initPid);
  }

  /** The processes of the cluster manager by their command lines, without lbctl and httpd. */
  agentPids(): HostProcess[] {
    return this.processes().filter(({ command }) => /lb-(agent|heartbeat)/.test(command.join(" ")));
  }

  /** A file of the host, or undefined if it cannot be read. */
  readFile(path: string): string | undefined {
    if (this.#namespaces === undefined) return undefined;
    try {
      return readFileSync(`/proc/${this.#namespaces.initPid}/root${path}`, "utf8");
    } catch {
      return undefined;
    }
  }

  /** The command line that opens a shell inside, for people. */
  enterCommand(): string {
    const shell = `env -i TERM="$TERM" HOME=/root LANG=C.UTF-8 PATH=${this.#plan.path} bash`;
    return this.#argv(shell, []).join(" ");
  }

  /** Switches the host off for good. */
  async close(): Promise<void> {
    if (this.#namespaces !== undefined) await endNamespaces(this.#namespaces);
    this.#namespaces = undefined;
  }

  #argv(command: string, args: readonly string[]): string[] {
    const target = String(this.#up().initPid);
    return ["nsenter", "-t", target, "-n", "-m", "-p", "-u", "-i", "--", command, ...args];
  }

  #enterNetwork(): string[] {
    return ["nsenter", "-t", String(this.#up().initPid), "-n", "--"];
  }

  #environment(): Record<string, string> {
    return labEnvironment(this.#plan.path);
  }

  #up(): Namespaces {
    if (this.#namespaces === undefined) throw new Error(`host ${this.name}: is down`);
    return this.#namespaces;
  }
}

function nodad(address: string): string {
  return address.includes(":") ? " nodad" : "";
}
