import type { AgentResult } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { readDeepCheck } from "./deep-check.ts";
import { explainPage, type FetchOptions, fetchPage, tryConnect } from "./page.ts";
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
    const expected = settings.testRegex ?? defaultRegex(settings.statusUrl);
    return explainPage(settings.statusUrl, await fetchPage(settings.statusUrl, options), expected);
  }
  // A server whose configuration cannot be read has no known port: its process has to do.
  if (server.config === null && settings.port === null) return null;
  const url = inferStatusUrl(server);
  const page = await fetchPage(url, options);
  if (page.kind === "answered" && page.status === 200) {
    return settings.testRegex === null ? null : explainPage(url, page, settings.testRegex);
  }
  if (settings.testRegex !== null) return explainPage(url, page, settings.testRegex);
  if (page.kind === "answered") return null;
  const refusal = await tryConnect(url, options);
  return refusal === null ? null : `port ${url.port || PORT_DEFAULT}: ${refusal}`;
}

/** The monitor of check level 10. */
export async function checkDeep(server: Server): Promise<AgentResult> {
  const base = server.settings.statusUrl ?? inferStatusUrl(server);
  const result = readDeepCheck(server.settings, base);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.reason);
  const { url, expected } = result.check;
  const problem = explainPage(url, await fetchPage(url, fetchOptions(server)), expected);
  return problem === null ? SUCCEEDED : failed(OCF.ERR_GENERIC, problem);
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
