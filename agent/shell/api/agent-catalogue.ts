import {
  type AddressTable,
  type AgentResult,
  OCF,
  type ResourceAgent,
} from "../../../resource-agents/contract.ts";
import {
  type AgentFolders,
  agentName,
  knownAgents,
  listAgents,
  runCommand,
  waitMs,
} from "../../../resource-agents/index.ts";

export { metadataName } from "../../../resource-agents/index.ts";

/** Longest time that an agent's own check may take, in milliseconds. */
export const VALIDATE_TIMEOUT_MS = 10_000;

const AGENTS_LISTED_MAX = 1000;

/** An agent by its name and one line. */
export interface AgentSummary {
  readonly name: string;
  readonly shortDescription: string;
}

/** The resource agents of this node. No promise rejects. */
export interface AgentCatalogue {
  /** Built-in agents first, then those of this host of every standard, in name order. */
  list(): Promise<readonly AgentSummary[]>;
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
  readonly folders?: AgentFolders;
}

/** Opens the catalogue of the agents that this release and this host have. */
export function openAgentCatalogue(parts: CatalogueParts): AgentCatalogue {
  const known = knownAgents(parts.folders);
  return {
    list: async () => {
      const builtIn = listAgents().map((agent) => ({
        name: agentName(agent),
        shortDescription: agent.metadata.shortDescription,
      }));
      const own = new Set(builtIn.map(({ name }) => name));
      const others = (await known.names()).filter((name) => !own.has(name));
      const shown = others.slice(0, AGENTS_LISTED_MAX);
      return [...builtIn, ...shown.map((name) => ({ name, shortDescription: "" }))];
    },
    find: (name) => known.find(name),
    validate: (agent, call) => validate(agent, call, parts),
  };
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
