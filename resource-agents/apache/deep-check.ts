import { readFileSync } from "node:fs";
import { parseExtendedRegex } from "./extended-regex.ts";
import type { ApacheSettings } from "./settings.ts";

/** A page that a deep monitor fetches, and what it expects there. */
export interface DeepCheck {
  readonly url: URL;
  readonly expected: RegExp | null;
}

/** The check, or why there is none in one line. */
export type DeepCheckResult =
  | { readonly kind: "check"; readonly check: DeepCheck }
  | { readonly kind: "refused"; readonly reason: string };

/** Finds the deep check of the parameters: testurl, or the named one of testconffile. */
export function readDeepCheck(settings: ApacheSettings, base: URL): DeepCheckResult {
  const { testUrl, testRegex10, testConfigFile, testName } = settings;
  if (testUrl !== null) return makeCheck(testUrl, testRegex10, base);
  if (testConfigFile === null || testName === null) {
    return refused('testurl missing: check level 10 needs it, or "testconffile" and "testname"');
  }
  let text: string;
  try {
    text = readFileSync(testConfigFile, "utf8");
  } catch (error) {
    return refused(
      `testconffile "${testConfigFile}": ${error instanceof Error ? error.message : error}`,
    );
  }
  const lines = parseTestConfig(text).get(testName);
  const url = lines?.get("url");
  if (lines === undefined || url === undefined) {
    return refused(`testname "${testName}": no such check with a url in ${testConfigFile}`);
  }
  const match = lines.get("match");
  const expected = match === undefined ? null : parseExtendedRegex(match);
  if (match !== undefined && expected === null)
    return refused(`match "${match}": not an expression`);
  const result = makeCheck(url, expected, base);
  if (result.kind === "check") {
    result.check.url.username = encodeURIComponent(lines.get("user") ?? "");
    result.check.url.password = encodeURIComponent(lines.get("password") ?? "");
  }
  return result;
}

/**
 * Parses a file of checks: each begins with `test:NAME`, has lines `word: value`, and ends with
 * `end`.
 */
export function parseTestConfig(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const checks = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const line of text.split("\n").map((each) => each.trim())) {
    const [, word, value] = /^(\w+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (line === "end") current = null;
    if (word === undefined || value === undefined) continue;
    if (word === "test") {
      current = new Map();
      checks.set(value, current);
    } else {
      current?.set(word, value);
    }
  }
  return checks;
}

function makeCheck(text: string, expected: RegExp | null, base: URL): DeepCheckResult {
  const isWhole = /^https?:/i.test(text);
  if (isWhole ? !URL.canParse(text) : !URL.canParse(text, base.origin)) {
    return refused(`testurl "${text.replace(/\/\/[^/]*@/, "//")}": expected an address`);
  }
  const url = isWhole ? new URL(text) : new URL(text, base.origin);
  return { kind: "check", check: { url, expected } };
}

function refused(reason: string): DeepCheckResult {
  return { kind: "refused", reason };
}
