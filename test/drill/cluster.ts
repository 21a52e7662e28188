import { parse } from "yaml";
import {
  type Host,
  type Lab,
  orderedCommands,
  type RunResult,
  warmCommands,
} from "../lab/index.ts";
import { DrillError } from "./drill-error.ts";
import type { DrillOptions } from "./options.ts";
import type { Printer } from "./printer.ts";

const COMMAND_TIMEOUT_MS = 60_000;
const TOKEN_OF_PROFILE_MS = { fast: 200, lan: 1000, vm: 5000 } as const;

/** Runs a command line in a host's shell and prints it with its output. */
export async function runShown(
  host: Host,
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
  host: Host,
  line: string,
  how: { readonly printer: Printer; readonly input?: string },
): Promise<string> {
  const result = await runShown(host, line, how);
  if (result.status === 0) return result.stdout;
  const end = result.timedOut ? "timed out" : `exit status ${result.status ?? result.signal}`;
  throw new DrillError(`${host.name}: ${line}: ${end}`);
}

/** Builds the cluster by lbctl commands alone, in the order of the guide. */
export async function buildCluster(
  lab: Lab,
  options: DrillOptions,
  printer: Printer,
): Promise<void> {
  const [first, second] = lab.hosts;
  const how = { printer };
  await mustShow(first, setupCommand(lab, options), how);
  printer.say(`[${first.name}]# lbctl cluster token | [${second.name}]# lbctl cluster join -`);
  const token = await first.run("lbctl", ["cluster", "token"], { timeoutMs: COMMAND_TIMEOUT_MS });
  if (token.status !== 0) throw new DrillError(`lbctl cluster token: ${token.stderr.trim()}`);
  await mustShow(second, "lbctl cluster join -", { printer, input: token.stdout });
  await Promise.all(lab.hosts.map((host) => mustShow(host, "lbctl cluster start", how)));
  const { form, server } = options;
  const commands = form === "warm" ? warmCommands(server) : orderedCommands(server);
  for (const line of commands) await mustShow(first, line, how);
  for (const line of groupCommands(options)) await mustShow(first, line, how);
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

function setupCommand(lab: Lab, { profile, transport, secondLink }: DrillOptions): string {
  const names = lab.hosts.map(({ name }, index) =>
    secondLink ? `${name} addr=192.168.33.${18 + index} addr=192.168.34.${18 + index}` : name,
  );
  const settings = [
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(transport === undefined ? [] : ["--transport", transport]),
  ];
  return ["lbctl cluster setup webcluster", ...names, ...settings].join(" ");
}

/** The token timeout that the cluster really has, from its file; else what the profile promises. */
export function tokenMsOf(host: Host, { profile }: DrillOptions): number {
  const text = host.readFile("/etc/lb-cluster/cluster.yaml");
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
export async function describeHosts(lab: Lab): Promise<string> {
  const parts = await Promise.all(
    lab.hosts.map(async (host) => {
      if (host.initPid === undefined) return `--- ${host.name} is down`;
      const status = await host.run("lbctl", ["status"], { timeoutMs: 5_000 });
      const log = host.readFile("/var/log/lb-cluster/agent.log") ?? "(no agent.log)";
      const lines = log.trimEnd().split("\n").slice(-20).join("\n");
      const said = `${status.stdout}${status.stderr}`.trimEnd();
      return `--- ${host.name}: lbctl status\n${said}\n--- ${host.name}: agent.log\n${lines}`;
    }),
  );
  return parts.join("\n");
}
