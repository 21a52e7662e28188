import { type AgentResult, type DeepFinding, failed } from "../contract.ts";
import {
  explainPage,
  type FetchOptions,
  fetchPage,
  findDeepHere,
  readWebChecks,
  runWebChecks,
  tryConnect,
  type WebChecksResult,
  withGroups,
} from "../web-checks/index.ts";
import { describeServer, findParent, type Server } from "./server.ts";
import { adviseOnStatus, findStatusPlace } from "./status-page.ts";

const REQUEST_TIMEOUT_MAX_MS = 10_000;
const PORT_DEFAULT = 80;
const HTML_END = /<\/ *html *>/i;
const HTML_END_OR_AUTO = /<\/ *html *>|BusyWorkers/i;

/**
 * Null when the server's status page is as expected; otherwise what came instead. A page that was
 * not given is no verdict. Any answer passes then, since another rule may stand before the page.
 */
export async function explainStatus(server: Server): Promise<string | null> {
  const { settings } = server;
  if (settings.statusUrl !== null) return explainGivenPage(server, settings.statusUrl);
  // A server whose configuration cannot be read has no known port: its process has to do.
  if (server.config === null && settings.port === null) return null;
  const { url, host } = findStatusPlace(server);
  const options = { ...fetchOptions(server), ...(host === null ? {} : { host }) };
  const page = await fetchPage(url, options);
  if (settings.testRegex !== null) {
    return explainPage(url, page, { statuses: null, text: settings.testRegex });
  }
  if (page.kind === "answered") return null;
  const refusal = await tryConnect(url, options);
  return refusal === null ? null : `port ${url.port || PORT_DEFAULT}: ${refusal}`;
}

async function explainGivenPage(server: Server, url: URL): Promise<string | null> {
  const text = server.settings.testRegex ?? defaultRegex(url);
  const page = await fetchPage(url, fetchOptions(server));
  const problem = explainPage(url, page, { statuses: null, text });
  if (problem === null || page.kind === "failed") return problem;
  return `${problem}${adviseOnStatus(page.status)}`;
}

/**
 * The monitor of check level 10, after the status page was found good. Ends at `endsAt` at the
 * latest.
 */
export async function checkDeep(server: Server, endsAt: number): Promise<AgentResult> {
  const result = readServerChecks(server);
  if (result.kind === "refused") return failed(result.status, result.reason);
  const leftMs = Math.max(Math.floor(endsAt - performance.now()), 1);
  const options = fetchOptions(server);
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, leftMs);
  return runWebChecks(result.checks, { ...options, timeoutMs });
}

/** The same, with what of the members is down when they do not pass. */
export async function checkDeepAndMembers(server: Server, endsAt: number): Promise<AgentResult> {
  const { context, config } = server;
  const groups = config?.facts.memberGroups ?? null;
  return withGroups(await checkDeep(server, endsAt), groups, { context, endsAt });
}

/** What fails of the deep checks on this host, whether the server runs here or not. */
export function findServerDeep(server: Server): Promise<DeepFinding> {
  const { context, settings } = server;
  const read = readServerChecks(server);
  return findDeepHere(context, {
    isRunning: findParent(server) !== null,
    checks: read.kind === "checks" ? read.checks : [],
    explainServing: () => explainStatus(server),
    runChecks: (endsAt) => checkDeep(server, endsAt),
    findGroups: async () => {
      const described = await describeServer(context, settings, true);
      return described.config?.facts.memberGroups ?? null;
    },
  });
}

/** The deep checks of the parameters and of the file that they name. */
export function readServerChecks(server: Server): WebChecksResult {
  const { testUrl, testRegex10, deepChecks, testConfigFile, testName } = server.settings;
  return readWebChecks({
    testUrl,
    testRegex: testRegex10,
    addresses: deepChecks,
    file: testConfigFile,
    name: testName,
    base: findStatusPlace(server).url,
  });
}

function defaultRegex(url: URL): RegExp {
  return /^\?auto\b/.test(url.search) ? HTML_END_OR_AUTO : HTML_END;
}

function fetchOptions({ context, settings }: Server): FetchOptions {
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, Math.ceil(context.timeoutMs / 2));
  return { timeoutMs, signal: context.signal, isIpv6First: settings.isIpv6First };
}
