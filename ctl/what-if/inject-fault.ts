/** Failures of what already runs: recurring operations that find something wrong now. */
import { recordResult } from "../../agent/core/history/index.ts";
import {
  listPrimitives,
  type OnFail,
  type OperationRecord,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { changeHistory } from "./carry-out-transition.ts";
import { type Fault, isMeant } from "./fault.ts";

/** The facts once these failures were found, and which of the faults those were. */
export interface Injected {
  readonly input: SchedulerInput;
  readonly faults: ReadonlySet<Fault>;
}

/** Lets the recurring operations fail that run according to the histories; the others stay. */
export function injectFaults(input: SchedulerInput, faults: readonly Fault[]): Injected {
  const injected = new Set<Fault>();
  let world = input;
  for (const fault of faults) {
    const failed = injectFault(world, fault);
    if (failed === null) continue;
    world = failed;
    injected.add(fault);
  }
  return { input: world, faults: injected };
}

function injectFault(input: SchedulerInput, fault: Fault): SchedulerInput | null {
  if (fault.intervalMs === 0) return null;
  const { node } = fault;
  const found = input.histories
    .filter((history) => history.node === node)
    .flatMap(({ resources }) => resources)
    .flatMap(({ resource, records }) => records.map((running) => ({ resource, running })))
    .find(({ resource, running }) => isMeant(fault, { ...running, resource, node }));
  if (found === undefined) return null;
  const { resource, running } = found;
  const now = input.now + 1;
  // What Pacemaker wrote of the former result does not hold for this one.
  const { pacemaker, ...own } = running;
  const failed: OperationRecord = {
    ...own,
    outcome: { kind: "exited", status: fault.status },
    expectedStatus: running.expectedStatus ?? 0,
    digest: pacemaker === undefined ? own.digest : "",
    changedAt: now,
    changedAtWallMs: input.wallNowMs ?? 0,
  };
  const options = { isStartFailureFatal: true, onFail: readOnFail(input, { ...fault, resource }) };
  return {
    ...changeHistory(input, node, (history) => recordResult(history, resource, failed, options)),
    now,
  };
}

/** What is written for the operation, since only `ignore` makes a difference to the count. */
function readOnFail(
  { cib }: SchedulerInput,
  about: { readonly resource: ResourceId; readonly operation: string; readonly intervalMs: number },
): OnFail {
  const definition = listPrimitives(cib)
    .find(({ id }) => id === withoutNumber(about.resource))
    ?.operations.find(
      ({ name, intervalMs }) => name === about.operation && intervalMs === about.intervalMs,
    );
  const text = definition?.options["on-fail"] ?? cib.operationDefaults["on-fail"];
  return text === "ignore" ? "ignore" : "restart";
}
