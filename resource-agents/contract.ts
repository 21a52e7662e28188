/**
 * What every built-in resource agent is: metadata and actions with OCF meaning.
 * An agent module never imports the daemon: all it may use of the outside comes as `AgentContext`.
 */

/** Exit statuses of the OCF resource agent API 1.1, section "Exit status codes". */
export const OCF = {
  SUCCESS: 0,
  ERR_GENERIC: 1,
  ERR_ARGS: 2,
  ERR_UNIMPLEMENTED: 3,
  ERR_PERM: 4,
  ERR_INSTALLED: 5,
  ERR_CONFIGURED: 6,
  NOT_RUNNING: 7,
  RUNNING_PROMOTED: 8,
  FAILED_PROMOTED: 9,
  /** Of a monitor: it works, but not fully. These two are Pacemaker's. */
  DEGRADED: 190,
  DEGRADED_PROMOTED: 191,
} as const;

/**
 * The actions of an agent; `repair` is ours, the others are those of the OCF resource agent API.
 */
export type AgentActionName =
  | "start"
  | "stop"
  | "monitor"
  | "validate-all"
  | "reload"
  | "reload-agent"
  | "promote"
  | "demote"
  | "notify"
  | "migrate_to"
  | "migrate_from"
  | "repair";

/** One parameter, as OCF metadata names it. `isUnique`: no two resources may share its value. */
export interface AgentParameter {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean";
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  /** True when the metadata says that a reload makes what runs take a new value. */
  readonly isReloadable?: boolean;
  /** Parameters of one group must differ together between two resources; absent: each by itself. */
  readonly uniqueGroup?: string;
  /** Works still, and should not be set any more. */
  readonly isDeprecated?: boolean;
  /** Of interest only when something has to be traced; shown on request. */
  readonly isAdvanced?: boolean;
  readonly defaultValue: string | null;
  readonly shortDescription: string;
  readonly longDescription: string;
}

/** A parameter's metadata: an optional string that need not be unique, unless `more` says else. */
export function describeParameter(
  name: string,
  shortDescription: string,
  more: Partial<AgentParameter> & { readonly longDescription: string },
): AgentParameter {
  const base = { type: "string", isRequired: false, isUnique: false, defaultValue: null } as const;
  return { name, shortDescription, ...base, ...more };
}

/**
 * One action with the timeouts that the agent recommends. `intervalMs` is 0 for all but monitors.
 */
export interface AgentActionMetadata {
  readonly name: AgentActionName | "meta-data";
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly depth?: number;
  /** Of a monitor: for which role it is, as configurations write it. */
  readonly role?: string;
}

/** The kinds of agents that there are: how their programs are called. */
export type AgentStandard = "ocf" | "systemd" | "lsb" | "service" | "stonith";

/** What an agent says of itself; rendered as OCF metadata. */
export interface AgentMetadata {
  /** The first part of a full name such as `ocf:heartbeat:IPaddr2` or `systemd:haproxy`. */
  readonly standard: AgentStandard;
  /** The second part; "" for a standard without providers. */
  readonly provider: string;
  readonly type: string;
  readonly version: string;
  readonly shortDescription: string;
  readonly longDescription: string;
  readonly parameters: readonly AgentParameter[];
  readonly actions: readonly AgentActionMetadata[];
}

/**
 * How an action ended. `status` is one of `OCF`; `reason` is one line for people (empty on success,
 * required otherwise), with subject, value and what was expected. Never contains a secret.
 */
export interface AgentResult {
  readonly status: number;
  readonly reason: string;
  /** Of a monitor whose server works and whose deep checks do not pass: what of them fails. */
  readonly deep?: DeepFinding;
}

/**
 * What of a server's deep checks fails, as this node sees it. The names mean the same on both
 * nodes: the cluster compares what fails on one with what fails on the other.
 */
export interface DeepFinding {
  /** Checks that fail when this node's server makes them; null: no server here can make them. */
  readonly checks: readonly string[] | null;
  /** Groups of members none of which accepts a connection from this node; null: not known. */
  readonly groups: readonly string[] | null;
}

/** The result of an action that did what it was asked for. */
export const SUCCEEDED: AgentResult = { status: OCF.SUCCESS, reason: "" };

/** A result other than success. `reason` is made one line of at most 500 characters. */
export function failed(status: number, reason: string): AgentResult {
  return { status, reason: reason.replace(/\s+/g, " ").trim().slice(0, 500) };
}

/** A parameter's value, or null when it is missing or empty: OCF makes no difference of the two. */
export function textParameter(
  context: Pick<AgentContext, "parameters">,
  name: string,
): string | null {
  const value = context.parameters[name];
  return value === undefined || value === "" ? null : value;
}

/** An OCF boolean as shell agents read it (yes, true, 1, y, on and their opposites), or null. */
export function parseBoolean(text: string): boolean | null {
  if (/^(yes|true|1|y|on|t)$/i.test(text)) return true;
  return /^(no|false|0|n|off|f)$/i.test(text) ? false : null;
}

/** A decimal integer of at most nine digits with a sign at most, or null. */
export function parseInteger(text: string): number | null {
  return /^-?[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

/** How a child process ended. `timedOut` and `notSpawned` say nothing about what it did. */
export type CommandResult =
  | {
      readonly kind: "exited";
      readonly status: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "timedOut"; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "notSpawned"; readonly reason: string };

/** An address as the kernel shows it. `remainingMs` is null when it does not expire. */
export interface KernelAddress {
  readonly ip: string;
  readonly prefixLength: number;
  readonly nic: string;
  readonly remainingMs: number | null;
}

/** An address that this node wants to hold. */
export interface AddressRequest {
  readonly ip: string;
  readonly prefixLength: number;
  readonly nic: string;
  /** Broadcast address for IPv4, or null. */
  readonly broadcast: string | null;
  /** Interface label such as `eth0:vip`, or null. */
  readonly label: string | null;
  /** False: no route to the prefix is made for this address (`noprefixroute`). True by default. */
  readonly hasPrefixRoute?: boolean;
  /** False: IPv6 only, never chosen as a source address (`preferred_lft 0`). True by default. */
  readonly isPreferredSource?: boolean;
}

/**
 * The kernel's addresses, through long-lived `ip` children in the daemon, through single `ip`
 * commands when an agent runs as an OCF executable. All promises settle; failures are values.
 */
export interface AddressTable {
  /**
   * All addresses of this host (both families). Rejects when the kernel's table cannot be read: an
   * empty answer would look like "not running", and a stop would be called certain without proof.
   */
  list(): Promise<readonly KernelAddress[]>;
  /** Names of this host's network interfaces that exist, with their state. */
  nics(): Promise<readonly { readonly name: string; readonly isUp: boolean }[]>;
  /**
   * Adds or refreshes the address; verified before it resolves. With `lease`, the address gets a
   * kernel lifetime and is renewed by the heartbeat process until `release`; otherwise it is
   * permanent. Resolves to null on success, to a reason otherwise.
   */
  hold(request: AddressRequest, options: { readonly lease: boolean }): Promise<string | null>;
  /** Ends the renewal, removes the address, and verifies that it is gone. Null on success. */
  release(address: {
    readonly ip: string;
    readonly prefixLength: number;
    readonly nic: string;
  }): Promise<string | null>;
  /**
   * Asks the link who has the address, waiting at most `waitMs`. Resolves to the answering MAC, or
   * null.
   */
  whoHas(ip: string, nic: string, waitMs: number): Promise<string | null>;
  /**
   * Says that the address may have to be held here: when another one is asked for, it may be asked
   * for as well, so that many that move together do not wait one after the other.
   */
  expect?(place: { readonly ip: string; readonly nic: string }): void;
  /**
   * Sends gratuitous ARP or an unsolicited neighbour advertisement at once, and repeats it in the
   * background.
   */
  announce(
    request: AddressRequest,
    options: { readonly count: number; readonly intervalMs: number },
  ): void;
}

/** All of the outside that an action may use. */
export interface AgentContext {
  /** The resource's id, for messages and file names. */
  readonly resource: string;
  /** Parameters as configured: only those that were given; defaults are the agent's to apply. */
  readonly parameters: Readonly<Record<string, string>>;
  /** A monitor with interval 0: finds out the state, expects nothing. */
  readonly isProbe: boolean;
  /** How often this operation repeats, 0: once. Absent: nobody said. */
  readonly intervalMs?: number;
  /** Facts of the cluster, `CRM_meta_…`: number of the instance, what a notification tells. */
  readonly meta?: Readonly<Record<string, string>>;
  /** For migrateTo and migrateFrom: names of the nodes. */
  readonly migration?: { readonly source: string; readonly target: string };
  /** A start right after a stop that went well, on this node or on the other. Absent: no. */
  readonly followsStop?: boolean;
  /** The node that the action runs on, as the cluster calls it. Absent: nobody said. */
  readonly node?: string;
  /**
   * For `checkReadiness`: addresses that resources of the cluster bring to this node before this
   * one would start. Absent: nobody said, and an address that is not here may come or not.
   */
  readonly comingAddresses?: readonly string[];
  /** Programs by which agents of Pacemaker speak to the cluster, such as `crm_attribute`. */
  readonly toolsFolder?: string;
  /** OCF_CHECK_LEVEL of this operation, 0 by default. */
  readonly checkLevel: number;
  readonly timeoutMs: number;
  /** True inside the daemon, where leases are renewed; false as an OCF executable. */
  readonly isSupervised: boolean;
  /**
   * Aborted when the timeout has passed: end waiting, end children. The daemon counts `timedOut`.
   */
  readonly signal: AbortSignal;
  readonly addresses: AddressTable;
  /**
   * Runs a command without a shell, output bounded, killed with its whole process group on abort.
   */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Waits; rejects never; resolves early on abort. */
  wait(ms: number): Promise<void>;
  log(line: string): void;
  /** A folder for the agent's own state files, on a file system that does not survive a boot. */
  readonly runFolder: string;
}

/** Options of one child process. */
export interface RunOptions {
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/**
 * What the daemon should watch, to trigger a monitor at once when it changes (a hint, never a
 * verdict).
 */
export type Watch =
  | { readonly kind: "process"; readonly pid: number }
  | { readonly kind: "address"; readonly ip: string; readonly nic: string }
  /** A file or link that is there: told when it goes, or is replaced. */
  | { readonly kind: "file"; readonly path: string };

/** What a node would trip over if it had to take the resource over now. */
export interface ReadinessFinding {
  /** `blocks`: a start here would fail. `warns`: it would start, and something is still amiss. */
  readonly severity: "blocks" | "warns";
  /** One line: the thing, its value, what was expected. Never a secret. */
  readonly problem: string;
  /**
   * The command that mends it, or shows more, as a person types it; where only a person can mend
   * it, what then says whether it is gone; "": none is known.
   */
  readonly remedy: string;
}

/** The value of a compared item that could not be found out now: it differs from nothing. */
export const NOT_KNOWN = "?";

/**
 * Something of a host that the resource needs and that both nodes should have alike. `name` is a
 * path or a name that means the same on both. A `file` is read by whoever compares; the others
 * carry what is compared as a short text: the target of a `link`, the digest of a `certificate`,
 * the digest of the public part of a `key`, `modules` one by one, a `version`, a setting of the
 * kernel or of systemd, the addresses that /etc/hosts has for a name. Never a secret.
 */
export type ComparedItem =
  | { readonly kind: "file"; readonly name: string }
  | {
      readonly kind:
        | "link"
        | "certificate"
        | "key"
        | "modules"
        | "version"
        | "sysctl"
        | "unit"
        | "hosts";
      readonly name: string;
      readonly value: string;
    };

/** A resource agent: metadata and one function an action. */
export interface ResourceAgent {
  readonly metadata: AgentMetadata;
  readonly start: (context: AgentContext) => Promise<AgentResult>;
  readonly stop: (context: AgentContext) => Promise<AgentResult>;
  readonly monitor: (context: AgentContext) => Promise<AgentResult>;
  readonly validate: (context: AgentContext) => Promise<AgentResult>;
  readonly reload?: (context: AgentContext) => Promise<AgentResult>;
  /**
   * Makes what runs read its configuration anew, when a person asks for it, where that is another
   * action than `reload` (which takes changed parameters); absent: they are the same.
   */
  readonly reloadService?: (context: AgentContext) => Promise<AgentResult>;
  /** Parameters of which `reload` makes what runs take a new value; all others need a restart. */
  readonly reloadableParameters?: readonly string[];
  readonly promote?: (context: AgentContext) => Promise<AgentResult>;
  readonly demote?: (context: AgentContext) => Promise<AgentResult>;
  readonly notify?: (context: AgentContext) => Promise<AgentResult>;
  readonly migrateTo?: (context: AgentContext) => Promise<AgentResult>;
  readonly migrateFrom?: (context: AgentContext) => Promise<AgentResult>;
  /**
   * Puts back in place, in milliseconds, what somebody else removed (a deleted address). Tried
   * once before a failed recurring monitor counts as a failure; success counts as a repair, not a
   * failure.
   */
  readonly repair?: (context: AgentContext) => Promise<AgentResult>;
  /**
   * What to watch while started; asked after each successful start and monitor. Cheap, no forks.
   */
  readonly watches?: (context: AgentContext) => Promise<readonly Watch[]>;
  /**
   * Whether the resource could be started here now, without touching what runs here. Asked again
   * and again on the passive node: cheap, and no worse than `validate` to what else runs there.
   */
  readonly checkReadiness?: (context: AgentContext) => Promise<readonly ReadinessFinding[]>;
  /**
   * What of the deep checks of a monitor with these parameters and this check level fails on this
   * node, whether the resource runs here or not; asked when they have failed on the other node.
   * Touches nothing, and ends within the timeout.
   */
  readonly findDeep?: (context: AgentContext) => Promise<DeepFinding>;
  /** What both nodes should have alike for this resource; asked about once a minute. */
  readonly listCompared?: (context: AgentContext) => Promise<readonly ComparedItem[]>;
}
