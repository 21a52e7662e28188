/**
 * What a configuration that passes `httpd -t` would still fail on at a start. Found from files and
 * /proc alone; each was seen with httpd 2.4.
 */
import type { ReadinessFinding } from "../contract.ts";
import {
  checkCertificatePair,
  checkListenAddress,
  checkPorts,
  plainAddress,
} from "../host-checks/index.ts";
import type { Listen } from "./config-facts.ts";
import { readServerProcess } from "./processes.ts";
import type { RunConfig } from "./run-config.ts";
import type { ApacheSettings } from "./settings.ts";

const METHOD_DEFAULT = "lbmethod_byrequests_module";

/** Faults of the configuration itself: certificates, modules, ports that exclude each other. */
export function findConfigFaults(config: RunConfig, nowMs: number): ReadinessFinding[] {
  const { facts } = config;
  return [
    ...facts.certificatePairs.flatMap((pair) => checkCertificatePair(pair, nowMs)),
    ...facts.withoutCertificate.map((place) =>
      blocks(`SSLEngine at ${place}: no certificate, expected SSLCertificateFile`, ""),
    ),
    ...findModuleFaults(config),
    ...findOverlaps(facts.listens),
  ];
}

/** Faults of this host: addresses that are not here, ports that others have. */
export function findListenFaults(
  { facts: { listens } }: RunConfig,
  settings: ApacheSettings,
  comingAddresses: readonly string[] | null,
): ReadinessFinding[] {
  const isOwn = (pid: number): boolean => readServerProcess(pid, settings) !== null;
  const wanted = listens.map(({ host, port }) => ({ ip: host, port }));
  const absent = listens.flatMap(({ host, port }) => {
    if (host === null) return [];
    const finding = checkListenAddress({ ip: host, port, comingAddresses });
    return finding === null ? [] : [finding];
  });
  return [...absent, ...checkPorts(wanted, isOwn)];
}

/** The problems that keep a server from starting, as one line; null when there are none. */
export function problemsOf(findings: readonly ReadinessFinding[]): string | null {
  const problems = findings.flatMap(({ severity, problem }) =>
    severity === "blocks" ? [problem] : [],
  );
  return problems.length === 0 ? null : problems.join("; ");
}

/** A module that is missing ends the server after its test: AH01177, AH01183. */
function findModuleFaults({ modules, facts }: RunConfig): ReadinessFinding[] {
  if (!modules.has("proxy_balancer_module")) return [];
  const missing = (name: string, why: string): ReadinessFinding[] =>
    modules.has(name)
      ? []
      : [blocks(`module ${name}: not loaded, expected by ${why}`, debianRemedy(name))];
  return [
    ...missing("slotmem_shm_module", "proxy_balancer_module"),
    ...(facts.usesDefaultMethod ? missing(METHOD_DEFAULT, "a balancer without lbmethod") : []),
  ];
}

/** All addresses and one of them cannot be listened on at the same port: AH00072. */
function findOverlaps(listens: readonly Listen[]): ReadinessFinding[] {
  const all = new Set(listens.filter(({ host }) => host === null).map(({ port }) => port));
  return listens.flatMap(({ host, port }) => {
    if (host === null || !all.has(port)) return [];
    const place = host.includes(":") ? `[${plainAddress(host)}]` : host;
    return [blocks(`Listen ${place}:${port}: Listen ${port} has it, expected one of both`, "")];
  });
}

function debianRemedy(module: string): string {
  return `a2enmod ${module.replace(/_module$/, "")}`;
}

function blocks(problem: string, remedy: string): ReadinessFinding {
  return { severity: "blocks", problem, remedy };
}
