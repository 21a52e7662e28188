/**
 * The directives of a configuration, as far as readiness and drift need them. The server itself
 * says which files it reads where, which modules it has and what is defined; here only the lines
 * are read. What a macro or a condition on a request makes of them is not known.
 */
import { readFileSync } from "node:fs";

/** One file of a configuration: `line` is where the file above it in the list includes it. */
export interface IncludedFile {
  readonly path: string;
  /** 0 for the main file, 1 for one that it includes, and so on. */
  readonly depth: number;
  readonly line: number;
}

/** A section that a directive is in. The same section has the same `id`. */
export interface Section {
  readonly id: string;
  readonly name: string;
  readonly args: readonly string[];
}

/** One directive; names of directives and sections are in lower case. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** The outermost first; conditions that hold are left out. */
  readonly sections: readonly Section[];
  /** `file:line`, for people. */
  readonly place: string;
}

/** What conditions and variables of a configuration are decided by. */
export interface ConfigSurroundings {
  /** Names such as `ssl_module`. */
  readonly modules: ReadonlySet<string>;
  /** What is defined on the command line or in the files, with its value. */
  readonly defines: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string>>;
}

interface OpenSection extends Section {
  readonly isCondition: boolean;
  readonly isActive: boolean;
}

interface LogicalLine {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

const CONDITIONS: ReadonlySet<string> = new Set(["ifmodule", "ifdefine", "ifversion", "iffile"]);
/** Modules whose source file is not named after them. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["event.c", "mpm_event_module"],
  ["worker.c", "mpm_worker_module"],
  ["prefork.c", "mpm_prefork_module"],
  ["http_core.c", "http_module"],
]);

/** Reads the files in the order in which the server does. Those that are gone have no lines. */
export function readDirectives(
  files: readonly IncludedFile[],
  surroundings: ConfigSurroundings,
): Directive[] {
  return files.length === 0 ? [] : new DirectiveReader(files, surroundings).read();
}

/** Splits a line as httpd does: blanks divide, double or single quotes keep together. */
export function splitDirective(text: string): string[] {
  const words = text.match(/"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\S+/g) ?? [];
  return words.map((word) =>
    /^["']/.test(word) ? word.replace(/^(["'])(.*?)\1?$/, "$2").replace(/\\(["'\\])/g, "$1") : word,
  );
}

/** Joins lines that end with a backslash; comments and empty lines are left out. */
export function joinLines(text: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let kept = "";
  let first = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (kept === "") first = index + 1;
    const isContinued = line.endsWith("\\") && !line.endsWith("\\\\");
    kept += isContinued ? line.slice(0, -1) : line;
    if (isContinued) continue;
    const whole = kept.trim();
    if (whole !== "" && !whole.startsWith("#")) found.push({ text: whole, first, last: index + 1 });
    kept = "";
  }
  return found;
}

class DirectiveReader {
  readonly #files: readonly IncludedFile[];
  readonly #surroundings: ConfigSurroundings;
  readonly #found: Directive[] = [];

  constructor(files: readonly IncludedFile[], surroundings: ConfigSurroundings) {
    this.#files = files;
    this.#surroundings = surroundings;
  }

  read(): Directive[] {
    this.#readFile(0, []);
    return this.#found;
  }

  #readFile(index: number, above: readonly OpenSection[]): void {
    const file = this.#files[index];
    if (file === undefined) return;
    const open = [...above];
    const children = this.#childrenOf(index);
    for (const line of joinLines(readText(file.path))) {
      const place = `${file.path}:${line.first}`;
      if (line.text.startsWith("</")) open.pop();
      else if (line.text.startsWith("<")) open.push(this.#openSection(line.text, place));
      else if (open.every(({ isActive }) => isActive)) this.#take(line.text, { place, open });
      for (const child of children) {
        const at = this.#files[child]?.line ?? 0;
        if (at >= line.first && at <= line.last) this.#readFile(child, open);
      }
    }
  }

  /** Indexes of the files that this one includes itself. */
  #childrenOf(index: number): number[] {
    const depth = this.#files[index]?.depth ?? 0;
    const after = this.#files.slice(index + 1);
    const end = after.findIndex((file) => file.depth <= depth);
    const below = end < 0 ? after : after.slice(0, end);
    return below.flatMap((file, at) => (file.depth === depth + 1 ? [index + 1 + at] : []));
  }

  #take(text: string, where: { place: string; open: readonly OpenSection[] }): void {
    const [name = "", ...args] = splitDirective(this.#expand(text));
    const sections = where.open
      .filter(({ isCondition }) => !isCondition)
      .map(({ id, name: sectionName, args: words }) => ({ id, name: sectionName, args: words }));
    this.#found.push({ name: name.toLowerCase(), args, sections, place: where.place });
  }

  #openSection(text: string, id: string): OpenSection {
    const inside = this.#expand(text).replace(/^<\s*/, "").replace(/>\s*$/, "");
    const [word = "", ...args] = splitDirective(inside);
    const name = word.toLowerCase();
    const isCondition = CONDITIONS.has(name);
    return { id, name, args, isCondition, isActive: this.#holds(name, args[0] ?? "") };
  }

  /** Conditions on versions and files are taken to hold. */
  #holds(name: string, condition: string): boolean {
    const isNegated = condition.startsWith("!");
    const word = isNegated ? condition.slice(1) : condition;
    const { modules, defines } = this.#surroundings;
    if (name === "ifdefine") return defines.has(word) !== isNegated;
    return name !== "ifmodule" || modules.has(moduleOf(word)) !== isNegated;
  }

  #expand(text: string): string {
    const { defines, environment } = this.#surroundings;
    return text.replace(
      /\$\{([^}:]+)\}/g,
      (whole, name: string) => defines.get(name) ?? environment[name] ?? whole,
    );
  }
}

/** `mod_ssl.c` and `ssl_module` are the same. */
function moduleOf(word: string): string {
  return SOURCES.get(word) ?? word.replace(/^mod_(.+)\.c$/, "$1_module");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
