import { readFileSync } from "node:fs";
import { OCF } from "../contract.ts";
import { parseExtendedRegex } from "./extended-regex.ts";
import { type Expectation, parseStatuses } from "./page.ts";

/** More checks than this are a mistake: all of them are made at once. */
const CHECKS_MAX = 100;
const KEYS: ReadonlySet<string> = new Set([
  "url",
  "host",
  "status",
  "match",
  "tlsname",
  "user",
  "password",
  // Of the shell agents; of the options only the header Host means something here.
  "client",
  "client_opts",
]);
const HOST_OPTION = /(?:-H|--header)[\s=]*["']?\s*Host:\s*([^\s"']+)/i;

/** A page that a deep monitor fetches, and what it expects there. */
export interface WebCheck {
  /** Null for one that was given without a name. */
  readonly name: string | null;
  readonly url: URL;
  readonly host: string | null;
  readonly tlsName: string | null;
  readonly expected: Expectation;
}

/** Where the deep checks of a resource are, as its parameters say. */
export interface WebCheckSource {
  /** testurl: one address, and what its page has to match. */
  readonly testUrl: string | null;
  readonly testRegex: RegExp | null;
  /** Addresses, each of which has to answer 200. */
  readonly addresses: readonly string[];
  /** A file of named checks: that of `name` alone, or all of them when it is null. */
  readonly file: string | null;
  readonly name: string | null;
  /** What an address without a host is relative to. */
  readonly base: URL;
}

/** The checks, or why there are none: an exit status and one line. */
export type WebChecksResult =
  | { readonly kind: "checks"; readonly checks: readonly WebCheck[] }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** Finds all deep checks of a source. Without any, the configuration is wrong. */
export function readWebChecks(source: WebCheckSource): WebChecksResult {
  const { testUrl, testRegex, addresses, file, base } = source;
  const given = [
    ...(testUrl === null ? [] : [{ text: testUrl, what: "testurl", match: testRegex }]),
    ...addresses.map((text) => ({ text, what: "deep_checks", match: null })),
  ];
  const checks: WebCheck[] = [];
  for (const { text, what, match } of given) {
    const url = parseAddress(text, base);
    if (url === null) return refused(`${what} "${showText(text)}": expected an address`);
    checks.push({ ...NAMELESS, url, expected: { statuses: null, text: match } });
  }
  if (file !== null) {
    const ofFile = readCheckFile(file, source);
    if (ofFile.kind === "refused") return ofFile;
    checks.push(...ofFile.checks);
  }
  if (checks.length === 0) {
    return refused("testurl missing: check level 10 needs it, or deep_checks, or testconffile");
  }
  if (checks.length <= CHECKS_MAX) return { kind: "checks", checks };
  return refused(`${checks.length} deep checks: expected ${CHECKS_MAX} at most`);
}

/**
 * Parses a file of checks: each begins with `test NAME`, has lines `word value`, and ends with
 * `end`. A colon after the word does no harm. Lines that begin with # are comments.
 */
export function parseTestConfig(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const checks = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const line of text.split("\n").map((each) => each.trim())) {
    const [, word, value = ""] = /^(\w+)(?:\s*:\s*|\s+|$)(.*)$/.exec(line) ?? [];
    if (word === undefined) continue;
    if (word === "end") current = null;
    else if (word === "test" && current === null) {
      current = new Map();
      checks.set(value, current);
    } else current?.set(word, value);
  }
  return checks;
}

const NAMELESS = { name: null, host: null, tlsName: null } as const;

/** The file is this host's: what is wrong with it says nothing about the other one. */
function readCheckFile(path: string, { name, base }: WebCheckSource): WebChecksResult {
  const wrong = (problem: string): WebChecksResult => ({
    kind: "refused",
    status: OCF.ERR_INSTALLED,
    reason: `testconffile "${path}": ${problem}`,
  });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const all = parseTestConfig(text);
  const names = name === null ? [...all.keys()] : [name];
  const checks: WebCheck[] = [];
  for (const each of names) {
    const check = makeNamedCheck(each, all.get(each), base);
    if (typeof check === "string") return wrong(`test ${each}: ${check}`);
    checks.push(check);
  }
  return checks.length === 0 ? wrong("no test in it") : { kind: "checks", checks };
}

/** The check, or what is wrong with it. */
function makeNamedCheck(
  name: string,
  lines: ReadonlyMap<string, string> | undefined,
  base: URL,
): WebCheck | string {
  if (lines === undefined) return "not in it";
  const unknown = [...lines.keys()].find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `"${unknown}": expected one of ${[...KEYS].join(", ")}`;
  const value = (key: string): string | null => lines.get(key) || null;
  const address = value("url");
  const url = address === null ? null : parseAddress(address, base);
  if (url === null) return `url "${showText(address ?? "")}": expected an address`;
  const match = value("match");
  const text = match === null ? null : parseExtendedRegex(match);
  if (match !== null && text === null) return `match "${match}": not an expression`;
  const status = value("status");
  const statuses = status === null ? null : parseStatuses(status);
  if (status !== null && statuses === null) {
    return `status "${status}": expected statuses of HTTP such as 200, 2xx or 200-206`;
  }
  const user = value("user");
  if (user !== null) url.username = encodeURIComponent(user);
  if (user !== null) url.password = encodeURIComponent(value("password") ?? "");
  const expected = { statuses, text };
  const host = value("host") ?? HOST_OPTION.exec(value("client_opts") ?? "")?.[1] ?? null;
  return { name, url, host, tlsName: value("tlsname"), expected };
}

function parseAddress(text: string, base: URL): URL | null {
  if (text === "") return null;
  const isWhole = /^https?:/i.test(text);
  if (isWhole) return URL.canParse(text) ? new URL(text) : null;
  return URL.canParse(text, base.origin) ? new URL(text, base.origin) : null;
}

/** A password in it must not be shown. */
function showText(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//");
}

function refused(reason: string): WebChecksResult {
  return { kind: "refused", status: OCF.ERR_CONFIGURED, reason };
}
