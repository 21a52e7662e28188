import { parse } from "yaml";
import { orderedCommands, type RunResult, warmCommands } from "../lab/index.ts";
import { DrillError } from "./drill-error.ts";
import { type DrillHost, type DrillPair, LAB_PLACE, type Place } from "./drill-pair.ts";
import type { DrillOptions } from "./options.ts";
import type { Printer } from "./printer.ts";

const COMMAND_TIMEOUT_MS = 60_000;
const STATUS_TIMEOUT_MS = 30_000;
const CLUSTER_FILE = "/etc/lb-cluster/cluster.yaml";
const TOKEN_OF_PROFILE_MS = { fast: 200, lan: 1000, vm: 5000 } as const;

/** Runs a command line in a host's shell and prints it with its output. */
export async function runShown(
  host: DrillHost,
  line: string,
  { printer, input }: { readonly printer: Printer; readonly input?: string },
): Promise<RunResult> {
  printer.say(`[${host.name}]# ${line}`);
  const result = await host.run("sh", ["-c", line], {
    timeoutMs: COMMAND_TIMEOUT_MS,
    ...(input === undefined ? {} : { input }),
  });
  for (const text of [result.stdout, result.stderr]) {
    if (text.trim() !== "") printer.say(text.trimEnd());
  }
  return result;
}

/** The same, and anything but status 0 ends the drill. */
export async function mustShow(
  host: DrillHost,
  line: string,
  how: { readonly printer: Printer; readonly input?: string },
): Promise<string> {
  const result = await runShown(host, line, how);
  if (result.status === 0) return result.stdout;
  const end = result.timedOut ? "timed out" : `exit status ${result.status ?? result.signal}`;
  throw new DrillError(`${host.name}: ${line}: ${end}`);
}

/** What a cluster is built on, and how. */
export interface Building {
  readonly pair: DrillPair;
  readonly place: Place;
  readonly options: DrillOptions;
  readonly printer: Printer;
}

/**
 * Builds the cluster by lbctl commands alone, in the order of the guide. Machines that are in one
 * already, from an earlier drill, keep it.
 */
export async function buildCluster({ pair, place, options, printer }: Building): Promise<void> {
  const [first, second] = pair.hosts;
  const how = { printer };
  if ((await first.readFile(CLUSTER_FILE)) !== undefined) {
    printer.say(`${first.name} is in a cluster already: the drill goes on with that`);
    return;
  }
  await mustShow(first, setupCommand(pair, options), how);
  printer.say(`[${first.name}]# lbctl cluster token | [${second.name}]# lbctl cluster join -`);
  const token = await first.run("lbctl", ["cluster", "token"], { timeoutMs: COMMAND_TIMEOUT_MS });
  if (token.status !== 0) throw new DrillError(`lbctl cluster token: ${token.stderr.trim()}`);
  await mustShow(second, "lbctl cluster join -", { printer, input: token.stdout });
  // Machines have a systemd, which brings the agent back after a boot.
  const start = place.kind === "machines" ? "lbctl cluster enable && " : "";
  const starting = `${start}lbctl cluster start`;
  await Promise.all(pair.hosts.map((host) => mustShow(host, starting, how)));
  const { form, server } = options;
  const commands = form === "warm" ? warmCommands(server) : orderedCommands(server);
  for (const line of commands) await mustShow(first, placed(line, place), how);
  for (const line of groupCommands(options)) await mustShow(first, placed(line, place), how);
}

/** The further addresses that the client pings, IPv4 and IPv6 in turns. */
export function groupAddresses({ addresses }: DrillOptions): string[] {
  return Array.from({ length: addresses }, (_, index) =>
    index % 2 === 0 ? `192.168.33.${100 + index / 2}` : `fd33::${99 + (index + 1) / 2}`,
  );
}

/** Members of a group start one after the other: the hardest case for many addresses. */
function groupCommands(options: DrillOptions): string[] {
  const creations = groupAddresses(options).map((ip, index) => {
    const length = ip.includes(":") ? 128 : 32;
    const parameters = `ip=${ip} nic=eth0 cidr_netmask=${length}`;
    return `lbctl resource create address${index + 1} IPaddr2 ${parameters} --group addresses`;
  });
  if (creations.length === 0) return [];
  return [...creations, "lbctl constraint colocation add addresses with virtual_ip"];
}

/** A command written for the lab's hosts, for hosts that are laid out like this. */
function placed(line: string, { link, httpdConfig }: Place): string {
  const { link: labLink, httpdConfig: labConfig } = LAB_PLACE;
  return line
    .replaceAll(`nic=${labLink} `, `nic=${link} `)
    .replaceAll(`configfile=${labConfig} `, `configfile=${httpdConfig} `);
}

function setupCommand(pair: DrillPair, options: DrillOptions): string {
  const { profile, transport, secondLink, tokenMs } = options;
  const names = pair.hosts.map(({ name }, index) =>
    secondLink ? `${name} addr=192.168.33.${18 + index} addr=192.168.34.${18 + index}` : name,
  );
  const settings = [
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(tokenMs === undefined ? [] : ["--token", String(tokenMs)]),
    ...(transport === undefined ? [] : ["--transport", transport]),
  ];
  return ["lbctl cluster setup webcluster", ...names, ...settings].join(" ");
}

/** The token timeout that the cluster really has, from its file; else what the profile promises. */
export async function tokenMsOf(host: DrillHost, { profile }: DrillOptions): Promise<number> {
  const text = await host.readFile(CLUSTER_FILE);
  const found = text === undefined ? undefined : findToken(parse(text));
  return found ?? TOKEN_OF_PROFILE_MS[profile ?? "lan"];
}

/** Looks for a number under a key that is `token` or begins with it, at any depth. */
function findToken(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (/^token(_timeout)?(_ms)?$/.test(key) && typeof inner === "number") return inner;
    const deeper = findToken(inner);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** What a reader needs when the drill failed: each host's status and its agent's last words. */
export async function describeHosts(pair: DrillPair): Promise<string> {
  const parts = await Promise.all(
    pair.hosts.map(async (host) => {
      if (!host.isUp) return `--- ${host.name} is down`;
      const status = await host.run("lbctl", ["status"], { timeoutMs: STATUS_TIMEOUT_MS });
      const log = (await host.readFile("/var/log/lb-cluster/agent.log")) ?? "(no agent.log)";
      const lines = log.trimEnd().split("\n").slice(-20).join("\n");
      const said = `${status.stdout}${status.stderr}`.trimEnd();
      return `--- ${host.name}: lbctl status\n${said}\n--- ${host.name}: agent.log\n${lines}`;
    }),
  );
  return parts.join("\n");
}
