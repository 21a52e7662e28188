import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { activeNode, type Status } from "../drill/status.ts";
import { monotonicMs, pause } from "../lab/clock.ts";
import { orderedCommands, warmCommands } from "../lab/guide-commands.ts";
import type { Machine } from "./machine.ts";
import type { Recorder } from "./recorder.ts";

/** Whether the server follows the address, or runs on both hosts. */
export type Form = "ordered" | "warm";

/** The machines, what the client sees, and where to say what is done. */
export interface Pair {
  readonly machines: readonly [Machine, Machine];
  readonly recorder: Recorder;
  readonly form: Form;
  readonly say: (line: string) => void;
}

/** The machines in their parts. */
export interface Parts {
  readonly active: Machine;
  readonly passive: Machine;
}

const READY_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** Builds the cluster by lbctl alone, started and enabled by systemd; throws when it is not. */
export async function foundCluster(pair: Pair): Promise<void> {
  const [first] = pair.machines;
  await setUpCluster(pair);
  for (const machine of pair.machines) await show(pair, machine, "lbctl cluster enable");
  await Promise.all(pair.machines.map((machine) => show(pair, machine, "lbctl cluster start")));
  for (const line of guideCommands(pair.form)) await show(pair, first, line);
}

/** The guide's first half: both hosts have the files of the cluster. */
export async function setUpCluster(pair: Pair): Promise<void> {
  const [first, second] = pair.machines;
  await show(pair, first, `lbctl cluster setup webcluster ${first.name} ${second.name}`);
  const token = await first.must(["lbctl", "cluster", "token"]);
  await show(pair, second, "lbctl cluster join -", `${token}\n`);
}

/** The commands that make the resources, in either form, as the guide writes them. */
export function guideCommands(form: Form): readonly string[] {
  return form === "warm" ? warmCommands("apache") : orderedCommands("apache");
}

/** What the agent of this machine says now. */
export async function statusOn(machine: Machine): Promise<ClusterStatus> {
  const text = await machine.must(["lbctl", "status", "--output-format", "json"]);
  const parsed: unknown = JSON.parse(text);
  if (isWholeStatus(parsed)) return parsed;
  throw new Error(`lbctl status on ${machine.name}: no status`);
}

function isWholeStatus(value: unknown): value is ClusterStatus {
  return isStatus(value) && "warnings" in value && "pending" in value;
}

/** Runs a command line inside, prints it with what it said, and throws when it fails. */
export async function show(
  { say }: Pair,
  machine: Machine,
  line: string,
  input = "",
): Promise<string> {
  say(`[${machine.name}]# ${line}`);
  const said = await machine.must(["sh", "-c", line], { input });
  if (said !== "") say(said);
  return said;
}

/**
 * Waits until both agents say that both nodes are online and all resources on the same one, and
 * the client was served for a second. Throws with what was amiss last.
 */
export async function untilReady(pair: Pair): Promise<Parts> {
  const end = monotonicMs() + READY_LIMIT_MS;
  for (;;) {
    const seen = await Promise.all(pair.machines.map(activeSeenBy));
    const [first, second] = seen;
    if (first?.active !== undefined && first.active === second?.active) {
      if (!(await pair.recorder.untilServed(1000, READY_LIMIT_MS))) {
        throw new Error("the client is not served though the cluster is ready");
      }
      return partsOf(pair, first.active);
    }
    if (monotonicMs() > end) throw new Error(`not ready: ${seen.map(({ why }) => why).join("; ")}`);
    await pause(POLL_MS);
  }
}

/** Waits until the pair is ready, and forgets what came before: failures, starts, what was seen. */
export async function untilAtRest(pair: Pair): Promise<Parts> {
  await pair.machines[0].must(["lbctl", "resource", "cleanup"]);
  const parts = await untilReady(pair);
  // The start limit of the unit is not what is measured.
  for (const machine of pair.machines) await machine.run(["systemctl", "reset-failed", "lb-agent"]);
  pair.recorder.forget();
  return parts;
}

/** Waits until the predicate holds; throws with the words when it does not in time. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = monotonicMs() + limitMs;
  while (!(await holds())) {
    if (monotonicMs() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(20);
  }
}

function partsOf({ machines: [first, second] }: Pair, active: string): Parts {
  if (first.name === active) return { active: first, passive: second };
  return { active: second, passive: first };
}

async function activeSeenBy(
  machine: Machine,
): Promise<{ readonly active?: string; readonly why: string }> {
  if (machine.initPid === null) return { why: `${machine.name} is down` };
  const argv = ["lbctl", "status", "--output-format", "json"];
  const { status, stdout, stderr } = await machine.run(argv, { timeoutMs: 10_000 });
  if (status !== 0) return { why: `lbctl status on ${machine.name}: ${stderr.trim()}` };
  const parsed: unknown = JSON.parse(stdout);
  if (!isStatus(parsed)) return { why: `lbctl status on ${machine.name}: no nodes or resources` };
  return activeNode(parsed);
}

function isStatus(value: unknown): value is Status {
  if (typeof value !== "object" || value === null) return false;
  return "nodes" in value && "resources" in value && Array.isArray(value.nodes);
}
