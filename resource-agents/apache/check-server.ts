import { type AgentResult, failed } from "../contract.ts";
import {
  explainPage,
  type FetchOptions,
  fetchPage,
  readWebChecks,
  runWebChecks,
  tryConnect,
} from "../web-checks/index.ts";
import type { Server } from "./server.ts";

const REQUEST_TIMEOUT_MAX_MS = 10_000;
const PORT_DEFAULT = 80;
const HTML_END = /<\/ *html *>/i;
const HTML_END_OR_AUTO = /<\/ *html *>|BusyWorkers/i;

/** Null when the server's status page is as expected; otherwise what came instead. */
export async function explainStatus(server: Server): Promise<string | null> {
  const { settings } = server;
  const options = fetchOptions(server);
  if (settings.statusUrl !== null) {
    const text = settings.testRegex ?? defaultRegex(settings.statusUrl);
    const page = await fetchPage(settings.statusUrl, options);
    return explainPage(settings.statusUrl, page, { statuses: null, text });
  }
  // A server whose configuration cannot be read has no known port: its process has to do.
  if (server.config === null && settings.port === null) return null;
  const url = inferStatusUrl(server);
  const expected = { statuses: null, text: settings.testRegex };
  const page = await fetchPage(url, options);
  if (page.kind === "answered" && page.status === 200) {
    return settings.testRegex === null ? null : explainPage(url, page, expected);
  }
  if (settings.testRegex !== null) return explainPage(url, page, expected);
  if (page.kind === "answered") return null;
  const refusal = await tryConnect(url, options);
  return refusal === null ? null : `port ${url.port || PORT_DEFAULT}: ${refusal}`;
}

/**
 * The monitor of check level 10, after the status page was found good. Ends at `endsAt` at the
 * latest.
 */
export async function checkDeep(server: Server, endsAt: number): Promise<AgentResult> {
  const { testUrl, testRegex10, deepChecks, testConfigFile, testName, statusUrl } = server.settings;
  const result = readWebChecks({
    testUrl,
    testRegex: testRegex10,
    addresses: deepChecks,
    file: testConfigFile,
    name: testName,
    base: statusUrl ?? inferStatusUrl(server),
  });
  if (result.kind === "refused") return failed(result.status, result.reason);
  const leftMs = Math.max(Math.floor(endsAt - performance.now()), 1);
  const options = fetchOptions(server);
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, leftMs);
  return runWebChecks(result.checks, { ...options, timeoutMs });
}

/** The status page where the first Listen would have it. */
export function inferStatusUrl({ settings, config }: Pick<Server, "settings" | "config">): URL {
  const listen = config?.listen ?? null;
  const host = listen?.host ?? (settings.isIpv6First ? "::1" : "127.0.0.1");
  const protocol = listen?.isTls === true && settings.port === null ? "https" : "http";
  const port = settings.port ?? listen?.port ?? PORT_DEFAULT;
  return new URL(`${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}/server-status`);
}

function defaultRegex(url: URL): RegExp {
  return /^\?auto\b/.test(url.search) ? HTML_END_OR_AUTO : HTML_END;
}

function fetchOptions({ context, settings }: Server): FetchOptions {
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, Math.ceil(context.timeoutMs / 2));
  return { timeoutMs, signal: context.signal, isIpv6First: settings.isIpv6First };
}
