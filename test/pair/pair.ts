import assert from "node:assert/strict";
import type { Cib, ClusterStatus, ResourceStatus } from "../../agent/core/model/index.ts";
import {
  GUIDE_COMMANDS,
  type Host,
  type Lab,
  type LabOptions,
  openLab,
  pause,
  type RunResult,
  VIRTUAL_IP,
} from "../lab/index.ts";

const COMMAND_LIMIT_MS = 60_000;
const POLL_MS = 100;
/** How long a condition may take to come true on a busy machine. */
export const PATIENCE_MS = 30_000;

/** Two hosts, a client, and what the tests ask of them. */
export interface Pair {
  readonly lab: Lab;
  readonly first: Host;
  readonly second: Host;
}

/** Makes the hosts; no cluster yet. Fails with one line where there is no root. */
export async function openPair(options: LabOptions = {}): Promise<Pair> {
  const lab = await openLab(options);
  const [first, second] = lab.hosts;
  return { lab, first, second };
}

/** `cluster setup` with these words after the name, and `join` on the other host. */
export async function setUp({ first, second }: Pair, words = "ip1 ip2"): Promise<void> {
  await must(first, `lbctl cluster setup webcluster ${words}`);
  const token = await must(first, "lbctl cluster token");
  await must(second, "lbctl cluster join -", token);
}

/** Starts both agents and waits until each sees the other. */
export async function startBoth(pair: Pair): Promise<void> {
  await Promise.all(pair.lab.hosts.map((host) => must(host, "lbctl cluster start")));
  await untilQuiet(pair);
}

/** Stops both agents, wherever they are. */
export async function stopBoth({ lab }: Pair): Promise<void> {
  await Promise.all(lab.hosts.map((host) => must(host, "lbctl cluster stop")));
}

/** A pair that runs, without resources and without fencing. */
export async function formPair(pair: Pair, words?: string): Promise<void> {
  await setUp(pair, words);
  await startBoth(pair);
  await must(pair.first, "lbctl property set stonith-enabled=false");
}

/** The pair of the guide, serving. Returns once both resources run on one node. */
export async function formGuidePair(pair: Pair, words?: string): Promise<void> {
  await setUp(pair, words);
  await startBoth(pair);
  for (const line of GUIDE_COMMANDS) await must(pair.first, line);
  await untilServing(pair);
}

/** Runs a line in a host's shell. */
export function run(host: Host, line: string, input?: string): Promise<RunResult> {
  return host.run("sh", ["-c", line], {
    timeoutMs: COMMAND_LIMIT_MS,
    ...(input === undefined ? {} : { input }),
  });
}

/** The same; anything but status 0 is a failure of the test. Returns standard output. */
export async function must(host: Host, line: string, input?: string): Promise<string> {
  const result = await run(host, line, input);
  const how = result.timedOut ? "timed out" : `status ${result.status ?? result.signal}`;
  assert.equal(result.status, 0, `${host.name}: ${line}: ${how}\n${result.stderr}${result.stdout}`);
  return result.stdout;
}

/** What a refusal must look like. */
export interface Refusal {
  /** 1: the cluster could not; 2: refused; 3: no agent, no permission. */
  readonly status: number | readonly number[];
  /** What the one line must say: each of these. */
  readonly says: readonly (string | RegExp)[];
  readonly input?: string;
}

/** Runs a line that must be refused with one clear line; returns it. */
export async function refused(host: Host, line: string, refusal: Refusal): Promise<string> {
  const result = await run(host, line, refusal.input);
  const shown = `${line}\n(status ${result.status}) ${result.stderr}${result.stdout}`;
  const expected = [refusal.status].flat();
  assert.ok(expected.includes(result.status ?? -1), `exit code ${expected.join(" or ")}: ${shown}`);
  const lines = result.stderr.trimEnd().split("\n");
  assert.equal(lines.length, 1, `one line on standard error: ${shown}`);
  const [text = ""] = lines;
  assert.ok(text.startsWith("Error: "), `begins with "Error: ": ${shown}`);
  assert.ok(!`${result.stderr}${result.stdout}`.includes("    at "), `no stack trace: ${shown}`);
  for (const part of refusal.says) {
    const isSaid = typeof part === "string" ? text.includes(part) : part.test(text);
    assert.ok(isSaid, `says ${part}: ${shown}`);
  }
  return text;
}

/** Asks again and again until `probe` gives a value; a failure says what it gave last. */
export async function until<Value>(
  what: string,
  probe: () => Promise<{ readonly value?: Value; readonly why: string }>,
  limitMs = PATIENCE_MS,
): Promise<Value> {
  const end = Date.now() + limitMs;
  for (;;) {
    const { value, why } = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) assert.fail(`not within ${limitMs / 1000} s: ${what}; last: ${why}`);
    await pause(POLL_MS);
  }
}

/** The same for a plain condition. */
export async function untilTrue(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = PATIENCE_MS,
): Promise<void> {
  await until(
    what,
    async () => ((await holds()) ? { value: true, why: "" } : { why: "no" }),
    limitMs,
  );
}

/** The agent's status as programs read it, or why there is none. */
export async function readStatus(
  host: Host,
): Promise<{ readonly value?: ClusterStatus; readonly why: string }> {
  const result = await run(host, "lbctl status --output-format json");
  if (result.status !== 0) return { why: `status ${result.status}: ${result.stderr.trim()}` };
  const parsed: unknown = JSON.parse(result.stdout);
  return isStatus(parsed) ? { value: parsed, why: "" } : { why: `not a status: ${result.stdout}` };
}

/** The status; no answer is a failure of the test. */
export async function statusOf(host: Host): Promise<ClusterStatus> {
  const { value, why } = await readStatus(host);
  return value ?? assert.fail(`${host.name}: lbctl status: ${why}`);
}

/** The status once it satisfies a condition. */
export function untilStatus(
  host: Host,
  what: string,
  holds: (status: ClusterStatus) => boolean,
  limitMs = PATIENCE_MS,
): Promise<ClusterStatus> {
  const probe = async () => {
    const { value, why } = await readStatus(host);
    if (value === undefined) return { why };
    return holds(value) ? { value, why: "" } : { why: describe(value) };
  };
  return until(`${host.name}: ${what}`, probe, limitMs);
}

/** The configuration, as programs read it. */
export async function configOf(host: Host): Promise<Cib> {
  const parsed: unknown = JSON.parse(await must(host, "lbctl config --output-format json"));
  return isCib(parsed) ? parsed : assert.fail(`${host.name}: no configuration`);
}

/** Waits until both nodes are online and nothing is under way, as both of them see it. */
export async function untilQuiet({ lab }: Pair): Promise<void> {
  for (const host of lab.hosts) {
    await untilStatus(
      host,
      "both online, nothing under way",
      ({ nodes, pending, dc }) =>
        nodes.every(({ isOnline }) => isOnline) && pending.length === 0 && dc !== "",
    );
  }
}

/** Where a resource runs once both nodes say that all run on one node; returns that host. */
export async function untilServing(pair: Pair): Promise<Host> {
  const [one] = await Promise.all(
    pair.lab.hosts.map((host) =>
      untilStatus(host, "all resources on one node, nothing under way", (status) => {
        const places = new Set(status.resources.map(placeOf));
        return (
          status.resources.length > 0 &&
          places.size === 1 &&
          !places.has("") &&
          status.pending.length === 0 &&
          status.nodes.every(({ isOnline }) => isOnline)
        );
      }),
    ),
  );
  const name = placeOf(one?.resources[0]);
  return pair.lab.host(name);
}

/** The node that runs a resource; "" when none or more than one do. */
export function placeOf(resource: ResourceStatus | undefined): string {
  const [node = "", other] = resource?.nodes ?? [];
  return resource?.role === "Started" && other === undefined ? node : "";
}

/** One resource of a status; a missing one is a failure of the test. */
export function resourceIn(status: ClusterStatus, id: string): ResourceStatus {
  return status.resources.find((each) => each.id === id) ?? assert.fail(`no resource ${id}`);
}

/** Waits until a host says that a resource runs on this node ("": on none). */
export function untilRuns(host: Host, id: string, node: string): Promise<ClusterStatus> {
  return untilStatus(host, `${id} on ${node === "" ? "no node" : node}`, (status) => {
    const resource = status.resources.find((each) => each.id === id);
    const isThere = node === "" ? resource?.nodes.length === 0 : placeOf(resource) === node;
    return isThere && status.pending.length === 0;
  });
}

/** Who answers the client at an address: the page of the guide's httpd is its host's name. */
export async function whoServes({ lab }: Pair, address = VIRTUAL_IP): Promise<string> {
  const url = address.includes(":") ? `http://[${address}]/` : `http://${address}/`;
  const result = await lab.client.run("curl", ["-gsS", "--max-time", "2", url]);
  return result.status === 0 ? result.stdout.trim() : "";
}

/** Waits until the client is served by this host. */
export function untilServedBy(pair: Pair, name: string, address = VIRTUAL_IP): Promise<void> {
  return untilTrue(
    `the client is served by ${name} at ${address}`,
    async () => (await whoServes(pair, address)) === name,
  );
}

/** Whether a host holds an address, by its kernel. */
export async function holds(host: Host, address = VIRTUAL_IP): Promise<boolean> {
  const shown = await host.run("ip", ["-o", "addr", "show", "to", address]);
  return shown.stdout.includes(` ${address}/`);
}

/** Processes of a host with one of these names, by their pids outside. */
export function pidsOf(host: Host, ...names: readonly string[]): number[] {
  return host
    .processes()
    .filter(({ name }) => names.includes(name))
    .map(({ pid }) => pid);
}

/** The pids of httpd, whatever the machine calls it. */
export function httpdPids(host: Host): number[] {
  return pidsOf(host, "apache2", "httpd");
}

/** The outer pid of lb-agent's main process. */
export function agentPid(host: Host): number {
  const insidePid = Number(host.readFile("/run/lb-cluster/agent.pid")?.trim());
  const agent = host.processes().find((process) => process.insidePid === insidePid);
  return agent?.pid ?? assert.fail(`${host.name}: no lb-agent runs`);
}

function describe(status: ClusterStatus): string {
  const nodes = status.nodes.map(({ name, state }) => `${name} ${state}`);
  const resources = status.resources.map(({ id, role, nodes: on }) => `${id} ${role} [${on}]`);
  return [...nodes, ...resources, ...status.pending, ...status.warnings].join("; ");
}

function isStatus(value: unknown): value is ClusterStatus {
  return typeof value === "object" && value !== null && "cibVersion" in value;
}

function isCib(value: unknown): value is Cib {
  return typeof value === "object" && value !== null && "constraints" in value;
}
