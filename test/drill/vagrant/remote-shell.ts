import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../../../resource-agents/host-checks/index.ts";
import { type RunOptions, type RunResult, runCommand, startCommand } from "../../lab/index.ts";

/** A connection without a sign of life for so long, so many times, has ended. */
const ALIVE_INTERVAL_S = 10;
const ALIVE_COUNT_MAX = 6;

/**
 * Commands as root on a host of the Vagrantfile, as `vagrant ssh` would run them: by its own
 * configuration for ssh, over one connection that stays open, because `vagrant` itself takes
 * seconds to start.
 */
export class RemoteShell {
  readonly #name: string;
  readonly #folder: string;

  /** `folder` holds the configuration and the socket of the connection. */
  constructor(name: string, folder: string) {
    this.#name = name;
    this.#folder = folder;
  }

  /** Takes the answer of `vagrant ssh-config NAME`; after each boot it may be another. */
  configure(text: string): void {
    writeFileSync(this.#config, text, { mode: 0o600 });
  }

  /** Runs a command as root to its end. Status 255: there is no connection. */
  run(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runCommand(this.#argv([], words), options);
  }

  /** Starts a command as root on a terminal of its own: it ends with this end of it. */
  spawn(words: readonly string[], options: RunOptions = {}): ChildProcess {
    return startCommand(this.#argv(["-tt"], words), options);
  }

  /** Lets go of the connection, which may be to a host that is gone. */
  async close(): Promise<void> {
    await runCommand(["ssh", ...this.#options, "-O", "exit", this.#name], { timeoutMs: 5_000 });
  }

  get #config(): string {
    return join(this.#folder, `${this.#name}.config`);
  }

  get #options(): string[] {
    return [
      ...["-F", this.#config, "-o", "ControlMaster=auto", "-o", "ControlPersist=600"],
      ...["-o", `ControlPath=${join(this.#folder, `${this.#name}.socket`)}`],
      ...["-o", `ServerAliveInterval=${ALIVE_INTERVAL_S}`],
      ...["-o", `ServerAliveCountMax=${ALIVE_COUNT_MAX}`, "-o", "ConnectTimeout=30"],
    ];
  }

  #argv(options: readonly string[], words: readonly string[]): string[] {
    const line = ["sudo", "-n", "--", ...words].map(shellWord).join(" ");
    return ["ssh", ...this.#options, ...options, this.#name, line];
  }
}
