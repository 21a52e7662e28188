/**
 * Loads the parts of a built program with what V8 made of them at an earlier start, which takes
 * about half as long as compiling them. Node.js has this built in from 22.1 on; this is for 20 too.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { Script } from "node:vm";
import { readPaths } from "./paths.ts";

/** What a part gets as its `require`. */
export type Load = (id: string) => unknown;

/** Where the parts are, where what V8 makes of them is kept, and what loads all that is no part. */
export interface CodeCache {
  readonly programs: string;
  /** In memory: a file that a loss of power has left half written would be worse than none. */
  readonly cache: string;
  readonly loadOther: Load;
}

const PART = /^\.\/[\w-]+\.cjs$/;
/** Compiling a shorter part takes no longer than reading what came of it. */
const CACHED_LENGTH_MIN = 10_000;
const DIGEST_BYTES = 32;
const WRITABLE_BY_OTHERS = 0o022;

/** The cache of this host, for the entry of a program whose parts are beside it. */
export function loadParts(programs: string, loadOther: Load): Load {
  return cachingLoad({ programs, cache: join(readPaths(process.env).run, "code"), loadOther });
}

/**
 * A `require` for the parts. What is not in the cache yet is put there when the process ends, if
 * its user owns the cache. One that is missing, damaged, or not to be trusted changes nothing.
 */
export function cachingLoad(where: CodeCache): Load {
  const { programs, cache, loadOther } = where;
  const loaded = new Map<string, { exports: unknown }>();
  const compiled = new Map<string, Script>();
  const isTrusted = isOwn(cache);
  const compilePlain = (text: string, filename: string): Script => new Script(text, { filename });
  const compileCached = (text: string, filename: string): Script => {
    const path = join(cache, cachedName(filename));
    const cachedData = isTrusted ? readChecked(path) : undefined;
    const script = new Script(text, { filename, ...(cachedData && { cachedData }) });
    if (cachedData === undefined || script.cachedDataRejected === true) compiled.set(path, script);
    return script;
  };
  const load: Load = (id) => {
    if (!PART.test(id)) return loadOther(id);
    const known = loaded.get(id);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(id, module);
    const filename = join(programs, id);
    const text = `(function (exports, require, module) {${readFileSync(filename, "utf8")}\n})`;
    const compile = text.length < CACHED_LENGTH_MIN ? compilePlain : compileCached;
    compile(text, filename).runInThisContext()(module.exports, load, module);
    return module.exports;
  };
  process.on("exit", () => keep(where, compiled));
  return load;
}

/** Another time or size of the file, or another Node.js, is another name. */
function cachedName(filename: string): string {
  const { size, mtimeMs } = statSync(filename);
  return `${basename(filename)}-${size}-${Math.round(mtimeMs)}-${process.version}-${process.arch}`;
}

/** Code that is run must be nobody's but that of root or of this user. */
function isOwn(folder: string): boolean {
  try {
    const { uid, mode } = lstatSync(folder);
    return (uid === 0 || uid === process.getuid?.()) && (mode & WRITABLE_BY_OTHERS) === 0;
  } catch {
    return false;
  }
}

/** V8 ends the process when it reads damaged code: it looks at the length alone. */
function readChecked(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(DIGEST_BYTES);
    return digestOf(code).equals(bytes.subarray(0, DIGEST_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(code: Buffer): Buffer {
  return createHash("sha256").update(code).digest();
}

function keep({ programs, cache }: CodeCache, compiled: ReadonlyMap<string, Script>): void {
  if (compiled.size === 0) return;
  try {
    if (!existsSync(cache)) mkdirSync(cache, { mode: 0o755 });
    removeOld(programs, cache);
  } catch {
    // It is there, or cannot be: no agent has run here.
  }
  if (!isOwn(cache)) return;
  for (const [path, script] of compiled) {
    const beside = `${path}.${process.pid}`;
    try {
      const code = script.createCachedData();
      writeFileSync(beside, Buffer.concat([digestOf(code), code]), { mode: 0o644 });
      renameSync(beside, path);
    } catch {
      rmSync(beside, { force: true });
    }
  }
}

/** What is left of another release. */
function removeOld(programs: string, cache: string): void {
  const names = readdirSync(programs).filter((name) => PART.test(`./${name}`));
  const current = new Set(names.map((name) => cachedName(join(programs, name))));
  for (const name of readdirSync(cache)) {
    if (!current.has(name)) rmSync(join(cache, name), { force: true });
  }
}
