import type { ComparedItem } from "../contract.ts";
import {
  type CertificatePair,
  NONLOCAL_BIND_SYSCTLS,
  readCertificates,
  readKey,
  readSysctl,
  readUnitState,
} from "../host-checks/index.ts";

/** Certificates by digest, keys by their public part; what cannot be read says so. */
export function comparePairs(pairs: readonly CertificatePair[]): ComparedItem[] {
  const certificates = new Set(pairs.map(({ certificateFile }) => certificateFile));
  const keys = new Set(pairs.map(({ keyFile, certificateFile }) => keyFile ?? certificateFile));
  return [
    ...[...certificates].map((name): ComparedItem => {
      const read = readCertificates(name);
      const value = read.kind === "read" ? read.facts.digest : read.reason;
      return { kind: "certificate", name, value };
    }),
    ...[...keys].map((name): ComparedItem => {
      const read = readKey(name);
      const value =
        read.kind === "read" ? (read.facts.publicKeyDigest ?? "encrypted") : read.reason;
      return { kind: "key", name, value };
    }),
  ];
}

/** What the kernel and systemd should say alike on both nodes for a server that listens. */
export function compareHost(unit: string): ComparedItem[] {
  const sysctls = NONLOCAL_BIND_SYSCTLS.flatMap((name): ComparedItem[] => {
    const value = readSysctl(name);
    return value === null ? [] : [{ kind: "sysctl", name, value }];
  });
  return [...sysctls, { kind: "unit", name: unit, value: readUnitState(unit) }];
}
