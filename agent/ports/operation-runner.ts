import type { OperationOrder, OperationReport, ResourceId } from "../core/model/index.ts";

export type { OperationReport };

/**
 * Runs operations of resource agents. Operations of one resource run one at a time in the order in
 * which they were given; those of different resources run in parallel. A change of state or role
 * cancels the recurring monitors of its resource and ends one that is running. Every order ends in
 * a report, failures of spawning included; nothing is thrown.
 */
export interface OperationRunner {
  run(orderId: number, order: OperationOrder): void;
  /** Ends a recurring operation: no report follows. Unknown ones are ignored. */
  cancel(resource: ResourceId, operation: string, intervalMs: number): void;
  /** Announces the addresses again that are started here (after any doubt about who has them). */
  announceAgain(resources: readonly ResourceId[]): void;
}
