import { canonicalJson, digestText } from "../base/index.ts";
import {
  type AgentName,
  type Cib,
  type NameValues,
  type OnFail,
  type OperationDefinition,
  type OperationOrder,
  type Primitive,
  renderAgentName,
} from "../model/index.ts";
import { type ClusterOptions, readClusterOptions, readDurationMs, readFlag } from "./options.ts";

/** One operation of a primitive with its defaults filled in. */
export interface ResolvedOperation {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onFail: OnFail;
  readonly checkLevel: number;
}

/** Where operations get their defaults from. */
export interface OperationContext {
  readonly cib: Cib;
  readonly options: ClusterOptions;
}

/** What names an operation of a primitive. */
export interface OperationKey {
  readonly name: string;
  readonly intervalMs: number;
}

/** The operation as it is to run: what is configured, then the defaults. */
export function resolveOperation(
  context: OperationContext,
  primitive: Primitive,
  key: OperationKey,
): ResolvedOperation {
  const definition = findDefinition(primitive, key);
  const { operationDefaults } = context.cib;
  const fallback = context.options.defaultTimeoutMs;
  return {
    ...key,
    timeoutMs: definition?.timeoutMs ?? readDurationMs(operationDefaults["timeout"], fallback),
    onFail: resolveOnFail(
      context.options,
      key.name,
      definition?.options["on-fail"] ?? operationDefaults["on-fail"],
    ),
    checkLevel: Number(definition?.options["OCF_CHECK_LEVEL"] ?? 0) || 0,
  };
}

/** The recurring operations that watch the resource while it is started, enabled ones only. */
export function listRecurring(primitive: Primitive): readonly OperationDefinition[] {
  return primitive.operations.filter(
    (operation) =>
      operation.intervalMs > 0 &&
      readFlag(operation.options["enabled"], true) &&
      operation.options["role"] !== "Stopped",
  );
}

/** What a call of the agent needs besides the operation. */
export interface AgentCall {
  readonly agent: AgentName;
  readonly parameters: NameValues;
}

/** A complete order for the node that runs the operation. */
export function buildOrder(
  primitive: Primitive,
  operation: ResolvedOperation,
  call: AgentCall,
): OperationOrder {
  const isProbe = operation.name === "monitor" && operation.intervalMs === 0;
  return {
    resource: primitive.id,
    agent: call.agent,
    operation: operation.name,
    intervalMs: operation.intervalMs,
    timeoutMs: operation.timeoutMs,
    parameters: call.parameters,
    digest: operation.intervalMs === 0 ? digestCall(call) : digestRecurring(call, operation),
    expectedStatus: isProbe ? null : 0,
    checkLevel: operation.checkLevel,
    onFail: operation.onFail,
  };
}

/** Digest of agent name and parameters: another one means that the resource must restart. */
export function digestCall({ agent, parameters }: AgentCall): string {
  return digestText(canonicalJson({ agent: renderAgentName(agent), parameters }));
}

/**
 * Digest of a recurring operation. It covers the timeout, check level and on-fail as well, so that
 * a change of these alone issues the operation anew without a restart.
 */
export function digestRecurring(call: AgentCall, operation: ResolvedOperation): string {
  const { timeoutMs, checkLevel, onFail } = operation;
  const { parameters } = call;
  const agent = renderAgentName(call.agent);
  return digestText(canonicalJson({ agent, parameters, timeoutMs, checkLevel, onFail }));
}

function findDefinition(primitive: Primitive, key: OperationKey): OperationDefinition | undefined {
  return (
    primitive.operations.find((x) => x.name === key.name && x.intervalMs === key.intervalMs) ??
    undefined
  );
}

/** Fencing that is off turns `fence` into `stop`, as Pacemaker does. */
function resolveOnFail(
  options: ClusterOptions,
  operation: string,
  text: string | undefined,
): OnFail {
  switch (text) {
    case "ignore":
    case "block":
    case "stop":
    case "restart":
    case "standby":
    case "demote":
      return text;
    case "fence":
      return options.isFencingEnabled ? "fence" : "stop";
    default:
      if (operation !== "stop") return "restart";
      return options.isFencingEnabled ? "fence" : "block";
  }
}

/** The digest that a record of this operation carries when nothing has changed since it ran. */
export function digestOperation(cib: Cib, primitive: Primitive, key: OperationKey): string {
  if (key.intervalMs === 0) return digestCall(primitive);
  const context = { cib, options: readClusterOptions(cib.properties) };
  return digestRecurring(primitive, resolveOperation(context, primitive, key));
}
