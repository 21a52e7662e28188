import type { ResourceId } from "./names.ts";

/**
 * What of a server's deep checks fails, as one node sees it; names mean the same on both nodes. The
 * server itself works: what it passes requests on to may not.
 */
export interface DeepFinding {
  /** Checks that fail when this node's server makes them; null: no server here can make them. */
  readonly checks: readonly string[] | null;
  /** Groups of members none of which accepts a connection from this node; null: not known. */
  readonly groups: readonly string[] | null;
}

/** A question to a node: what fails of the deep checks of this resource, seen from there? */
export interface DeepQuestion {
  readonly resource: ResourceId;
  readonly checkLevel: number;
  /** An answer that comes later is of no use. */
  readonly withinMs: number;
}
