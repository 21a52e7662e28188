/**
 * Options stand anywhere on pcs's command line, and a score such as -INFINITY is no option. So the
 * words are put in the order that the option parser wants: words first, options after them.
 */

import { refused } from "../ctl-error.ts";

/** Options that take the next word when it is not given with `=`. */
const WITH_VALUE = [
  "--output-format",
  "--format",
  "--from",
  "--map",
  "--addr",
  "--to",
  "--node",
  "--file",
  "--node-down",
  "--node-lost",
  "--node-up",
  "--standby",
  "--fail",
  "--quorum",
  "--at",
  "--group",
  "--before",
  "--after",
  "--transport",
  "--token",
  "--profile",
  "--port",
  "--quorum-timeout",
];

/** Options that take the next word when it is 0 or 1. */
const WITH_FLAG = ["--wait-for-all"];

/** Stands before a word that begins with `-` but is no option. No real argument can hold it. */
const GUARD = "\u0000";

const NEGATIVE = /^-(?:\d|INFINITY$)/i;

/** The arguments with all words first, then all options. Words like -INFINITY are guarded. */
export function arrangeWords(args: readonly string[]): readonly string[] {
  const words: string[] = [];
  const options: string[] = [];
  const isMonitor = args.find((arg) => !arg.startsWith("-")) === "mon";
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const next = args[index + 1];
    if (arg === "--") {
      words.push(...args.slice(index + 1).map(guard));
      break;
    }
    if (!arg.startsWith("-") || arg === "-" || (NEGATIVE.test(arg) && !isMonitor)) {
      words.push(guard(arg));
      continue;
    }
    if (arg === "--wait" && next !== undefined && /^\d+$/.test(next)) {
      throw refused(
        `--wait ${next}: write --wait=${next}; a word of its own may mean something else`,
      );
    }
    options.push(arg);
    if (next !== undefined && takesNext(arg, next)) {
      // One argument, so that a value that begins with `-` stays a value.
      options[options.length - 1] = `${arg}=${next}`;
      index += 1;
    }
  }
  return [...words, ...options];
}

/** A word as it was typed. */
export function unguard(word: string): string {
  return word.startsWith(GUARD) ? word.slice(GUARD.length) : word;
}

function guard(word: string): string {
  return word.startsWith("-") && word !== "-" ? `${GUARD}${word}` : word;
}

function takesNext(option: string, next: string): boolean {
  return WITH_VALUE.includes(option) || (WITH_FLAG.includes(option) && /^[01]$/.test(next));
}
