/**
 * `lbctl cluster authkey …`: a new secret in three steps, each on both hosts and each followed by a
 * restart of the agent, which leaves all that runs. No step is refused by the one before it:
 *
 *   old  --add-->  old, accepts new  --use-->  new, accepts old  --drop-->  new
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import type { Command } from "commander";
import { type Authkeys, encodeAuthkeys, parseAuthkeys } from "../../agent/wire/index.ts";
import { refused } from "../ctl-error.ts";
import { readAgentPid } from "../host/agent-process.ts";
import {
  clusterFilePaths,
  makeAuthkeyHex,
  readClusterTexts,
  replaceAuthkey,
} from "../host/cluster-texts.ts";
import type { Session } from "../session.ts";
import { addCommand, addFamily } from "./command-kit.ts";
import { readToken, refuseUnlessRoot } from "./found-cluster.ts";

const FINGERPRINT_DIGITS = 8;
const RESTART = '"systemctl restart lb-agent"';

/** Adds `cluster authkey` and its commands. */
export function addAuthkeyCommands(cluster: Command, session: Session): void {
  const authkey = addFamily(cluster, {
    name: "authkey",
    summary: "the secret that both nodes share, and its rotation",
    run: () => show(session),
  });
  addCommand(authkey, {
    name: "add [-]",
    summary: "accept a new secret too: a fresh one, or with - that of the other host's token",
    run: (words) => add(session, words),
  });
  addCommand(authkey, {
    name: "use",
    summary: "seal with the new secret, and still accept the old one",
    run: () => useOther(session),
  });
  addCommand(authkey, {
    name: "drop",
    summary: "accept only the secret that this host seals with",
    run: () => dropOther(session),
  });
}

function show(session: Session): void {
  const { authkeyHex, otherAuthkeyHex } = readKeys(session);
  const other =
    otherAuthkeyHex === null ? "no other" : `key ${fingerprintOf(otherAuthkeyHex)} as well`;
  session.terminal.out(`Seals with key ${fingerprintOf(authkeyHex)}, accepts ${other}`);
  if (isAgentOlder(session)) session.terminal.out(`Not in use before ${RESTART}`);
}

async function add(session: Session, words: readonly string[]): Promise<void> {
  if (words.length > 1 || (words[0] !== undefined && words[0] !== "-")) {
    throw refused(
      `cluster authkey add takes nothing, or "-" for a token on standard input; found ${words[0]}`,
    );
  }
  refuseUnlessRoot(session.paths.etc);
  const now = readKeys(session);
  const isHere = words[0] === undefined;
  const next = isHere ? { ...now, otherAuthkeyHex: makeAuthkeyHex() } : await fromToken(session);
  if (now.otherAuthkeyHex !== null) {
    if (now.otherAuthkeyHex === next.otherAuthkeyHex) {
      session.terminal.out("This host accepts the new key already");
      return;
    }
    throw refused(
      `authkey: key ${fingerprintOf(now.otherAuthkeyHex)} is accepted already; go on with ` +
        '"lbctl cluster authkey use", or give it up with "lbctl cluster authkey drop"',
    );
  }
  write(session, next);
  if (isHere) {
    session.terminal.out('On the other host: "lbctl cluster authkey add -" reads');
    session.terminal.out('the line that "lbctl cluster token" prints here');
  }
}

/** The keys of the other host, which must be in the first step from the same secret. */
async function fromToken(session: Session): Promise<Authkeys> {
  const here = readClusterTexts(session.paths.etc);
  const given = await readToken(session);
  const keys = parseAuthkeys(given.authkey);
  if (keys === null) throw refused("cluster token: authkey: damaged or too short");
  if (given.config !== here.config) {
    throw refused("cluster token: of another cluster, or the two cluster.yaml differ");
  }
  if (keys.otherAuthkeyHex === null || keys.authkeyHex !== readKeys(session).authkeyHex) {
    throw refused(
      "cluster token: brings no second key beside that of this host; expected the token of the " +
        'host where "lbctl cluster authkey add" has run, as it is before "authkey use"',
    );
  }
  return keys;
}

function useOther(session: Session): void {
  refuseUnlessRoot(session.paths.etc);
  const { authkeyHex, otherAuthkeyHex } = readKeys(session);
  if (otherAuthkeyHex === null) {
    throw refused('authkey: no second key; "lbctl cluster authkey add" makes one');
  }
  refuseBeforeRestart(session);
  write(session, { authkeyHex: otherAuthkeyHex, otherAuthkeyHex: authkeyHex });
}

function dropOther(session: Session): void {
  refuseUnlessRoot(session.paths.etc);
  const { authkeyHex, otherAuthkeyHex } = readKeys(session);
  if (otherAuthkeyHex === null) throw refused("authkey: no second key: nothing to drop");
  refuseBeforeRestart(session);
  write(session, { authkeyHex, otherAuthkeyHex: null });
}

function write(session: Session, keys: Authkeys): void {
  replaceAuthkey(session.paths.etc, encodeAuthkeys(keys));
  show(session);
}

function readKeys({ paths }: Session): Authkeys {
  const keys = parseAuthkeys(readClusterTexts(paths.etc).authkey);
  if (keys === null) throw refused(`${clusterFilePaths(paths.etc).authkey}: damaged or too short`);
  return keys;
}

/** A step that the agent of this host does not know of must not be followed by another one. */
function refuseBeforeRestart(session: Session): void {
  if (!isAgentOlder(session)) return;
  throw refused(
    `lb-agent has been running since before the last step; first ${RESTART}, on both hosts`,
  );
}

/** True when the agent runs and read the file before it was written last. */
function isAgentOlder({ paths }: Session): boolean {
  if (readAgentPid(paths) === null) return false;
  const { authkey } = clusterFilePaths(paths.etc);
  return statSync(paths.pidFile).mtimeMs < statSync(authkey).mtimeMs;
}

/** Tells two keys apart and says nothing about either. */
function fingerprintOf(keyHex: string): string {
  const digest = createHash("sha256").update(`lb-cluster fingerprint ${keyHex}`).digest("hex");
  return digest.slice(0, FINGERPRINT_DIGITS);
}
