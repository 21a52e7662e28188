/** In a part of a program, as esbuild makes CommonJS of it: an import of another part, or of Node.js. */
const IMPORT = /^var (import_\w+) = (require\("(?:\.\/[\w-]+\.cjs|node:[\w/]+)"\));$/gm;

/**
 * Stands for what is loaded, until something of that is first asked for. Every use is a member that
 * is read, since esbuild writes imports of names so.
 */
const LAZILY =
  "function __lazily(load) { return new Proxy({}, { get: (_, name) => load()[name] }); }";

/**
 * Makes a part load what it imports when something of that is first used, not when the part itself
 * is loaded: a command needs the tree of commands and nothing of what the others do. Nothing in this
 * repository does anything when it is loaded, so it may be loaded at any time. Only the imports are
 * written anew: each use reads its variable, in which the first one puts what it has loaded.
 */
export function loadLazily(code: string): string {
  return `${code.replace(IMPORT, "var $1 = __lazily(() => ($1 = $2));")}${LAZILY}\n`;
}
