import type { ChildProcess } from "node:child_process";
import type { RunOptions, RunResult } from "../lab/index.ts";
import type { WatchedHost, WatchedPair } from "../lab/watch/index.ts";

/** There at once, or in a while. */
export type Soon<T> = T | Promise<T>;

/** A process of a host by its id there. */
export interface RunningProcess {
  readonly insidePid: number;
  readonly name: string;
}

/** What a drill does with a host, whatever the host is made of. Instants are monotonic ms. */
export interface DrillHost extends WatchedHost {
  readonly isUp: boolean;
  /** Runs a command as root to its end. */
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a command as root. The caller ends it with `killGroup`, or the host's end does. */
  spawn(command: string, args?: readonly string[], options?: RunOptions): ChildProcess;
  processes(): Soon<readonly RunningProcess[]>;
  /** SIGKILL to processes; the instant just before. */
  kill(insidePids: readonly number[]): Soon<number>;
  /** Deletes an address with its prefix length through netlink; the instant just before. */
  deleteAddress(address: string, link: string): Promise<number>;
  /** A file's text, or undefined if it cannot be read. */
  readFile(path: string): Soon<string | undefined>;
  /** The host loses power; the instant just before. Resolves when nothing of it runs. */
  crash(): Promise<number>;
  /** Switches the host on again, with its disk. */
  boot(): Promise<void>;
  /** Only of a host with a kernel of its own. */
  readonly kernel?: OwnKernel;
}

/** What can be done to a host that has a kernel of its own. */
export interface OwnKernel {
  /** Another one after each boot. Throws when the host does not answer. */
  bootId(): Promise<string>;
  /** The kernel hangs, for good but for a watchdog; the instant by which it does. */
  wedge(): Promise<number>;
  /** Asks the host to boot again; the instant just before. */
  reboot(): Promise<number>;
  /** Waits until the host has booted since it had this id; throws when that takes longer. */
  untilBack(bootId: string, limitMs: number): Promise<void>;
}

/** The client of a drill. */
export interface DrillClient {
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  spawn(command: string, args?: readonly string[], options?: RunOptions): ChildProcess;
}

/** Two hosts on one network with a client. */
export interface DrillPair extends WatchedPair {
  readonly hosts: readonly [DrillHost, DrillHost];
  readonly client: DrillClient;
  host(name: string): DrillHost;
  peerOf(host: DrillHost): DrillHost;
  /** From now on the hosts hear nothing of each other; the client reaches both. */
  cutHosts(): Promise<void>;
  /** From now on no UDP packet to these ports passes between the hosts. */
  cutHeartbeat(ports: { readonly ports: readonly number[] }): Promise<void>;
  /** Ends all faults of the network. */
  healNetwork(): Promise<void>;
}

/** How the hosts are laid out, where kinds of hosts differ. */
export interface Place {
  /** `machines` have kernels, disks and a systemd of their own; `namespaces` share this one's. */
  readonly kind: "namespaces" | "machines";
  /** The link of the service network on the hosts, and on the client. */
  readonly link: string;
  readonly clientLink: string;
  /** The configuration file of httpd. */
  readonly httpdConfig: string;
}

/** Hosts made by the lab, as it lays them out. */
export const LAB_PLACE: Place = {
  kind: "namespaces",
  link: "eth0",
  clientLink: "eth0",
  httpdConfig: "/etc/httpd/conf/httpd.conf",
};
