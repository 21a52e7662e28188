/** What the asking commands look at: a CIB file, which needs no agent, or the live cluster. */
import type { ClusterStatus, SchedulerInput } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import type { CibDocument, Note } from "../cib-xml/index.ts";
import { refused, unreachable } from "../ctl-error.ts";
import type { Session } from "../session.ts";
import { unknownNode } from "../unknown-name.ts";
import { readCibText, refusedIn } from "./read-text-file.ts";

type ReadDocument = Extract<CibDocument, { readonly kind: "cib" }>;

/** Facts and where they are from. */
export interface Facts {
  readonly input: SchedulerInput;
  /** Null: the live cluster. */
  readonly file: string | null;
  /** What of the file was not understood. */
  readonly notes: readonly Note[];
  /** The whole document; null: the live cluster. */
  readonly document: ReadDocument | null;
  /** The live cluster's status; null for a file. */
  readonly status: ClusterStatus | null;
}

/** The facts of a file, or of the live cluster when there is none. */
export async function readFacts(session: Session, file: string | undefined): Promise<Facts> {
  if (file !== undefined) return readFileFacts(file);
  return session.withAgent(async (agent) => {
    const [input, status] = await Promise.all([readLiveInput(agent), agent.getStatus()]);
    return { input, file: null, notes: [], document: null, status };
  });
}

/** What the agent of this host would schedule from now. */
export async function readLiveInput(agent: AgentClient): Promise<SchedulerInput> {
  const { input } = await agent.apply([], { isDryRun: true });
  if (input === null) {
    throw unreachable("lb-agent on this host is of an older release and cannot say what it sees");
  }
  return input;
}

async function readFileFacts(file: string): Promise<Facts> {
  const text = readCibText(file);
  const { readCibDocument } = await import("../cib-xml/index.ts");
  const read = readCibDocument(text, { clockMs: Date.now() });
  if (read.kind === "refused") throw refusedIn(file, read.problems);
  return { input: read.input, file, notes: read.notes, document: read, status: null };
}

/** The one word that may be a file; throws for more. */
export function parseFile(words: readonly string[], usage: string): string | undefined {
  if (words.length > 1) throw refused(`usage: lbctl ${usage}`);
  return words[0];
}

/** Throws when a node is named that the facts do not have. */
export function checkNode({ input }: Facts, node: string): void {
  const names = input.nodes.map(({ name }) => name);
  if (names.includes(node)) return;
  throw refused(unknownNode(node, names));
}
