import type { Change, Command } from "./change.ts";
import type { Cib } from "./cib.ts";
import type { ShownFile } from "./inspection.ts";
import type { NodeName, Problem } from "./names.ts";
import type { ClusterStatus } from "./status.ts";
import type { Decision, SchedulerInput } from "./transition.ts";

/** What the API may ask of the agent. `by` is who asked, for people: `root via lbctl on ip1`. */
export type ApiRequest =
  | { readonly kind: "getStatus" }
  | { readonly kind: "getCib" }
  /** The texts of files that both nodes should have alike, as `node` has them. */
  | { readonly kind: "readFiles"; readonly node: NodeName; readonly names: readonly string[] }
  /** Look at what resources need on `node` now; answered by `done` when it has been done. */
  | { readonly kind: "inspectNow"; readonly node: NodeName }
  | {
      readonly kind: "apply";
      readonly changes: readonly Change[];
      /**
       * Validate and say what would happen; change nothing. Without changes: how things stand.
       * Answered by the node that is asked, from what it knows.
       */
      readonly isDryRun: boolean;
      readonly by: string;
      readonly atWallMs: number;
    }
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly by: string;
      readonly atWallMs: number;
    };

/** The agent's answer to one request. */
export type ApiReply =
  | { readonly kind: "status"; readonly status: ClusterStatus }
  | { readonly kind: "cib"; readonly cib: Cib }
  | {
      readonly kind: "applied";
      readonly cibVersion: string;
      /** Lines for the person: what was added, removed along, warned about. */
      readonly notes: readonly string[];
      /** Nodes that have the change on disk; one name when the peer is away. */
      readonly savedOn: readonly NodeName[];
      /** With a dry run: what would be done. */
      readonly decisions: readonly Decision[];
      /** With a dry run: what that was decided from, with wall-clock times for all instants. */
      readonly input?: SchedulerInput;
    }
  | { readonly kind: "done"; readonly notes: readonly string[] }
  | { readonly kind: "files"; readonly files: readonly ShownFile[] }
  /** A mistake of the person: nothing was changed. */
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  /**
   * The cluster could not do it: no DC yet, disk full, the peer was lost meanwhile. One clear line.
   */
  | { readonly kind: "failed"; readonly text: string };
