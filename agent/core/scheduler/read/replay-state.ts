import { topOf } from "../tree.ts";
import {
  type FailureResponse,
  ROLE,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import type { Result } from "./results.ts";

/** What is carried from one result of a resource on a node to the next. */
export interface Replay {
  readonly working: Working;
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
  /** What the failures so far ask for. */
  response: FailureResponse;
  /** The last failure that counted. */
  lastFailure: Result | null;
}

/** What a failure asks for, weakest first. */
const RANKS: readonly FailureResponse[] = [
  "ignore",
  "demote",
  "restart",
  "ban",
  "block",
  "stop",
  "standby",
  "fence",
  "restartContainer",
];

/** Lets a failure ask for something worse than what was asked for before; never for less. */
export function worsen(replay: Replay, response: FailureResponse): void {
  if (RANKS.indexOf(response) > RANKS.indexOf(replay.response)) replay.response = response;
}

/** A resource is active in the lowest role that it can be active in. */
export function setActive(resource: WorkingResource): void {
  const isPromotable = topOf(resource).clone?.isPromotable === true;
  resource.role = isPromotable ? ROLE.unpromoted : ROLE.started;
}

/** What past failures wanted the resource to become is forgotten. */
export function clearNextRole(resource: WorkingResource): void {
  resource.nextRole = ROLE.unknown;
  resource.nextRoleReason = "";
}
