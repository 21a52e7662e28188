import type { ChildProcess } from "node:child_process";
import { shellWord } from "../../../resource-agents/host-checks/index.ts";
import {
  monotonicMs,
  pause,
  type RunOptions,
  type RunResult,
  runCommand,
} from "../../lab/index.ts";
import { DrillError } from "../drill-error.ts";
import type { DrillHost, OwnKernel, RunningProcess } from "../drill-pair.ts";
import type { RemoteShell } from "./remote-shell.ts";

/** Vagrant waits that long for a host by itself, or longer if its box says so. */
const VAGRANT_LIMIT_MS = 1_200_000;
const ANSWER_LIMIT_MS = 30_000;
const POLL_MS = 1_000;
/** Tells the Vagrantfile that a host is not to be asked to shut down first. */
const POWER_CUT = { LB_POWER_CUT: "1" };
const WEDGE_DELAY_S = 2;
const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";

/** A host of the Vagrantfile, up when it is made. */
export class VagrantHost implements DrillHost {
  readonly name: string;
  readonly macs: readonly string[];
  readonly #shell: RemoteShell;
  readonly #onChange: () => void;
  #isUp = true;

  /** `onChange` is called after each change of `isUp`. */
  constructor(
    { name, mac, shell }: { name: string; mac: string; shell: RemoteShell },
    onChange: () => void,
  ) {
    this.name = name;
    this.macs = [mac];
    this.#shell = shell;
    this.#onChange = onChange;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return this.#shell.run([command, ...args], options);
  }

  spawn(command: string, args: readonly string[] = [], options: RunOptions = {}): ChildProcess {
    return this.#shell.spawn([command, ...args], options);
  }

  async processes(): Promise<readonly RunningProcess[]> {
    const { stdout } = await this.run("ps", ["-eo", "pid=,comm="]);
    return stdout.split("\n").flatMap((line) => {
      const [, pid, name] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
      return name === undefined ? [] : [{ insidePid: Number(pid), name }];
    });
  }

  async kill(insidePids: readonly number[]): Promise<number> {
    const { startedAt } = await this.run("kill", ["-KILL", ...insidePids.map(String)]);
    return startedAt;
  }

  async deleteAddress(address: string, link: string): Promise<number> {
    const { startedAt } = await this.run("ip", ["addr", "del", address, "dev", link]);
    return startedAt;
  }

  async readFile(path: string): Promise<string | undefined> {
    const { status, stdout } = await this.run("cat", [path]);
    return status === 0 ? stdout : undefined;
  }

  /** `vagrant halt --force`: the machine ends as it is. The instant is that of the command. */
  async crash(): Promise<number> {
    const at = monotonicMs();
    await vagrant(["halt", "--force", this.name], POWER_CUT);
    await this.#setUp(false);
    return at;
  }

  async boot(): Promise<void> {
    await vagrant(["up", "--no-provision", this.name]);
    await this.#setUp(true);
  }

  readonly kernel: OwnKernel = {
    bootId: () => this.#mustReadBootId(),
    wedge: () => this.#wedge(),
    reboot: async () => (await this.run("systemctl", ["reboot"])).startedAt,
    untilBack: (before, limitMs) => this.#untilBack(before, limitMs),
  };

  /**
   * The kernel panics and stays there. A crash kernel would boot instead, so it goes first. The
   * panic comes a moment after the command has ended, lest the connection keeps it waiting.
   */
  async #wedge(): Promise<number> {
    const script =
      "systemctl stop kdump 2>/dev/null; sysctl -q kernel.panic=0 kernel.sysrq=1 && " +
      `(sleep ${WEDGE_DELAY_S}; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &`;
    const { status, stderr, endedAt } = await this.run("sh", ["-c", script]);
    if (status !== 0) throw new DrillError(`${this.name}: cannot be wedged: ${stderr.trim()}`);
    await pause(endedAt + WEDGE_DELAY_S * 1_000 - monotonicMs());
    const at = monotonicMs();
    await this.#setUp(false);
    return at;
  }

  async #untilBack(before: string, limitMs: number): Promise<void> {
    const end = monotonicMs() + limitMs;
    for (;;) {
      const now = await this.#bootId();
      if (now !== undefined && now !== before) break;
      if (monotonicMs() > end) throw new DrillError(`${this.name}: not back in ${limitMs} ms`);
      if (now === undefined) await this.#shell.close();
      await pause(POLL_MS);
    }
    await this.#setUp(true);
  }

  async #mustReadBootId(): Promise<string> {
    const bootId = await this.#bootId();
    if (bootId === undefined) throw new DrillError(`${this.name}: no answer of ${BOOT_ID_FILE}`);
    return bootId;
  }

  async #bootId(): Promise<string | undefined> {
    const answer = await this.run("cat", [BOOT_ID_FILE], { timeoutMs: ANSWER_LIMIT_MS });
    return answer.status === 0 ? answer.stdout.trim() : undefined;
  }

  async #setUp(isUp: boolean): Promise<void> {
    await this.#shell.close();
    if (isUp) this.#shell.configure(await vagrant(["ssh-config", this.name]));
    this.#isUp = isUp;
    this.#onChange();
  }
}

/** Runs vagrant and returns what it said; anything but status 0 ends the drill. */
export async function vagrant(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, stdout, stderr } = await runCommand(["vagrant", ...words], {
    env: { ...process.env, ...more },
    timeoutMs: VAGRANT_LIMIT_MS,
  });
  if (status === 0) return stdout;
  const said = `${stderr}${stdout}`.trim().split("\n").slice(0, 5).join("\n");
  throw new DrillError(`vagrant ${words.map(shellWord).join(" ")}: status ${status}: ${said}`);
}
