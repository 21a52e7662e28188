import type { ChildProcess } from "node:child_process";
import type { HostLink } from "./host.ts";
import type { Namespaces } from "./namespaces.ts";
import {
  mustRun,
  type RunOptions,
  type RunResult,
  runCommand,
  startCommand,
} from "./run-command.ts";
import { CLIENT_PORT, type Switch } from "./switch.ts";

/** The client: a network namespace on the switch, with the machine's own files and processes. */
export class Client {
  readonly #namespaces: Namespaces;

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /** Connects the client. A probe each 5 ms for minutes needs many local ports. */
  async plugInto(wires: Switch, { link, addresses }: HostLink): Promise<void> {
    const port = `${CLIENT_PORT}-${link}`;
    await wires.plug({ port, link, mac: "02:00:00:00:0c:00" }, this.#namespaces.initPid);
    const lines = addresses.map(
      (address) => `addr add ${address} dev ${link}${address.includes(":") ? " nodad" : ""}`,
    );
    await mustRun([...this.#enter(), "ip", "-batch", "-"], {
      input: `link set lo up\n${lines.join("\n")}\nlink set ${link} up\n`,
    });
    const range = "echo 10000 65000 >/proc/sys/net/ipv4/ip_local_port_range";
    await mustRun([...this.#enter(), "sh", "-c", range]);
  }

  /** Runs a command in the client's network to its end. */
  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return runCommand([...this.#enter(), command, ...args], options);
  }

  /** Starts a command in the client's network; the caller ends it with `killGroup`. */
  spawn(command: string, args: readonly string[] = [], options: RunOptions = {}): ChildProcess {
    return startCommand([...this.#enter(), command, ...args], options);
  }

  /** The command line that opens a shell in the client's network, for people. */
  enterCommand(): string {
    return [...this.#enter(), "bash"].join(" ");
  }

  #enter(): string[] {
    return ["nsenter", "-t", String(this.#namespaces.initPid), "-n", "--"];
  }
}
