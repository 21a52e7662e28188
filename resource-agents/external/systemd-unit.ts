import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type {
  AgentContext,
  AgentMetadata,
  AgentResult,
  ComparedItem,
  ReadinessFinding,
  ResourceAgent,
  Watch,
} from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import {
  SYSTEMD_RUNS,
  showUnit,
  tellSystemd,
  type UnitAnswer,
  type UnitState,
} from "./systemctl.ts";
import { CLUSTER_UNIT, putOverride, removeOverride } from "./unit-override.ts";

const POLL_MIN_MS = 20;
const POLL_MAX_MS = 500;
/**
 * systemd keeps a link for each unit that is active, and removes it when the unit stops or fails,
 * whatever kind of unit it is: a watch that needs no bus and no child.
 */
const ACTIVE_UNITS_FOLDER = "/run/systemd/units";

/** True for what may be the name of a unit; one of a template needs its instance. */
export function isUnitName(name: string): boolean {
  return /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\-]+)?$/.test(name) && name.length <= 255;
}

/** An agent for a systemd unit; `.service` is added when the name has no kind of unit. */
export function systemdAgent(name: string, standard: "systemd" | "service" = "systemd") {
  const unit = /\.(service|socket|timer|mount|target|path)$/.test(name) ? name : `${name}.service`;
  return {
    metadata: unitMetadata(name, standard),
    start: (context) => start(context, unit),
    stop: (context) => stop(context, unit),
    monitor: (context) => monitor(context, unit),
    validate: (context) => validate(context, unit),
    reload: (context) => reload(context, unit),
    watches: (context) => watches(context, unit),
    checkReadiness: (context) => checkReadiness(context, unit),
    listCompared: (context) => listCompared(context, unit),
  } satisfies ResourceAgent;
}

async function start(context: AgentContext, unit: string): Promise<AgentResult> {
  const before = await showUnit(context, unit);
  const problem = judgeLoaded(unit, before);
  if (problem !== null || before.kind !== "unit") return problem ?? SUCCEEDED;
  const unready = await putOverride(context, unit);
  if (unready !== null) return failed(OCF.ERR_GENERIC, unready);
  // Recoveries must not add up to systemd's own limit of starts: the cluster counts failures.
  if (before.active !== "active") await tellSystemd(context, ["reset-failed", "--", unit]);
  const refused = await tellSystemd(context, ["start", "--", unit]);
  const after = await settle(context, unit);
  if (after.kind === "unknown") return failed(OCF.ERR_GENERIC, after.reason);
  if (after.active === "active") return SUCCEEDED;
  const seeMore = `; see "journalctl -u ${unit}"`;
  const why = refused === null ? oneShotHint(after) : `: ${refused}`;
  return failed(OCF.ERR_GENERIC, `${explain(unit, after)}${why}${seeMore}`);
}

async function stop(context: AgentContext, unit: string): Promise<AgentResult> {
  const before = await showUnit(context, unit);
  // Where systemd does not run, nothing of it does.
  if (before.kind === "unknown" && !(await isThere(SYSTEMD_RUNS))) return SUCCEEDED;
  if (before.kind === "unknown") return failed(OCF.ERR_GENERIC, before.reason);
  if (before.load === "not-found" && !isRunning(before.active)) return SUCCEEDED;
  const mode = await stopMode(context);
  const refused = await tellSystemd(context, ["stop", ...mode, "--", unit]);
  const after = await settle(context, unit);
  // The state after it is the proof, not the answer of the command.
  if (after.kind === "unit" && !isRunning(after.active)) {
    const left = await removeOverride(context, unit);
    if (left !== null) context.log(left);
    return SUCCEEDED;
  }
  const found = after.kind === "unit" ? `still ${after.active}` : after.reason;
  return failed(OCF.ERR_GENERIC, `unit "${unit}": ${found} after its stop; ${refused ?? ""}`);
}

/**
 * The unit is ordered before the cluster's agent, so it would wait for the end of the very agent
 * that waits for this stop.
 */
async function stopMode(context: AgentContext): Promise<readonly string[]> {
  const agent = await showUnit(context, CLUSTER_UNIT);
  const isLeaving = agent.kind === "unit" && agent.active === "deactivating";
  return isLeaving ? ["--job-mode=ignore-dependencies"] : [];
}

async function monitor(context: AgentContext, unit: string): Promise<AgentResult> {
  const state = await settle(context, unit);
  if (state.kind === "unknown") return failed(state.status, state.reason);
  if (state.active === "active" || state.active === "reloading") return SUCCEEDED;
  if (isRunning(state.active)) return failed(OCF.ERR_GENERIC, explain(unit, state));
  const isAbsent = state.load === "not-found" && context.isProbe;
  const status = isAbsent ? OCF.ERR_INSTALLED : OCF.NOT_RUNNING;
  return failed(status, isAbsent ? notLoaded(unit, state) : explain(unit, state));
}

async function validate(context: AgentContext, unit: string): Promise<AgentResult> {
  return judgeLoaded(unit, await showUnit(context, unit)) ?? SUCCEEDED;
}

async function reload(context: AgentContext, unit: string): Promise<AgentResult> {
  const before = await settle(context, unit);
  if (before.kind === "unknown") return failed(before.status, before.reason);
  if (before.active !== "active") return failed(OCF.NOT_RUNNING, explain(unit, before));
  if (!before.canReload) {
    const reason = `unit "${unit}": has no ExecReload, expected one for a reload`;
    return failed(OCF.ERR_UNIMPLEMENTED, reason);
  }
  const refused = await tellSystemd(context, ["reload", "--", unit]);
  if (refused !== null) return failed(OCF.ERR_GENERIC, refused);
  return monitor(context, unit);
}

async function watches(context: AgentContext, unit: string): Promise<readonly Watch[]> {
  const path = join(ACTIVE_UNITS_FOLDER, `invocation:${unit}`);
  if (await isThere(path)) return [{ kind: "file", path }];
  // The name may be an alias: the link has the unit's own.
  const state = await showUnit(context, unit);
  if (state.kind === "unknown" || state.id === unit || state.id === "") return [];
  const ownPath = join(ACTIVE_UNITS_FOLDER, `invocation:${state.id}`);
  return (await isThere(ownPath)) ? [{ kind: "file", path: ownPath }] : [];
}

async function checkReadiness(
  context: AgentContext,
  unit: string,
): Promise<readonly ReadinessFinding[]> {
  const state = await showUnit(context, unit);
  const problem = judgeLoaded(unit, state);
  const remedy = `systemctl status ${unit}`;
  if (problem !== null) return [{ severity: "blocks", problem: problem.reason, remedy }];
  if (state.kind === "unknown") return [];
  const findings: ReadinessFinding[] = [];
  if (/^enabled/.test(state.fileState)) {
    const found = `unit "${unit}": ${state.fileState}, expected disabled`;
    const problemText = `${found}: systemd starts it at boot on both nodes`;
    findings.push({
      severity: "warns",
      problem: problemText,
      remedy: `systemctl disable ${unit}`,
    });
  }
  if (state.needsDaemonReload) {
    const found = `unit "${unit}": changed on disk since systemd read it`;
    findings.push({ severity: "warns", problem: found, remedy: "systemctl daemon-reload" });
  }
  return findings;
}

async function listCompared(context: AgentContext, unit: string): Promise<readonly ComparedItem[]> {
  const state = await showUnit(context, unit);
  if (state.kind === "unknown") return [];
  // What is below /run is of this node's state, such as the cluster's own drop-in.
  const files = state.files.filter((path) => !path.startsWith("/run/"));
  return [
    ...files.map((name) => ({ kind: "file", name }) as const),
    { kind: "unit", name: `${unit} enabled`, value: state.fileState },
  ];
}

/** Waits until a unit is on its way no more, or the action's time is over. */
async function settle(context: AgentContext, unit: string): Promise<UnitAnswer> {
  for (let pauseMs = POLL_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_MAX_MS)) {
    const state = await showUnit(context, unit);
    const isOnItsWay = state.kind === "unit" && /^(activating|deactivating)$/.test(state.active);
    if (!isOnItsWay || context.signal.aborted) return state;
    await context.wait(pauseMs);
  }
}

/** Why the unit could not be started here; null: it could. */
function judgeLoaded(unit: string, state: UnitAnswer): AgentResult | null {
  if (state.kind === "unknown") return failed(state.status, state.reason);
  return state.load === "loaded" ? null : failed(OCF.ERR_INSTALLED, notLoaded(unit, state));
}

function notLoaded(unit: string, { load }: UnitState): string {
  return `unit "${unit}": ${load}, expected loaded`;
}

function isRunning(active: string): boolean {
  return active !== "inactive" && active !== "failed";
}

function explain(unit: string, { active, sub, result }: UnitState): string {
  const end = result === "" || result === "success" ? "" : `, its run ended with ${result}`;
  return `unit "${unit}": ${active} (${sub})${end}, expected active`;
}

function oneShotHint({ active }: UnitState): string {
  return active === "inactive" ? ": a oneshot service needs RemainAfterExit=yes" : "";
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function unitMetadata(name: string, standard: "systemd" | "service"): AgentMetadata {
  return {
    standard,
    provider: "",
    type: name,
    version: "1.0",
    shortDescription: `The systemd unit ${name}`,
    longDescription: "Started, stopped and watched through systemctl. It must not be enabled.",
    parameters: [],
    actions: [
      { name: "start", timeoutMs: 100_000, intervalMs: 0 },
      { name: "stop", timeoutMs: 100_000, intervalMs: 0 },
      { name: "reload", timeoutMs: 100_000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 100_000, intervalMs: 60_000, depth: 0 },
    ],
  };
}
