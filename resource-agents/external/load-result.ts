import type { CommandResult, ResourceAgent, RunOptions } from "../contract.ts";

/** Runs a command, as `AgentContext.run` does. */
export type RunAgentCommand = (
  command: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<CommandResult>;

/** A loaded agent, or in one line why this host has none of that name (OCF status 5). */
export type ExternalAgent =
  | { readonly kind: "loaded"; readonly agent: ResourceAgent }
  | { readonly kind: "unavailable"; readonly reason: string };

/** `$OCF_ROOT`, when nobody says otherwise. */
export const OCF_ROOT_DEFAULT = "/usr/lib/ocf";

/** Where a host has its agents; absent: where they usually are. */
export interface AgentFolders {
  /** `$OCF_ROOT`: the folder of `resource.d`. */
  readonly ocfRoot?: string;
  readonly initFolder?: string;
  readonly fenceFolder?: string;
}
