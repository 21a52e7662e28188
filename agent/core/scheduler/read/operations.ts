import { canonicalJson, digestText } from "../../base/index.ts";
import {
  type AgentName,
  type Cib,
  type NameValues,
  type OnFail,
  type OperationDefinition,
  type OperationOrder,
  type Primitive,
  renderAgentName,
} from "../../model/index.ts";
import type { FailureResponse, WorkingOptions } from "../working.ts";
import { plainParameters } from "./attributes.ts";
import { collectOptions, parseOnFail } from "./operation-settings.ts";
import { readOptions } from "./options.ts";
import { readCount, readDurationMs, readFlag } from "./scalars.ts";
import { expandTemplate } from "./templates.ts";

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
  readonly options: WorkingOptions;
}

/** What names an operation of a primitive. */
export interface OperationKey {
  readonly name: string;
  readonly intervalMs: number;
}

/** The operation as it is to run: what is configured, then the defaults. */
export function resolveOperation(
  { cib, options }: OperationContext,
  primitive: Primitive,
  { name, intervalMs }: OperationKey,
): ResolvedOperation {
  const key = { task: name, intervalMs };
  const found = collectOptions({ cib, wallNowS: null }, primitive, key);
  const asked = { task: name, text: found.onFailText, isContained: false };
  return {
    name,
    intervalMs,
    timeoutMs: readDurationMs(found.options["timeout"], options.defaultTimeoutMs),
    onFail: toOnFail(parseOnFail(options, asked)),
    checkLevel: readCount(found.options["OCF_CHECK_LEVEL"], 0),
  };
}

/** What a node is told of the consequences of a failure. A ban is decided where it is counted. */
export function toOnFail(response: FailureResponse): OnFail {
  return response === "ban" || response === "restartContainer" ? "restart" : response;
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

/** The digest that a record of this operation carries when nothing has changed since it ran. */
export function digestOperation(cib: Cib, primitive: Primitive, key: OperationKey): string {
  const call = callOf(cib, primitive);
  if (key.intervalMs === 0) return digestCall(call);
  const context = { cib, options: readOptions(cib.properties, { isQuorate: true }) };
  return digestRecurring(call, resolveOperation(context, expandTemplate(cib, primitive), key));
}

/** Agent and parameters outside of any run, where rules that ask for a node do not hold. */
export function callOf(cib: Cib, primitive: Primitive): AgentCall {
  const { agent } = expandTemplate(cib, primitive);
  return { agent, parameters: plainParameters(cib, primitive) };
}
