import { readlinkSync } from "node:fs";
import type { ComparedItem } from "../contract.ts";
import {
  type CertificatePair,
  NONLOCAL_BIND_SYSCTLS,
  readCertificates,
  readKey,
  readSysctl,
  readUnitState,
} from "../host-checks/index.ts";

/**
 * Files by what is in them, each once. Debian enables a site or a module by a link, whose target
 * says which one it is.
 */
export function compareFiles(paths: readonly string[]): ComparedItem[] {
  return [...new Set(paths)].flatMap((name): ComparedItem[] => {
    const file: ComparedItem = { kind: "file", name };
    const value = readLink(name);
    return value === null ? [file] : [file, { kind: "link", name, value }];
  });
}

/** Certificates by digest, keys by their public part; what cannot be read says so. */
export function comparePairs(pairs: readonly CertificatePair[]): ComparedItem[] {
  const keys = pairs.map(({ keyFile, certificateFile }) => keyFile ?? certificateFile);
  return [
    ...compareCertificates(pairs.map(({ certificateFile }) => certificateFile)),
    ...[...new Set(keys)].map((name): ComparedItem => {
      const read = readKey(name);
      const value =
        read.kind === "read" ? (read.facts.publicKeyDigest ?? "encrypted") : read.reason;
      return { kind: "key", name, value };
    }),
  ];
}

/** Files of certificates by digest, each once; one that cannot be read says so. */
export function compareCertificates(paths: readonly string[]): ComparedItem[] {
  return [...new Set(paths)].map((name): ComparedItem => {
    const read = readCertificates(name);
    const value = read.kind === "read" ? read.facts.digest : read.reason;
    return { kind: "certificate", name, value };
  });
}

/** What the kernel and systemd should say alike on both nodes for a server that listens. */
export function compareHost(units: readonly string[]): ComparedItem[] {
  const sysctls = NONLOCAL_BIND_SYSCTLS.flatMap((name): ComparedItem[] => {
    const value = readSysctl(name);
    return value === null ? [] : [{ kind: "sysctl", name, value }];
  });
  return [
    ...sysctls,
    ...units.map((name): ComparedItem => ({ kind: "unit", name, value: readUnitState(name) })),
  ];
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // A file, or nothing.
  }
}
