/** What of a configuration decides whether a server could start and where it shows its status. */
import { dirname, isAbsolute, join } from "node:path";
import type { CertificatePair } from "../host-checks/index.ts";
import type { MemberGroup } from "../web-checks/index.ts";
import type { Directive, Section } from "./directives.ts";
import { findMemberGroups } from "./member-groups.ts";

/** One Listen directive. `host` is null when it listens on all addresses. */
export interface Listen {
  readonly host: string | null;
  readonly port: number;
  readonly isTls: boolean;
}

/** Where the server shows its status. `vhost` is null when every virtual host does. */
export interface StatusPage {
  readonly path: string;
  readonly vhost: {
    readonly address: string;
    readonly serverName: string | null;
    readonly isTls: boolean;
  } | null;
}

/** What the directives say, in their order. Paths are whole. */
export interface ConfigFacts {
  readonly listens: readonly Listen[];
  readonly statusPages: readonly StatusPage[];
  readonly certificatePairs: readonly CertificatePair[];
  /** Files of certificates that are no server's own: of authorities, of a proxy for its members. */
  readonly otherCertificates: readonly string[];
  /** Places of virtual hosts with TLS and without a certificate. */
  readonly withoutCertificate: readonly string[];
  /** Hosts that are proxied to. */
  readonly members: readonly string[];
  /** The members of each balancer, and places that are proxied to without one. */
  readonly memberGroups: readonly MemberGroup[];
  /** Folders whose files are included by a pattern, also when there is none yet. */
  readonly includedFolders: readonly string[];
  /** True when a balancer is used that names no method of its own. */
  readonly usesDefaultMethod: boolean;
}

const OTHER_CERTIFICATES: ReadonlySet<string> = new Set([
  "sslcertificatechainfile",
  "sslcacertificatefile",
  "sslcadnrequestfile",
  "sslproxycacertificatefile",
  "sslproxymachinecertificatefile",
  "sslproxymachinecertificatechainfile",
]);
const MEMBER_DIRECTIVES: ReadonlySet<string> = new Set([
  "balancermember",
  "proxypass",
  "proxypassmatch",
]);
const MEMBER_URL = /^(?:https?|wss?|h2c?|ajp|s?cgi|fcgi|uwsgi):\/\/(\[[^\]]+\]|[^/:[\]$%]+)/i;

/** Picks the facts out of the directives. */
export function findConfigFacts(
  directives: readonly Directive[],
  { serverRoot, modules }: { readonly serverRoot: string; readonly modules: ReadonlySet<string> },
): ConfigFacts {
  const whole = (path: string): string => (isAbsolute(path) ? path : join(serverRoot, path));
  const isFile = (word: string): boolean => word !== "" && !/^(?:-|[a-z0-9]+:)/i.test(word);
  const scopes = [...groupByVhost(directives).values()];
  const certificates = modules.has("ssl_module") ? scopes.map(tlsOf(directives)) : [];
  const pairs = certificates.flatMap(({ pairs: each }) => each);
  return {
    listens: directives.flatMap(({ name, args }) => {
      const listen = name === "listen" ? parseListen(args.join(" ")) : null;
      return listen === null ? [] : [listen];
    }),
    statusPages: findStatusPages(directives),
    certificatePairs: uniquePairs(
      pairs
        .filter(({ certificateFile }) => isFile(certificateFile))
        .filter(({ keyFile }) => keyFile === null || isFile(keyFile))
        .map(({ certificateFile, keyFile }) => ({
          certificateFile: whole(certificateFile),
          keyFile: keyFile === null ? null : whole(keyFile),
        })),
    ),
    otherCertificates: unique(
      directives
        .filter(({ name, args }) => OTHER_CERTIFICATES.has(name) && isFile(args[0] ?? ""))
        .map(({ args }) => whole(args[0] ?? "")),
    ),
    // A server whose certificates are fetched by itself has none in its files.
    withoutCertificate: modules.has("md_module")
      ? []
      : certificates.flatMap(({ place }) => (place === null ? [] : [place])),
    members: unique(directives.flatMap(memberOf)),
    memberGroups: findMemberGroups(directives),
    includedFolders: unique(
      directives
        .filter(({ name }) => name === "include" || name === "includeoptional")
        .map(({ args }) => whole(folderOf(args[0] ?? ""))),
    ),
    usesDefaultMethod: usesDefaultMethod(directives),
  };
}

/** Parses the words after `Listen`: `80`, `10.0.0.1:80`, `[::1]:80`, with a protocol or not. */
export function parseListen(words: string): Listen | null {
  const match = /^(?:\[([^\]]+)\]:|([^\s:]+):)?([0-9]{1,5})(?:\s+(\S+))?\s*$/.exec(words.trim());
  if (match === null) return null;
  const host = match[1] ?? match[2] ?? null;
  const port = Number(match[3]);
  const isAny = host === "*" || host === "0.0.0.0" || host === "::";
  const isTls = match[4]?.toLowerCase() === "https" || (match[4] === undefined && port === 443);
  return { host: isAny ? null : host, port, isTls };
}

/** The part of a pattern's folder that has no pattern in it. */
function folderOf(pattern: string): string {
  return dirname(pattern.replace(/[*?[].*$/, "x"));
}

function vhostOf({ sections }: Directive): Section | null {
  return sections.find(({ name }) => name === "virtualhost") ?? null;
}

function groupByVhost(directives: readonly Directive[]): Map<string, Directive[]> {
  const groups = new Map<string, Directive[]>();
  for (const directive of directives) {
    const id = vhostOf(directive)?.id ?? "";
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [directive]);
    else group.push(directive);
  }
  return groups;
}

/** Certificates and keys are inherited from the main server, each kind by itself. */
function tlsOf(all: readonly Directive[]) {
  const main = all.filter((directive) => vhostOf(directive) === null);
  return (scope: readonly Directive[]) => {
    const own = (name: string, group: readonly Directive[]): string[] =>
      group.flatMap((each) => (each.name === name ? [each.args[0] ?? ""] : []));
    const inherited = (name: string): string[] => {
      const ofScope = own(name, scope);
      return ofScope.length > 0 ? ofScope : own(name, main);
    };
    const keys = inherited("sslcertificatekeyfile");
    const pairs = inherited("sslcertificatefile").map((certificateFile, at) => ({
      certificateFile,
      keyFile: keys[at] ?? null,
    }));
    const engine = scope.filter(({ name }) => name === "sslengine").at(-1);
    const isOn = /^(?:on|optional)$/i.test(engine?.args[0] ?? "");
    return { pairs, place: isOn && pairs.length === 0 ? (engine?.place ?? "") : null };
  };
}

function findStatusPages(directives: readonly Directive[]): StatusPage[] {
  return directives.flatMap((directive): StatusPage[] => {
    const { name, args, sections } = directive;
    if (name !== "sethandler" || args[0] !== "server-status") return [];
    const path = sections.findLast((section) => section.name === "location")?.args[0];
    if (path === undefined || !path.startsWith("/")) return [];
    const vhost = vhostOf(directive);
    if (vhost === null) return [{ path, vhost: null }];
    const inside = directives.filter((each) => vhostOf(each)?.id === vhost.id);
    const argument = (wanted: string) => inside.find((each) => each.name === wanted)?.args[0];
    const isTls = /^(?:on|optional)$/i.test(argument("sslengine") ?? "");
    const address = vhost.args[0] ?? "*";
    return [{ path, vhost: { address, serverName: argument("servername") ?? null, isTls } }];
  });
}

function memberOf({ name, args }: Directive): string[] {
  if (!MEMBER_DIRECTIVES.has(name)) return [];
  const host = args.map((arg) => MEMBER_URL.exec(arg)?.[1]).find((each) => each !== undefined);
  return host === undefined ? [] : [host.toLowerCase()];
}

function usesDefaultMethod(directives: readonly Directive[]): boolean {
  const balancers = new Set<string>();
  const withMethod = new Set<string>();
  for (const { args, sections } of directives) {
    const proxy = sections.findLast(({ name }) => name === "proxy")?.args[0] ?? "";
    for (const word of [proxy, ...args]) {
      const balancer = /^balancer:\/\/([^/]+)/i.exec(word)?.[1]?.toLowerCase();
      if (balancer === undefined) continue;
      balancers.add(balancer);
      if (args.some((arg) => /^lbmethod=/i.test(arg))) withMethod.add(balancer);
    }
  }
  return [...balancers].some((balancer) => !withMethod.has(balancer));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function uniquePairs(pairs: readonly CertificatePair[]): CertificatePair[] {
  return [...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values()];
}
