import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type AddressTable,
  type AgentMetadata,
  type AgentResult,
  OCF,
  type ResourceAgent,
} from "../../../resource-agents/contract.ts";
import {
  agentName,
  findAgent,
  listAgents,
  loadExternalAgent,
  runCommand,
  waitMs,
} from "../../../resource-agents/index.ts";

/** Longest time that an agent's own check may take, in milliseconds. */
export const VALIDATE_TIMEOUT_MS = 10_000;

const OCF_ROOT_DEFAULT = "/usr/lib/ocf";
const AGENTS_LISTED_MAX = 1000;

/** An agent by its name and one line. */
export interface AgentSummary {
  readonly name: string;
  readonly shortDescription: string;
}

/** The resource agents of this node. No promise rejects. */
export interface AgentCatalogue {
  /** Built-in agents first, then OCF agents of this host, in name order. */
  list(): readonly AgentSummary[];
  /** The agent of a full name such as `ocf:heartbeat:IPaddr2`; a text says why there is none. */
  find(name: string): Promise<ResourceAgent | string>;
  /** Runs the agent's own check of the parameters on this node. */
  validate(
    agent: ResourceAgent,
    call: { readonly resource: string; readonly parameters: Readonly<Record<string, string>> },
  ): Promise<AgentResult>;
}

/** What the catalogue needs of the agent: the kernel's addresses and a folder for state files. */
export interface CatalogueParts {
  readonly addresses: AddressTable;
  readonly runFolder: string;
  readonly ocfRoot?: string;
}

/** Opens the catalogue of the agents that this release and this host have. */
export function openAgentCatalogue(parts: CatalogueParts): AgentCatalogue {
  const ocfRoot = parts.ocfRoot ?? OCF_ROOT_DEFAULT;
  return {
    list: () => {
      const builtIn = listAgents().map((agent) => ({
        name: agentName(agent),
        shortDescription: agent.metadata.shortDescription,
      }));
      const known = new Set(builtIn.map(({ name }) => name));
      const external = externalNames(ocfRoot).filter((name) => !known.has(name));
      return [...builtIn, ...external.map((name) => ({ name, shortDescription: "" }))];
    },
    find: async (name) => {
      const builtIn = findAgent(name);
      if (builtIn !== null) return builtIn;
      const loaded = await loadExternalAgent(name, runCommand, ocfRoot);
      return loaded.kind === "loaded" ? loaded.agent : loaded.reason;
    },
    validate: (agent, call) => validate(agent, call, parts),
  };
}

/** The full name of an agent by its metadata. */
export function metadataName({ standard, provider, type }: AgentMetadata): string {
  return [standard, provider, type].filter((part) => part !== "").join(":");
}

async function validate(
  agent: ResourceAgent,
  call: { readonly resource: string; readonly parameters: Readonly<Record<string, string>> },
  { addresses, runFolder }: CatalogueParts,
): Promise<AgentResult> {
  const signal = AbortSignal.timeout(VALIDATE_TIMEOUT_MS);
  try {
    return await agent.validate({
      ...call,
      addresses,
      runFolder,
      signal,
      isProbe: false,
      checkLevel: 0,
      timeoutMs: VALIDATE_TIMEOUT_MS,
      isSupervised: true,
      run: (command, args, options = {}) => runCommand(command, args, { ...options, signal }),
      wait: (ms) => waitMs(ms, signal),
      log: () => {},
    });
  } catch (error) {
    // One agent's mistake is a refusal of its resource, not the end of the daemon.
    const reason = error instanceof Error ? error.message : String(error);
    return { status: OCF.ERR_GENERIC, reason: `check of the parameters broke: ${reason}` };
  }
}

/** Names of OCF executables; a folder that cannot be read holds none. */
function externalNames(ocfRoot: string): readonly string[] {
  const root = join(ocfRoot, "resource.d");
  return entriesOf(root)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .flatMap(({ name: provider }) =>
      entriesOf(join(root, provider))
        .filter((entry) => !entry.isDirectory() && !/^\.|\.sh$|-lib$/.test(entry.name))
        .map((entry) => `ocf:${provider}:${entry.name}`),
    )
    .sort()
    .slice(0, AGENTS_LISTED_MAX);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
