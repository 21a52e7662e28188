/**
 * The event loop around the pure core: one event at a time, effects in list order, one timer.
 * Synchronous: an adapter may be asynchronous inside, and ends every path in `post`.
 */
import { type AgentState, agentDeadline, stepAgent } from "../core/agent/index.ts";
import { assert, assertNever } from "../core/base/index.ts";
import type { AgentEffect, AgentEvent } from "../core/model/index.ts";
import type {
  AddressProber,
  Clock,
  DeepLooks,
  Disk,
  FileReader,
  Heartbeat,
  InspectorPort,
  Lifecycle,
  LogSink,
  OperationRunner,
  Replies,
  Transport,
} from "../ports/index.ts";

/** Everything that the agent needs of the world. */
export interface DriverPorts {
  readonly clock: Clock;
  readonly heartbeat: Heartbeat;
  readonly transport: Transport;
  readonly runner: OperationRunner;
  readonly disk: Disk;
  readonly prober: AddressProber;
  readonly files: FileReader;
  readonly deepLooks: DeepLooks;
  readonly inspector: InspectorPort;
  readonly replies: Replies;
  readonly log: LogSink;
  readonly lifecycle: Lifecycle;
}

/** Most events that may wait at once: more means that the node cannot keep up, and it ends. */
export const EVENTS_MAX = 10_000;

/** The event loop of one node. */
export interface Driver {
  /** Takes an event; it is stepped at once, or after the one that is being stepped. */
  post(event: AgentEvent): void;
  /** The state as it is between two steps, for checks. */
  state(): AgentState;
}

/** A driver over a core that has just started. The first event arms the timer. */
export function openDriver(initial: AgentState, ports: DriverPorts): Driver {
  const queue: AgentEvent[] = [];
  let state = initial;
  let isStepping = false;

  function post(event: AgentEvent): void {
    assert(
      queue.length < EVENTS_MAX,
      `event queue: ${queue.length} waiting, at most ${EVENTS_MAX}`,
    );
    queue.push(event);
    if (isStepping) return;
    isStepping = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const step = stepAgent(state, next, ports.clock.now());
      state = step.state;
      for (const effect of step.effects) performEffect(effect, { ports, post });
    }
    isStepping = false;
    ports.clock.wakeAt(agentDeadline(state, ports.clock.now()));
  }

  return { post, state: () => state };
}

function performEffect(
  effect: AgentEffect,
  context: { readonly ports: DriverPorts; readonly post: (event: AgentEvent) => void },
): void {
  const { ports, post } = context;
  switch (effect.kind) {
    case "sendPacket":
      ports.transport.send(effect.packet);
      break;
    case "advertise":
    case "leave":
      ports.heartbeat.send(effect);
      break;
    case "writeCib": {
      const { writeId } = effect;
      ports.disk.writeCib(effect.cib, (problem) => {
        post({ kind: "cibWritten", writeId, problem });
      });
      break;
    }
    case "setAsideCib":
      ports.disk.setAside(effect.cib, effect.label, (problem) => noteDisk(ports, problem));
      break;
    case "writeRingSeq":
      ports.disk.writeRingSeq(effect.seq, (problem) => noteDisk(ports, problem));
      break;
    case "runOperation":
      ports.runner.run(effect.orderId, effect.order);
      break;
    case "cancelOperation":
      ports.runner.cancel(effect.resource, effect.operation, effect.intervalMs);
      break;
    case "announceAgain":
      ports.runner.announceAgain(effect.resources);
      break;
    case "probeAddresses":
      ports.prober.probe(effect.probeId, effect.targets, effect.waitMs);
      break;
    case "readFiles":
      ports.files.read(effect.askId, effect.names);
      break;
    case "lookDeep":
      ports.deepLooks.look(effect.lookId, effect.order);
      break;
    case "inspectNow":
      ports.inspector.inspectNow(effect.askId);
      break;
    case "reply":
      ports.replies.reply(effect.requestId, effect.reply);
      break;
    case "log":
      ports.log.write(effect);
      break;
    case "exit":
      ports.lifecycle.exit();
      break;
    default:
      assertNever(effect);
  }
}

function noteDisk(ports: DriverPorts, problem: string | null): void {
  if (problem === null) return;
  ports.log.write({ kind: "log", level: "error", event: "cibWriteFailed", fields: { problem } });
}
