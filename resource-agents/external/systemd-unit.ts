import type { AgentContext, AgentMetadata, AgentResult, ResourceAgent } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";

const POLL_MS = 50;

/** How systemd sees a unit, in its own words, or why it cannot be asked. */
type UnitState =
  | { readonly kind: "unit"; readonly load: string; readonly active: string; readonly sub: string }
  | { readonly kind: "unknown"; readonly status: number; readonly reason: string };

/** An agent for a systemd unit; `.service` is added when the name has no kind of unit. */
export function systemdAgent(name: string): ResourceAgent {
  const unit = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
  return {
    metadata: unitMetadata(unit),
    start: (context) => start(context, unit),
    stop: (context) => stop(context, unit),
    monitor: (context) => monitor(context, unit),
    validate: (context) => validate(context, unit),
    reload: (context) => change(context, "reload", unit),
  };
}

/** Parses `systemctl show --property=LoadState,ActiveState,SubState`. */
export function parseUnitState(text: string): UnitState {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
  return {
    kind: "unit",
    load: value("LoadState"),
    active: value("ActiveState"),
    sub: value("SubState"),
  };
}

async function start(context: AgentContext, unit: string): Promise<AgentResult> {
  const problem = await validate(context, unit);
  if (problem.status !== OCF.SUCCESS) return problem;
  const result = await change(context, "start", unit);
  if (result.status !== OCF.SUCCESS) return result;
  const after = await monitor(context, unit);
  return after.status === OCF.NOT_RUNNING ? failed(OCF.ERR_GENERIC, after.reason) : after;
}

async function stop(context: AgentContext, unit: string): Promise<AgentResult> {
  const before = await show(context, unit);
  if (before.kind === "unknown") return failed(OCF.ERR_GENERIC, before.reason);
  if (before.load === "not-found" && !isRunning(before.active)) return SUCCEEDED;
  const result = await change(context, "stop", unit);
  const after = await settled(context, unit);
  // The state after it is the proof, not the answer of the command.
  if (after.kind === "unit" && !isRunning(after.active)) return SUCCEEDED;
  const found = after.kind === "unit" ? `still ${after.active}` : after.reason;
  return failed(OCF.ERR_GENERIC, `unit "${unit}": ${found} after its stop ${result.reason}`);
}

async function monitor(context: AgentContext, unit: string): Promise<AgentResult> {
  const state = await settled(context, unit);
  if (state.kind === "unknown") return failed(state.status, state.reason);
  if (state.active === "active" || state.active === "reloading") return SUCCEEDED;
  if (isRunning(state.active)) return failed(OCF.ERR_GENERIC, explain(unit, state));
  return failed(OCF.NOT_RUNNING, explain(unit, state));
}

async function validate(context: AgentContext, unit: string): Promise<AgentResult> {
  const state = await show(context, unit);
  if (state.kind === "unknown") return failed(state.status, state.reason);
  if (state.load === "loaded") return SUCCEEDED;
  return failed(OCF.ERR_INSTALLED, `unit "${unit}": ${state.load}, expected loaded`);
}

/** Waits until a unit is on its way no more, or the action's time is over. */
async function settled(context: AgentContext, unit: string): Promise<UnitState> {
  for (;;) {
    const state = await show(context, unit);
    const isOnItsWay = state.kind === "unit" && /^(de)?activating$/.test(state.active);
    if (!isOnItsWay || context.signal.aborted || context.isProbe) return state;
    await context.wait(POLL_MS);
  }
}

async function show(context: AgentContext, unit: string): Promise<UnitState> {
  const properties = "--property=LoadState,ActiveState,SubState";
  const result = await context.run("systemctl", ["show", properties, "--", unit]);
  if (result.kind === "notSpawned") {
    return { kind: "unknown", status: OCF.ERR_INSTALLED, reason: `systemctl: ${result.reason}` };
  }
  if (result.kind === "timedOut") {
    return {
      kind: "unknown",
      status: OCF.ERR_GENERIC,
      reason: "systemctl show: no answer in time",
    };
  }
  if (result.status === 0) return parseUnitState(result.stdout);
  const isAbsent = /not been booted with systemd/.test(result.stderr);
  const status = isAbsent ? OCF.ERR_INSTALLED : OCF.ERR_GENERIC;
  return { kind: "unknown", status, reason: `systemctl show ${unit}: ${result.stderr}` };
}

async function change(context: AgentContext, verb: string, unit: string): Promise<AgentResult> {
  const result = await context.run("systemctl", [verb, "--", unit]);
  if (result.kind === "exited" && result.status === 0) return SUCCEEDED;
  const found = result.kind === "exited" ? result.stderr : result.kind;
  return failed(OCF.ERR_GENERIC, `systemctl ${verb} ${unit}: ${found}`);
}

function isRunning(active: string): boolean {
  return !["inactive", "failed"].includes(active);
}

function explain(unit: string, state: { readonly active: string; readonly sub: string }): string {
  return `unit "${unit}": ${state.active} (${state.sub}), expected active`;
}

function unitMetadata(unit: string): AgentMetadata {
  return {
    standard: "ocf",
    provider: "systemd",
    type: unit,
    version: "1.0",
    shortDescription: `The systemd unit ${unit}`,
    longDescription: "Started, stopped and watched through systemctl. It must not be enabled.",
    parameters: [],
    actions: [
      { name: "start", timeoutMs: 100_000, intervalMs: 0 },
      { name: "stop", timeoutMs: 100_000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 100_000, intervalMs: 60_000, depth: 0 },
      { name: "reload", timeoutMs: 100_000, intervalMs: 0 },
    ],
  };
}
