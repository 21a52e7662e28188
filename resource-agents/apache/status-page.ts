import type { Listen, StatusPage } from "./config-facts.ts";
import type { Server } from "./server.ts";

const PORT_DEFAULT = 80;
const PATH_DEFAULT = "/server-status";

/** Where the status page is. `host` is asked for when the page is a named virtual host's. */
export interface StatusPlace {
  readonly url: URL;
  readonly host: string | null;
  /** False: no file of the configuration says so, it is only where it usually is. */
  readonly isConfigured: boolean;
}

/** What is needed of the server to tell its status page. */
export type StatusServer = Pick<Server, "settings" | "config">;

/** What to add to a configuration that has no status page. */
export const STATUS_PAGE_ADVICE =
  'expected mod_status and "<Location /server-status> SetHandler server-status Require local ' +
  '</Location>"';

/**
 * The status page: where `statusurl` says, else where the configuration has it, else where the
 * first Listen would have it.
 */
export function findStatusPlace({ settings, config }: StatusServer): StatusPlace {
  const { statusUrl, port, isIpv6First } = settings;
  if (statusUrl !== null) return { url: statusUrl, host: null, isConfigured: true };
  const loopback = isIpv6First ? "::1" : "127.0.0.1";
  const listens = config?.facts.listens ?? [];
  const page = choosePage(config?.facts.statusPages ?? []);
  if (page === null) {
    const url = makeUrl({ listen: listens[0] ?? null, port, loopback }, PATH_DEFAULT);
    return { url, host: null, isConfigured: false };
  }
  const { path, vhost } = page;
  if (vhost === null) {
    const listen = listens.find(({ isTls }) => !isTls) ?? listens[0] ?? null;
    return { url: makeUrl({ listen, port, loopback }, path), host: null, isConfigured: true };
  }
  const listen = listenOfVhost(vhost, listens);
  const host = vhost.serverName?.replace(/^https?:\/\//i, "") ?? null;
  return { url: makeUrl({ listen, port, loopback }, path), host, isConfigured: true };
}

/** What may help when a status page was asked for and another answer came. Empty: nothing known. */
export function adviseOnStatus(status: number): string {
  if (status === 404) return `; ${STATUS_PAGE_ADVICE}`;
  if (status === 401 || status === 403) return '; expected "Require local" for it';
  if (status < 502 || status > 504) return "";
  return '; expected "ProxyPass /server-status !" before the other ProxyPass lines';
}

/** One of every virtual host is surest; one of a virtual host on loopback is next. */
function choosePage(pages: readonly StatusPage[]): StatusPage | null {
  const isLoopback = ({ vhost }: StatusPage) => /^(?:127\.|\[::1\])/.test(vhost?.address ?? "");
  return pages.find(({ vhost }) => vhost === null) ?? pages.find(isLoopback) ?? pages[0] ?? null;
}

function listenOfVhost(
  { address, isTls }: NonNullable<StatusPage["vhost"]>,
  listens: readonly Listen[],
): Listen | null {
  const match = /^(\[[^\]]+\]|[^:]*)(?::([0-9]+|\*))?$/.exec(address);
  const name = (match?.[1] ?? "").replace(/^\[|\]$/g, "");
  const isAny = name === "" || name === "*" || name === "_default_";
  const port = /^[0-9]+$/.test(match?.[2] ?? "") ? Number(match?.[2]) : (listens[0]?.port ?? null);
  if (port === null) return null;
  const ofPort = listens.find((listen) => listen.port === port);
  return { host: isAny ? (ofPort?.host ?? null) : name, port, isTls };
}

function makeUrl(
  at: { readonly listen: Listen | null; readonly port: number | null; readonly loopback: string },
  path: string,
): URL {
  const { listen, port, loopback } = at;
  const host = listen?.host ?? loopback;
  const protocol = listen?.isTls === true && port === null ? "https" : "http";
  const shown = host.includes(":") ? `[${host}]` : host;
  return new URL(path, `${protocol}://${shown}:${port ?? listen?.port ?? PORT_DEFAULT}`);
}
