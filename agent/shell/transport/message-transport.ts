/** The agent's own sockets for messages, beside those of the tokens: bulk never delays a token. */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { ClusterConfig, ClusterNode, MessagePacket } from "../../core/model/index.ts";
import type { Transport } from "../../ports/index.ts";
import {
  type Authkeys,
  createMessageCodec,
  type MessageCodec,
  type RefusalCause,
} from "../../wire/index.ts";

/** An address that is not there yet, or went away, is tried again after this time. */
const BIND_RETRY_MS = 1000;

/** What the transport is made of. */
export interface TransportSettings {
  readonly config: ClusterConfig;
  readonly local: ClusterNode;
  readonly peer: ClusterNode;
  readonly authkeys: Authkeys;
  /** Incarnation of this node's heartbeat process: one sealer a process life. */
  readonly incarnation: string;
  /** One authentic packet of the peer. */
  readonly onPacket: (packet: MessagePacket) => void;
  /** The port is taken by another program, or the like: one clear line. */
  readonly onProblem: (line: string) => void;
}

/** The transport, what it refused, and its end. */
export interface OpenTransport extends Transport {
  /** Whether tokens come through on a link: messages take the first one that is up. */
  readonly noteLink: (link: number, isUp: boolean) => void;
  readonly refused: () => Readonly<Partial<Record<RefusalCause, number>>>;
  readonly close: () => void;
}

/**
 * Opens one socket a link, bound to the link's own address, on the port after that of the tokens.
 */
export function openTransport(settings: TransportSettings): OpenTransport {
  const { config, authkeys, incarnation, local } = settings;
  const sender = { incarnation, nodeId: local.id };
  const codec = createMessageCodec({ ...authkeys, clusterName: config.clusterName }, sender);
  const transport = new MessageTransport(settings, codec);
  return {
    send: (packet) => transport.send(packet),
    noteLink: (link, isUp) => transport.noteLink(link, isUp),
    refused: () => transport.refused,
    close: () => transport.close(),
  };
}

class MessageTransport {
  readonly refused: Partial<Record<RefusalCause, number>> = {};
  readonly #settings: TransportSettings;
  readonly #codec: MessageCodec;
  readonly #sockets = new Map<number, Socket>();
  readonly #retries = new Set<NodeJS.Timeout>();
  readonly #upLinks = new Set<number>();
  #isClosed = false;

  constructor(settings: TransportSettings, codec: MessageCodec) {
    this.#settings = settings;
    this.#codec = codec;
    for (const link of settings.local.addresses.keys()) this.#open(link);
  }

  send(packet: MessagePacket): void {
    const links = [...this.#settings.peer.addresses.keys()];
    const link = links.find((each) => this.#upLinks.has(each)) ?? links[0] ?? 0;
    const address = this.#settings.peer.addresses[link];
    const socket = this.#sockets.get(link);
    if (address === undefined || socket === undefined) return;
    // A packet that cannot be sent is lost like one on the way: the channel sends it again.
    socket.send(this.#codec.seal(link, packet), this.#port(), address, () => undefined);
  }

  noteLink(link: number, isUp: boolean): void {
    if (isUp) this.#upLinks.add(link);
    else this.#upLinks.delete(link);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#retries) clearTimeout(timer);
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #port(): number {
    return this.#settings.config.port + 1;
  }

  #open(link: number): void {
    const address = this.#settings.local.addresses[link];
    if (address === undefined || this.#isClosed) return;
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    socket.on("error", (error: NodeJS.ErrnoException) => this.#fail({ link, socket, error }));
    socket.on("message", (bytes) => this.#receive(bytes));
    socket.bind({ address, port: this.#port(), exclusive: true }, () => {
      this.#sockets.set(link, socket);
    });
  }

  #receive(bytes: Uint8Array): void {
    const opened = this.#codec.open(bytes);
    if (opened.kind === "refused") {
      this.refused[opened.cause] = (this.refused[opened.cause] ?? 0) + 1;
    } else if (opened.from === this.#settings.peer.id) {
      this.#settings.onPacket(opened.packet);
    }
  }

  #fail(failure: {
    readonly link: number;
    readonly socket: Socket;
    readonly error: NodeJS.ErrnoException;
  }): void {
    const { link, socket, error } = failure;
    this.#sockets.delete(link);
    socket.close();
    const address = this.#settings.local.addresses[link] ?? "";
    if (error.code === "EADDRINUSE") {
      const place = `port ${this.#port()} on ${address}`;
      this.#settings.onProblem(`${place}: in use by another program; expected it free`);
      return;
    }
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.#open(link);
    }, BIND_RETRY_MS);
    this.#retries.add(timer);
  }
}
