/** The two files of this host's cluster: reading, and writing them whole or not at all. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { ClusterConfig, ClusterNode } from "../../agent/core/model/index.ts";
import {
  AUTHKEY_BYTES,
  CLUSTER_FILE_NAMES,
  type ClusterTexts,
  canonicalAddress,
  encodeAuthkeys,
  findLocalNode,
  type HostIdentity,
  parseAuthkeys,
  parseClusterFile,
} from "../../agent/wire/index.ts";
import { refused, refusedBy } from "../ctl-error.ts";

const CONFIG_MODE = 0o644;
const AUTHKEY_MODE = 0o400;
const FOLDER_MODE = 0o755;

/** Paths of the two files below a folder. */
export function clusterFilePaths(folder: string): ClusterTexts {
  return {
    config: join(folder, CLUSTER_FILE_NAMES.config),
    authkey: join(folder, CLUSTER_FILE_NAMES.authkey),
  };
}

/** True when this host has a cluster.yaml. */
export function hasCluster(folder: string): boolean {
  return existsSync(clusterFilePaths(folder).config);
}

/** The texts of both files; throws when this host is in no cluster. */
export function readClusterTexts(folder: string): ClusterTexts {
  if (!hasCluster(folder)) throw notInCluster(folder);
  const paths = clusterFilePaths(folder);
  return {
    config: readFileSync(paths.config, "utf8"),
    authkey: readFileSync(paths.authkey, "utf8"),
  };
}

/** The refusal of a command that needs a cluster. */
export function notInCluster(folder: string): Error {
  return refused(
    `this host is in no cluster: ${clusterFilePaths(folder).config} does not exist; run ` +
      '"lbctl cluster setup" on one host and "lbctl cluster join" on the other',
  );
}

/** The configuration of a cluster.yaml text. Throws with every problem in it. */
export async function parseConfigText(text: string): Promise<ClusterConfig> {
  const { parseDocument } = await import("./yaml-reader.ts");
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw refused(`cluster.yaml: ${error.message.split("\n")[0]}`);
  const file = parseClusterFile(document.toJS());
  if (file.kind === "refused") throw refusedBy(file.problems);
  return file.config;
}

/** The node that this host is; throws when it is none, or lacks the node's addresses. */
export function requireLocalNode(config: ClusterConfig): ClusterNode {
  const host = readHost();
  const found = findLocalNode(config, host);
  if ("code" in found) throw refusedBy([found]);
  const own = new Set(host.addresses.map(canonicalAddress));
  const missing = found.addresses.filter((address) => !own.has(canonicalAddress(address)));
  if (missing.length > 0) {
    throw refused(...missing.map((each) => `node ${found.name}: ${each} is on no interface here`));
  }
  return found;
}

/** A new shared secret, as its file holds it. */
export function makeAuthkey(): string {
  return encodeAuthkeys({ authkeyHex: makeAuthkeyHex(), otherAuthkeyHex: null });
}

/** A new shared secret in hexadecimal. */
export function makeAuthkeyHex(): string {
  return randomBytes(AUTHKEY_BYTES).toString("hex");
}

/**
 * Writes both files. Neither is touched before both are on the disk under other names; then the
 * secret comes first, so that a cluster.yaml is never there without it.
 */
export function writeClusterTexts(folder: string, texts: ClusterTexts): void {
  if (parseAuthkeys(texts.authkey) === null) throw refused("authkey: damaged or too short");
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const paths = clusterFilePaths(folder);
  const names = [paths.authkey, paths.config];
  try {
    writeNew(paths.authkey, texts.authkey, AUTHKEY_MODE);
    writeNew(paths.config, texts.config, CONFIG_MODE);
    for (const path of names) renameSync(newName(path), path);
  } finally {
    // What an interrupted call has left; after a whole one there is nothing.
    for (const path of names) rmSync(newName(path), { force: true });
  }
  syncFolder(folder);
}

/** Replaces the file of the secret, whole or not at all. */
export function replaceAuthkey(folder: string, text: string): void {
  if (parseAuthkeys(text) === null) throw refused("authkey: damaged or too short");
  const { authkey } = clusterFilePaths(folder);
  try {
    writeNew(authkey, text, AUTHKEY_MODE);
    renameSync(newName(authkey), authkey);
  } finally {
    rmSync(newName(authkey), { force: true });
  }
  syncFolder(folder);
}

/** Removes both files. */
export function removeClusterTexts(folder: string): void {
  const { config, authkey } = clusterFilePaths(folder);
  rmSync(config, { force: true });
  rmSync(authkey, { force: true });
}

/** What this host knows of itself. */
export function readHost(): HostIdentity {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .map(({ address }) => address);
  return { hostName: hostname(), addresses };
}

function newName(path: string): string {
  return `${path}.new`;
}

function writeNew(path: string, text: string, mode: number): void {
  const temporary = newName(path);
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(temporary, mode); // Whatever the umask is.
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
