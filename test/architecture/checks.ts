// The rules of the house style about what stands inside a file: functions from files to findings.

import { posix } from "node:path";

import {
  depths,
  type Finding,
  findInCode,
  findingAt,
  importsOf,
  isTest,
  type SourceFile,
} from "./source.ts";

const FILE_LINES_MAX = 500;
const LINE_COLUMNS_MAX = 100;

/** Names that say nothing about what they name. */
const EMPTY_WORDS = ["utils", "util", "common", "misc", "manager", "data", "info", "helpers"];

interface Ban {
  readonly pattern: RegExp;
  readonly message: string;
}

const IMPURE: readonly Ban[] = [
  { pattern: /\bDate\b/g, message: "the core knows no wall clock: no Date" },
  { pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, message: "no timers" },
  { pattern: /\bMath\s*\.\s*random\b/g, message: "no Math.random: chance is part of the state" },
  {
    pattern: /(?<![\w$.])(?:process|console|globalThis|performance|crypto|Intl)\s*[.[]/g,
    message: "the core touches nothing outside",
  },
  { pattern: /\b(?:async|await|Promise)\b/g, message: "the core is synchronous" },
  { pattern: /\b(?:localeCompare|toLocale\w+)\b/g, message: "order is by code unit, not locale" },
  {
    pattern: /(?<![\w$.])(?:\d[\d_]*\.\d|\.\d|\d[\d_]*e-\d)|\bparseFloat\b/g,
    message: "decisions use integers, no fractions",
  },
];

/** What the core may not use: clocks, chance, the outside, promises, changing module values. */
export function checkCoreIsPure(files: readonly SourceFile[]): readonly Finding[] {
  return files
    .filter((file) => file.path.startsWith("agent/core/") && !isTest(file))
    .flatMap((file) => [
      ...IMPURE.flatMap(({ pattern, message }) =>
        findInCode(file, pattern, { rule: "core", message }),
      ),
      ...importsOf(file)
        .filter(({ target }) => /^(?:node|library):/.test(target))
        .map(({ target, offset }) =>
          findingAt(file, offset, { rule: "core", message: `the core may not import ${target}` }),
        ),
      ...changingModuleValues(file),
    ]);
}

function changingModuleValues(file: SourceFile): readonly Finding[] {
  const depth = depths(file.code);
  const declaration = /\b(?:let|var)\s+\w|\bconst\s+\w+\s*=\s*new\s+(?:Map|Set|WeakMap|WeakSet)\b/g;
  return findInCode(file, declaration, {
    rule: "core",
    message: "a module's values never change: const, and ReadonlyMap or ReadonlySet as the type",
  }).filter((_, index) => {
    const match = [...file.code.matchAll(declaration)][index];
    return match !== undefined && depth[match.index] === 0;
  });
}

const SYNTAX: readonly Ban[] = [
  { pattern: /(?<![\w$.])(?:const\s+)?enum\s+\w+\s*\{/g, message: "no enum: a union of literals" },
  { pattern: /(?<![\w$.])namespace\s+[\w.]+\s*\{/g, message: "no namespace: a module" },
  { pattern: /(?<![\w$.])export\s+default\b/g, message: "no default export" },
  { pattern: /(?<![\w$.])export\s+(?:type\s+)?\*/g, message: "no export *: re-export by name" },
  { pattern: /[\w$)\]]!(?!=)/g, message: "no non-null assertion" },
];

/** Parts of the language that the house does without. */
export function checkSyntax(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    SYNTAX.flatMap(({ pattern, message }) =>
      findInCode(file, pattern, { rule: "syntax", message }),
    ),
  );
}

const MAY_ASSERT_TYPES = /^agent\/(?:core\/base|wire)\//;
const IMPORT_OR_EXPORT_LIST = /(?<![\w$.])(?:import|export)\b[\w$\s*,]*(?:\{[^}]*\})?/g;
const MAPPED_KEY = /\[\s*\w+\s+in\b[^\]]*\]/g;
const TYPE_ASSERTION =
  /(?<=[\w$)\]}"'`]\s+)as\s+(?!const\b)[\w${[("'`]|(?:[=(,]|\breturn)\s*<[A-Z][\w.]*>\s*[\w$["'{]/g;

/** Type assertions, outside of the two folders that check what they assert. */
export function checkTypeAssertions(files: readonly SourceFile[]): readonly Finding[] {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  return files
    .filter((file) => !MAY_ASSERT_TYPES.test(file.path))
    .flatMap((file) => {
      const code = file.code.replace(IMPORT_OR_EXPORT_LIST, blank).replace(MAPPED_KEY, blank);
      const message = "no type assertion: narrow it by a check";
      return findInCode({ ...file, code }, TYPE_ASSERTION, { rule: "assertion", message });
    });
}

/** Files that are too long, and lines that are too wide. */
export function checkSizes(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const lines = file.text.replace(/\n$/, "").split("\n");
    const wide = lines.flatMap((line, index) => {
      const message = `${line.length} columns, at most ${LINE_COLUMNS_MAX}`;
      const isWide = line.length > LINE_COLUMNS_MAX;
      return isWide ? [{ rule: "size", path: file.path, line: index + 1, message }] : [];
    });
    if (lines.length <= FILE_LINES_MAX) return wide;
    const message = `${lines.length} lines, at most ${FILE_LINES_MAX}`;
    return [...wide, { rule: "size", path: file.path, line: lines.length, message }];
  });
}

/** File names: kebab-case, of words that say something, unique in `agent/` and in `ctl/`. */
export function checkFileNames(files: readonly SourceFile[]): readonly Finding[] {
  const seen = new Map<string, string>();
  return files.flatMap((file) => {
    const base = posix.basename(file.path);
    const top = /^(agent|ctl)\//.exec(file.path)?.[1];
    const key = `${top}/${base}`;
    const first = seen.get(key);
    seen.set(key, first ?? file.path);
    const problems = [
      /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.long)?\.ts$/.test(base) ? "" : "not kebab-case",
      emptyWord(file.path),
      top === undefined || base === "index.ts" || first === undefined ? "" : `same as ${first}`,
    ];
    return problems
      .filter((problem) => problem !== "")
      .map((problem) => findingAt(file, 0, { rule: "name", message: `file name: ${problem}` }));
  });
}

function emptyWord(path: string): string {
  const words = path.replace(/(?:\.test|\.long)?\.ts$/, "").split(/[/-]/);
  const found = words.find((word) => EMPTY_WORDS.includes(word));
  return found === undefined ? "" : `"${found}" says nothing`;
}

const MODIFIERS = "(?:declare\\s+|abstract\\s+|async\\s+)*";
const KEYWORDS = "(?:function\\s*\\*?|const|class|interface|type|let)";
const DECLARATION = new RegExp(`(?<![\\w$.])export\\s+${MODIFIERS}${KEYWORDS}\\s+(\\w+)`, "g");

/** Exported names without a doc comment directly before them. Overloads need one, on the first. */
export function checkDocComments(files: readonly SourceFile[]): readonly Finding[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const documented = new Set<string>();
      return [...file.code.matchAll(DECLARATION)].flatMap((match) => {
        const name = match[1] ?? "";
        if (documented.has(name) || hasDocComment(file.text.slice(0, match.index))) {
          documented.add(name);
          return [];
        }
        const message = `export "${name}" has no doc comment directly before it`;
        return [findingAt(file, match.index, { rule: "doc", message })];
      });
    });
}

function hasDocComment(before: string): boolean {
  const trimmed = before.trimEnd();
  if (!trimmed.endsWith("*/") || /\n\s*\n\s*$/.test(before.slice(trimmed.length))) return false;
  const comment = trimmed.slice(trimmed.lastIndexOf("/*"));
  return comment.startsWith("/**") && /\w+\W+\w+/.test(comment);
}

// Assembled, so that this file passes its own check.
const OPEN_ENDS = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\\b`, "g");

/** Questions left open in the code: they are issues. */
export function checkOpenEnds(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    [...file.text.matchAll(OPEN_ENDS)].map(({ index }) =>
      findingAt(file, index, { rule: "open end", message: "an open end is an issue, not code" }),
    ),
  );
}
