/** Failures that are supposed to happen: how they are written, and how they are told. */
import { type NodeName, type ResourceId, withoutNumber } from "../../agent/core/model/index.ts";

/** An operation that ends with another exit status than it should. */
export interface Fault {
  readonly resource: ResourceId;
  readonly operation: string;
  readonly intervalMs: number;
  readonly node: NodeName;
  readonly status: number;
}

const OPERATIONS = [
  "start",
  "stop",
  "monitor",
  "promote",
  "demote",
  "migrate_to",
  "migrate_from",
  "reload-agent",
  "reload",
  "notify",
];

const FAULT = new RegExp(`^(.+)_(${OPERATIONS.join("|")})_(\\d{1,9})@([^=@]+)=(\\d{1,3})$`);

const STATUS_MAX = 255;

/** A fault as crm_simulate writes it, `web_monitor_10000@ip1=7`; null when it is not one. */
export function parseFault(text: string): Fault | null {
  const found = FAULT.exec(text);
  if (found === null) return null;
  const [, resource = "", operation = "", interval, node = "", status] = found;
  if (Number(status) > STATUS_MAX) return null;
  return { resource, operation, intervalMs: Number(interval), node, status: Number(status) };
}

/** The fault as it was written. */
export function renderFault({ resource, operation, intervalMs, node, status }: Fault): string {
  return `${resource}_${operation}_${intervalMs}@${node}=${status}`;
}

/** True when an operation is the one that is to fail. An instance answers to its number too. */
export function isMeant(
  fault: Fault,
  operation: {
    readonly resource: ResourceId;
    readonly operation: string;
    readonly intervalMs: number;
    readonly node: NodeName;
  },
): boolean {
  return (
    (fault.resource === operation.resource ||
      withoutNumber(fault.resource) === operation.resource ||
      fault.resource === withoutNumber(operation.resource)) &&
    fault.operation === operation.operation &&
    fault.intervalMs === operation.intervalMs &&
    fault.node === operation.node
  );
}
