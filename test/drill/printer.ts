/** Where progress goes: to people on standard output, or aside when that is for JSON alone. */
export interface Printer {
  /** A line for people. */
  say(line: string): void;
  /** A machine-readable object, one line on standard output; nothing in text mode. */
  emit(object: unknown): void;
}

/** The printer of an output format. */
export function makePrinter(format: "text" | "json"): Printer {
  if (format === "text") {
    return { say: (line) => void process.stdout.write(`${line}\n`), emit: () => {} };
  }
  return {
    say: (line) => void process.stderr.write(`${line}\n`),
    emit: (object) => void process.stdout.write(`${JSON.stringify(object)}\n`),
  };
}
