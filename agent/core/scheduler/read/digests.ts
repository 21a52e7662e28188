import { canonicalJson, digestText } from "../../base/index.ts";
import type { NameValues, PacemakerEntry } from "../../model/index.ts";
import { renderAgentName } from "../../model/index.ts";
import type {
  HistoryEntry,
  OperationSettings,
  Working,
  WorkingNode,
  WorkingResource,
} from "../working.ts";
import { parametersOf } from "./attributes.ts";
import { md5 } from "./md5.ts";
import { findOperation, settleOperation } from "./operation-settings.ts";
import { digestCall, digestRecurring, type ResolvedOperation, toOnFail } from "./operations.ts";
import { compareVersions } from "./scalars.ts";

/**
 * What has to follow from the parameters that a result was got with. `unknown`: nobody wrote them
 * down. `reload`: the agent can take the new ones while it runs. `reschedule`: a recurring
 * operation is issued anew. `restart`: nothing less than a restart will do.
 */
export type DigestVerdict = "unknown" | "match" | "reload" | "restart" | "reschedule";

/** One side of a comparison: what the configuration makes of the parameters now. */
interface Asked {
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
  readonly entry: HistoryEntry;
}

/** Compares the parameters that a result was got with to those that are configured now. */
export function compareDigests(working: Working, asked: Asked): DigestVerdict {
  if (asked.entry.isExpiredFailure) return "restart";
  const { pacemaker } = asked.entry.record;
  return pacemaker === undefined
    ? compareOwn(working, asked)
    : comparePacemaker(working, asked, pacemaker);
}

/**
 * True when only parameters that a report would blacken have changed. Pacemaker takes those for
 * unchanged when it reads a document as a simulation.
 */
export function hasOnlySecretsChanged(working: Working, asked: Asked): boolean {
  const { record } = asked.entry;
  const expected = record.pacemaker?.secureDigest ?? null;
  if (record.pacemaker === undefined || expected === null) return false;
  const secret = new Set((record.pacemaker.secureParameters ?? "").split(" "));
  const isOld = compareVersions(record.pacemaker.featureSet ?? "3.20.0", "3.16.0") < 0;
  const all = isOld
    ? parametersOf(working, asked.resource, asked.node)
    : collectParameters(working, asked);
  const shown = Object.entries(all).filter(
    ([name]) => !secret.has(name) && !(isOld && isFencingParameter(asked.resource, name)),
  );
  return digestParameters(Object.fromEntries(shown)) === expected;
}

/** The operation as its digest in the agent's own scheme covers it. */
export function toResolved(settings: OperationSettings): ResolvedOperation {
  const { name, intervalMs, timeoutMs, checkLevel } = settings;
  return { name, intervalMs, timeoutMs, checkLevel, onFail: toOnFail(settings.onFail) };
}

/** Digest of the parameters for which a change needs a restart. */
export function digestRestart(parameters: NameValues, names: readonly string[]): string {
  const kept = Object.entries(parameters).filter(([name]) => names.includes(name));
  return digestText(canonicalJson(Object.fromEntries(kept)));
}

function compareOwn(working: Working, { resource, node, entry }: Asked): DigestVerdict {
  const { record, task, intervalMs } = entry;
  const { primitive } = resource;
  if (primitive === null || record.digest === "") return "unknown";
  const parameters = parametersOf(working, resource, node);
  const call = { agent: primitive.agent, parameters };
  if (intervalMs > 0) {
    const settings = settleOperation(working, resource, { task, intervalMs, node });
    const digest = digestRecurring(call, toResolved(settings));
    return digest === record.digest ? "match" : "reschedule";
  }
  if (digestCall(call) === record.digest) return "match";
  const { restart } = record;
  const wasAgent = entry.history.lastCall?.agent;
  const isSameAgent =
    wasAgent === undefined || renderAgentName(wasAgent) === renderAgentName(primitive.agent);
  if (restart === undefined || !isSameAgent) return "restart";
  return digestRestart(parameters, restart.parameters) === restart.digest ? "reload" : "restart";
}

function comparePacemaker(
  working: Working,
  asked: Asked,
  { digest, restartDigest, forceRestart }: PacemakerEntry,
): DigestVerdict {
  const { entry, resource } = asked;
  const parameters = collectParameters(working, asked);
  if (restartDigest !== null) {
    const names = forceRestart?.split(" ");
    const kept = Object.entries(parameters).filter(([name]) => names?.includes(name) ?? true);
    if (digestParameters(Object.fromEntries(kept)) !== restartDigest) return "restart";
  }
  if (digest === null) return "unknown";
  if (digest === digestParameters(parameters)) return "match";
  if (entry.intervalMs > 0) return "reschedule";
  // Parameters of the operation itself reach the agent only when the operation runs again.
  const ownParameters = operationParameters(resource, entry);
  const hasOwn = Object.keys(ownParameters).length > 0;
  return restartDigest === null || hasOwn ? "restart" : "reload";
}

/** Names that never take part in a digest, besides all that begin with `CRM_meta_`. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "id",
  "crm_feature_set",
  "op-digest",
  "on_node",
  "on_node_uuid",
  "pcmk_external_ip",
]);

function collectParameters(
  working: Working,
  { resource, node, entry }: Asked,
): Record<string, string> {
  const { task, intervalMs } = entry;
  const all = {
    ...parametersOf(working, resource, node),
    ...operationParameters(resource, entry),
  };
  const kept = Object.entries(all).filter(
    ([name]) => !LEFT_OUT.has(name) && !name.startsWith("CRM_meta_"),
  );
  const parameters = Object.fromEntries(kept);
  if (intervalMs > 0) {
    const { timeoutMs } = settleOperation(working, resource, { task, intervalMs, node });
    parameters["CRM_meta_timeout"] = String(timeoutMs);
  }
  return parameters;
}

/** What the agent gets for this operation alone; Pacemaker keeps the check level among it. */
function operationParameters(
  resource: WorkingResource,
  { task, intervalMs }: HistoryEntry,
): NameValues {
  const definition = findOperation(resource, { task, intervalMs });
  const level = definition?.options["OCF_CHECK_LEVEL"];
  return {
    ...definition?.parameters,
    ...(level === undefined ? {} : { OCF_CHECK_LEVEL: level }),
  };
}

/** The digest of an XML element that has the parameters as its attributes, in sorted order. */
function digestParameters(parameters: NameValues): string {
  const names = Object.keys(parameters).sort();
  const attributes = names.map((name) => ` ${name}="${escapeXml(parameters[name] ?? "")}"`);
  return md5(` <parameters${attributes.join("")}/>\n`);
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function isFencingParameter({ isFenceDevice }: WorkingResource, name: string): boolean {
  return isFenceDevice && (name.startsWith("pcmk_") || name === "provides");
}
