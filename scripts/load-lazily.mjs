// In a part of a program, as esbuild makes CommonJS of it: an import of another part, or of a part
// of Node.js.
const IMPORT = /^var (import_\w+) = require\("(\.\/[\w-]+\.cjs|node:[\w/]+)"\);$/gm;

/**
 * Makes a part load what it imports when something of that is first used, not when the part itself
 * is loaded: a command needs the tree of commands and nothing of what the others do. Nothing in this
 * repository does anything when it is loaded, so it may be loaded at any time.
 */
export function loadLazily(code, file) {
  const names = [];
  let lazy = code.replace(IMPORT, (_line, name, path) => {
    names.push(name);
    return `var kept_${name}; var ${name} = () => kept_${name} ??= require("${path}");`;
  });
  // In parentheses: `new a().B()` would make an `a`.
  for (const name of names) lazy = lazy.replace(new RegExp(`\\b${name}\\.`, "g"), `(${name}()).`);
  const whole = names.find((name) => new RegExp(`\\b${name}\\b(?!\\(\\)\\)\\.| = )`).test(lazy));
  if (whole !== undefined) throw new Error(`${file}: ${whole} is used other than by its members`);
  return lazy;
}
