/** The words of `lbctl tag …` and `lbctl stonith level …` to changes. Pure; throws `CtlError`. */
import type { Change, FencingLevel } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";

const UPDATE = "tag update TAG [add ID... [--before ID | --after ID]] [remove ID...]";

/** `tag create TAG ID...`. */
export function parseTagCreate(words: readonly string[]): Change {
  const [id, ...members] = words;
  if (id === undefined || members.length === 0) throw refused("usage: lbctl tag create TAG ID...");
  return { kind: "createTag", id, members };
}

/** `tag update TAG [add ID...] [remove ID...]`. */
export function parseTagUpdate(
  words: readonly string[],
  place: { readonly before?: string; readonly after?: string },
): Change {
  const [id, ...rest] = words;
  const add: string[] = [];
  const remove: string[] = [];
  let section: string[] | null = null;
  for (const word of rest) {
    if (word === "add") section = add;
    else if (word === "remove") section = remove;
    else if (section === null) throw refused(`usage: lbctl ${UPDATE}`);
    else section.push(word);
  }
  if (id === undefined || add.length + remove.length === 0) {
    throw refused(`usage: lbctl ${UPDATE}`);
  }
  if (add.length === 0 && (place.before ?? place.after) !== undefined) {
    throw refused("--before and --after need ids to add");
  }
  return {
    kind: "updateTag",
    id,
    add,
    remove,
    before: place.before ?? null,
    after: place.after ?? null,
  };
}

/** `stonith level add LEVEL TARGET DEVICE...`. */
export function parseLevelAdd(words: readonly string[]): Change {
  const [index, target, ...devices] = words;
  if (index === undefined || target === undefined || devices.length === 0) {
    throw refused("usage: lbctl stonith level add LEVEL TARGET DEVICE...");
  }
  return {
    kind: "addFencingLevel",
    index,
    target: parseLevelTarget(target),
    devices: devices.flatMap((word) => word.split(",")),
  };
}

/** `stonith level remove LEVEL [target TARGET] [stonith DEVICE...]`. */
export function parseLevelRemove(words: readonly string[]): Change {
  const [index, ...rest] = words;
  if (index === undefined) {
    throw refused("usage: lbctl stonith level remove LEVEL [target TARGET] [stonith DEVICE...]");
  }
  return { kind: "removeFencingLevels", index, ...parseLevelFilter(rest) };
}

/** `stonith level clear [target TARGET | stonith DEVICE...]`. */
export function parseLevelClear(words: readonly string[]): Change {
  return { kind: "removeFencingLevels", index: null, ...parseLevelFilter(words) };
}

function parseLevelFilter(
  words: readonly string[],
): Pick<Change & { readonly kind: "removeFencingLevels" }, "target" | "devices"> {
  const [keyword, second, ...rest] = words;
  const usage = "expected: [target TARGET] [stonith DEVICE...]";
  if (keyword === undefined) return { target: null, devices: [] };
  if (keyword === "target" && second !== undefined) {
    const inner = parseLevelFilter(rest);
    if (inner.target !== null) throw refused(usage);
    return { ...inner, target: parseLevelTarget(second) };
  }
  if (keyword !== "stonith" || second === undefined) throw refused(usage);
  return { target: null, devices: [second, ...rest].flatMap((word) => word.split(",")) };
}

/** `NODE`, `%NODE`, `node%NODE`, `regexp%PATTERN` or `attrib%NAME=VALUE`. */
function parseLevelTarget(text: string): FencingLevel["target"] {
  const [, kind, rest = ""] = /^(|node|regexp|attrib)%(.*)$/.exec(text) ?? [];
  switch (kind) {
    case undefined:
      return { kind: "node", node: text };
    case "regexp":
      return { kind: "pattern", pattern: rest };
    case "attrib": {
      const at = rest.indexOf("=");
      if (at < 1) throw refused(`'${text}' is no target, expected attrib%NAME=VALUE`);
      return { kind: "attribute", attribute: rest.slice(0, at), value: rest.slice(at + 1) };
    }
    default:
      return { kind: "node", node: rest };
  }
}
