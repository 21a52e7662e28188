import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect } from "node:net";

/** A page longer than this is looked at as far as this. */
const BODY_MAX_BYTES = 512 * 1024;

/** What came of a request. `reason` of a failure is without an answer of any kind. */
export type Page =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Bounds of a request; `isIpv6First` decides the order in which localhost is tried. */
export interface FetchOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly isIpv6First: boolean;
}

/**
 * Fetches a page without following redirects and without checking certificates, as the server is
 * reached by another name than its clients use. `localhost` means 127.0.0.1, then ::1.
 */
export async function fetchPage(url: URL, options: FetchOptions): Promise<Page> {
  const failures: string[] = [];
  for (const host of hostsOf(url, options.isIpv6First)) {
    const page = await fetchFrom(host, url, options);
    if (page.kind === "answered") return page;
    failures.push(page.reason);
  }
  return { kind: "failed", reason: failures.join("; ") };
}

/** Null when the page has status 200 and matches; otherwise what came instead, in one line. */
export function explainPage(url: URL, page: Page, expected: RegExp | null): string | null {
  const name = `page ${showUrl(url)}`;
  if (page.kind === "failed") return `${name}: ${page.reason}, expected status 200`;
  if (page.status !== 200) return `${name}: answered ${page.status}, expected status 200`;
  // Lines are joined, so that an expression may reach over their ends.
  if (expected === null || expected.test(page.body.replace(/[\r\n]/g, " "))) return null;
  const start = page.body.replace(/\s+/g, " ").trim().slice(0, 60);
  return `${name}: answered 200 with "${start}", expected it to match ${expected}`;
}

/** Resolves to null when a connection is accepted, else to the reason. */
export function tryConnect(
  url: URL,
  { timeoutMs, isIpv6First }: FetchOptions,
): Promise<string | null> {
  const [host = url.hostname] = hostsOf(url, isIpv6First);
  return new Promise((resolve) => {
    const socket = connect({ host, port: portOf(url) });
    const finish = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(timeoutMs, () => finish(`no connection within ${timeoutMs} ms`));
    socket.once("connect", () => finish(null));
    socket.once("error", (error) => finish(error.message));
  });
}

function fetchFrom(host: string, url: URL, options: FetchOptions): Promise<Page> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const answered = (status: number): void => {
      resolve({ kind: "answered", status, body: Buffer.concat(chunks).toString("utf8") });
      request.destroy();
    };
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = send({
      host,
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      agent: false,
      rejectUnauthorized: false,
      headers: { host: url.host, connection: "close", "user-agent": "lb-cluster" },
      ...(url.username === "" ? {} : { auth: credentials(url) }),
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${options.timeoutMs} ms`));
    }, options.timeoutMs);
    const abort = (): void => void request.destroy(new Error("no answer in time"));
    options.signal.addEventListener("abort", abort, { once: true });
    request.on("close", () => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", abort);
      resolve({ kind: "failed", reason: "closed without an answer" });
    });
    request.on("error", (error) => resolve({ kind: "failed", reason: error.message }));
    request.on("response", (response) => {
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > BODY_MAX_BYTES) answered(response.statusCode ?? 0);
      });
      response.on("end", () => answered(response.statusCode ?? 0));
      response.on("error", (error) => resolve({ kind: "failed", reason: error.message }));
    });
    request.end();
  });
}

function hostsOf(url: URL, isIpv6First: boolean): string[] {
  if (url.hostname !== "localhost") return [url.hostname.replace(/^\[|\]$/g, "")];
  return isIpv6First ? ["::1", "127.0.0.1"] : ["127.0.0.1", "::1"];
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

function credentials(url: URL): string {
  return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
}

/** The address for people: a password in it is nobody's business. */
function showUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search}`;
}
