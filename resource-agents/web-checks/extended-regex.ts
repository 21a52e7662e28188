/** What the names of POSIX bracket expressions mean inside brackets of a JavaScript expression. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** An extended regular expression (`grep -Ei`) as one of JavaScript that ignores case; or null. */
export function parseExtendedRegex(text: string): RegExp | null {
  const source = text
    .replace(/\[:([a-z]+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\[<>]/g, "\\b");
  try {
    return new RegExp(source, "i");
  } catch {
    return null;
  }
}
