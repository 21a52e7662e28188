/** One line of a configuration: its words, and the section that it is in. */
export interface ConfigLine {
  readonly words: readonly string[];
  /** The keyword of the section and its name, such as `frontend` and `web`. */
  readonly section: string;
  readonly name: string;
}

const SECTIONS: ReadonlySet<string> = new Set([
  "global",
  "defaults",
  "frontend",
  "backend",
  "listen",
  "peers",
  "userlist",
  "resolvers",
  "mailers",
  "program",
  "cache",
  "ring",
  "http-errors",
  "fcgi-app",
  "log-forward",
  "crt-store",
  "traces",
]);

/** Where a text begins: files are read one after another, and each begins a section of its own. */
export function parseHaproxyConfig(
  text: string,
  environment: Readonly<Record<string, string>>,
): ConfigLine[] {
  let section = "";
  let name = "";
  return text.split("\n").flatMap((line) => {
    const words = splitLine(line, environment);
    const [first = "", second = ""] = words;
    if (first === "") return [];
    if (SECTIONS.has(first)) {
      section = first;
      name = second;
    }
    return [{ words, section, name }];
  });
}

/**
 * The words of one line: quotes keep blanks, a backslash keeps the next character, `#` begins a
 * comment, variables stand inside of double quotes.
 */
function splitLine(line: string, environment: Readonly<Record<string, string>>): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === "'" ? char === "'" : char === '"' && quote !== "'") {
      quote = quote === "" ? char : "";
      word ??= "";
    } else if (quote === "" && char === "'") {
      quote = char;
      word ??= "";
    } else if (char === "\\" && quote !== "'") {
      at += 1;
      word = (word ?? "") + line.charAt(at);
    } else if (char === "$" && quote === '"') {
      const [whole, braced, plain] = /^\$(?:\{(\w+)[^}]*\}|(\w+))/.exec(line.slice(at)) ?? ["$"];
      word = (word ?? "") + (environment[braced ?? plain ?? ""] ?? "");
      at += whole.length - 1;
    } else if (quote === "" && char === "#") {
      break;
    } else if (quote === "" && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}
