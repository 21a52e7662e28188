import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { AgentContext } from "../contract.ts";
import { parseBoolean, parseInteger, textParameter } from "../contract.ts";
import { parseExtendedRegex } from "../web-checks/index.ts";

/** What a reader of parameters needs of an action's context. */
export type ParameterSource = Pick<AgentContext, "parameters">;

/** Parameters that are being read, and the list that takes what is wrong with them. */
export interface Reading {
  readonly context: ParameterSource;
  readonly problems: string[];
}

/** Splits at blanks; single or double quotes keep blanks together. Nothing else is special. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** A full path; by default the first of `defaults` that exists, else the last of them. */
export function readPath(reading: Reading, name: string, defaults: readonly string[]): string {
  const given = textParameter(reading.context, name);
  if (given !== null && !isAbsolute(given)) {
    reading.problems.push(`${name} "${given}": expected a full path`);
  }
  return given ?? defaults.find((path) => existsSync(path)) ?? defaults.at(-1) ?? "";
}

/** A number from 1 to 65535, or null when it is not given. */
export function readPort({ context, problems }: Reading, name: string): number | null {
  const text = textParameter(context, name);
  const port = text === null ? null : parseInteger(text);
  if (text !== null && (port === null || port < 1 || port > 65_535)) {
    problems.push(`${name} "${text}": expected a number from 1 to 65535`);
  }
  return port;
}

/** A whole http or https address, or null when it is not given. */
export function readUrl({ context, problems }: Reading, name: string): URL | null {
  const text = textParameter(context, name);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  // A password in it must not be shown.
  const shown = text.replace(/\/\/[^/]*@/, "//");
  problems.push(`${name} "${shown}": expected an address that begins with http:// or https://`);
  return null;
}

/** An extended regular expression, or null when it is not given. */
export function readRegex({ context, problems }: Reading, name: string): RegExp | null {
  const text = textParameter(context, name);
  const regex = text === null ? null : parseExtendedRegex(text);
  if (text !== null && regex === null) {
    problems.push(`${name} "${text}": expected an extended regular expression`);
  }
  return regex;
}

/** An OCF boolean; false when it is not given. */
export function readFlag({ context, problems }: Reading, name: string): boolean {
  const text = textParameter(context, name);
  const value = text === null ? false : parseBoolean(text);
  if (value === null) problems.push(`${name} "${text}": expected true or false`);
  return value ?? false;
}

/** Milliseconds of a time such as `100ms`, `5s`, `2min`, or `5`, which is seconds; or null. */
export function readDuration({ context, problems }: Reading, name: string): number | null {
  const text = textParameter(context, name);
  if (text === null) return null;
  const [, count, unit = "s"] = /^([0-9]{1,6})(ms|s|sec|m|min)?$/.exec(text.trim()) ?? [];
  if (count === undefined) {
    problems.push(`${name} "${text}": expected a time such as 100ms, 5s, or 0`);
    return null;
  }
  return Number(count) * (unit === "ms" ? 1 : unit.startsWith("m") ? 60_000 : 1000);
}
