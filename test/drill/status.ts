import { pause } from "../lab/index.ts";
import { DrillError } from "./drill-error.ts";
import type { DrillHost, DrillPair } from "./drill-pair.ts";

/** What the drill needs of `lbctl status --output-format json`. */
export interface Status {
  readonly nodes: readonly { readonly name: string; readonly state: string }[];
  readonly resources: readonly {
    readonly id: string;
    readonly role: string;
    readonly nodes: readonly string[];
    /** More than 1: a clone. */
    readonly instancesMax: number;
  }[];
}

const POLL_INTERVAL_MS = 250;
const ANSWER_TIMEOUT_MS = 60_000;

/** Asks a host's agent; undefined, with the reason, when it gives no such answer. */
export async function readStatus(
  host: DrillHost,
): Promise<{ readonly status?: Status; readonly why: string }> {
  if (!host.isUp) return { why: `${host.name} is down` };
  const args = ["status", "--output-format", "json"];
  const { status, stdout, stderr } = await host.run("lbctl", args, {
    timeoutMs: ANSWER_TIMEOUT_MS,
  });
  if (status !== 0)
    return { why: `lbctl status on ${host.name}: exit ${status}: ${stderr.trim()}` };
  try {
    const parsed: unknown = JSON.parse(stdout);
    return isStatus(parsed)
      ? { status: parsed, why: "" }
      : { why: `lbctl status on ${host.name}: no nodes and resources in ${stdout.slice(0, 200)}` };
  } catch (error) {
    return { why: `lbctl status on ${host.name}: not JSON: ${String(error)}` };
  }
}

function isStatus(value: unknown): value is Status {
  if (typeof value !== "object" || value === null) return false;
  if (!("nodes" in value) || !Array.isArray(value.nodes)) return false;
  if (!("resources" in value) || !Array.isArray(value.resources)) return false;
  const isResource = (entry: unknown) =>
    typeof entry === "object" && entry !== null && "nodes" in entry && Array.isArray(entry.nodes);
  return value.resources.every(isResource);
}

/**
 * The node on which all is started that runs on one, while both nodes are online and clones run on
 * both; or what is amiss.
 */
export function activeNode(status: Status): { readonly active?: string; readonly why: string } {
  const away = status.nodes.filter(({ state }) => state.toLowerCase() !== "online");
  if (status.nodes.length !== 2) return { why: `${status.nodes.length} nodes instead of 2` };
  if (away.length > 0) return { why: away.map(({ name, state }) => `${name} ${state}`).join(", ") };
  if (status.resources.length === 0) return { why: "no resources" };
  const idle = status.resources.filter(
    ({ role, nodes, instancesMax }) =>
      role.toLowerCase() !== "started" || nodes.length !== Math.min(instancesMax, 2),
  );
  if (idle.length > 0) {
    return { why: idle.map(({ id, role, nodes }) => `${id} ${role} on [${nodes}]`).join(", ") };
  }
  const lone = status.resources.filter(({ instancesMax }) => instancesMax === 1);
  const places = new Set(lone.flatMap(({ nodes }) => nodes));
  const [active, other] = [...places];
  if (active === undefined || other !== undefined) return { why: `apart: ${[...places]}` };
  return { active, why: "" };
}

/**
 * Waits until both hosts' agents say: both nodes online, all resources on one of them, the same.
 * Returns its name; throws with the last thing that was amiss.
 */
export async function untilReady(pair: DrillPair, limitMs: number): Promise<string> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await Promise.all(pair.hosts.map(readStatus));
    const found = seen.map(({ status, why }) => (status ? activeNode(status) : { why }));
    const [first, second] = found.map((one) => ("active" in one ? one.active : undefined));
    if (first !== undefined && first === second) return first;
    if (Date.now() > end) {
      const why = found.map((one) => one.why).filter((text) => text !== "");
      const reason = [...new Set(why)].join("; ") || `${first} or ${second}: the nodes disagree`;
      throw new DrillError(`cluster not ready after ${limitMs / 1000} s: ${reason}`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}
