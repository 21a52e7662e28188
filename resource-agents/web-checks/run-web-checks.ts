import { setMaxListeners } from "node:events";
import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import {
  explainPage,
  type FetchOptions,
  fetchPage,
  isStatusExpected,
  type Page,
  showUrl,
} from "./page.ts";
import type { WebCheck } from "./read-web-checks.ts";

/** What a balancer answers itself when it gets nothing good from its members. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);

/** What came of one check. `membersDown`: the balancer works, and what it balances does not. */
interface Outcome {
  /** The check's name, or the address that it is for: the same on both nodes. */
  readonly check: string;
  readonly kind: "passed" | "membersDown" | "failed";
  readonly words: string;
}

/**
 * Makes all checks at once, so that they take as long as the slowest, `timeoutMs` at most. Success
 * when each passes; a failure that names every check that did not; degraded when all that did not
 * were answered 502, 503 or 504: the balancer works, and what it balances does not. Both say which
 * checks did not pass, for the other node to be asked.
 */
export async function runWebChecks(
  checks: readonly WebCheck[],
  options: FetchOptions,
): Promise<AgentResult> {
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal); // One for each check; Node.js would take that for a leak.
  const bounds = { ...options, signal };
  const outcomes = await Promise.all(checks.map((check) => runOne(check, bounds)));
  const wordsOf = (kind: Outcome["kind"]): string =>
    outcomes
      .filter((outcome) => outcome.kind === kind)
      .map(({ words }) => words)
      .join("; ");
  const wrong = outcomes.filter(({ kind }) => kind !== "passed").map(({ check }) => check);
  if (wrong.length === 0) return SUCCEEDED;
  const deep = { checks: wrong, groups: null };
  const failures = wordsOf("failed");
  if (failures !== "") return { ...failed(OCF.ERR_GENERIC, failures), deep };
  return { ...failed(OCF.DEGRADED, wordsOf("membersDown")), deep };
}

/** Two results of deep checks as one: the worse, with what fails of both. */
export function joinResults(first: AgentResult, second: AgentResult): AgentResult {
  const isFirstWorse = first.status === OCF.ERR_GENERIC || second.status === OCF.SUCCESS;
  const worse = isFirstWorse ? first : second;
  const checks = [...(first.deep?.checks ?? []), ...(second.deep?.checks ?? [])];
  return checks.length === 0 ? worse : { ...worse, deep: { checks, groups: null } };
}

async function runOne(check: WebCheck, options: FetchOptions): Promise<Outcome> {
  const { name, url, host, tlsName, expected } = check;
  const page = await fetchPage(url, {
    ...options,
    ...(host === null ? {} : { host }),
    ...(tlsName === null ? {} : { tlsName }),
  });
  const problem = explainPage(url, page, expected);
  const label = name ?? showUrl(url);
  if (problem === null) return { check: label, kind: "passed", words: "" };
  const prefix = name === null ? "" : `check ${name}: `;
  if (!isGatewayError(page, check)) {
    return { check: label, kind: "failed", words: `${prefix}${problem}` };
  }
  const words = `members of "${showUrl(url)}" are down: ${page.status}`;
  return { check: label, kind: "membersDown", words: `${prefix}${words}` };
}

function isGatewayError(
  page: Page,
  { expected }: WebCheck,
): page is Extract<Page, { kind: "answered" }> {
  if (page.kind === "failed" || isStatusExpected(page.status, expected)) return false;
  return GATEWAY_ERRORS.has(page.status);
}
