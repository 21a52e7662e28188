/** Fence agents: described here, run by whoever fences. */
import { join } from "node:path";
import type { AgentMetadata } from "../contract.ts";
import type { RunAgentCommand } from "./load-result.ts";
import { parseMetadata } from "./parse-metadata.ts";

/** Where fence agents are, when nobody says otherwise. */
export const FENCE_FOLDER_DEFAULT = "/usr/sbin";

const METADATA_TIMEOUT_MS = 30_000;

/** The metadata of `stonith:NAME`, or in one line why there is none. */
export async function describeFenceAgent(
  name: string,
  run: RunAgentCommand,
  folder: string = FENCE_FOLDER_DEFAULT,
): Promise<AgentMetadata | string> {
  if (!/^fence_[A-Za-z0-9_-]+$/.test(name)) return `agent "stonith:${name}": not a fence agent`;
  const path = join(folder, name);
  const result = await run(path, ["-o", "metadata"], { timeoutMs: METADATA_TIMEOUT_MS });
  if (result.kind === "notSpawned") return `agent "${path}": not found or not executable`;
  if (result.kind === "timedOut") return `agent "${path}": no metadata within its timeout`;
  const metadata = parseMetadata(result.stdout, "", "stonith");
  // An agent may answer to another name that it is linked by.
  return metadata === null ? `agent "${path}": prints no metadata` : { ...metadata, type: name };
}
