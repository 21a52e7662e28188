import type { NodeName, OperationDefinition, OperationRecord } from "../model/index.ts";
import { type ActionDraft, addAction, addEdge, type Draft } from "./draft.ts";
import { buildOrder, digestRecurring, listRecurring, resolveOperation } from "./operations.ts";
import { canBeAsked, type PlannedResource, type Situation } from "./situation.ts";
import type { ResourceSteps, Step } from "./steps.ts";

/** What recurring operations depend on. */
export interface RecurringContext {
  readonly steps: ReadonlyMap<PlannedResource, ResourceSteps>;
  readonly actions: ReadonlyMap<Step, ActionDraft>;
  readonly deferred: ReadonlySet<Step>;
}

/**
 * Adds the recurring monitors that a started resource should have and has not, and cancels those
 * that it has and should not have. A stop ends all of them, so a resource that leaves needs none.
 */
export function emitRecurring(situation: Situation, draft: Draft, context: RecurringContext): void {
  for (const { resource, stops, start } of context.steps.values()) {
    if (resource.isOrphan) continue;
    const started = context.actions.get(start);
    if (started !== undefined) {
      for (const operation of listRecurring(resource.primitive)) {
        if (resource.isInMaintenance) continue;
        const monitor = addMonitor(situation, draft, { resource, operation, node: started.node });
        addEdge(started, monitor);
      }
      continue;
    }
    for (const stop of stops) {
      if (stop.node !== null && staysUp(stop, start, context)) {
        adjustMonitors(situation, draft, { resource, node: stop.node });
      }
    }
  }
}

function staysUp(stop: Step, start: Step, { actions, deferred }: RecurringContext): boolean {
  if (actions.has(stop) || stop.isRequired || stop.isImplied || stop.isUnderWay) return false;
  return !start.isUnderWay && !deferred.has(start) && start.node === stop.node;
}

function adjustMonitors(
  situation: Situation,
  draft: Draft,
  { resource, node: name }: { readonly resource: PlannedResource; readonly node: NodeName },
): void {
  const node = situation.nodeByName.get(name);
  if (node === undefined || !canBeAsked(node)) return;
  const wanted = resource.isInMaintenance ? [] : listRecurring(resource.primitive);
  const own = node.history?.resources.find((x) => x.resource === resource.id);
  const running = (own?.records ?? []).filter((record) => record.intervalMs > 0);
  for (const record of running) {
    if (wanted.some((operation) => isSame(operation, record))) continue;
    addAction(draft, name, {
      kind: "cancel",
      resource: resource.id,
      operation: record.operation,
      intervalMs: record.intervalMs,
    });
  }
  if (resource.isBlocked) return;
  for (const operation of wanted) {
    const record = running.find((x) => isSame(operation, x));
    const resolved = resolveOperation(situation, resource.primitive, operation);
    const isExpired = resource.onNode.get(name)?.expired.some((x) => x === record) === true;
    const isRunning = record?.digest === digestRecurring(resource.primitive, resolved);
    if (isRunning && !isExpired) continue;
    addMonitor(situation, draft, { resource, operation, node: name });
  }
}

function addMonitor(
  situation: Situation,
  draft: Draft,
  input: {
    readonly resource: PlannedResource;
    readonly operation: OperationDefinition;
    readonly node: NodeName;
  },
): ActionDraft {
  const { primitive } = input.resource;
  const { name, intervalMs } = input.operation;
  const operation = resolveOperation(situation, primitive, { name, intervalMs });
  const order = buildOrder(primitive, operation, primitive);
  return addAction(draft, input.node, { kind: "operation", order });
}

function isSame(operation: OperationDefinition, record: OperationRecord): boolean {
  return operation.name === record.operation && operation.intervalMs === record.intervalMs;
}
