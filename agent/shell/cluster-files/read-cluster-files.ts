import { readFileSync, statSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { digestText } from "../../core/base/index.ts";
import type { ClusterConfig, Problem } from "../../core/model/index.ts";
import {
  type Authkeys,
  CLUSTER_FILE_NAMES,
  findLocalNode,
  type HostIdentity,
  parseAuthkeys,
  parseClusterFile,
} from "../../wire/index.ts";

/** Larger files are no cluster.yaml. */
const FILE_MAX_BYTES = 64 * 1024;

/** The two files of this host, checked. */
export interface ClusterFiles {
  readonly config: ClusterConfig;
  /** The bytes of cluster.yaml as text, which have to be the same on both hosts. */
  readonly configText: string;
  readonly configHash: string;
  readonly authkeys: Authkeys;
  /** The name of the node that this host is. */
  readonly localNode: string;
}

/** The files, or all that is wrong with them: missing, not readable, damaged, of other hosts. */
export type ReadClusterFiles =
  | { readonly kind: "files"; readonly files: ClusterFiles }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Reads and checks both files of a folder such as /etc/lb-cluster. */
export function readClusterFiles(
  folder: string,
  host: HostIdentity = readHostIdentity(),
): ReadClusterFiles {
  const configPath = join(folder, CLUSTER_FILE_NAMES.config);
  const keyPath = join(folder, CLUSTER_FILE_NAMES.authkey);
  const text = readText(configPath);
  const key = readText(keyPath);
  const problems = [
    ...[text, key].filter((each) => typeof each !== "string"),
    ...(typeof key === "string" ? checkKeyFile(keyPath) : []),
  ];
  const authkeys = typeof key === "string" ? parseAuthkeys(key) : null;
  if (typeof key === "string" && authkeys === null) {
    const expected =
      "must be a line of 64 or more hexadecimal digits, the same as on the other host, and one " +
      "more in a rotation";
    problems.push({ code: "bad-authkey", path: keyPath, found: "damaged or too short", expected });
  }
  if (typeof text !== "string") return { kind: "refused", problems };
  const parsed = parseText(configPath, text);
  if (parsed.kind === "refused") {
    return { kind: "refused", problems: [...problems, ...parsed.problems] };
  }
  const local = findLocalNode(parsed.config, host);
  if ("code" in local) problems.push(local);
  if (problems.length > 0 || authkeys === null || "code" in local) {
    return { kind: "refused", problems };
  }
  const { config } = parsed;
  const configHash = digestText(text);
  const localNode = local.name;
  return { kind: "files", files: { config, configText: text, configHash, authkeys, localNode } };
}

/** What this host knows of itself. */
export function readHostIdentity(): HostIdentity {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .map(({ address }) => address);
  return { hostName: hostname(), addresses };
}

function readText(path: string): string | Problem {
  try {
    const { size } = statSync(path);
    if (size > FILE_MAX_BYTES) {
      const expected = `at most ${FILE_MAX_BYTES} bytes`;
      return { code: "bad-cluster-file", path, found: `${size} bytes`, expected };
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const isMissing = error.code === "ENOENT";
    const expected = isMissing
      ? 'run "lbctl cluster setup" on one host and "lbctl cluster join" on the other'
      : "must be readable by the agent";
    const found = isMissing ? "does not exist" : String(error.code);
    return { code: "no-cluster-file", path, found, expected };
  }
}

/** Whoever can read the key can be a node of the cluster. */
function checkKeyFile(path: string): readonly Problem[] {
  const { mode, uid } = statSync(path);
  const shown = (mode & 0o7777).toString(8).padStart(4, "0");
  const open =
    (mode & 0o077) === 0
      ? []
      : [{ found: `mode ${shown}`, expected: "must be 0400: others can read it" }];
  const isOwn = uid === 0 || uid === process.getuid?.();
  const foreign = isOwn ? [] : [{ found: `owner ${uid}`, expected: "must belong to root" }];
  return [...open, ...foreign].map((each) => ({ code: "exposed-authkey", path, ...each }));
}

function parseText(path: string, text: string): ReturnType<typeof parseClusterFile> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const [line = ""] = error.message.split("\n");
    const expected = "must be YAML";
    return {
      kind: "refused",
      problems: [{ code: "bad-cluster-file", path, found: line.replace(/:$/, ""), expected }],
    };
  }
  const file = parseClusterFile(document.toJS());
  if (file.kind === "config") return file;
  const problems = file.problems.map((each) => {
    const isWhole = each.path === CLUSTER_FILE_NAMES.config;
    return { ...each, path: isWhole ? path : `${path}: ${each.path}` };
  });
  return { kind: "refused", problems };
}
