import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ReadinessFinding } from "../contract.ts";
import { stampFile } from "./file-stamps.ts";
import { shellWord } from "./shell-word.ts";

const EXPIRY_WARNED_DAYS = 14;
const DAY_MS = 86_400_000;
const CACHED_MAX = 256;
const CERTIFICATES =
  /-----BEGIN (X509 |TRUSTED |)CERTIFICATE-----[\s\S]*?-----END \1CERTIFICATE-----/g;
const PRIVATE_KEY =
  /-----BEGIN ((?:[A-Z0-9]+ )?PRIVATE KEY)-----[\s\S]*?-----END (?:[A-Z0-9]+ )?PRIVATE KEY-----/;

/** A certificate with its key. `keyFile` null: the key is in the file of the certificate. */
export interface CertificatePair {
  readonly certificateFile: string;
  readonly keyFile: string | null;
}

/** What is known of a file of certificates: of its first one, and a digest of them all. */
export interface CertificateFacts {
  readonly validFromMs: number;
  readonly validToMs: number;
  /** SHA-256 of the public key of the first one. */
  readonly publicKeyDigest: string;
  /** SHA-256 over all certificates of the file, in their order; text between them is left out. */
  readonly digest: string;
}

/** What is known of a key, which is never kept itself. Null digest: it is encrypted. */
export interface KeyFacts {
  readonly publicKeyDigest: string | null;
}

/** Facts, or why there are none in a few words. */
export type Read<Facts> =
  | { readonly kind: "read"; readonly facts: Facts }
  | { readonly kind: "unreadable"; readonly reason: string };

const certificates = new Map<string, Read<CertificateFacts>>();
const keys = new Map<string, Read<KeyFacts>>();

/** Reads the certificates of a PEM file; what was read is kept while the file is the same. */
export function readCertificates(path: string): Read<CertificateFacts> {
  return remember(certificates, path, parseCertificates);
}

/** Reads the first private key of a PEM file, of which only the digest of its public part stays. */
export function readKey(path: string): Read<KeyFacts> {
  return remember(keys, path, parseKey);
}

/**
 * What is wrong with a certificate and its key: missing or unreadable, made for another key,
 * expired or soon to be, not yet valid. Servers start with an expired certificate, so that warns.
 */
export function checkCertificatePair(pair: CertificatePair, nowMs: number): ReadinessFinding[] {
  const { certificateFile } = pair;
  const keyFile = pair.keyFile ?? certificateFile;
  const certificate = readCertificates(certificateFile);
  const key = readKey(keyFile);
  const findings: ReadinessFinding[] = [];
  if (certificate.kind === "unreadable") {
    findings.push(unreadable("certificate", certificateFile, certificate.reason));
  }
  if (key.kind === "unreadable") findings.push(unreadable("key", keyFile, key.reason));
  if (certificate.kind === "unreadable") return findings;
  const { publicKeyDigest, validToMs, validFromMs } = certificate.facts;
  const ofKey = key.kind === "read" ? key.facts.publicKeyDigest : null;
  if (ofKey !== null && ofKey !== publicKeyDigest) {
    findings.push({
      severity: "blocks",
      problem: `key "${keyFile}": does not belong to certificate "${certificateFile}"`,
      remedy: `openssl x509 -noout -pubkey -in ${shellWord(certificateFile)}`,
    });
  }
  return [...findings, ...checkDates(certificateFile, { validFromMs, validToMs }, nowMs)];
}

function checkDates(
  path: string,
  { validFromMs, validToMs }: Pick<CertificateFacts, "validFromMs" | "validToMs">,
  nowMs: number,
): ReadinessFinding[] {
  const remedy = `openssl x509 -noout -dates -in ${shellWord(path)}`;
  const warning = (problem: string): ReadinessFinding[] => [
    { severity: "warns", problem: `certificate "${path}": ${problem}`, remedy },
  ];
  const until = new Date(validToMs).toISOString();
  if (validToMs <= nowMs) return warning(`EXPIRED at ${until}: clients refuse it`);
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  if (days < EXPIRY_WARNED_DAYS) {
    return warning(`expires in ${days} days at ${until}, expected ${EXPIRY_WARNED_DAYS} or more`);
  }
  if (validFromMs <= nowMs) return [];
  return warning(`not valid before ${new Date(validFromMs).toISOString()}: clients refuse it`);
}

function unreadable(what: string, path: string, reason: string): ReadinessFinding {
  return {
    severity: "blocks",
    problem: `${what} "${path}": ${reason}`,
    remedy: `ls -lL ${shellWord(path)}`,
  };
}

function remember<Facts>(
  cached: Map<string, Read<Facts>>,
  path: string,
  parse: (text: string) => Read<Facts>,
): Read<Facts> {
  let text: string;
  let key: string;
  try {
    key = JSON.stringify([path, stampFile(path)]);
    const known = cached.get(key);
    if (known !== undefined) return known;
    text = readFileSync(path, "latin1");
  } catch (error) {
    return { kind: "unreadable", reason: explain(error) };
  }
  const result = parse(text);
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(key, result);
  return result;
}

function parseCertificates(text: string): Read<CertificateFacts> {
  const blocks = text.match(CERTIFICATES) ?? [];
  try {
    const all = blocks.map((block) => new X509Certificate(block.replace(/TRUSTED |X509 /g, "")));
    const [first] = all;
    if (first === undefined) return { kind: "unreadable", reason: "no certificate in it" };
    const hash = createHash("sha256");
    for (const each of all) hash.update(each.raw);
    const facts = {
      validFromMs: Date.parse(first.validFrom),
      validToMs: Date.parse(first.validTo),
      publicKeyDigest: sha256(first.publicKey.export({ type: "spki", format: "der" })),
      digest: hash.digest("hex"),
    };
    return { kind: "read", facts };
  } catch {
    return { kind: "unreadable", reason: "not a certificate in PEM form" };
  }
}

function parseKey(text: string): Read<KeyFacts> {
  const [block, label] = PRIVATE_KEY.exec(text) ?? [];
  if (block === undefined) return { kind: "unreadable", reason: "no private key in it" };
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(block)) {
    return { kind: "read", facts: { publicKeyDigest: null } };
  }
  try {
    const publicKey = createPublicKey(createPrivateKey(block));
    const digest = sha256(publicKey.export({ type: "spki", format: "der" }));
    return { kind: "read", facts: { publicKeyDigest: digest } };
  } catch {
    return { kind: "unreadable", reason: "not a private key in PEM form" };
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "not found";
  return error instanceof Error ? error.message : String(error);
}
