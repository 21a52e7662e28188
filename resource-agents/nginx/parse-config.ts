/** One directive of an nginx configuration. `block` is null for one that ends with a semicolon. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[] | null;
}

interface Token {
  readonly kind: "word" | "end" | "open" | "close";
  readonly text: string;
}

/** Blocks whose content is not nginx's own language. */
const FOREIGN_BLOCK = /_by_lua_block$/;

/**
 * Parses the text of one file, as far as it is well formed: nginx itself tells what is wrong with a
 * configuration, and this tells only what a good one says. Braces that do not match end it early.
 */
export function parseNginxConfig(text: string): readonly Directive[] {
  const root: Directive[] = [];
  const open: Directive[][] = [root];
  let words: string[] = [];
  for (const token of tokenize(text)) {
    const inside = open.at(-1);
    if (inside === undefined) break;
    const [name, ...args] = words;
    switch (token.kind) {
      case "word":
        words.push(token.text);
        continue;
      case "end":
        if (name !== undefined) inside.push({ name, args, block: null });
        break;
      case "open": {
        const block: Directive[] = [];
        if (name !== undefined) inside.push({ name, args, block });
        open.push(block);
        break;
      }
      case "close":
        open.pop();
        break;
    }
    words = [];
  }
  return root;
}

function* tokenize(text: string): Generator<Token> {
  let at = 0;
  let isFirst = true;
  let isForeign = false;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/\s/.test(char)) at += 1;
    else if (char === "#") at = endOfLine(text, at);
    else if (char === ";" || char === "}") {
      yield { kind: char === ";" ? "end" : "close", text: char };
      at += 1;
      isFirst = true;
    } else if (char === "{") {
      yield { kind: "open", text: char };
      at += 1;
      isFirst = true;
      if (isForeign) at = endOfForeign(text, at);
      isForeign = false;
    } else {
      const word = readWord(text, at);
      if (isFirst) isForeign = FOREIGN_BLOCK.test(word.text);
      isFirst = false;
      yield { kind: "word", text: word.text };
      at = word.endsAt;
    }
  }
}

/** A word, quoted or not. A backslash keeps the next character; `${` opens a variable's name. */
function readWord(text: string, from: number): { readonly text: string; readonly endsAt: number } {
  const first = text.charAt(from);
  const quote = first === '"' || first === "'" ? first : null;
  let at = quote === null ? from : from + 1;
  let word = "";
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "\\") {
      const next = text.charAt(at + 1);
      word += /["'\\]/.test(next) ? next : `\\${next}`;
      at += 2;
      continue;
    }
    if (quote !== null ? char === quote : /[\s;{}]/.test(char)) {
      return { text: word, endsAt: quote === null ? at : at + 1 };
    }
    const variable =
      quote === null && char === "$" ? /^\$\{\w+\}/.exec(text.slice(at, at + 80)) : null;
    word += variable === null ? char : variable[0];
    at += variable === null ? 1 : variable[0].length;
  }
  return { text: word, endsAt: at };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Just before the brace that closes the block. */
function endOfForeign(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.charAt(at) === "{") depth += 1;
    if (text.charAt(at) === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
