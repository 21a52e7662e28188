/** Reads one entry of a resource's history on a node. */
import type { OperationOutcome, OperationRecord } from "../../agent/core/model/index.ts";
import { readSecondsAsMs, readWholeNumber } from "./read-scalars.ts";
import { note, type Reading } from "./reading.ts";
import { attributeOf, type XmlElement } from "./xml-document.ts";

const PENDING = -1;
const TIMED_OUT = 2;

/** Ids of entries that keep a failure beside the last result of the same operation. */
const KEPT_FAILURE = /_last_failure_0$/;

/** `ACTION:TRANSITION:EXPECTED:UUID`. */
const TRANSITION_KEY = /^-?\d+:-?\d+:(-?\d+):.+$/;

/** One entry as a record; none, with a note, when it names no operation. */
export function readOperationRecord(
  reading: Reading,
  entry: XmlElement,
): readonly OperationRecord[] {
  const operation = attributeOf(entry, "operation");
  if (operation === null) {
    note(reading, entry, { kind: "dropped", text: "names no operation" });
    return [];
  }
  const [execStatus, exitStatus, transitionKey] = readResult(entry);
  const changedAt = readSecondsAsMs(attributeOf(entry, "last-rc-change"));
  const source = attributeOf(entry, "migrate_source");
  const target = attributeOf(entry, "migrate_target");
  const expected = TRANSITION_KEY.exec(transitionKey ?? "")?.[1];
  return [
    {
      operation,
      intervalMs: readWholeNumber(attributeOf(entry, "interval")),
      callId: readWholeNumber(attributeOf(entry, "call-id")),
      outcome: outcomeOf(execStatus, exitStatus),
      expectedStatus: expected === undefined ? null : Number(expected),
      digest: "",
      changedAt,
      changedAtWallMs: changedAt,
      ranForMs: readWholeNumber(attributeOf(entry, "exec-time")),
      reason: attributeOf(entry, "exit-reason") ?? "",
      ...(source === null || target === null ? {} : { migration: { source, target } }),
      ...(KEPT_FAILURE.test(attributeOf(entry, "id") ?? "") ? { isKeptFailure: true } : {}),
      pacemaker: {
        execStatus,
        exitStatus,
        digest: attributeOf(entry, "op-digest"),
        restartDigest: attributeOf(entry, "op-restart-digest"),
        forceRestart: attributeOf(entry, "op-force-restart"),
        secureDigest: attributeOf(entry, "op-secure-digest"),
        secureParameters: attributeOf(entry, "op-secure-params"),
        featureSet: attributeOf(entry, "crm_feature_set"),
        transitionKey,
      },
    },
  ];
}

/** Status, exit status and transition key, each from its attribute or else from the magic. */
function readResult(
  entry: XmlElement,
): readonly [execStatus: number, exitStatus: number, transitionKey: string | null] {
  const magic = /^(-?\d+):(-?\d+);(.*)$/.exec(attributeOf(entry, "transition-magic") ?? "");
  return [
    readWholeNumber(attributeOf(entry, "op-status") ?? magic?.[1] ?? null),
    readWholeNumber(attributeOf(entry, "rc-code") ?? magic?.[2] ?? null),
    attributeOf(entry, "transition-key") ?? magic?.[3] ?? null,
  ];
}

function outcomeOf(execStatus: number, exitStatus: number): OperationOutcome {
  if (execStatus === PENDING) return { kind: "pending" };
  if (execStatus === TIMED_OUT) return { kind: "timedOut" };
  return { kind: "exited", status: exitStatus };
}
