/** One handler for each call of the API: decode, ask, encode. */
import {
  status as GRPC,
  Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { MessageCodec } from "../../../proto/message-source.ts";
import { canonicalJson } from "../../core/base/index.ts";
import { type ApiReply, type Cib, type Problem, renderProblem } from "../../core/model/index.ts";
import {
  API_PROTOCOL,
  type ApiMessage,
  checkProtocol,
  decodeChange,
  decodeCommand,
  encodeCib,
  encodeDecision,
  encodeSchedulerInput,
  encodeStatus,
  PROBLEMS_MAX,
  PROBLEMS_METADATA,
  PROTOCOL_METADATA,
} from "../../wire/index.ts";
import { metadataName } from "./agent-catalogue.ts";
import type { ApiServerParts } from "./api-parts.ts";
import { checkResourceChanges } from "./check-resource.ts";

const WATCH_INTERVAL_DEFAULT_MS = 500;
const WATCH_INTERVAL_MIN_MS = 100;
const WATCH_INTERVAL_MAX_MS = 60_000;
const CHANGES_MAX = 1000;
const FILES_MAX = 8;

/** How a call ended: a message, or what to say instead. */
type Answer =
  | { readonly kind: "message"; readonly message: ApiMessage }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  | { readonly kind: "failed"; readonly text: string };

type Call = ServerUnaryCall<ApiMessage, ApiMessage>;
type Handler = (message: ApiMessage) => Promise<Answer> | Answer;

/** The implementation of the service. */
export function apiHandlers(
  parts: ApiServerParts,
  problemList: MessageCodec,
): UntypedServiceImplementation {
  const checked = (handler: Handler) => unary(handler, { parts, problemList, isChecked: true });
  return {
    getVersion: unary(() => version(parts), { parts, problemList, isChecked: false }),
    getStatus: checked(() => getStatus(parts)),
    getCib: checked(() => getCib(parts)),
    apply: checked((message) => apply(message, parts)),
    runCommand: checked((message) => runCommand(message, parts)),
    readFiles: checked((message) => readFiles(message, parts)),
    inspectNow: checked((message) => inspectNow(message, parts)),
    listAgents: checked((message) => listAgents(message, parts)),
    describeAgent: checked((message) => describeAgent(message, parts)),
    watchStatus: (call: ServerWritableStream<ApiMessage, ApiMessage>) => watchStatus(call, parts),
  };
}

interface CallSettings {
  readonly parts: ApiServerParts;
  readonly problemList: MessageCodec;
  readonly isChecked: boolean;
}

function unary(handler: Handler, { parts, problemList, isChecked }: CallSettings) {
  return (call: Call, callback: sendUnaryData<ApiMessage>): void => {
    const refusal = isChecked ? refuseProtocol(call.metadata, parts.release) : null;
    const answer = async () => (refusal === null ? handler(call.request) : failedWith(refusal));
    answer().then(
      (ended) => respond(ended, callback, problemList),
      (error: unknown) => {
        // A broken invariant ends the process; this lets it out of the promise.
        setImmediate(() => {
          throw error;
        });
      },
    );
  };
}

function refuseProtocol(metadata: Metadata, release: string): string | null {
  const texts = metadata.get(PROTOCOL_METADATA).filter((value) => typeof value === "string");
  // grpc-js joins values of one name on the wire, and does not take them apart again.
  const versions = texts.flatMap((text) => text.split(/, */));
  return checkProtocol(versions, release);
}

function respond(
  answer: Answer,
  callback: sendUnaryData<ApiMessage>,
  problemList: MessageCodec,
): void {
  if (answer.kind === "message") {
    callback(null, answer.message);
  } else if (answer.kind === "failed") {
    callback({ code: GRPC.FAILED_PRECONDITION, details: answer.text });
  } else {
    const problems = answer.problems.slice(0, PROBLEMS_MAX).map(shorten);
    const metadata = new Metadata();
    metadata.set(PROBLEMS_METADATA, problemList.serialize({ problems }));
    const details = `${answer.problems.length} problems`;
    callback({ code: GRPC.INVALID_ARGUMENT, details, metadata });
  }
}

/** Metadata has to stay small, whatever a client sent. */
function shorten({ code, path, found, expected }: Problem): Problem {
  const cut = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text);
  return { code, path: cut(path), found: cut(found), expected: cut(expected) };
}

function version({ release }: ApiServerParts): Answer {
  const { min, max } = API_PROTOCOL;
  return messageOf({ release, protocolMin: min, protocolMax: max });
}

async function getStatus(parts: ApiServerParts): Promise<Answer> {
  const reply = await parts.handle({ kind: "getStatus" });
  if (reply.kind !== "status") return unexpected(reply);
  // The core knows no wall clock.
  const nowWallMs = reply.status.nowWallMs === 0 ? Date.now() : reply.status.nowWallMs;
  return messageOf({ status: encodeStatus({ ...reply.status, nowWallMs }) });
}

async function getCib(parts: ApiServerParts): Promise<Answer> {
  const reply = await parts.handle({ kind: "getCib" });
  return reply.kind === "cib" ? messageOf({ cib: encodeCib(reply.cib) }) : unexpected(reply);
}

/** Null when the agent cannot say, which it does not while it ends. */
async function readCib(parts: ApiServerParts): Promise<Cib | null> {
  const reply = await parts.handle({ kind: "getCib" });
  return reply.kind === "cib" ? reply.cib : null;
}

async function readNodeAddresses(parts: ApiServerParts): Promise<readonly string[]> {
  const reply = await parts.handle({ kind: "getStatus" });
  return reply.kind === "status" ? reply.status.nodes.flatMap(({ addresses }) => addresses) : [];
}

async function apply(message: ApiMessage, parts: ApiServerParts): Promise<Answer> {
  const list: readonly unknown[] = Array.isArray(message["changes"]) ? message["changes"] : [];
  if (list.length > CHANGES_MAX)
    return failedWith(`${list.length} changes, at most ${CHANGES_MAX}`);
  const changes = list.map(decodeChange);
  const known = changes.filter((change) => change !== null);
  if (known.length < changes.length) return failedWith("a change that this release does not know");
  const checked = await checkResourceChanges(known, {
    agents: parts.agents,
    readCib: () => readCib(parts),
    readNodeAddresses: () => readNodeAddresses(parts),
    isForced: message["isForced"] === true,
    withoutDefaultOperations: message["withoutDefaultOperations"] === true,
  });
  if (checked.kind === "refused") return checked;
  const reply = await parts.handle({
    kind: "apply",
    changes: checked.changes,
    isDryRun: message["isDryRun"] === true,
    by: textOf(message["by"]),
    atWallMs: Date.now(),
  });
  if (reply.kind !== "applied") return unexpected(reply);
  const { cibVersion, savedOn, decisions, input } = reply;
  const forced = checked.forced.map((problem) => `Warning: ${renderProblem(problem)}`);
  return messageOf({
    cibVersion,
    notes: [...forced, ...reply.notes],
    savedOn,
    decisions: decisions.map(encodeDecision),
    schedulerInputJson: input === undefined ? "" : encodeSchedulerInput(input),
  });
}

async function runCommand(message: ApiMessage, parts: ApiServerParts): Promise<Answer> {
  const command = decodeCommand(message["command"]);
  if (command === null) return failedWith("a command that this release does not know");
  const by = textOf(message["by"]);
  const reply = await parts.handle({ kind: "command", command, by, atWallMs: Date.now() });
  return reply.kind === "done" ? messageOf({ notes: reply.notes }) : unexpected(reply);
}

async function readFiles(message: ApiMessage, parts: ApiServerParts): Promise<Answer> {
  const given: readonly unknown[] = Array.isArray(message["names"]) ? message["names"] : [];
  if (given.length > FILES_MAX) return failedWith(`${given.length} files, at most ${FILES_MAX}`);
  const names = given.map(textOf);
  const reply = await parts.handle({ kind: "readFiles", node: textOf(message["node"]), names });
  return reply.kind === "files" ? messageOf({ files: reply.files }) : unexpected(reply);
}

async function inspectNow(message: ApiMessage, parts: ApiServerParts): Promise<Answer> {
  const reply = await parts.handle({ kind: "inspectNow", node: textOf(message["node"]) });
  return reply.kind === "done" ? messageOf({}) : unexpected(reply);
}

async function listAgents(message: ApiMessage, { agents }: ApiServerParts): Promise<Answer> {
  const filter = textOf(message["filter"]).toLowerCase();
  const found = (await agents.list()).filter(({ name }) => name.toLowerCase().includes(filter));
  return messageOf({ agents: found });
}

async function describeAgent(message: ApiMessage, { agents }: ApiServerParts): Promise<Answer> {
  const asked = textOf(message["name"]);
  const names = (await agents.list()).map(({ name }) => name);
  const name = asked.includes(":")
    ? asked
    : (names.find((each) => each.split(":").at(-1)?.toLowerCase() === asked.toLowerCase()) ??
      asked);
  const agent = await agents.find(name);
  if (typeof agent === "string") {
    const path = `agent "${asked}"`;
    const expected = agent.replace(/^agent "[^"]*": /, "");
    return { kind: "refused", problems: [{ code: "unknown-agent", path, found: "", expected }] };
  }
  const { metadata } = agent;
  const parameters = metadata.parameters.map((parameter) => ({
    ...parameter,
    defaultValue: parameter.defaultValue ?? "",
  }));
  return messageOf({ ...metadata, name: metadataName(metadata), parameters });
}

/** Looks at the status in turns, and writes it when something but the time has changed. */
function watchStatus(
  call: ServerWritableStream<ApiMessage, ApiMessage>,
  parts: ApiServerParts,
): void {
  const refusal = refuseProtocol(call.metadata, parts.release);
  if (refusal !== null) {
    call.emit("error", { code: GRPC.FAILED_PRECONDITION, details: refusal });
    return;
  }
  const asked = Number(call.request["intervalMs"]) || WATCH_INTERVAL_DEFAULT_MS;
  const intervalMs = Math.min(Math.max(asked, WATCH_INTERVAL_MIN_MS), WATCH_INTERVAL_MAX_MS);
  let last = "";
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const reply = await parts.handle({ kind: "getStatus" });
    if (call.cancelled) return;
    if (reply.kind === "status") {
      const text = canonicalJson({ ...reply.status, nowWallMs: 0, counters: {} });
      const status = encodeStatus({ ...reply.status, nowWallMs: Date.now() });
      if (text !== last) call.write({ status });
      last = text;
    }
    timer = setTimeout(() => void look(), intervalMs);
  };
  call.once("cancelled", () => {
    if (timer !== null) clearTimeout(timer);
  });
  void look();
}

function messageOf(message: ApiMessage): Answer {
  return { kind: "message", message };
}

function failedWith(text: string): Answer {
  return { kind: "failed", text };
}

function unexpected(reply: ApiReply): Answer {
  if (reply.kind === "refused" || reply.kind === "failed") return reply;
  return failedWith(`the agent answered "${reply.kind}" to another question`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
