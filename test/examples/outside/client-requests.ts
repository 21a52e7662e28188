/** The clients: each request over a connection of its own, as if each came from another browser. */
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { acceptOf, readTextFrame, textFrame } from "./web-socket.ts";

/** What a client asks for. With `tls`, the certificate must be of that authority and name. */
export interface Ask {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly cookie?: string;
  readonly tls?: { readonly authority: string; readonly name: string };
  readonly timeoutMs?: number;
  readonly method?: string;
}

/** What came back. `failure` is "" when there was an answer at all. */
export interface Answer {
  readonly failure: string;
  readonly status: number;
  readonly setCookies: readonly string[];
  readonly location: string;
  readonly body: string;
  readonly tookMs: number;
}

const TIMEOUT_DEFAULT_MS = 15_000;

/** One request; never rejects. */
export function ask(options: Ask): Promise<Answer> {
  const { address, port, path, cookie, tls, method = "GET" } = options;
  const startedAt = performance.now();
  const headers = { Connection: "close", ...(cookie === undefined ? {} : { Cookie: cookie }) };
  const where = { host: address, port, path, method, headers, agent: false };
  const secret = tls === undefined ? {} : { ca: tls.authority, servername: tls.name };
  return new Promise((resolve) => {
    const end = (part: Partial<Answer>) => {
      clearTimeout(timer);
      const empty = { failure: "", status: 0, setCookies: [], location: "", body: "" };
      resolve({ ...empty, ...part, tookMs: performance.now() - startedAt });
    };
    const request = tls === undefined ? httpRequest(where) : httpsRequest({ ...where, ...secret });
    const timer = setTimeout(
      () => request.destroy(new Error("no answer in time")),
      options.timeoutMs ?? TIMEOUT_DEFAULT_MS,
    );
    request.once("error", ({ message }) => end({ failure: message }));
    request.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("error", ({ message }) => end({ failure: message }));
      response.once("end", () =>
        end({
          status: response.statusCode ?? 0,
          setCookies: response.headers["set-cookie"] ?? [],
          location: response.headers.location ?? "",
          body,
        }),
      );
    });
    request.end();
  });
}

/** Opens a WebSocket, sends one text, and gives the text that comes back, or "failed: why". */
export function echo(options: Ask, text: string): Promise<string> {
  const { address, port, path, cookie, tls } = options;
  const key = randomBytes(16).toString("base64");
  const socket =
    tls === undefined
      ? connect(port, address)
      : connectTls({ host: address, port, ca: tls.authority, servername: tls.name });
  return new Promise((resolve) => {
    const end = (outcome: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => end("failed: no answer in time"),
      options.timeoutMs ?? TIMEOUT_DEFAULT_MS,
    );
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${tls?.name ?? address}:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${key}`,
      ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let bytes = Buffer.alloc(0);
    let isOpen = false;
    socket.on("error", ({ message }) => end(`failed: ${message}`));
    socket.on("close", () => end(`failed: closed after ${bytes.toString("latin1")}`));
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const headEnd = bytes.indexOf("\r\n\r\n");
      if (!isOpen && headEnd >= 0) {
        const head = bytes.subarray(0, headEnd).toString("latin1");
        if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(acceptOf(key))) {
          return end(`failed: ${head}`);
        }
        isOpen = true;
        bytes = bytes.subarray(headEnd + 4);
        socket.write(textFrame(text, { isMasked: true }));
      }
      const frame = isOpen ? readTextFrame(bytes) : null;
      if (frame !== null) end(frame.text);
    });
  });
}
