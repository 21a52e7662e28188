/**
 * `lbctl known-ids KIND...`: ids for the completion of a shell, one a line. It is called at a key
 * press: the configuration is read from this host's disk, which needs no gRPC; who may not read it
 * there asks the agent. Whatever fails, there are no ids then and nothing is said.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listResources, parseCib } from "../agent/core/configuration/index.ts";
import type { Cib } from "../agent/core/model/index.ts";
import { CtlError, systemCode } from "./ctl-error.ts";
import type { Session } from "./session.ts";

const LISTS: ReadonlyMap<string, (cib: Cib) => readonly string[]> = new Map([
  ["resources", (cib: Cib) => listResources(cib).map(({ id }) => id)],
  ["nodes", (cib: Cib) => cib.nodes.map(({ name }) => name)],
  ["constraints", (cib: Cib) => cib.constraints.map(({ id }) => id)],
  ["tags", (cib: Cib) => (cib.tags ?? []).map(({ id }) => id)],
]);

/** The kinds of ids that there are. */
export const KNOWN_ID_KINDS: readonly string[] = [...LISTS.keys()];

/** Prints the ids of these kinds, sorted, each once. */
export async function printKnownIds(session: Session, kinds: readonly string[]): Promise<void> {
  const cib = await readCib(session);
  if (cib === null) return;
  const ids = new Set(kinds.flatMap((kind) => LISTS.get(kind)?.(cib) ?? []));
  if (ids.size > 0) session.terminal.out([...ids].toSorted().join("\n"));
}

async function readCib(session: Session): Promise<Cib | null> {
  try {
    const text = readFileSync(join(session.paths.lib, "cib.json"), "utf8");
    const record: unknown = JSON.parse(text);
    const isRecord = typeof record === "object" && record !== null && "content" in record;
    const parsed = parseCib(isRecord ? record.content : null);
    return parsed.kind === "cib" ? parsed.cib : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (systemCode(error) !== "EACCES") return null;
  }
  try {
    return await session.withAgent((agent) => agent.getCib());
  } catch (error) {
    if (error instanceof CtlError) return null;
    throw error;
  }
}
