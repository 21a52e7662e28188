/**
 * All that is outside of the balancers, in one process in the client's network: the members and the
 * clients. Reads one JSON request a line, and answers each with one line.
 */
import { createInterface } from "node:readline";
import { type Answer, type Ask, ask, echo } from "./client-requests.ts";
import { type MemberOptions, type MemberState, StubMember } from "./stub-member.ts";

const HELD_LIMIT_MS = 10_000;

const members = new Map<string, StubMember>();
let parked: Promise<Answer>[] = [];
let loops: Promise<void>[] = [];
let isLooping = false;
let looped: { answers: number; failures: string[] } = { answers: 0, failures: [] };

function memberNamed(name: string): StubMember {
  const member = members.get(name);
  if (member === undefined) throw new Error(`no member ${name}`);
  return member;
}

function heldInAll(): number {
  return [...members.values()].reduce((sum, { held }) => sum + held, 0);
}

async function loop(asks: readonly Ask[]): Promise<void> {
  while (isLooping) {
    for (const each of asks) {
      const { failure, status, body } = await ask(each);
      looped.answers += 1;
      if (status !== 200) looped.failures.push(`${each.path}: ${failure}${status} ${body}`);
    }
  }
}

const ACTIONS = {
  async addMembers(options: readonly MemberOptions[]): Promise<void> {
    for (const each of options) {
      const member = new StubMember(each);
      members.set(each.name, member);
      await member.open();
    }
  },
  /** Stops members without a goodbye. */
  async kill(names: readonly string[]): Promise<void> {
    for (const name of names) await memberNamed(name).close();
  },
  async revive(names: readonly string[]): Promise<void> {
    for (const name of names) await memberNamed(name).open();
  },
  async change({ name, ...state }: { name: string } & Partial<MemberState>): Promise<void> {
    const member = memberNamed(name);
    member.state = { ...member.state, ...state };
  },
  /** Requests a member by name, since the last call. */
  async takeCounts(): Promise<Record<string, number>> {
    const counts = Object.fromEntries([...members].map(([name, { requests }]) => [name, requests]));
    for (const member of members.values()) member.requests = 0;
    return counts;
  },
  async healthChecks(): Promise<Record<string, number>> {
    return Object.fromEntries([...members].map(([name, each]) => [name, each.healthRequests]));
  },
  ask,
  async askAll(asks: readonly Ask[]): Promise<readonly Answer[]> {
    return Promise.all(asks.map(ask));
  },
  async echo({ text, ...options }: Ask & { readonly text: string }): Promise<string> {
    return echo(options, text);
  },
  /** Sends requests that the members hold; the number held when no more come. */
  async park(asks: readonly Ask[]): Promise<number> {
    parked = asks.map(ask);
    const endAt = performance.now() + HELD_LIMIT_MS;
    while (heldInAll() < asks.length && performance.now() < endAt) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return heldInAll();
  },
  /** Lets the members answer what they hold; what came back. */
  async release(): Promise<readonly Answer[]> {
    for (const member of members.values()) member.release();
    const answers = await Promise.all(parked);
    parked = [];
    return answers;
  },
  /** Asks for these again and again, `clients` times at once, until `stopLoop`. */
  async startLoop({ asks, clients }: { asks: readonly Ask[]; clients: number }): Promise<void> {
    isLooping = true;
    looped = { answers: 0, failures: [] };
    loops = Array.from({ length: clients }, () => loop(asks));
  },
  async loopedSoFar(): Promise<number> {
    return looped.answers;
  },
  async stopLoop(): Promise<{ readonly answers: number; readonly failures: readonly string[] }> {
    isLooping = false;
    await Promise.all(loops);
    return looped;
  },
};

/** What this process can be asked to do: names, arguments and results. */
export type Actions = typeof ACTIONS;

/** One line of standard input. */
export interface ActionRequest {
  readonly id: number;
  readonly action: keyof Actions;
  readonly argument: unknown;
}

/** One line of standard output. */
export type ActionReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

/** Members and clients must not take over the process of a test that only wants the types. */
export function serveRequests(): void {
  const say = (reply: ActionReply) => process.stdout.write(`${JSON.stringify(reply)}\n`);
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, action, argument }: { id: number; action: keyof Actions; argument: never } =
      JSON.parse(line);
    Promise.resolve(ACTIONS[action](argument)).then(
      (result) => say({ id, result: result ?? null }),
      (error: Error) => say({ id, error: error.message }),
    );
  });
}
