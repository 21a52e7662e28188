import type {
  AgentEffect,
  ApiReply,
  HeartbeatCommand,
  MessagePacket,
  OperationOrder,
  ProbeTarget,
} from "../core/model/index.ts";

/** The heartbeat process: takes commands; its reports come back as events. */
export interface Heartbeat {
  send(command: HeartbeatCommand): void;
}

/**
 * Sends one message packet to the peer. May lose, delay, repeat or reorder; reports nothing back.
 */
export interface Transport {
  send(packet: MessagePacket): void;
}

/** Asks the service network who has an address; ends in one `addressesProbed` event a probe. */
export interface AddressProber {
  probe(probeId: number, targets: readonly ProbeTarget[], waitMs: number): void;
}

/** Reads text files of this host; ends in one `filesRead` event a question. */
export interface FileReader {
  read(askId: number, names: readonly string[]): void;
}

/**
 * Finds out what of the deep checks of a monitor fails on this host, without a part in its
 * operations; ends in one `deepLooked` event a look, within the timeout of the order.
 */
export interface DeepLooks {
  look(lookId: number, order: OperationOrder): void;
}

/** Looks at what resources need; each look ends in one `inspected` event with the last `askId`. */
export interface InspectorPort {
  inspectNow(askId: number): void;
}

/** Answers clients of the API. An answer to a client that has gone is dropped. */
export interface Replies {
  reply(requestId: number, reply: ApiReply): void;
}

/** Writes one line of the log; never blocks, never throws. */
export interface LogSink {
  write(line: Extract<AgentEffect, { readonly kind: "log" }>): void;
}

/** Ends the process in order, once what was sent is out. */
export interface Lifecycle {
  exit(): void;
}
