import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect, isIP } from "node:net";

/** A page longer than this is looked at as far as this. */
const BODY_MAX_BYTES = 512 * 1024;

/** What came of a request. `reason` of a failure is without an answer of any kind. */
export type Page =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Bounds of a request. `timeoutMs` is for all addresses of a name together; `isIpv6First` decides
 * the order in which those of localhost are tried.
 */
export interface FetchOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly isIpv6First: boolean;
  /** The Host header, when it is not that of the address. */
  readonly host?: string;
  /** The server name of TLS; by default that of the Host header, or of the address. */
  readonly tlsName?: string;
}

/** What a page has to be. */
export interface Expectation {
  /** Null: status 200. */
  readonly statuses: StatusRanges | null;
  /** Null when any text will do. */
  readonly text: RegExp | null;
}

/** Statuses of HTTP, each with what a person wrote of them. */
export interface StatusRanges {
  readonly ranges: readonly (readonly [first: number, last: number])[];
  readonly shown: string;
}

/** Parses `200`, `2xx`, `200-206` and lists of them with commas or blanks; null: none of it. */
export function parseStatuses(text: string): StatusRanges | null {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const ranges = words.flatMap((word): [number, number][] => {
    const [, first, last] = /^([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?$/.exec(word) ?? [];
    if (first !== undefined) return [[Number(first), Number(last ?? first)]];
    return /^[1-5]xx$/i.test(word) ? [[Number(word[0]) * 100, Number(word[0]) * 100 + 99]] : [];
  });
  return ranges.length === 0 || ranges.length < words.length
    ? null
    : { ranges, shown: words.join(", ") };
}

/** True when the status is one of the expected. */
export function isStatusExpected(status: number, { statuses }: Expectation): boolean {
  if (statuses === null) return status === 200;
  return statuses.ranges.some(([first, last]) => status >= first && status <= last);
}

/**
 * Fetches a page without following redirects and without checking certificates, as the server is
 * reached by another name than its clients use. `localhost` means 127.0.0.1, then ::1.
 */
export async function fetchPage(url: URL, options: FetchOptions): Promise<Page> {
  const endsAt = performance.now() + options.timeoutMs;
  const failures: string[] = [];
  for (const host of hostsOf(url, options.isIpv6First)) {
    const timeoutMs = Math.ceil(endsAt - performance.now());
    if (timeoutMs <= 0) break;
    const page = await fetchFrom(host, url, { ...options, timeoutMs });
    if (page.kind === "answered") return page;
    failures.push(page.reason);
  }
  return { kind: "failed", reason: failures.join("; ") };
}

/** Null when the page is as expected; otherwise what came instead, in one line. */
export function explainPage(url: URL, page: Page, expected: Expectation): string | null {
  const name = `page ${showUrl(url)}`;
  const status = `expected status ${expected.statuses?.shown ?? 200}`;
  if (page.kind === "failed") return `${name}: ${page.reason}, ${status}`;
  if (!isStatusExpected(page.status, expected)) {
    return `${name}: answered ${page.status}, ${status}`;
  }
  // Lines are joined, so that an expression may reach over their ends.
  const { text } = expected;
  if (text === null || text.test(page.body.replace(/[\r\n]/g, " "))) return null;
  const start = page.body.replace(/\s+/g, " ").trim().slice(0, 60);
  return `${name}: answered ${page.status} with "${start}", expected it to match ${text}`;
}

/** An address for people: a password in it is nobody's business. */
export function showUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search}`;
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
      ...serverName(url, options),
      headers: { host: options.host ?? url.host, connection: "close", "user-agent": "lb-cluster" },
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

/** The name that a server with TLS chooses its certificate by. An address is none. */
function serverName(url: URL, { tlsName, host }: FetchOptions): { readonly servername?: string } {
  if (url.protocol !== "https:") return {};
  const name = tlsName ?? host?.replace(/:[0-9]+$/, "") ?? url.hostname;
  return isIP(name.replace(/^\[|\]$/g, "")) === 0 ? { servername: name } : {};
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
