import { type AgentResult, type DeepFinding, failed, OCF, SUCCEEDED } from "../contract.ts";
import { askSocket } from "../server-process/ask-socket.ts";
import {
  explainPage,
  type FetchOptions,
  fetchPage,
  findDeepHere,
  joinResults,
  readWebChecks,
  runWebChecks,
  type WebCheckSource,
  withGroups,
} from "../web-checks/index.ts";
import { hostOfListen, type Listen } from "./read-config.ts";
import { masterOf, type NginxServer } from "./server.ts";

const REQUEST_TIMEOUT_MAX_MS = 10_000;
/** From these check levels on a monitor looks deeper; the levels are those of the shell agent. */
const LEVEL_DEEP = 10;
const LEVEL_TEST20 = 20;
const LEVEL_EXTERNAL = 30;
/** A request that a worker refuses by itself at once, whatever it is configured to proxy. */
const REFUSED_REQUEST = "GET / HTTP/1.1\r\n\r\n";

/** Null when a worker answers, and the status page is as expected where it was given. */
export async function explainServing(server: NginxServer): Promise<string | null> {
  const { settings, config } = server;
  const options = fetchOptions(server);
  if (settings.statusUrl !== null) {
    const page = await fetchPage(settings.statusUrl, options);
    const expected = { statuses: null, text: settings.statusRegex };
    return explainPage(settings.statusUrl, page, expected);
  }
  // One that was only found may be meant for others, so that any answer of it proves a worker.
  if (config.statusPage !== null && settings.port === null) {
    const { url, host } = config.statusPage;
    const page = await fetchPage(url, { ...options, ...(host === null ? {} : { host }) });
    return page.kind === "answered" ? null : `page ${url.href}: ${page.reason}`;
  }
  const listen = chooseListen(server);
  // A server that listens nowhere, or on files alone, has to do with its process.
  return listen === null ? null : askWorker(listen, options);
}

/**
 * What check levels from 10 on ask for. What is not configured is not asked for. Pages that do not
 * pass lead to a look at the members, which ends at `allAt`.
 */
export async function checkDeeper(
  server: NginxServer,
  ends: { readonly checksAt: number; readonly allAt: number },
): Promise<AgentResult> {
  const { context, settings, config } = server;
  const pages = await checkPages(server, ends.checksAt);
  if (pages.status !== OCF.SUCCESS && pages.status !== OCF.DEGRADED) {
    return withGroups(pages, config.memberGroups, { context, endsAt: ends.allAt });
  }
  if (context.checkLevel >= LEVEL_EXTERNAL && settings.external30Command !== null) {
    const external = await runExternal(server, settings.external30Command);
    if (external !== null) return external;
  }
  return withGroups(pages, config.memberGroups, { context, endsAt: ends.allAt });
}

/** What fails of the deep checks on this host, whether the server runs here or not. */
export function findNginxDeep(server: NginxServer): Promise<DeepFinding> {
  const reads = sourcesOf(server).map(readWebChecks);
  return findDeepHere(server.context, {
    isRunning: masterOf(server) !== null,
    checks: reads.flatMap((read) => (read.kind === "checks" ? read.checks : [])),
    explainServing: () => explainServing(server),
    runChecks: (endsAt) => checkPages(server, endsAt),
    findGroups: async () => server.config.memberGroups,
  });
}

function sourcesOf(server: NginxServer): readonly WebCheckSource[] {
  const { checkLevel } = server.context;
  return [
    ...(checkLevel >= LEVEL_DEEP ? [sourceOf10(server)] : []),
    ...(checkLevel >= LEVEL_TEST20 ? [sourceOf20(server)] : []),
  ].filter((source) => source !== null);
}

async function checkPages(server: NginxServer, endsAt: number): Promise<AgentResult> {
  let joined = SUCCEEDED;
  for (const source of sourcesOf(server)) {
    const read = readWebChecks(source);
    if (read.kind === "refused") return failed(read.status, read.reason);
    const timeoutMs = Math.max(Math.floor(endsAt - performance.now()), 1);
    const result = await runWebChecks(read.checks, { ...fetchOptions(server), timeoutMs });
    joined = joinResults(joined, result);
    if (joined.status === OCF.ERR_GENERIC) return joined;
  }
  return joined;
}

async function runExternal(server: NginxServer, command: string): Promise<AgentResult | null> {
  const result = await server.context.run("/bin/sh", ["-c", command]);
  if (result.kind === "exited" && result.status === 0) return null;
  const found = result.kind === "exited" ? `exit status ${result.status}` : result.kind;
  const reason = `external_monitor30_cmd "${command}": ${found}, expected 0`;
  return failed(OCF.ERR_GENERIC, reason);
}

function sourceOf10(server: NginxServer): WebCheckSource | null {
  const { testUrl, testRegex, testConfigFile, testName, deepChecks } = server.settings;
  if (testUrl === null && testConfigFile === null && deepChecks.length === 0) return null;
  const [file, name] = [testConfigFile, testName];
  return { testUrl, testRegex, addresses: deepChecks, file, name, base: baseUrl(server) };
}

function sourceOf20(server: NginxServer): WebCheckSource | null {
  const { test20Url, test20Regex, test20ConfigFile, test20Name } = server.settings;
  if (test20Url === null && test20ConfigFile === null) return null;
  const [file, name] = [test20ConfigFile, test20Name];
  const base = baseUrl(server);
  return { testUrl: test20Url, testRegex: test20Regex, addresses: [], file, name, base };
}

/** What an address without a host is relative to. */
function baseUrl(server: NginxServer): URL {
  const { settings } = server;
  const listen = chooseListen(server);
  if (listen === null) return settings.statusUrl ?? new URL("http://127.0.0.1/");
  const host = hostOfListen(listen);
  const scheme = listen.isTls ? "https" : "http";
  return new URL(`${scheme}://${host.includes(":") ? `[${host}]` : host}:${listen.port}/`);
}

/** The place that is asked: that of the port parameter, else the first of HTTP, else any. */
function chooseListen({ settings, config }: NginxServer): Listen | null {
  const places = config.listens.filter(({ isUdp }) => !isUdp);
  const { port } = settings;
  if (port !== null) {
    const base = { host: null, isTls: false, isHttp: true, isUdp: false };
    return places.find((each) => each.port === port) ?? { ...base, port };
  }
  return places.find(({ isHttp }) => isHttp) ?? places[0] ?? null;
}

async function askWorker(listen: Listen, options: FetchOptions): Promise<string | null> {
  const place = { host: hostOfListen(listen), port: listen.port };
  const { timeoutMs, signal } = options;
  // A place of another protocol may wait for what we do not speak: it has to do with a connection.
  const text = listen.isHttp ? REFUSED_REQUEST : "";
  const until = listen.isHttp ? "firstBytes" : "connected";
  const answer = await askSocket(place, { text, timeoutMs, signal, until });
  if (answer.kind === "answered") return null;
  return `port ${listen.port} of ${place.host}: ${answer.reason}`;
}

function fetchOptions({ context }: NginxServer): FetchOptions {
  const timeoutMs = Math.min(REQUEST_TIMEOUT_MAX_MS, Math.ceil(context.timeoutMs / 2));
  return { timeoutMs, signal: context.signal, isIpv6First: false };
}
