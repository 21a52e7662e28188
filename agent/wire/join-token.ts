/**
 * The line that takes a cluster's two files to the other host.
 */
import { createHash } from "node:crypto";
import type { Problem } from "../core/model/index.ts";

const PREFIX = "lbc1";
const CHECKSUM_DIGITS = 8;
const TOKEN_MAX = 65_536;

/** The texts of `cluster.yaml` and `authkey`, as they stand in the files. */
export interface ClusterTexts {
  readonly config: string;
  readonly authkey: string;
}

/** One line without blanks, `lbc1:…`. It holds the shared secret: as secret as the authkey. */
export function encodeJoinToken({ config, authkey }: ClusterTexts): string {
  const body = Buffer.from(JSON.stringify([config, authkey])).toString("base64url");
  return `${PREFIX}:${body}:${checksum(body)}`;
}

/**
 * The texts of a token, or what is wrong with it. The text itself is never repeated: it is secret.
 */
export function parseJoinToken(line: string): ClusterTexts | Problem {
  const text = line.trim();
  const [prefix, body = "", sum] = text.split(":");
  if (prefix !== PREFIX || text.length > TOKEN_MAX) {
    return problem("not a token", 'must be the line that "lbctl cluster token" prints');
  }
  if (sum !== checksum(body)) {
    return problem("damaged or cut off", 'must be the whole line of "lbctl cluster token"');
  }
  const parsed = parseBody(body);
  const [config, authkey]: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
  if (typeof config !== "string" || typeof authkey !== "string") {
    return problem("damaged", 'must be the line that "lbctl cluster token" prints');
  }
  return { config, authkey };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, "base64url").toString());
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, CHECKSUM_DIGITS);
}

function problem(found: string, expected: string): Problem {
  return { code: "bad-token", path: "cluster token", found, expected };
}
