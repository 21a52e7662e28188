import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, startCommand } from "../../lab/index.ts";
import { DrillError } from "../drill-error.ts";
import type { DrillClient, DrillHost, DrillPair, Place } from "../drill-pair.ts";
import { cutRules, NO_RULES } from "./cut-rules.ts";
import { OwnerWatch } from "./owner-watch.ts";
import { RemoteShell } from "./remote-shell.ts";
import { VagrantHost, vagrant } from "./vagrant-host.ts";

const NETWORK = "192.168.33.0/24";
const NAMES = ["ip1", "ip2"] as const;
const HTTPD_CONFIGS = ["/etc/httpd/conf/httpd.conf", "/etc/apache2/apache2.conf"];

/** The hosts of the Vagrantfile, with what a drill needs to know of them. */
export interface VagrantPair {
  readonly pair: DrillPair;
  readonly place: Place;
  /** Ends the connections; the hosts stay. */
  close(): Promise<void>;
}

/**
 * Opens connections to the hosts, which `vagrant up` has to have brought up. This machine is the
 * client: it has an address on their network.
 */
export async function openVagrantPair(): Promise<VagrantPair> {
  const folder = mkdtempSync(join(tmpdir(), "lb-vagrant-"));
  const shells: RemoteShell[] = [];
  const close = async () => {
    await Promise.all(shells.map((shell) => shell.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const listeners = new Set<() => void>();
    const onChange = () => {
      for (const listener of listeners) listener();
    };
    const open = async (name: string) => {
      const shell = new RemoteShell(name, folder);
      shells.push(shell);
      shell.configure(await vagrant(["ssh-config", name]));
      const layout = await readLayout(name, shell);
      return { host: new VagrantHost({ name, mac: layout.mac, shell }, onChange), layout };
    };
    const [first, second] = await Promise.all([open(NAMES[0]), open(NAMES[1])]);
    const { link, httpdConfig } = first.layout;
    const clientLink = await ownLink();
    const place: Place = { kind: "machines", link, clientLink, httpdConfig };
    return { pair: makePair([first.host, second.host], listeners), place, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Layout {
  readonly link: string;
  readonly mac: string;
  readonly httpdConfig: string;
}

async function readLayout(name: string, shell: RemoteShell): Promise<Layout> {
  const script =
    `set -e; link=$(ip -o -4 addr show to ${NETWORK} | awk '{print $2; exit}'); echo "$link"; ` +
    `cat "/sys/class/net/$link/address"; ls ${HTTPD_CONFIGS.join(" ")} 2>/dev/null || true`;
  const { status, stdout, stderr } = await shell.run(["sh", "-c", script]);
  const [link, mac, httpdConfig] = stdout.trim().split("\n");
  if (status !== 0 || link === undefined || mac === undefined || httpdConfig === undefined) {
    throw new DrillError(`${name}: no link on ${NETWORK}, or no httpd: ${stdout}${stderr}`.trim());
  }
  return { link, mac, httpdConfig };
}

/** The link of this machine on the hosts' network. */
async function ownLink(): Promise<string> {
  const { stdout } = await runCommand(["ip", "-o", "-4", "addr", "show", "to", NETWORK]);
  const link = /^\d+: (\S+)/.exec(stdout)?.[1];
  if (link === undefined) throw new DrillError(`this machine has no address in ${NETWORK}`);
  return link;
}

const CLIENT: DrillClient = {
  run: (command, args = [], options = {}) => runCommand([command, ...args], options),
  spawn: (command, args = [], options = {}) => startCommand([command, ...args], options),
};

function makePair(hosts: readonly [VagrantHost, VagrantHost], listeners: Set<() => void>) {
  const [first, second] = hosts;
  const onEach = async (rules: (peer: VagrantHost) => string) => {
    await Promise.all([applyRules(first, rules(second)), applyRules(second, rules(first))]);
  };
  const pair: DrillPair = {
    hosts,
    client: CLIENT,
    host: (name) => (first.name === name ? first : second),
    peerOf: (host: DrillHost) => (host === first ? second : first),
    onHostsChanged: (listener) => void listeners.add(listener),
    watchOwners: (address, take) => new OwnerWatch({ hosts, address, take, listeners }),
    cutHosts: () => onEach(({ macs }) => cutRules(macs)),
    cutHeartbeat: ({ ports }) => onEach(({ macs }) => cutRules(macs, ports)),
    healNetwork: () => onEach(() => NO_RULES),
  };
  return pair;
}

async function applyRules(host: VagrantHost, rules: string): Promise<void> {
  const { status, stderr } = await host.run("nft", ["-f", "-"], { input: rules });
  if (status !== 0) throw new DrillError(`${host.name}: nft: ${stderr.trim()}`);
}
