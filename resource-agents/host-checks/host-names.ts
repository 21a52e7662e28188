import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { ReadinessFinding } from "../contract.ts";
import { shellWord } from "./shell-word.ts";

const HOSTS_FILE = "/etc/hosts";
/** A name that was found is asked for again after this time; one that was not, each time. */
const KNOWN_MS = 60_000;
const KNOWN_MAX = 1024;

/** Questions that are under way: a name service that hangs is not asked the same thing again. */
const asked = new Map<string, Promise<boolean>>();
const foundAtMs = new Map<string, number>();

/**
 * Names that this host does not resolve as its programs would (hosts file and name service), each
 * as a warning. Addresses are passed over. Waits `timeoutMs` at most for all names together.
 */
export async function checkNames(
  names: Iterable<string>,
  { timeoutMs, what }: { readonly timeoutMs: number; readonly what: string },
): Promise<ReadinessFinding[]> {
  const wanted = [...new Set(names)].filter((name) => isIP(name.replace(/^\[|\]$/g, "")) === 0);
  const inFile = new Set(readHostsLines().flatMap(({ names: each }) => each));
  const unknown = wanted.filter((name) => !inFile.has(name.toLowerCase()) && !isKnown(name));
  if (unknown.length === 0) return [];
  const states = new Map<string, "missing" | "late">(unknown.map((name) => [name, "late"]));
  const answers = unknown.map(async (name) => {
    if (await resolves(name)) states.delete(name);
    else states.set(name, "missing");
  });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.all(answers), deadline]);
  clearTimeout(timer);
  return [...states].map(([name, state]) => {
    const found = state === "late" ? `no answer within ${timeoutMs} ms` : "does not resolve";
    const problem = `${what} "${name}": ${found}, expected an address`;
    return { severity: "warns", problem, remedy: `getent ahosts ${shellWord(name)}` };
  });
}

/** One line of the hosts file. */
export interface HostsLine {
  readonly ip: string;
  /** In lower case. */
  readonly names: readonly string[];
}

/** The lines of /etc/hosts without comments. */
export function readHostsLines(): HostsLine[] {
  try {
    return parseHostsLines(readFileSync(HOSTS_FILE, "utf8"));
  } catch {
    return [];
  }
}

/** Parses a hosts file. */
export function parseHostsLines(text: string): HostsLine[] {
  return text.split("\n").flatMap((line) => {
    const [ip = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    return isIP(ip.split("%")[0] ?? "") === 0 || names.length === 0 ? [] : [{ ip, names }];
  });
}

function isKnown(name: string): boolean {
  const atMs = foundAtMs.get(name);
  return atMs !== undefined && performance.now() - atMs < KNOWN_MS;
}

function resolves(name: string): Promise<boolean> {
  const known = asked.get(name);
  if (known !== undefined) return known;
  const answer = lookup(name).then(
    () => true,
    () => false,
  );
  const noted = answer.then((isFound) => {
    asked.delete(name);
    if (foundAtMs.size >= KNOWN_MAX) foundAtMs.clear();
    if (isFound) foundAtMs.set(name, performance.now());
    return isFound;
  });
  asked.set(name, noted);
  return noted;
}
