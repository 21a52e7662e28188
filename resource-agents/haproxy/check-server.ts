import { type AgentResult, type DeepFinding, failed, SUCCEEDED } from "../contract.ts";
import { askSocket } from "../server-process/ask-socket.ts";
import {
  explainPage,
  type FetchOptions,
  fetchPage,
  findDeepHere,
  readWebChecks,
  runWebChecks,
  type WebChecksResult,
  withGroups,
} from "../web-checks/index.ts";
import { askWorker } from "./ask-haproxy.ts";
import { type HaproxyServer, masterOf } from "./server.ts";

const REQUEST_TIMEOUT_MAX_MS = 10_000;

/** Null when the worker answers as it should; otherwise what came instead. */
export async function explainServing(server: HaproxyServer): Promise<string | null> {
  const { settings, config } = server;
  const options = fetchOptions(server);
  if (settings.statusUrl !== null) {
    const page = await fetchPage(settings.statusUrl, options);
    const expected = { statuses: null, text: settings.testRegex };
    return explainPage(settings.statusUrl, page, expected);
  }
  const answer = await askWorker(server, "show info");
  if (answer !== null) {
    if (answer.kind === "failed") return `stats socket: ${answer.reason}`;
    return explainInfo(answer.text);
  }
  if (config.monitorUrl !== null) {
    const page = await fetchPage(config.monitorUrl, options);
    return explainPage(config.monitorUrl, page, { statuses: null, text: null });
  }
  const [bind] = config.binds;
  if (bind === undefined) return null;
  const place = { host: bind.host ?? "127.0.0.1", port: bind.port };
  const { timeoutMs, signal } = options;
  const reached = await askSocket(place, { text: "", timeoutMs, signal, until: "connected" });
  return reached.kind === "answered" ? null : `port ${bind.port}: ${reached.reason}`;
}

/** The monitor of check level 10; without any deep check configured there is nothing to fail. */
export async function checkDeep(
  server: HaproxyServer,
  endsAt: number,
): Promise<AgentResult | null> {
  const read = readChecks(server);
  if (read === null) return null;
  if (read.kind === "refused") return failed(read.status, read.reason);
  const timeoutMs = Math.max(Math.floor(endsAt - performance.now()), 1);
  return runWebChecks(read.checks, { ...fetchOptions(server), timeoutMs });
}

/** The same, with what of the members is down when they do not pass. */
export async function checkDeepAndMembers(
  server: HaproxyServer,
  ends: { readonly checksAt: number; readonly allAt: number },
): Promise<AgentResult> {
  const result = (await checkDeep(server, ends.checksAt)) ?? SUCCEEDED;
  const { context, config } = server;
  return withGroups(result, config.memberGroups, { context, endsAt: ends.allAt });
}

/** What fails of the deep checks on this host, whether the server runs here or not. */
export function findHaproxyDeep(server: HaproxyServer): Promise<DeepFinding> {
  const read = readChecks(server);
  return findDeepHere(server.context, {
    isRunning: masterOf(server) !== null,
    checks: read?.kind === "checks" ? read.checks : [],
    explainServing: () => explainServing(server),
    runChecks: async (endsAt) => (await checkDeep(server, endsAt)) ?? SUCCEEDED,
    findGroups: async () => server.config.memberGroups,
  });
}

function readChecks(server: HaproxyServer): WebChecksResult | null {
  const { testUrl, testRegex10, testConfigFile, testName, deepChecks } = server.settings;
  if (testUrl === null && testConfigFile === null && deepChecks.length === 0) return null;
  return readWebChecks({
    testUrl,
    testRegex: testRegex10,
    addresses: deepChecks,
    file: testConfigFile,
    name: testName,
    base: baseUrl(server),
  });
}

function explainInfo(text: string): string | null {
  if (!/^Name: /m.test(text)) {
    const start = text.replace(/\s+/g, " ").trim().slice(0, 60);
    return `stats socket: answered "${start}" to show info, expected Name: HAProxy`;
  }
  return /^Stopping: 1$/m.test(text) ? "stats socket: the worker is stopping" : null;
}

/** What an address without a host is relative to: the first place where the server listens. */
function baseUrl({ settings, config }: HaproxyServer): URL {
  const [bind] = config.binds;
  if (bind === undefined) return settings.statusUrl ?? new URL("http://127.0.0.1/");
  const host = bind.host ?? "127.0.0.1";
  const scheme = bind.isTls ? "https" : "http";
  return new URL(`${scheme}://${host.includes(":") ? `[${host}]` : host}:${bind.port}/`);
}

function fetchOptions({ context }: HaproxyServer): FetchOptions {
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, Math.ceil(context.timeoutMs / 2));
  return { timeoutMs, signal: context.signal, isIpv6First: false };
}
