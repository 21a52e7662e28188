import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  areUnchanged,
  type CertificatePair,
  type FileStamps,
  stampFiles,
} from "../host-checks/index.ts";
import {
  type FoundMember,
  gatherGroups,
  type MemberGroup,
  parseMember,
} from "../web-checks/index.ts";
import { type ConfigLine, parseHaproxyConfig } from "./parse-config.ts";
import type { HaproxySettings } from "./settings.ts";

const CACHED_MAX = 64;
/** In a folder these names are read, sorted; others are not. */
const CONFIG_NAME = /^[^.].*\.cfg$/;

/** A place where the server listens. `host` null: on all addresses of IPv4. */
export interface Bind {
  readonly host: string | null;
  readonly port: number;
  readonly isTls: boolean;
}

/** What the configuration says of what an agent needs. */
export interface HaproxyConfig {
  /** In the order of reading. */
  readonly files: readonly string[];
  /** Paths of the stats sockets in the configuration. */
  readonly statsSockets: readonly string[];
  readonly binds: readonly Bind[];
  /** Where `monitor-uri` is answered. */
  readonly monitorUrl: URL | null;
  /** The file of `server-state-file`, when a section loads it. */
  readonly stateFile: string | null;
  readonly certificates: readonly CertificatePair[];
  readonly namedFiles: readonly string[];
  /** The servers of each backend and listen. */
  readonly memberGroups: readonly MemberGroup[];
}

const cached = new Map<string, { readonly stamps: FileStamps; readonly config: HaproxyConfig }>();

/** Reads the configuration; again only after a change. */
export function readHaproxyConfig(settings: HaproxySettings): HaproxyConfig {
  const key = JSON.stringify([settings.configPaths, settings.environment]);
  const known = cached.get(key);
  if (known !== undefined && areUnchanged(known.stamps)) return known.config;
  const files = settings.configPaths.flatMap(listConfigFiles);
  const lines = files.flatMap((path) => parseHaproxyConfig(readText(path), settings.environment));
  const config = summarize(lines, files);
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(key, { stamps: stampFiles([...settings.configPaths, ...files]), config });
  return config;
}

/** A folder stands for its *.cfg files, sorted; anything else for itself. */
export function listConfigFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => CONFIG_NAME.test(name));
    return names.sort().map((name) => join(path, name));
  } catch {
    return [path];
  }
}

/** Parses the place of `bind`: several with commas, ranges of ports, no sockets in files. */
export function parseBind(words: readonly string[]): Bind[] {
  const [places = "", ...flags] = words;
  const isTls = flags.includes("ssl");
  return places.split(",").flatMap((place) => {
    const match = /^(?:(?:ipv[46]|tcp[46]?)@)?(.*):([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(place);
    if (match === null || match[1]?.startsWith("/")) return [];
    const text = (match[1] ?? "").replace(/^\[|\]$/g, "");
    const host = text === "" || text === "*" || text === "0.0.0.0" ? null : text;
    const first = Number(match[2]);
    const last = Math.min(Number(match[3] ?? first), 65_535);
    const count = Math.max(last - first + 1, 1);
    return Array.from({ length: count }, (_, at) => ({ host, port: first + at, isTls }));
  });
}

function summarize(lines: readonly ConfigLine[], files: readonly string[]): HaproxyConfig {
  const globals = lines.filter(({ section }) => section === "global").map(({ words }) => words);
  const global = (name: string): string | null =>
    globals.find(([first]) => first === name)?.[1] ?? null;
  const statsSockets = globals
    .filter(([first, second]) => first === "stats" && second === "socket")
    .flatMap(([, , place = ""]) => (place.startsWith("/") ? [place] : []));
  const stateFile = global("server-state-file");
  const loadsState = lines.some(
    ({ words: [first, second] }) => first === "load-server-state-from-file" && second === "global",
  );
  return {
    files,
    statsSockets,
    binds: lines.filter(({ words }) => words[0] === "bind").flatMap(bindsOf),
    monitorUrl: findMonitorUrl(lines),
    stateFile:
      stateFile === null || !loadsState
        ? null
        : resolve(global("server-state-base") ?? "/", stateFile),
    certificates: findCertificates(lines, global("crt-base") ?? "/"),
    namedFiles: findNamedFiles(lines, global("ca-base") ?? "/"),
    memberGroups: gatherGroups(lines.flatMap(memberOf)),
  };
}

function bindsOf({ words }: ConfigLine): Bind[] {
  return parseBind(words.slice(1));
}

/** A server whose port depends on that of the client's connection cannot be asked. */
function memberOf({ words, section, name }: ConfigLine): FoundMember[] {
  const [first, , second = "", third = ""] = words;
  if (section !== "backend" && section !== "listen") return [];
  if (words.includes("disabled")) return [];
  const place = first === "server" ? second : first === "server-template" ? third : "";
  const member = parseMember(place.replace(/^(?:ipv[46]|tcp[46]?)@/, ""), null);
  return member === null ? [] : [{ ...member, group: name }];
}

function findMonitorUrl(lines: readonly ConfigLine[]): URL | null {
  for (const { section, name, words } of lines) {
    const [first, path = ""] = words;
    if (first !== "monitor-uri" || (section !== "frontend" && section !== "listen")) continue;
    const [bind] = lines
      .filter((line) => line.section === section && line.name === name && line.words[0] === "bind")
      .flatMap(bindsOf);
    if (bind === undefined) continue;
    const { host, port, isTls } = bind;
    const shown = host === null ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    const text = `${isTls ? "https" : "http"}://${shown}:${port}${path}`;
    if (URL.canParse(text)) return new URL(text);
  }
  return null;
}

/** Each file of a `crt` holds a certificate and its key; a folder holds many such files. */
function findCertificates(lines: readonly ConfigLine[], base: string): CertificatePair[] {
  const paths = lines
    .filter(({ words: [first] }) => first !== undefined && CRT_LINES.has(first))
    .flatMap(({ words }) => valuesOf(words, ["crt"]))
    .map((path) => resolve(base, path));
  return [...new Set(paths)].flatMap(listCertificateFiles).map((certificateFile) => ({
    certificateFile,
    keyFile: readText(certificateFile).includes("PRIVATE KEY-----")
      ? null
      : `${certificateFile}.key`,
  }));
}

const CRT_LINES: ReadonlySet<string> = new Set(["bind", "server", "default-server"]);

function listCertificateFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => !/^\.|\.(?:key|ocsp|sctl|issuer)$/.test(name));
    return names.sort().map((name) => join(path, name));
  } catch {
    return [path];
  }
}

function findNamedFiles(lines: readonly ConfigLine[], caBase: string): string[] {
  const found = lines.flatMap(({ words }) => {
    const [first = "", second = "", third = ""] = words;
    if (first === "errorfile") return [third];
    if (first === "errorfiles" || first.startsWith("lua-load")) return [second];
    const rest = words.join(" ");
    const maps = [...rest.matchAll(/\bmap(?:_\w+)?\(([^,)]+)/g)].map(([, path = ""]) => path);
    const isFileFlag = first === "acl" || words.includes("if") || words.includes("unless");
    const ofAcl = isFileFlag ? valuesOf(words, ["-f"]) : [];
    const authorities = valuesOf(words, ["ca-file", "crl-file", "crt-list", "ca-verify-file"]);
    return [...maps, ...ofAcl, ...authorities.map((path) => resolve(caBase, path))];
  });
  return [...new Set(found)].filter((path) => path.startsWith("/"));
}

function valuesOf(words: readonly string[], names: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const value = names.includes(word) ? words[at + 1] : undefined;
    return value === undefined ? [] : [value];
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // The server itself tells what it misses.
  }
}
