import { Socket } from "node:net";

/** What is done with the lines of a pipe. */
export interface LinePipeEvents {
  onLine(line: string): void;
  /** A line longer than allowed: nothing after it can be trusted. */
  onTooLong(): void;
  onEnd(): void;
}

/** Splits what a stream brings into lines of at most `lineMax` characters. */
export function splitLines(
  stream: NodeJS.ReadableStream,
  lineMax: number,
  events: LinePipeEvents,
): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") events.onLine(line);
    if (rest.length > lineMax) events.onTooLong();
  });
  // An error of a pipe is its end: `close` follows.
  stream.on("error", () => {});
  stream.on("close", () => events.onEnd());
}

/** Opens standard output so that a reader who stands still never blocks this process. */
export function openOutput(): Socket {
  const output = new Socket({ fd: 1, readable: false, writable: true });
  output.on("error", () => {}); // The reader has gone: its end of standard input says so too.
  return output;
}
