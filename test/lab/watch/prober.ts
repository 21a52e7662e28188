import { connect } from "node:net";
import { monotonicMs } from "../clock.ts";
import type { ProbeRecord, WatchPlan } from "./records.ts";

const REPLY_MAX_BYTES = 64 * 1024;

/**
 * Sends one HTTP request over a fresh TCP connection, by raw text, which costs a fraction of
 * `node:http`. It succeeds when a reply of status 200 is there whole, as its Content-Length says;
 * anything else, or nothing within the time limit, is a failure. `done` is called once.
 */
export function probeOnce(plan: WatchPlan, done: (record: ProbeRecord) => void): void {
  const startAt = monotonicMs();
  const socket = connect({ host: plan.address, port: plan.port, noDelay: true });
  const state = { reply: "", isOver: false };
  const finish = (ok: boolean, host: string) => {
    if (state.isOver) return;
    state.isOver = true;
    clearTimeout(timer);
    const endAt = monotonicMs();
    socket.destroy();
    done({ startAt, endAt, ok, host });
  };
  const timer = setTimeout(() => finish(false, ""), plan.timeoutMs);
  socket.setEncoding("latin1");
  socket.once("connect", () => {
    socket.write(`GET / HTTP/1.1\r\nHost: ${plan.address}\r\nConnection: close\r\n\r\n`);
  });
  socket.on("data", (text: string) => {
    state.reply += text;
    const body = wholeBody(state.reply);
    if (body !== undefined) finish(state.reply.startsWith("HTTP/1.1 200 "), body.trim());
    else if (state.reply.length > REPLY_MAX_BYTES) finish(false, "");
  });
  socket.once("error", () => finish(false, ""));
  socket.once("close", () => finish(false, ""));
}

/** The body of an HTTP reply once it is all there. */
function wholeBody(reply: string): string | undefined {
  const headEnd = reply.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const length = /\r\nContent-Length: *(\d+)/i.exec(reply.slice(0, headEnd))?.[1];
  const body = reply.slice(headEnd + 4);
  return length !== undefined && body.length >= Number(length) ? body : undefined;
}
