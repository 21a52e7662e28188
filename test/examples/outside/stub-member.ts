/** A member of a balancer that says who it is: an http or https server in this process. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { acceptOf, readTextFrame, textFrame } from "./web-socket.ts";

/** What a member is. */
export interface MemberOptions {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The resource that answers with `healthStatus`; its requests are not counted. */
  readonly healthPath?: string;
  /** Answers by https with this certificate. */
  readonly tls?: { readonly key: string; readonly certificate: string };
  /** The application's own cookie, set for who comes without it. */
  readonly cookie?: { readonly name: string; readonly value: string; readonly path: string };
}

/** What of a member may change while it runs. */
export interface MemberState {
  readonly healthStatus: number;
  /** Of all other answers; 307 has a `Location`. */
  readonly status: number;
}

/** What a member answers with, as JSON. */
export interface MemberAnswer {
  readonly member: string;
  readonly url: string;
  readonly host: string;
  readonly forwardedProto: string;
}

/** One member. `open` and `close` may be repeated; it counts on over them. */
export class StubMember {
  readonly name: string;
  state: MemberState = { healthStatus: 200, status: 200 };
  /** Requests answered or held, WebSockets too. */
  requests = 0;
  healthRequests = 0;
  readonly #options: MemberOptions;
  readonly #held = new Set<ServerResponse>();
  readonly #sockets = new Set<Duplex>();
  #server: ReturnType<typeof createServer> | undefined;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Requests that are parked. */
  get held(): number {
    return this.#held.size;
  }

  /** Listens; resolves when it does. */
  open(): Promise<void> {
    const { tls, port, address } = this.#options;
    const server =
      tls === undefined ? createServer() : createTlsServer({ key: tls.key, cert: tls.certificate });
    this.#server = server;
    server.keepAliveTimeout = 60_000;
    server.on("request", (request, response) => this.#answer(request, response));
    server.on("upgrade", (request, socket) => this.#upgrade(request, socket));
    for (const event of ["connection", "secureConnection"])
      server.on(event, (socket: Socket) => this.#keep(socket));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: address, backlog: 1024 }, resolve);
    });
  }

  /** Dies: no listener, no connection. */
  close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#held.clear();
    return new Promise((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
  }

  /** Answers all that is parked. */
  release(): void {
    for (const response of this.#held) this.#reply(response, "/released", {});
    this.#held.clear();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}); // A balancer may cut what it no longer needs.
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path === this.#options.healthPath) {
      this.healthRequests += 1;
      response.statusCode = this.state.healthStatus;
      response.end("health\n");
      return;
    }
    this.requests += 1;
    if (path.endsWith("/park")) {
      this.#held.add(response);
      response.once("close", () => this.#held.delete(response));
      return;
    }
    this.#reply(response, request.url ?? "", request.headers);
  }

  #reply(response: ServerResponse, url: string, headers: IncomingMessage["headers"]): void {
    const { cookie } = this.#options;
    response.statusCode = this.state.status;
    if (cookie !== undefined && !(headers.cookie ?? "").includes(`${cookie.name}=`)) {
      response.setHeader("Set-Cookie", `${cookie.name}=${cookie.value}; Path=${cookie.path}`);
    }
    if (this.state.status === 307) response.setHeader("Location", "http://elsewhere.invalid/");
    const answer: MemberAnswer = {
      member: this.name,
      url,
      host: headers.host ?? "",
      forwardedProto: String(headers["x-forwarded-proto"] ?? ""),
    };
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer));
  }

  #upgrade(request: IncomingMessage, socket: Duplex): void {
    this.requests += 1;
    const accept = acceptOf(request.headers["sec-websocket-key"] ?? "");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const frame = readTextFrame(bytes);
      if (frame === null) return;
      bytes = bytes.subarray(frame.sizeBytes);
      socket.write(textFrame(`${this.name}:${frame.text}`, { isMasked: false }));
    });
    socket.on("end", () => socket.end());
  }
}
