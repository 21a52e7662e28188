// Reads TypeScript sources well enough to check the rules of the house without a parser: the
// native compiler has no programming interface, and the rules need only imports and words.

import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** One source file. `path` is relative to the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text at the same offsets with comments and the insides of strings blanked. */
  readonly code: string;
}

/** One place where a file breaks a rule. `line` counts from 1. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** One `import` or `export … from`. `target` is a path, `node:…` or `library:NAME`. */
export interface Import {
  readonly specifier: string;
  readonly target: string;
  readonly offset: number;
}

/** A file from its text: what the checks take, from the disk or from a sample in a test. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, code: blankCommentsAndStrings(text) };
}

/** All `.ts` files below the folders, sorted by path; generated code and packages are left out. */
export function readSources(root: string, folders: readonly string[]): readonly SourceFile[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(posix.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !/(^|\/)(gen|node_modules)\//.test(name))
      .map((name) => posix.join(folder, name)),
  );
  return paths.sort().map((path) => sourceFile(path, readFileSync(posix.join(root, path), "utf8")));
}

/** True for tests, which may use what the code beside them may not. */
export function isTest(file: SourceFile): boolean {
  return /\.(test|long)\.ts$/.test(file.path);
}

/** A finding at an offset of the file's text. */
export function findingAt(
  file: SourceFile,
  offset: number,
  { rule, message }: Pick<Finding, "rule" | "message">,
): Finding {
  const line = file.text.slice(0, offset).split("\n").length;
  return { rule, path: file.path, line, message };
}

/** One finding for each match of the pattern in the file's code. */
export function findInCode(
  file: SourceFile,
  pattern: RegExp,
  { rule, message }: Pick<Finding, "rule" | "message">,
): readonly Finding[] {
  return [...file.code.matchAll(pattern)].map((match) =>
    findingAt(file, match.index, { rule, message }),
  );
}

const IMPORT = /(?<![\w$.])(?:import|export)\b(?:[\w$\s*{},]*?\bfrom)?\s*\(?\s*(["'])/g;

/** Every module that the file imports or re-exports, types and dynamic imports included. */
export function importsOf(file: SourceFile): readonly Import[] {
  return [...file.code.matchAll(IMPORT)].map((match) => {
    const start = match.index + match[0].length;
    const specifier = file.text.slice(start, file.code.indexOf(match[1] ?? '"', start));
    return { specifier, target: targetOf(file.path, specifier), offset: match.index };
  });
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  const parts = specifier.split("/");
  return `library:${specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]}`;
}

/** How many braces, brackets and parentheses are open at each offset of the code. */
export function depths(code: string): readonly number[] {
  let depth = 0;
  return code.split("").map((char) => {
    if ("{[(".includes(char)) return depth++;
    if ("}])".includes(char)) depth--;
    return depth;
  });
}

interface Blanking {
  readonly text: string;
  readonly out: string[];
  /** For each open template: how many braces are open inside its current `${…}`. */
  readonly templates: number[];
  at: number;
}

function blankCommentsAndStrings(text: string): string {
  // Split by code unit, so that offsets in text and code are the same.
  const blanking: Blanking = { text, out: text.split(""), templates: [], at: 0 };
  while (blanking.at < text.length) blankNext(blanking);
  return blanking.out.join("");
}

function blankNext(blanking: Blanking): void {
  const { text, at } = blanking;
  const char = text[at] ?? "";
  const two = text.slice(at, at + 2);
  if (two === "//") blankUntil(blanking, endOr(text.indexOf("\n", at), text));
  else if (two === "/*") blankUntil(blanking, endOr(text.indexOf("*/", at + 2), text) + 2);
  else if (char === '"' || char === "'") blankQuoted(blanking, char);
  else if (char === "/" && startsRegularExpression(text, at)) blankRegularExpression(blanking);
  else if (char === "`" || (char === "}" && blanking.templates.at(-1) === 0)) {
    if (char === "}") blanking.templates.pop();
    blankTemplate(blanking);
  } else {
    countBrace(blanking, char);
    blanking.at++;
  }
}

function countBrace({ templates }: Blanking, char: string): void {
  const open = templates.at(-1);
  if (open === undefined || (char !== "{" && char !== "}")) return;
  templates[templates.length - 1] = open + (char === "{" ? 1 : -1);
}

function endOr(index: number, text: string): number {
  return index < 0 ? text.length : index;
}

function blankUntil(blanking: Blanking, end: number): void {
  for (let index = blanking.at; index < end && index < blanking.out.length; index++) {
    if (blanking.out[index] !== "\n") blanking.out[index] = " ";
  }
  blanking.at = end;
}

function blankQuoted(blanking: Blanking, quote: string): void {
  let end = blanking.at + 1;
  while (end < blanking.text.length && blanking.text[end] !== quote) {
    end += blanking.text[end] === "\\" ? 2 : 1;
  }
  blanking.at++;
  blankUntil(blanking, end);
  blanking.at = end + 1;
}

/** From an opening backtick, or from the brace that ends a `${…}`, to the next stop. */
function blankTemplate(blanking: Blanking): void {
  const { text, templates } = blanking;
  let end = blanking.at + 1;
  while (end < text.length && text[end] !== "`" && text.slice(end, end + 2) !== "${") {
    end += text[end] === "\\" ? 2 : 1;
  }
  blanking.at++;
  blankUntil(blanking, end);
  if (text[end] === "$") {
    templates.push(0);
    // Both braces of `${…}` stay in the code, so that they are in balance.
    blanking.at = end + 2;
    return;
  }
  blanking.at = end + 1;
}

function startsRegularExpression(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at).trimEnd();
  if (before === "") return true;
  return /(?:[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete))$/.test(before);
}

function blankRegularExpression(blanking: Blanking): void {
  const { text } = blanking;
  let inClass = false;
  let end = blanking.at + 1;
  while (end < text.length && text[end] !== "\n" && (inClass || text[end] !== "/")) {
    if (text[end] === "[") inClass = true;
    if (text[end] === "]") inClass = false;
    end += text[end] === "\\" ? 2 : 1;
  }
  blanking.at++;
  blankUntil(blanking, end);
  blanking.at = end + 1;
}
