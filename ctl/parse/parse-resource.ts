/**
 * The words of `lbctl resource …` to changes. Pure; throws `CtlError` on words that mean nothing.
 */
import { parseDuration } from "../../agent/core/configuration/index.ts";
import type {
  AgentName,
  Change,
  CloneInput,
  NameValues,
  OperationInput,
} from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { expectWords, parseFilledValues, parseValues } from "./parse-values.ts";

/** Options of `resource create` that are no words. */
export interface CreateOptions {
  readonly group?: string;
  readonly before?: string;
  readonly after?: string;
  readonly isDisabled?: boolean;
}

const CREATE =
  "resource create ID AGENT [NAME=VALUE...] [op ACTION NAME=VALUE...]... [meta NAME=VALUE...] " +
  "[clone|promotable [CLONE-ID] [NAME=VALUE...]] [--group GROUP [--before ID | --after ID]] " +
  "[--disabled] [--no-default-ops] [--force] [--wait[=N]]";
const SECTIONS = ["op", "meta"];
const CLONE_SECTIONS = ["clone", "promotable"];
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  master: "'master' is not supported, use 'promotable'",
  bundle: "'bundle' is not supported by this release: it runs no containers",
};

/** `resource create`. Operations that the agent recommends are added by the daemon. */
export function parseCreate(words: readonly string[], options: CreateOptions = {}): Change {
  const [id, agent, ...rest] = words;
  if (id === undefined || agent === undefined) throw refused(`usage: lbctl ${CREATE}`);
  if (options.group === undefined && (options.before ?? options.after) !== undefined) {
    throw refused("--before and --after need --group");
  }
  const { parameters, operations, meta, clone } = parseSections(rest, CLONE_SECTIONS);
  if (clone !== null && options.group !== undefined) {
    throw refused("you can specify only one of clone, promotable or --group");
  }
  const role: NameValues = options.isDisabled === true ? { "target-role": "Stopped" } : {};
  return {
    kind: "createResource",
    id,
    agent: parseAgentName(agent),
    parameters: parseFilledValues(parameters),
    meta: { ...parseFilledValues(meta), ...(clone === null ? role : {}) },
    operations,
    defaultOperations: [],
    group: options.group ?? null,
    before: options.before ?? null,
    after: options.after ?? null,
    ...(clone === null ? {} : { clone: { ...clone, meta: { ...clone.meta, ...role } } }),
  };
}

/** `resource clone ID [CLONE-ID] [NAME=VALUE...]`, and `resource promotable` in the same form. */
export function parseClone(verb: "clone" | "promotable", words: readonly string[]): Change {
  const [id, ...rest] = words;
  if (id === undefined) {
    throw refused(`usage: lbctl resource ${verb} ID [CLONE-ID] [NAME=VALUE...]`);
  }
  return { kind: "cloneResource", id, clone: parseCloneInput(verb, rest) };
}

/** `resource unclone ID`. */
export function parseUnclone(words: readonly string[]): Change {
  expectWords(words, [1, 1], "resource unclone ID");
  return { kind: "uncloneResource", id: words[0] ?? "" };
}

/** An id if one is given, then meta attributes; the word `meta` in front of them may stand. */
function parseCloneInput(verb: "clone" | "promotable", words: readonly string[]): CloneInput {
  const [first] = words;
  const hasId = first !== undefined && !first.includes("=") && first !== "meta";
  const rest = (hasId ? words.slice(1) : words).filter((word) => word !== "meta");
  const meta = parseFilledValues(rest);
  return {
    id: hasId ? first : null,
    meta: verb === "promotable" ? { ...meta, promotable: "true" } : meta,
  };
}

/** `resource update`. */
export function parseUpdate(words: readonly string[]): Change {
  const [id, ...rest] = words;
  if (id === undefined || rest.length === 0) {
    throw refused("usage: lbctl resource update ID [NAME=VALUE...] [op ...] [meta ...]");
  }
  const { parameters, operations, meta } = parseSections(rest);
  return {
    kind: "updateResource",
    id,
    parameters: parseValues(parameters),
    meta: parseValues(meta),
    operations,
  };
}

/** `resource meta`: an empty value removes the option. */
export function parseMeta(words: readonly string[]): Change {
  const [id, ...rest] = words;
  if (id === undefined || rest.length === 0) {
    throw refused("usage: lbctl resource meta ID NAME=VALUE...");
  }
  return { kind: "setResourceMeta", ids: [id], values: parseValues(rest) };
}

/** `resource enable`, `disable`, `manage`, `unmanage`: one meta attribute of several resources. */
export function parseMetaSwitch(
  words: readonly string[],
  values: NameValues,
  verb: string,
): readonly Change[] {
  expectWords(words, [1, Number.MAX_SAFE_INTEGER], `resource ${verb} ID...`);
  return [{ kind: "setResourceMeta", ids: words, values }];
}

/** `resource delete`, one change for each id. */
export function parseDelete(words: readonly string[]): readonly Change[] {
  expectWords(words, [1, Number.MAX_SAFE_INTEGER], "resource delete ID...");
  return words.map((id) => ({ kind: "deleteResource", id }));
}

/** `resource op add` and `resource op remove`: the resource, the operation, its options. */
export function parseOperationChange(kind: "add" | "remove", words: readonly string[]): Change {
  const [id, name, ...rest] = words;
  if (id === undefined || name === undefined || name.includes("=")) {
    throw refused(`usage: lbctl resource op ${kind} ID ACTION [NAME=VALUE...]`);
  }
  const operation = { name, options: parseFilledValues(rest) };
  if (kind === "remove") return { kind: "removeOperation", id, operation };
  if (rest.length === 0) {
    throw refused("usage: lbctl resource op add ID ACTION NAME=VALUE [NAME=VALUE...]");
  }
  return { kind: "addOperation", id, operation };
}

/** `resource group add` and `resource group remove`. */
export function parseGroup(
  verb: "add" | "remove",
  words: readonly string[],
  options: CreateOptions = {},
): Change {
  const [group, ...members] = words;
  if (group === undefined || (verb === "add" && members.length === 0)) {
    throw refused(`usage: lbctl resource group ${verb} GROUP ID...`);
  }
  if (verb === "remove") return { kind: "ungroupResources", group, members };
  return {
    kind: "groupResources",
    group,
    members,
    before: options.before ?? null,
    after: options.after ?? null,
  };
}

/** `resource move`, `ban` and `clear`: the resource and perhaps a node. */
export function parsePlacement(
  verb: string,
  words: readonly string[],
): { readonly id: string; readonly node: string | null; readonly lifetimeMs: number | null } {
  const plain = words.filter((word) => !word.startsWith(LIFETIME));
  const given = words.filter((word) => word.startsWith(LIFETIME));
  const usage = `resource ${verb} ID [NODE]${verb === "clear" ? "" : " [lifetime=LIFETIME]"}`;
  expectWords(plain, [1, 2], usage);
  if (given.length > (verb === "clear" ? 0 : 1)) throw refused(`usage: lbctl ${usage}`);
  const [lifetime] = given;
  const lifetimeMs = lifetime === undefined ? null : parseLifetime(lifetime.slice(LIFETIME.length));
  return { id: plain[0] ?? "", node: plain[1] ?? null, lifetimeMs };
}

const LIFETIME = "lifetime=";

function parseLifetime(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== null && durationMs >= 1000) return durationMs;
  throw refused(`lifetime '${text}': expected 1 s to 24 days, such as PT1H, P1DT12H, 30min or 2h`);
}

/** `ocf:heartbeat:IPaddr2`, `systemd:haproxy`, or a type alone, which the daemon completes. */
export function parseAgentName(text: string): AgentName {
  const [standard = "", provider = "", ...rest] = text.split(":");
  const refusal = `invalid agent name '${text}': expected ocf:PROVIDER:TYPE or systemd:UNIT`;
  if (provider === "" && rest.length === 0 && !text.includes(":") && standard !== "") {
    return { standard: "", provider: null, type: standard };
  }
  if (standard === "" || provider === "") throw refused(refusal);
  if (standard !== "ocf") return { standard, provider: null, type: [provider, ...rest].join(":") };
  const [type = ""] = rest;
  if (rest.length !== 1 || type === "") throw refused(refusal);
  return { standard, provider, type };
}

interface Sections {
  readonly parameters: readonly string[];
  readonly operations: readonly OperationInput[];
  readonly meta: readonly string[];
  readonly clone: CloneInput | null;
}

function parseSections(words: readonly string[], cloneSections: readonly string[] = []): Sections {
  const parameters: string[] = [];
  const meta: string[] = [];
  const clone: string[] = [];
  const operations: string[][] = [];
  let verb: "clone" | "promotable" | null = null;
  let section = parameters;
  for (const word of words) {
    const unsupported = NOT_SUPPORTED[word];
    if (unsupported !== undefined) throw refused(unsupported);
    if (cloneSections.includes(word)) {
      if (verb !== null) throw refused("you can specify only one of clone or promotable");
      verb = word === "clone" ? "clone" : "promotable";
      section = clone;
    } else if (SECTIONS.includes(word)) {
      const next: string[] = word === "op" ? [] : meta;
      if (word === "op") operations.push(next);
      section = next;
    } else {
      section.push(word);
    }
  }
  return {
    parameters,
    meta,
    operations: operations.flatMap(parseOperations),
    clone: verb === null ? null : parseCloneInput(verb, clone),
  };
}

/** The words after one `op`: an action and its options, and perhaps further ones. */
function parseOperations(words: readonly string[]): readonly OperationInput[] {
  const starts = words.flatMap((word, index) => (word.includes("=") ? [] : [index]));
  const rule = "When using 'op' you must specify an operation name and at least one option";
  if (starts[0] !== 0) throw refused(rule);
  return starts.map((start, index) => {
    const options = words.slice(start + 1, starts[index + 1]);
    if (options.length === 0) throw refused(rule);
    return { name: words[start] ?? "", options: parseFilledValues(options) };
  });
}
