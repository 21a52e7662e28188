import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  areUnchanged,
  type CertificatePair,
  type FileStamps,
  stampFiles,
} from "../host-checks/index.ts";
import { expandGlob } from "../server-process/expand-glob.ts";
import type { MemberGroup } from "../web-checks/index.ts";
import { configFolder, type NginxBuild } from "./build.ts";
import { findMemberGroups } from "./member-groups.ts";
import { type Directive, parseNginxConfig } from "./parse-config.ts";
import type { NginxSettings } from "./settings.ts";

const CACHED_MAX = 64;
/** An include that includes itself would never end. */
const DEPTH_MAX = 20;
/** Files that hold secrets or certificates are compared by what they hold, not byte by byte. */
const CERTIFICATE_NAMES = /^(?:(?:proxy|grpc|uwsgi)_)?ssl_certificate$/;
const FILE_NAMES: ReadonlySet<string> = new Set([
  "ssl_client_certificate",
  "ssl_trusted_certificate",
  "ssl_crl",
  "ssl_dhparam",
  "proxy_ssl_trusted_certificate",
  "proxy_ssl_crl",
  "grpc_ssl_trusted_certificate",
  "uwsgi_ssl_trusted_certificate",
  "auth_basic_user_file",
  "geoip_country",
  "geoip_city",
]);

/** A place where the server listens. `host` null: on all addresses of IPv4. */
export interface Listen {
  readonly host: string | null;
  readonly port: number;
  readonly isTls: boolean;
  readonly isHttp: boolean;
  readonly isUdp: boolean;
}

/** The status page of stub_status, and the name that its server goes by. */
export interface StatusPage {
  readonly url: URL;
  readonly host: string | null;
}

/** What the configuration says of what an agent needs. */
export interface NginxConfig {
  /** In the order of reading. */
  readonly files: readonly string[];
  readonly pidFile: string;
  /** Null when it goes to standard error or to a log service. */
  readonly errorLog: string | null;
  readonly isDaemon: boolean;
  readonly listens: readonly Listen[];
  readonly statusPage: StatusPage | null;
  readonly certificates: readonly CertificatePair[];
  /** Other files that the configuration names. */
  readonly namedFiles: readonly string[];
  readonly modules: readonly string[];
  /** The servers of each upstream, and places that requests are passed on to without one. */
  readonly memberGroups: readonly MemberGroup[];
}

interface Reader {
  readonly prefix: string;
  readonly folder: string;
  readonly files: string[];
  readonly watched: Set<string>;
}

const cached = new Map<string, { readonly stamps: FileStamps; readonly config: NginxConfig }>();

/**
 * Reads the configuration without asking the server, which would not tell one that it cannot start
 * with here and now (an address that is not on this node). Read again only after a change.
 */
export function readNginxConfig(settings: NginxSettings, build: NginxBuild): NginxConfig {
  const key = JSON.stringify([settings.configFile, settings.options, build.prefix, build.pidFile]);
  const known = cached.get(key);
  if (known !== undefined && areUnchanged(known.stamps)) return known.config;
  const reader: Reader = {
    prefix: optionValue(settings.options, "-p") ?? build.prefix,
    folder: configFolder(settings.configFile),
    files: [],
    watched: new Set(),
  };
  const ofFiles = readFileTree(settings.configFile, reader, 0);
  const ofOptions = parseNginxConfig(optionValue(settings.options, "-g") ?? "");
  const config = summarize([...ofOptions, ...ofFiles], reader, build);
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(key, { stamps: stampFiles([...reader.files, ...reader.watched]), config });
  return config;
}

/** Where a page or a socket of this place is asked from this host. */
export function hostOfListen({ host }: Listen): string {
  return host === null ? "127.0.0.1" : host === "::" ? "::1" : host;
}

/** Parses the words after `listen`; null for a socket that is a file. */
export function parseListen(args: readonly string[], isHttp: boolean): Listen | null {
  const [place = "", ...flags] = args;
  const match = /^(?:(\[[^\]]+\]|[^\s:]+):)?([0-9]{1,5})$/.exec(place);
  const hostOnly = /^(\[[^\]]+\]|[^\s:]*[^\s:0-9][^\s:]*|[0-9]+(?:\.[0-9]+){3})$/.exec(place);
  if (match === null && hostOnly === null) return null;
  const text = (match?.[1] ?? hostOnly?.[1] ?? "").replace(/^\[|\]$/g, "");
  const host = text === "" || text === "*" || text === "0.0.0.0" ? null : text;
  const isTls = flags.includes("ssl") || flags.includes("quic");
  const isUdp = flags.includes("udp") || flags.includes("quic");
  return { host, port: Number(match?.[2] ?? 80), isTls, isHttp, isUdp };
}

function readFileTree(path: string, reader: Reader, depth: number): readonly Directive[] {
  if (depth > DEPTH_MAX) return [];
  // Each file counts once, however often it is included.
  if (!reader.files.includes(path)) reader.files.push(path);
  return parseNginxConfig(readText(path)).flatMap((each) => splice(each, reader, depth));
}

/** An include is replaced by what it includes. */
function splice(directive: Directive, reader: Reader, depth: number): readonly Directive[] {
  const { name, args, block } = directive;
  if (name === "include" && args[0] !== undefined) {
    const { paths, folders } = expandGlob(resolve(reader.folder, args[0]));
    for (const folder of folders) reader.watched.add(folder);
    return paths.flatMap((path) => readFileTree(path, reader, depth + 1));
  }
  if (block === null) return [directive];
  return [{ name, args, block: block.flatMap((each) => splice(each, reader, depth)) }];
}

function summarize(
  directives: readonly Directive[],
  reader: Reader,
  build: NginxBuild,
): NginxConfig {
  const main = (name: string): string | null =>
    directives.find((each) => each.name === name)?.args[0] ?? null;
  const ofPrefix = (path: string): string => resolve(reader.prefix, path);
  const ofFolder = (path: string): string => resolve(reader.folder, path);
  const errorLog = main("error_log") ?? build.errorLog;
  const all = [...walk(directives)];
  const named = all.filter(({ name }) => FILE_NAMES.has(name)).flatMap(({ args }) => args[0] ?? []);
  const pidFile = main("pid");
  return {
    files: reader.files,
    pidFile: pidFile === null ? build.pidFile : ofPrefix(pidFile),
    errorLog: /^(?:stderr|syslog:|memory:)/.test(errorLog) ? null : ofPrefix(errorLog),
    isDaemon: main("daemon") !== "off",
    listens: findListens(directives),
    statusPage: findStatusPage(directives),
    certificates: findCertificates(directives, ofFolder),
    namedFiles: [...new Set(named.filter((path) => !path.includes("$")).map(ofFolder))],
    modules: all.filter(({ name }) => name === "load_module").flatMap(({ args }) => args[0] ?? []),
    memberGroups: findMemberGroups(all),
  };
}

function* walk(directives: readonly Directive[]): Generator<Directive> {
  for (const each of directives) {
    yield each;
    if (each.block !== null) yield* walk(each.block);
  }
}

function serversOf(directives: readonly Directive[], context: "http" | "stream" | "mail") {
  return directives
    .filter(({ name }) => name === context)
    .flatMap(({ block }) => block ?? [])
    .filter(({ name }) => name === "server")
    .map(({ block }) => block ?? []);
}

function findListens(directives: readonly Directive[]): Listen[] {
  const found = (["http", "stream", "mail"] as const).flatMap((context) =>
    serversOf(directives, context).flatMap((server) => listensOf(server, context === "http")),
  );
  const byPlace = new Map(
    found.map((each) => [JSON.stringify([each.host, each.port, each.isUdp]), each]),
  );
  return [...byPlace.values()];
}

function listensOf(server: readonly Directive[], isHttp: boolean): Listen[] {
  const given = server.filter(({ name }) => name === "listen");
  if (given.length === 0 && isHttp) {
    return [{ host: null, port: 80, isTls: false, isHttp, isUdp: false }];
  }
  return given.flatMap(({ args }) => parseListen(args, isHttp) ?? []);
}

/** The first location with stub_status, of the first place where its server listens. */
function findStatusPage(directives: readonly Directive[]): StatusPage | null {
  for (const server of serversOf(directives, "http")) {
    const path = findStatusPath(server);
    const listen = listensOf(server, true).find(({ isUdp }) => !isUdp);
    if (path === null || listen === undefined) continue;
    const name = server.find((each) => each.name === "server_name")?.args[0] ?? "";
    const host = hostOfListen(listen);
    const authority = `${host.includes(":") ? `[${host}]` : host}:${listen.port}`;
    const text = `${listen.isTls ? "https" : "http"}://${authority}${path}`;
    if (!URL.canParse(text)) continue;
    return { url: new URL(text), host: /^[\w-][\w.-]*$/.test(name) ? name : null };
  }
  return null;
}

function findStatusPath(block: readonly Directive[]): string | null {
  for (const { name, args, block: inner } of block) {
    if (name !== "location" || inner === null) continue;
    const path = args.at(-1) ?? "";
    const isOn = inner.some((each) => each.name === "stub_status" && each.args[0] !== "off");
    // A page behind an expression has no one address.
    if (isOn && path.startsWith("/") && !/^~/.test(args[0] ?? "")) return path;
    const nested = findStatusPath(inner);
    if (nested !== null) return nested;
  }
  return null;
}

/** Certificates with their keys, which follow them in the same block in the same order. */
function findCertificates(
  directives: readonly Directive[],
  toPath: (path: string) => string,
): CertificatePair[] {
  const pairs = new Map<string, CertificatePair>();
  for (const block of blocksOf(directives)) {
    for (const name of new Set(block.map((each) => each.name))) {
      if (!CERTIFICATE_NAMES.test(name)) continue;
      const values = (wanted: string): string[] =>
        block.filter((each) => each.name === wanted).flatMap(({ args }) => args[0] ?? []);
      const keys = values(`${name}_key`);
      for (const [at, certificate] of values(name).entries()) {
        const key = keys[at] ?? null;
        // A name with a variable is read at each handshake; engines and data are no files.
        if (/[$]|^(?:data|engine|store):/.test(certificate + (key ?? ""))) continue;
        const keyFile = key === null ? null : toPath(key);
        const pair = { certificateFile: toPath(certificate), keyFile };
        pairs.set(JSON.stringify(pair), pair);
      }
    }
  }
  return [...pairs.values()];
}

function* blocksOf(directives: readonly Directive[]): Generator<readonly Directive[]> {
  yield directives;
  for (const { block } of directives) if (block !== null) yield* blocksOf(block);
}

function optionValue(options: readonly string[], option: string): string | null {
  const at = options.indexOf(option);
  if (at >= 0) return options[at + 1] ?? null;
  return options.find((each) => each.startsWith(option))?.slice(option.length) ?? null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // The server itself tells what it misses.
  }
}
