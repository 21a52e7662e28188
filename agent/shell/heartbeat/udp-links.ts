import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

import { isSameAddress } from "./address-turns.ts";

/** One link: the own and the peer's address. */
export interface LinkAddresses {
  readonly local: string;
  readonly peer: string;
}

/** What to open. `multicastGroup` null: packets go to the peer's address. */
export interface UdpOptions {
  readonly links: readonly LinkAddresses[];
  readonly port: number;
  readonly multicastGroup: string | null;
  onPacket(packet: Uint8Array): void;
  onWarning(text: string): void;
  /** One line; nothing works without what it names. */
  onFatal(text: string): void;
}

/** The sockets of all links. */
export interface UdpLinks {
  /** Sends on one link; what cannot be sent is lost, as packets are. */
  send(link: number, packet: Uint8Array): void;
  close(): void;
}

const RETRY_MS = 1000;
/** Errors of the configuration or of the host that no waiting mends. */
const FATAL: Readonly<Record<string, string>> = {
  EADDRINUSE: "in use by another program; expected it free",
  EACCES: "not permitted; expected to be allowed to open it",
};

/** Opens the sockets of each link; an address that is not there yet is waited for. */
export function openUdpLinks(options: UdpOptions): UdpLinks {
  const sockets = new Map<string, Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const keep = (name: string, open: () => Socket, onOpen: (socket: Socket) => void): void => {
    keepOpen({ name, open, onOpen, sockets, timers, options, hasOpened: false });
  };
  options.links.forEach(({ local }, link) => {
    keep(
      `link ${link}`,
      () => bindSocket(local, options.port),
      (socket) => {
        if (options.multicastGroup === null) return;
        socket.setMulticastLoopback(false);
        socket.setMulticastInterface(interfaceOf(local));
      },
    );
  });
  const group = options.multicastGroup;
  if (group !== null) {
    keep(
      "group",
      () => bindSocket(group, options.port),
      () => {},
    );
    timers.add(setInterval(() => joinGroup(sockets.get("group"), group, options), RETRY_MS));
  }
  return {
    send: (link, packet) => {
      const to = group ?? options.links[link]?.peer;
      // Errors such as an unreachable network are lost packets: tokens say when a link is down.
      if (to !== undefined) sockets.get(`link ${link}`)?.send(packet, options.port, to);
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets.values()) socket.close();
    },
  };
}

interface KeptSocket {
  readonly name: string;
  readonly open: () => Socket;
  readonly onOpen: (socket: Socket) => void;
  readonly sockets: Map<string, Socket>;
  readonly timers: Set<NodeJS.Timeout>;
  readonly options: UdpOptions;
  /** It worked before: whatever happens later is waited for, since the node may hold addresses. */
  hasOpened: boolean;
}

function keepOpen(kept: KeptSocket, isRetry = false): void {
  const { name, sockets, timers, options } = kept;
  const socket = kept.open();
  socket.on("message", (packet) => options.onPacket(packet));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const { code = "" } = error;
    socket.close();
    if (sockets.get(name) === socket) sockets.delete(name);
    const fatal = FATAL[code];
    if (fatal !== undefined && !kept.hasOpened) return options.onFatal(describe(kept, fatal));
    const why =
      fatal ?? (code === "EADDRNOTAVAIL" ? "this host has no such address" : error.message);
    if (!isRetry) options.onWarning(describe(kept, `${why}; trying again every second`));
    timers.add(setTimeout(() => keepOpen(kept, true), RETRY_MS));
  });
  socket.on("listening", () => {
    try {
      kept.onOpen(socket);
      sockets.set(name, socket);
      kept.hasOpened = true;
      if (name === "group") joinGroup(socket, options.multicastGroup ?? "", options);
    } catch (error) {
      socket.emit("error", error); // An option that the kernel refuses, as a missing interface.
    }
  });
}

function describe({ name, options }: KeptSocket, text: string): string {
  const link = Number(name.replace("link ", ""));
  const address = options.links[link]?.local ?? options.multicastGroup;
  return `port ${options.port} on ${address}: ${text}`;
}

type UdpLookup = NonNullable<SocketOptions["lookup"]>;

function bindSocket(address: string, port: number): Socket {
  const family = isIPv6(address) ? 6 : 4;
  // All are addresses: there is no name to look up, which Node.js would do for every packet.
  let isBound = false;
  const lookup: UdpLookup = (host, _options, callback) => {
    if (isBound) return callback(null, host, family);
    // The first is for `bind`, whose events have no listeners yet.
    isBound = true;
    setImmediate(() => callback(null, host, family));
  };
  const socket = createSocket({ type: `udp${family}`, lookup });
  socket.bind({ address, port, exclusive: true });
  return socket;
}

/** Joins on every link, again and again: a link that was down or away has forgotten it. */
function joinGroup(socket: Socket | undefined, group: string, { links }: UdpOptions): void {
  if (socket === undefined) return;
  for (const { local } of links) {
    try {
      socket.addMembership(group, interfaceOf(local));
    } catch {
      // Joined already (EADDRINUSE), or the link is away and is tried again in a second.
    }
  }
}

/** How the multicast calls name the interface of an address: itself, or `::%eth0` in IPv6. */
function interfaceOf(local: string): string {
  if (!isIPv6(local)) return local;
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (addresses.some(({ address }) => isSameAddress(address, local))) return `::%${name}`;
  }
  return "::";
}
