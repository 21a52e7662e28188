import type { OperationDefinition } from "../../model/index.ts";
import { readFlag, readRoleName } from "../read/index.ts";
import { ROLE, type Role, type WorkingResource } from "../working.ts";

/** A recurring operation as it is configured. */
export interface RecurringOperation {
  readonly task: string;
  readonly intervalMs: number;
  /** Null: for every active role but the promoted one. */
  readonly role: Role | null;
}

/** Operations that change something must not repeat. */
const ONCE_ONLY: ReadonlySet<string> = new Set([
  "stop",
  "start",
  "demote",
  "promote",
  "reload-agent",
  "migrate_to",
  "migrate_from",
]);

/** True when the configuration has that operation and it is not switched off. */
export function isConfigured(resource: WorkingResource, task: string, intervalMs: number): boolean {
  const operations = resource.primitive?.operations ?? [];
  return operations.some((operation) => isEnabledAs(operation, task, intervalMs));
}

/**
 * The recurring operations of a primitive, in configured order. One that is there twice counts for
 * nothing, since nobody could say which of the two is meant.
 */
export function recurringOperations(resource: WorkingResource): readonly RecurringOperation[] {
  const operations = resource.primitive?.operations ?? [];
  const found: RecurringOperation[] = [];
  for (const { name, intervalMs, options } of operations) {
    if (intervalMs === 0 || ONCE_ONLY.has(name)) continue;
    const same = operations.filter((x) => x.name === name && x.intervalMs === intervalMs);
    if (same.length > 1 || !isConfigured(resource, name, intervalMs)) continue;
    const role =
      options["role"] === undefined ? null : (readRoleName(options["role"]) ?? ROLE.unknown);
    if (role !== ROLE.unknown) found.push({ task: name, intervalMs, role });
  }
  return found;
}

function isEnabledAs(operation: OperationDefinition, task: string, intervalMs: number): boolean {
  if (operation.name !== task || operation.intervalMs !== intervalMs) return false;
  const enabled = operation.options["enabled"];
  return readFlag(enabled, true);
}
