import { fstatSync, write } from "node:fs";
import { Socket } from "node:net";
import { basename, dirname } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { createLogger, format, type Logger, transports } from "winston";

import type { EventName, LogEvent, LogLevel, WriteLog } from "./event-names.ts";
import { RateLimit, WINDOW_MS } from "./rate-limit.ts";
import { redactFields } from "./redact-fields.ts";

const FILE_MAX_BYTES = 8 * 1024 * 1024;
const FILES_MAX = 4;
/** Lines on their way to a slow disk or journal; more are dropped and counted. */
const LINES_WAITING_MAX = 1000;
const BYTES_WAITING_MAX = 1024 * 1024;
const STANDARD_ERROR = 2;
const STANDARD_ERROR_RETRY_MS = 100;
/** How long `close` waits for the last lines. */
const CLOSE_MAX_MS = 1000;
const CLOSE_POLL_MS = 2;
const LEVELS = { error: 0, warning: 1, info: 2 };
/** Priorities of journald, as its prefix `<N>` names them. */
const PRIORITIES: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, info: 6 };

/** Where the log goes. */
export interface LogOptions {
  /** The file, rotated at 8 MiB, four kept; null: none. Its folder is made when missing. */
  readonly file: string | null;
  /** Also to standard error: `journal` with priorities for journald, `plain`, or not at all. */
  readonly standardError: "journal" | "plain" | "none";
  readonly node: string;
  readonly fileMaxBytes?: number;
  /** The file descriptor to use in place of standard error's. */
  readonly descriptor?: number;
}

/** The log of one process. */
export interface EventLog {
  /** One JSON line; never blocks, never throws; too many lines of one event are only counted. */
  readonly write: WriteLog;
  /** This text is replaced in all later lines. Shorter ones than 8 characters are refused. */
  readonly hide: (secret: string) => void;
  /** Resolves when what was written has left, or after a second. */
  readonly close: () => Promise<void>;
}

/** Opens the log. A file that cannot be written is no failure of the agent: the lines are lost. */
export function openLog(options: LogOptions): EventLog {
  const log = new BoundedLog(options);
  return {
    write: (entry) => log.write(entry),
    hide: (secret) => log.hide(secret),
    close: () => log.close(),
  };
}

class BoundedLog {
  readonly #node: string;
  readonly #sinks: readonly Sink[];
  readonly #limit = new RateLimit();
  readonly #secrets: string[] = [];
  #droppedTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: LogOptions) {
    this.#node = options.node;
    // One logger a target: a journal that hangs must not keep lines from the file.
    this.#sinks = [fileSink(options), standardErrorSink(options)].flatMap((sink) => sink ?? []);
  }

  write({ level, event, fields }: LogEvent): void {
    if (this.#isClosed) return;
    const nowMs = performance.now();
    if (this.#limit.allows(event, nowMs)) {
      this.#send(level, event, { node: this.#node, ...redactFields(fields, this.#secrets) });
    } else {
      this.#sayDroppedLater();
    }
  }

  hide(secret: string): void {
    if (secret.length >= 8) this.#secrets.push(secret);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#sayDropped();
    this.#isClosed = true;
    if (this.#droppedTimer !== null) clearTimeout(this.#droppedTimer);
    await Promise.all(this.#sinks.map(endOf));
  }

  #send(level: LogLevel, event: EventName, fields: LogEvent["fields"]): void {
    for (const sink of this.#sinks) {
      if (waitingOf(sink) < 1) {
        sink.unsent.count += 1;
        // Fields stand below a name of their own: `level` and `message` are winston's.
        sink.logger.log({ level, message: event, fields, atWallMs: Date.now() });
      } else {
        this.#limit.countDropped(event, performance.now());
        this.#sayDroppedLater();
      }
    }
  }

  #sayDroppedLater(): void {
    this.#droppedTimer ??= setTimeout(() => this.#sayDropped(), WINDOW_MS).unref();
  }

  #sayDropped(): void {
    this.#droppedTimer = null;
    for (const { event, count } of this.#limit.takeDropped()) {
      this.#send("warning", "linesDropped", { node: this.#node, of: event, count });
    }
  }
}

/** A target of lines. `stream` is what lies behind the transport, if it is ours. */
interface Sink {
  readonly logger: Logger;
  readonly stream: Writable | null;
  /** Lines given to the logger that its transport has not yet taken. */
  readonly unsent: { count: number };
}

/** How full a sink is with lines that it has taken and not yet handed on: 1 is full. */
function waitingOf({ stream, unsent }: Sink): number {
  const bytes = stream?.writableLength ?? 0;
  return Math.max(unsent.count / LINES_WAITING_MAX, bytes / BYTES_WAITING_MAX);
}

function fileSink({ file, fileMaxBytes }: LogOptions): Sink | null {
  if (file === null) return null;
  try {
    const transport = new transports.File({
      dirname: dirname(file),
      filename: basename(file),
      maxsize: fileMaxBytes ?? FILE_MAX_BYTES,
      maxFiles: FILES_MAX,
      tailable: true,
    });
    return sinkOf(transport, null, false);
  } catch {
    return null; // The folder cannot be made: the lines still go to standard error.
  }
}

function standardErrorSink({ standardError, descriptor }: LogOptions): Sink | null {
  if (standardError === "none") return null;
  const stream = descriptorStream(descriptor ?? STANDARD_ERROR);
  return sinkOf(new transports.Stream({ stream }), stream, standardError === "journal");
}

function sinkOf(
  transport: transports.FileTransportInstance | transports.StreamTransportInstance,
  stream: Writable | null,
  hasPriority: boolean,
): Sink {
  const logger = createLogger({
    levels: LEVELS,
    level: "info",
    format: lineFormat(hasPriority),
    transports: [transport],
    exitOnError: false,
  });
  // A full disk or a closed journal loses lines, never the agent.
  logger.on("error", () => {});
  transport.on("error", () => {});
  const unsent = { count: 0 };
  transport.on("logged", () => {
    unsent.count -= 1;
  });
  return { logger, stream, unsent };
}

function lineFormat(hasPriority: boolean): ReturnType<typeof format.printf> {
  return format.printf((entry) => {
    const { level, message: event, fields, atWallMs } = entry;
    const at = typeof atWallMs === "number" ? new Date(atWallMs).toISOString() : "";
    const line = JSON.stringify({ at, level, event, ...asObject(fields) });
    const known = level === "error" || level === "warning" ? level : "info";
    return hasPriority ? `<${PRIORITIES[known]}>${line}` : line;
  });
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

/**
 * A stream that never blocks: `process.stderr` writes pipes and sockets in the main thread, so a
 * journal that hangs would hold up the cluster. Only files are written in a thread of the pool: one
 * that hangs there would keep the process from ending.
 */
function descriptorStream(descriptor: number): Writable {
  const kind = fstatSync(descriptor);
  if (kind.isFIFO() || kind.isSocket()) {
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    socket.on("error", () => {}); // The reader has gone: the lines are lost, the agent goes on.
    return socket.unref();
  }
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      writeAll(descriptor, chunk, done);
    },
  });
}

function writeAll(descriptor: number, chunk: Buffer, done: (error?: Error | null) => void): void {
  write(descriptor, chunk, (error, written) => {
    if (error?.code === "EAGAIN") {
      setTimeout(() => writeAll(descriptor, chunk, done), STANDARD_ERROR_RETRY_MS).unref();
    } else if (error !== null || written >= chunk.length) {
      done(); // Nobody is left to be told: the lines are lost, the agent goes on.
    } else {
      writeAll(descriptor, chunk.subarray(written), done);
    }
  });
}

/**
 * Resolves when all that the sink took has left, or after a second. Ended only when empty: the
 * file transport loses the end of a burst otherwise. Standard error itself stays open for the
 * last words of the process.
 */
async function endOf({ logger, stream, unsent }: Sink): Promise<void> {
  const deadlineAtMs = performance.now() + CLOSE_MAX_MS;
  while (unsent.count + (stream?.writableLength ?? 0) > 0 && performance.now() < deadlineAtMs) {
    await sleep(CLOSE_POLL_MS);
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.max(CLOSE_POLL_MS, deadlineAtMs - performance.now()));
    for (const transport of logger.transports) {
      transport.once("finish", () => {
        clearTimeout(timer);
        resolve();
      });
    }
    logger.end();
  });
}
