/** API messages <-> model. What is special about each message is in the tables of its own file. */
import { assert } from "../core/base/index.ts";
import type {
  Change,
  Cib,
  ClusterStatus,
  Command,
  Decision,
  Problem,
} from "../core/model/index.ts";
import { type ApiMessage, decodeBy, encodeBy } from "./message-codec.ts";
import {
  CHANGE_CODEC,
  CIB_CODEC,
  COMMAND_CODEC,
  DECISION_CODEC,
  hasKnownActions,
} from "./message-tables.ts";

/** The message of a change. */
export function encodeChange(change: Change): ApiMessage {
  if (change.kind === "replaceConfiguration") {
    return { replaceConfiguration: { cibJson: JSON.stringify(change.cib) } };
  }
  return encodeBy(CHANGE_CODEC, change);
}

/** The change of a message, or null when this release does not know it. */
export function decodeChange(message: unknown): Change | null {
  const found = decodeBy(CHANGE_CODEC, message);
  if (found === null || !hasKnownActions(found)) return null;
  if (found["kind"] === "replaceConfiguration") return decodeReplacement(found["cibJson"]);
  return found as unknown as Change;
}

// The shape of the configuration is checked where the change is applied.
function decodeReplacement(json: unknown): Change | null {
  try {
    return { kind: "replaceConfiguration", cib: JSON.parse(String(json)) as Cib };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The message of a command. */
export function encodeCommand(command: Command): ApiMessage {
  return encodeBy(COMMAND_CODEC, command);
}

/** The command of a message, or null when this release does not know it. */
export function decodeCommand(message: unknown): Command | null {
  return decodeBy(COMMAND_CODEC, message) as unknown as Command | null;
}

/** The message of a configuration. */
export function encodeCib(cib: Cib): ApiMessage {
  return encodeBy(CIB_CODEC, cib);
}

/** The configuration of a message that an agent sent. */
export function decodeCib(message: unknown): Cib {
  const cib = decodeBy(CIB_CODEC, message);
  assert(
    cib !== null,
    "configuration from the agent: holds what this release of lbctl cannot read",
  );
  return cib as unknown as Cib;
}

/** The message of a status: the model has the same fields. */
export function encodeStatus(status: ClusterStatus): ApiMessage {
  return status as unknown as ApiMessage;
}

/** The status of a message that an agent sent. */
export function decodeStatus(message: unknown): ClusterStatus {
  return asMessage(message) as unknown as ClusterStatus;
}

/** The message of one decision of the scheduler. */
export function encodeDecision(decision: Decision): ApiMessage {
  return encodeBy(DECISION_CODEC, decision);
}

/** The decision of a message that an agent sent. */
export function decodeDecision(message: unknown): Decision {
  return decodeBy(DECISION_CODEC, message) as unknown as Decision;
}

/** The problems of a `ProblemList` message. */
export function decodeProblems(message: unknown): readonly Problem[] {
  return asList(asMessage(message)["problems"]) as unknown as readonly Problem[];
}

function asMessage(value: unknown): ApiMessage {
  return typeof value === "object" && value !== null ? (value as ApiMessage) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
