import { connect } from "node:net";

const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

/** Where a socket listens: a file, or an address. */
export type SocketPlace =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

/** A question to a socket, and how long its answer may take. */
export interface Question {
  readonly text: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the answer is: that it accepts, its first bytes, or all until it closes. */
  readonly until: "connected" | "firstBytes" | "closed";
}

/** What came of it. `answered` with "": the other side closed without a word. */
export type Answer =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Connects, writes the question, ends its own side, and reads the answer. */
export function askSocket(place: SocketPlace, question: Question): Promise<Answer> {
  const { text, timeoutMs, signal, until } = question;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isConnected = false;
    const socket = connect({ ...place, allowHalfOpen: true });
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(answer);
    };
    const answered = (): void =>
      finish({ kind: "answered", text: Buffer.concat(chunks).toString("utf8") });
    const abort = (): void => finish({ kind: "failed", reason: "no answer in time" });
    const late = (): void => finish({ kind: "failed", reason: `no answer within ${timeoutMs} ms` });
    const timer = setTimeout(late, timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    socket.on("connect", () => {
      isConnected = true;
      // Who asks for the first bytes keeps its side open: a server may take an end for a goodbye.
      if (until === "connected") answered();
      else if (until === "firstBytes") socket.write(text);
      else socket.end(text);
    });
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (until === "firstBytes" || size > ANSWER_MAX_BYTES) answered();
    });
    socket.on("end", answered);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // A connection that was accepted and then reset was answered by somebody.
      if (isConnected && until === "firstBytes" && error.code === "ECONNRESET") answered();
      else finish({ kind: "failed", reason: error.message });
    });
  });
}
