import type { ChildProcess } from "node:child_process";
import type { Namespaces } from "./namespaces.ts";
import { endChild, mustRun, startCommand } from "./run-command.ts";

/** One cable from the switch into a host: the link's name there and its hardware address. */
export interface Port {
  /** The name in the switch, e.g. "h1-eth0"; begins with the host's prefix. */
  readonly port: string;
  readonly link: string;
  readonly mac: string;
}

/** What the switch drops between the two hosts; the client always reaches both. */
export interface Faults {
  readonly cutHosts: boolean;
  readonly cutUdpPorts: readonly number[];
  readonly lossPercent: number;
}

/** Nothing is dropped. */
export const NO_FAULTS: Faults = { cutHosts: false, cutUdpPorts: [], lossPercent: 0 };

/** What the names of all hosts' ports begin with. */
export const HOST_PORTS = "h";
/** What the names of the client's ports begin with. */
export const CLIENT_PORT = "c";

/** A namespace with one bridge for each link name; the cables end there. */
export class Switch {
  readonly #namespaces: Namespaces;
  readonly #ip: ChildProcess;

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
    // One process kept open: a line written to it takes effect in well under a millisecond.
    this.#ip = startCommand([...this.#enter(), "ip", "-force", "-batch", "-"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#ip.stdin?.on("error", () => {});
  }

  /** Makes the bridge of a link. Multicast is flooded: there is no querier that could teach it. */
  async addBridge(link: string): Promise<void> {
    await this.ip([`link add br-${link} type bridge mcast_snooping 0`, `link set br-${link} up`]);
  }

  /** Plugs a cable into the network namespace of `pid` and switches the port on. */
  async plug({ port, link, mac }: Port, pid: number): Promise<void> {
    const pair = `link add ${port} type veth peer name ${link} address ${mac} netns ${pid}`;
    await this.unplug(port);
    await this.ip([pair, `link set ${port} master br-${link} up`]);
  }

  /** Takes a cable out, if it is still there: the kernel removes a dead host's a little later. */
  async unplug(port: string): Promise<void> {
    await mustRun([...this.#enter(), "sh", "-c", `ip link del ${port} 2>/dev/null || true`]);
  }

  /** Switches ports off at once, without waiting for the outcome. */
  switchOffNow(ports: readonly string[]): void {
    this.#ip.stdin?.write(ports.map((port) => `link set ${port} down\n`).join(""));
  }

  /** Runs `ip` lines in the switch; an error throws. */
  async ip(lines: readonly string[]): Promise<void> {
    await mustRun([...this.#enter(), "ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
  }

  /** Makes exactly these faults the present ones, in one step. */
  async apply(faults: Faults): Promise<void> {
    await mustRun([...this.#enter(), "nft", "-f", "-"], { input: ruleset(faults) });
  }

  /** Ends the kept process; the namespace itself is ended by its owner. */
  close(): Promise<void> {
    return endChild(this.#ip);
  }

  #enter(): string[] {
    return ["nsenter", "-t", String(this.#namespaces.initPid), "-n", "--"];
  }
}

/** The nftables text of the faults. Frames between hosts only: `h*` to `h*`. */
export function ruleset({ cutHosts, cutUdpPorts, lossPercent }: Faults): string {
  const between = `iifname "${HOST_PORTS}*" oifname "${HOST_PORTS}*"`;
  const rules = [
    ...(cutHosts ? [`${between} drop`] : []),
    ...(cutUdpPorts.length > 0 ? [`${between} udp dport { ${cutUdpPorts.join(", ")} } drop`] : []),
    ...(lossPercent > 0 ? [`${between} numgen random mod 1000 < ${lossPercent * 10} drop`] : []),
  ];
  const lines = [
    "table bridge lab {}", // Makes the deletion valid the first time as well.
    "delete table bridge lab",
    "table bridge lab {",
    "chain forward {",
    "type filter hook forward priority 0; policy accept;",
    ...rules,
    "}",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}
