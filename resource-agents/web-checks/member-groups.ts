import { askSocket } from "../server-process/ask-socket.ts";

/** A server that requests are passed on to. */
export interface Member {
  readonly host: string;
  readonly port: number;
}

/** Members of which one is enough, such as those of a balancer, by its name. */
export interface MemberGroup {
  readonly name: string;
  readonly members: readonly Member[];
}

/** A member as a configuration names it; `group` null: in none. */
export interface FoundMember extends Member {
  readonly group: string | null;
}

/** How long members are waited for, in milliseconds, and what ends the wait early. */
export interface ReachOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** More members than that are not asked: all of them would be at once. */
const MEMBERS_MAX = 100;
const MEMBERS_SHOWN = 3;
/** The longest wait for a connection: a member that takes longer is no use to a client either. */
const REACH_MAX_MS = 2000;
/** With less time a member that answers slowly would look as if it were down. */
const REACH_LEAST_MS = 500;

/**
 * Gathers members by the name of their group, each once; one without a group is a group, and named
 * after its member. A group with a member on loopback is left out, since nobody can reach that from
 * another host.
 */
export function gatherGroups(found: readonly FoundMember[]): readonly MemberGroup[] {
  const groups = new Map<string, Map<string, Member>>();
  for (const { group, host, port } of found) {
    const shown = showMember({ host, port });
    const name = group ?? shown;
    const members = groups.get(name) ?? new Map<string, Member>();
    groups.set(name, members.set(shown, { host, port }));
  }
  return [...groups]
    .map(([name, members]) => ({ name, members: [...members.values()] }))
    .filter(({ members }) => !members.some(isOnLoopback));
}

/** Parses `host:port`, with brackets around an address of IPv6; null: it is something else. */
export function parseMember(text: string, portDefault: number | null): Member | null {
  const match = /^(?:\[([^\]]+)\]|([^\s:/[\]$%]+))(?::([0-9]{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? portDefault : Number(match[3]);
  if (host === undefined || port === null || port < 1 || port > 65_535) return null;
  return { host: host.toLowerCase(), port };
}

/**
 * Connects to all members at once, and names the groups none of whose members accepts; null: they
 * are too many, or the time is too short to tell. A member that accepts may still answer nonsense.
 */
export async function findGroupsDown(
  groups: readonly MemberGroup[],
  { timeoutMs, signal }: ReachOptions,
): Promise<readonly string[] | null> {
  const members = new Map(
    groups.flatMap((group) => group.members).map((each) => [showMember(each), each]),
  );
  if (members.size > MEMBERS_MAX || timeoutMs < REACH_LEAST_MS) return null;
  const waitMs = Math.min(REACH_MAX_MS, timeoutMs);
  const reached = new Set<string>();
  const asked = [...members].map(async ([shown, place]) => {
    const question = { text: "", timeoutMs: waitMs, signal, until: "connected" } as const;
    const answer = await askSocket({ host: place.host, port: place.port }, question);
    if (answer.kind === "answered") reached.add(shown);
  });
  await Promise.all(asked);
  // What was broken off in the middle says nothing of those that had no answer yet.
  if (signal.aborted) return null;
  return groups
    .filter((group) => !group.members.some((each) => reached.has(showMember(each))))
    .map(showGroup);
}

function showGroup({ name, members }: MemberGroup): string {
  const all = members.map(showMember).sort();
  const rest = all.length - MEMBERS_SHOWN;
  const more = rest > 0 ? [`${rest} more`] : [];
  const shown = [...all.slice(0, MEMBERS_SHOWN), ...more].join(", ");
  return all.length === 1 && all[0] === name ? name : `${name} (${shown})`;
}

function showMember({ host, port }: Member): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function isOnLoopback({ host }: Member): boolean {
  return /^(?:localhost(?:\.localdomain)?|127(?:\.[0-9]{1,3}){3}|::1|0\.0\.0\.0)$/.test(host);
}
