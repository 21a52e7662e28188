/** The connection to the agent on this host. Loads gRPC, so it is imported when it is needed. */
import {
  Client,
  credentials,
  status as GRPC,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import type {
  Change,
  Cib,
  ClusterStatus,
  Command,
  Decision,
  SchedulerInput,
  ShownFile,
} from "../../agent/core/model/index.ts";
import {
  type ApiMessage,
  decodeCib,
  decodeDecision,
  decodeProblems,
  decodeSchedulerInput,
  decodeStatus,
  encodeChange,
  encodeCommand,
  PROBLEMS_METADATA,
  PROTOCOL_METADATA,
  spokenProtocols,
} from "../../agent/wire/index.ts";
import { type ApiDefinition, loadApiDefinition } from "../../proto/api-definition.ts";
import { probeSocket } from "../../proto/probe-socket.ts";
import { type CtlError, failed, refused, refusedBy, unreachable } from "../ctl-error.ts";
import { noAgent } from "./no-agent.ts";

const READ_TIMEOUT_MS = 5_000;
const CHANGE_TIMEOUT_MS = 60_000;
/** A whole configuration with the histories of both nodes. */
const REPLY_BYTES_MAX = 64 * 1024 * 1024;
/** Stopping a node takes as long as the stops of its resources, and reloads are as long. */
const LONG_TIMEOUT_MS = 600_000;
const LONG_COMMANDS: ReadonlySet<Command["kind"]> = new Set(["stopNode", "reloadResource"]);

/** What a change did, or with a dry run would do. */
export interface Applied {
  readonly cibVersion: string;
  readonly notes: readonly string[];
  readonly savedOn: readonly string[];
  readonly decisions: readonly Decision[];
  /** With a dry run: what the scheduler would look at; null from an agent of an older release. */
  readonly input: SchedulerInput | null;
}

/** How changes are asked for. */
export interface ApplyOptions {
  readonly isDryRun?: boolean;
  readonly isForced?: boolean;
  readonly withoutDefaultOperations?: boolean;
}

/** The agent of this host. Each call throws `CtlError` when it does not succeed. */
export interface AgentClient {
  getRelease(): Promise<string>;
  getStatus(): Promise<ClusterStatus>;
  getCib(): Promise<Cib>;
  apply(changes: readonly Change[], options?: ApplyOptions): Promise<Applied>;
  runCommand(command: Command): Promise<readonly string[]>;
  /** Texts of files as `node` has them; at most 8 names. */
  readFiles(node: string, names: readonly string[]): Promise<readonly ShownFile[]>;
  /** Ends when `node` has looked at what its resources need there. */
  inspectNow(node: string): Promise<void>;
  /** Calls `show` with each new status until the agent ends or `signal` is aborted. */
  watchStatus(show: (status: ClusterStatus) => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Connects to the socket. `by` says who asks, for people; `probed` is what `probeSocket` gives,
 * where it has been asked already. Throws `CtlError` when nobody answers.
 */
export async function connectAgent(
  socketPath: string,
  by: string,
  probed: Promise<string> = probeSocket(socketPath),
): Promise<AgentClient> {
  const state = await probed;
  if (state !== "answers") throw noAgent(socketPath, state);
  const calls = new Calls(socketPath);
  return {
    getRelease: async () => String((await calls.unary("GetVersion", {}))["release"]),
    getStatus: async () => decodeStatus((await calls.unary("GetStatus", {}))["status"]),
    getCib: async () => decodeCib((await calls.unary("GetCib", {}))["cib"]),
    apply: async (changes, options = {}) => {
      const message = { changes: changes.map(encodeChange), by, ...options };
      const reply = await calls.unary("Apply", message, CHANGE_TIMEOUT_MS);
      return {
        cibVersion: String(reply["cibVersion"]),
        notes: texts(reply["notes"]),
        savedOn: texts(reply["savedOn"]),
        decisions: list(reply["decisions"]).map(decodeDecision),
        input: decodeSchedulerInput(reply["schedulerInputJson"]),
      };
    },
    runCommand: async (command) => {
      const timeoutMs = LONG_COMMANDS.has(command.kind) ? LONG_TIMEOUT_MS : CHANGE_TIMEOUT_MS;
      const message = { command: encodeCommand(command), by };
      return texts((await calls.unary("RunCommand", message, timeoutMs))["notes"]);
    },
    readFiles: async (node, names) => {
      const reply = await calls.unary("ReadFiles", { node, names }, CHANGE_TIMEOUT_MS);
      return list(reply["files"]).filter(isShownFile);
    },
    inspectNow: async (node) => {
      await calls.unary("InspectNow", { node }, CHANGE_TIMEOUT_MS);
    },
    watchStatus: (show, signal) => calls.watch(show, signal),
    close: () => calls.close(),
  };
}

/** Calls by name, over one channel. */
class Calls {
  readonly #api: ApiDefinition;
  readonly #client: Client;

  constructor(socketPath: string) {
    this.#api = loadApiDefinition();
    this.#client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": REPLY_BYTES_MAX,
    });
  }

  unary(name: string, message: ApiMessage, timeoutMs = READ_TIMEOUT_MS): Promise<ApiMessage> {
    const method = this.#method(name);
    const metadata = protocolMetadata();
    const deadline = Date.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        (bytes: Buffer): ApiMessage => ({ ...method.responseDeserialize(bytes) }),
        message,
        metadata,
        { deadline },
        (error, reply) => {
          if (error !== null) reject(this.#explain(error, timeoutMs));
          else resolve(reply ?? {});
        },
      );
    });
  }

  watch(show: (status: ClusterStatus) => void, signal: AbortSignal): Promise<void> {
    const method = this.#method("WatchStatus");
    return new Promise((resolve, reject) => {
      const stream = this.#client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        (bytes: Buffer): ApiMessage => ({ ...method.responseDeserialize(bytes) }),
        {},
        protocolMetadata(),
      );
      signal.addEventListener("abort", () => stream.cancel(), { once: true });
      stream.on("data", (message: ApiMessage) => show(decodeStatus(message["status"])));
      stream.on("end", resolve);
      stream.on("error", (error: ServiceError) => {
        if (error.code === GRPC.CANCELLED) resolve();
        else reject(this.#explain(error, 0));
      });
    });
  }

  close(): void {
    this.#client.close();
  }

  #method(name: string): MethodDefinition<object, object> {
    const method = this.#api.service[name];
    if (method === undefined) throw new Error(`the API has no ${name}`);
    return method;
  }

  #explain(error: ServiceError, timeoutMs: number): CtlError {
    switch (error.code) {
      case GRPC.INVALID_ARGUMENT: {
        const [bytes] = error.metadata.get(PROBLEMS_METADATA);
        if (!Buffer.isBuffer(bytes)) return refused(error.details);
        return refusedBy(decodeProblems(this.#api.problemList.deserialize(bytes)));
      }
      case GRPC.FAILED_PRECONDITION:
        return error.details.startsWith("protocol of the client")
          ? unreachable(error.details)
          : failed(error.details);
      case GRPC.DEADLINE_EXCEEDED:
        return unreachable(`lb-agent on this host did not answer within ${timeoutMs / 1000} s`);
      case GRPC.UNAVAILABLE:
        return unreachable("lb-agent on this host ended before it had answered");
      case GRPC.UNIMPLEMENTED:
        return unreachable(
          "lb-agent on this host is of another release and does not know this command",
        );
      default:
        return failed(error.details);
    }
  }
}

function protocolMetadata(): Metadata {
  const metadata = new Metadata();
  for (const version of spokenProtocols()) metadata.add(PROTOCOL_METADATA, version);
  return metadata;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).map((each) => String(each));
}

function isShownFile(value: unknown): value is ShownFile {
  return typeof value === "object" && value !== null && "text" in value && "problem" in value;
}
