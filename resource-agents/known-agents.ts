/** All agents that this release and this host have, of every standard, by name. */
import type { AgentMetadata, AgentStandard, ResourceAgent } from "./contract.ts";
import {
  type AgentFolders,
  describeExternalAgent,
  listExternalAgents,
  loadExternalAgent,
  type RunAgentCommand,
} from "./external/index.ts";

/** Agents are asked for their metadata a few at a time: each is a process. */
const ASKED_AT_ONCE = 4;
/**
 * Packages install every built-in agent as an executable of this provider. Here such a name is the
 * agent itself: an executable would add an address without a lease.
 */
const EXECUTABLES = "ocf:lb";
const STANDARDS: readonly AgentStandard[] = ["lsb", "ocf", "service", "systemd"];

/** Which agents are wanted; absent: everything but fence agents. */
export interface AgentFilter {
  readonly standard?: AgentStandard;
  readonly provider?: string;
  /** Part of the full name, whatever its case. */
  readonly text?: string;
}

/** An agent by its name and one line. */
export interface NamedAgent {
  readonly name: string;
  readonly shortDescription: string;
}

/** The agents of this host. No promise rejects. */
export interface KnownAgents {
  /** Standards of which there are agents, in name order. */
  standards(): Promise<readonly AgentStandard[]>;
  /** Providers of OCF agents, sorted. */
  providers(): Promise<readonly string[]>;
  /** Full names, sorted. Nothing is asked for its metadata. */
  names(filter?: AgentFilter): Promise<readonly string[]>;
  /** The same names with a line of each, sorted; those that have no metadata are left out. */
  describeAll(names: readonly string[]): Promise<readonly NamedAgent[]>;
  /** The metadata of an agent by its full name, or in one line why there is none. */
  describe(name: string): Promise<AgentMetadata | string>;
  /** The agent of a full name such as `ocf:heartbeat:IPaddr2`; a text says why there is none. */
  find(name: string): Promise<ResourceAgent | string>;
}

/** What `KnownAgents` are made of. */
export interface KnownAgentParts {
  /** They come before those of this host that have the same name. */
  readonly builtIn: readonly ResourceAgent[];
  readonly run: RunAgentCommand;
  readonly folders: AgentFolders;
}

/** True for the name of a standard. */
export function isAgentStandard(text: string): text is AgentStandard {
  return text === "stonith" || STANDARDS.some((standard) => standard === text);
}

/** The full name of an agent by its metadata. */
export function metadataName({ standard, provider, type }: AgentMetadata): string {
  return [standard, provider, type].filter((part) => part !== "").join(":");
}

/** Opens the list of the agents that this release and this host have. */
export function openKnownAgents(parts: KnownAgentParts): KnownAgents {
  const { builtIn, run, folders } = parts;
  const ownOf = (name: string): ResourceAgent | undefined =>
    builtIn.find(({ metadata }) => metadataName(metadata) === name) ??
    builtIn.find(({ metadata }) => `${EXECUTABLES}:${metadata.type}` === name);
  const names = (filter: AgentFilter = {}) => listNames(parts, filter);
  const describe = async (name: string): Promise<AgentMetadata | string> =>
    ownOf(name)?.metadata ?? (await describeExternalAgent(name, run, folders));
  return {
    names,
    describe,
    standards: async () => {
      const found = await Promise.all(STANDARDS.map((standard) => names({ standard })));
      return STANDARDS.filter((_standard, index) => (found[index] ?? []).length > 0);
    },
    providers: async () => {
      const found = await names({ standard: "ocf" });
      return [...new Set(found.map((name) => name.split(":")[1] ?? ""))].toSorted();
    },
    describeAll: (wanted) => describeAll(wanted, describe),
    find: async (name) => {
      const own = ownOf(name);
      if (own !== undefined) return own;
      const loaded = await loadExternalAgent(name, run, folders);
      return loaded.kind === "loaded" ? loaded.agent : loaded.reason;
    },
  };
}

async function listNames(
  { builtIn, run, folders }: KnownAgentParts,
  { standard, provider, text = "" }: AgentFilter,
): Promise<readonly string[]> {
  const standards = standard === undefined ? STANDARDS : [standard];
  const external = await Promise.all(
    standards.map((each) => listExternalAgents(each, run, folders)),
  );
  const own = builtIn
    .filter(({ metadata }) => standards.includes(metadata.standard))
    .map(({ metadata }) => metadataName(metadata));
  return [...new Set([...own, ...external.flat()])]
    .filter((name) => provider === undefined || name.split(":")[1] === provider)
    .filter((name) => name.toLowerCase().includes(text.toLowerCase()))
    .toSorted();
}

async function describeAll(
  names: readonly string[],
  describe: KnownAgents["describe"],
): Promise<readonly NamedAgent[]> {
  const found: NamedAgent[] = [];
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const metadata = await describe(name);
      if (typeof metadata === "string") continue;
      found.push({ name, shortDescription: metadata.shortDescription });
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
