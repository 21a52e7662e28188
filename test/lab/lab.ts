import { dirname, join } from "node:path";
import { Client } from "./client.ts";
import { Host, type HostLink, type HostPlan } from "./host.ts";
import { type NamedAddress, writeHostFiles } from "./host-files.ts";
import { PLAIN_INIT_SCRIPT } from "./init-script.ts";
import { endNamespaces, makeNamespaces, type Namespaces } from "./namespaces.ts";
import { repositoryRoot } from "./repository-root.ts";
import { killAllStarted } from "./run-command.ts";
import { makeLabFolder, removeLab, removeStaleLabs, writeLabRecord } from "./stale-labs.ts";
import { type Faults, HOST_PORTS, NO_FAULTS, type Port, Switch } from "./switch.ts";

/** A host to make. */
export interface HostOptions {
  readonly name: string;
  readonly links: readonly HostLink[];
}

/** What to make; everything has a default, which is the pair of the vendor's guide. */
export interface LabOptions {
  /** Exactly two. */
  readonly hosts?: readonly HostOptions[];
  /** Adds a second link eth1 on a bridge of its own to the default hosts. */
  readonly secondLink?: boolean;
  /** The client's addresses on the first link. */
  readonly clientAddresses?: readonly string[];
  /** Outlives this process, until `removeStaleLabs({ withKept: true })`. */
  readonly keep?: boolean;
}

const FIRST_LINK = "eth0";
const SECOND_LINK = "eth1";
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The guide's two hosts, with a unique local IPv6 address each beside the IPv4 one. */
export function guideHosts({ secondLink }: { readonly secondLink: boolean }): HostOptions[] {
  return [18, 19].map((last, index) => {
    const first = { link: FIRST_LINK, addresses: [`192.168.33.${last}/24`, `fd33::${last}/64`] };
    const second = { link: SECOND_LINK, addresses: [`192.168.34.${last}/24`, `fd34::${last}/64`] };
    return { name: `ip${index + 1}`, links: secondLink ? [first, second] : [first] };
  });
}

/** Two hosts and a client on one switch. Open it with `openLab`, end it with `close`. */
export class Lab {
  readonly hosts: readonly [Host, Host];
  readonly client: Client;
  readonly folder: string;
  readonly kept: boolean;
  readonly #switch: Switch;
  readonly #holders: readonly Namespaces[];
  readonly #removeNow: () => void;
  readonly #listeners: Set<() => void>;
  #faults: Faults = NO_FAULTS;

  constructor(parts: LabParts) {
    this.hosts = parts.hosts;
    this.client = parts.client;
    this.folder = parts.folder;
    this.kept = parts.kept;
    this.#switch = parts.wires;
    this.#holders = parts.holders;
    this.#removeNow = parts.removeNow;
    this.#listeners = parts.listeners;
  }

  /** Calls back after each boot and crash of a host. */
  onHostsChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** A host by name. */
  host(name: string): Host {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`lab: no host ${name}`);
    return found;
  }

  /** The other one of the two. */
  peerOf(host: Host): Host {
    return this.hosts[0] === host ? this.hosts[1] : this.hosts[0];
  }

  /** From now on the hosts hear nothing of each other; the client reaches both. */
  cutHosts(): Promise<void> {
    return this.#apply({ cutHosts: true });
  }

  /** From now on no UDP packet to these ports passes between the hosts, in either direction. */
  cutHeartbeat({ ports }: { readonly ports: readonly number[] }): Promise<void> {
    return this.#apply({ cutUdpPorts: ports });
  }

  /** From now on each frame between the hosts is lost with this probability, in tenths at best. */
  loss(percent: number): Promise<void> {
    return this.#apply({ lossPercent: percent });
  }

  /** Ends all faults of the network. */
  healNetwork(): Promise<void> {
    return this.#apply(NO_FAULTS);
  }

  /** Removes all: processes, namespaces with their links and mounts, folders. */
  async close(): Promise<void> {
    await this.#switch.close();
    for (const host of this.hosts) await host.close();
    for (const holder of this.#holders) await endNamespaces(holder);
    removeLab(this.folder, []);
    process.off("exit", this.#removeNow);
  }

  /** Lets go of a kept lab: this process may end, the lab stays. */
  async leave(): Promise<void> {
    if (!this.kept) throw new Error("lab: not opened to be kept");
    process.off("exit", this.#removeNow);
    await this.#switch.close();
  }

  async #apply(change: Partial<Faults>): Promise<void> {
    this.#faults = { ...this.#faults, ...change };
    await this.#switch.apply(this.#faults);
  }
}

interface LabParts {
  readonly hosts: readonly [Host, Host];
  readonly client: Client;
  readonly folder: string;
  readonly kept: boolean;
  readonly wires: Switch;
  readonly holders: readonly Namespaces[];
  readonly removeNow: () => void;
  readonly listeners: Set<() => void>;
}

/**
 * Makes two hosts, switched on, and a client. Needs root. What an earlier run left behind after it
 * was killed goes first. Should this process end in any way, so does the lab, unless it is kept.
 */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  if (process.getuid?.() !== 0) throw new Error("lab: making hosts needs root");
  removeStaleLabs({ withKept: false });
  const keep = options.keep ?? false;
  const folder = makeLabFolder();
  const initPids = new Set<number>();
  const removeNow = () => {
    killAllStarted(); // A copy under way would write into what is being deleted.
    removeLab(folder, [...initPids]);
  };
  process.on("exit", removeNow);
  try {
    return await buildLab(options, { folder, keep, initPids, removeNow });
  } catch (error) {
    process.off("exit", removeNow);
    removeLab(folder, [...initPids]);
    throw error;
  }
}

interface Building {
  readonly folder: string;
  readonly keep: boolean;
  /** PID 1 of every set of namespaces that is alive. */
  readonly initPids: Set<number>;
  readonly removeNow: () => void;
}

async function buildLab(options: LabOptions, building: Building): Promise<Lab> {
  const { folder, keep, initPids } = building;
  const plans = hostPlans(options, building);
  const names = plans.flatMap(nameOf);
  const holders = [await holder(keep), await holder(keep)] as const;
  for (const { initPid } of holders) initPids.add(initPid);
  const wires = new Switch(holders[0]);
  const links = new Set(plans.flatMap((plan) => plan.links.map(({ link }) => link)));
  for (const link of links) await wires.addBridge(link);
  const hosts: Host[] = [];
  const listeners = new Set<() => void>();
  const noteInits = () => {
    initPids.clear();
    for (const { initPid } of holders) initPids.add(initPid);
    for (const { initPid } of hosts) if (initPid !== undefined) initPids.add(initPid);
    writeLabRecord(folder, [...initPids], keep);
    for (const listener of listeners) listener();
  };
  for (const plan of plans) {
    writeHostFiles(plan.folder, plan.name, names);
    const host = new Host(plan, wires, noteInits);
    hosts.push(host);
    await host.boot();
  }
  const client = new Client(holders[1]);
  const addresses = options.clientAddresses ?? ["192.168.33.1/24", "fd33::1/64"];
  await client.plugInto(wires, { link: FIRST_LINK, addresses });
  const [first, second] = hosts;
  if (first === undefined || second === undefined) throw new Error("lab: two hosts are needed");
  const { removeNow } = building;
  const pair = [first, second] as const;
  return new Lab({
    hosts: pair,
    client,
    folder,
    kept: keep,
    wires,
    holders,
    removeNow,
    listeners,
  });
}

function hostPlans(options: LabOptions, { folder, keep }: Building): HostPlan[] {
  const root = repositoryRoot();
  const node = dirname(process.execPath);
  const hosts = options.hosts ?? guideHosts({ secondLink: options.secondLink ?? false });
  if (hosts.length !== 2) throw new Error(`lab: two hosts are needed, not ${hosts.length}`);
  return hosts.map(({ name, links }, index) => ({
    name,
    folder: join(folder, name),
    links,
    ports: links.map(({ link }, place) => portOf(link, { host: index + 1, place })),
    path: `${join(root, "bin")}:${node}:${SYSTEM_PATH}`,
    visible: [root, node],
    keep,
  }));
}

function portOf(link: string, { host, place }: { host: number; place: number }): Port {
  return { port: `${HOST_PORTS}${host}-${link}`, link, mac: `02:00:00:00:0${host}:0${place}` };
}

function nameOf({ name, links }: HostPlan): NamedAddress[] {
  const address = links[0]?.addresses[0]?.split("/")[0];
  return address === undefined ? [] : [{ name, address }];
}

function holder(keep: boolean): Promise<Namespaces> {
  const variables = {};
  return makeNamespaces({ kinds: ["net", "pid"], script: PLAIN_INIT_SCRIPT, variables, keep });
}
