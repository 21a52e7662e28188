/** What the files of another cluster manager say about nodes, links, timings and votes. */
import type { Transport } from "../../agent/core/model/index.ts";
import type { ImportLine } from "../cib-xml/index.ts";

/** A node as it stands there. */
export interface OldNode {
  /** The number that it has there; null: none is written. */
  readonly id: number | null;
  /** Null: the file does not name it, as corosync.conf may. */
  readonly name: string | null;
  /** One for each link, in link order: addresses, or names that stand for one. */
  readonly addresses: readonly string[];
}

/** The votes as the old cluster counted them. */
export interface OldQuorum {
  readonly isTwoNode: boolean;
  /** Null: not written there. */
  readonly votesExpected: number | null;
  readonly waitsForAll: boolean;
}

/** Null is what the file does not say; the defaults of this cluster manager hold then. */
export interface OldCluster {
  readonly clusterName: string | null;
  readonly nodes: readonly OldNode[];
  readonly transport: Transport;
  readonly multicastGroup: string | null;
  readonly port: number | null;
  readonly tokenTimeoutMs: number | null;
  readonly quorum: OldQuorum;
}

/** Collects a line for each thing of one file. */
export class ImportLines {
  readonly #placed: { readonly line: number | null; readonly shown: ImportLine }[] = [];

  /** In the order of the file; what has no place in it comes last. */
  get lines(): readonly ImportLine[] {
    const place = (line: number | null): number => line ?? Number.MAX_SAFE_INTEGER;
    return this.#placed.toSorted((a, b) => place(a.line) - place(b.line)).map(({ shown }) => shown);
  }

  /** Taken over with its meaning. `text` says what it is here; empty: the same. */
  carry(subject: string, text: string, line: number | null): void {
    this.#add("carried", { subject, text, line });
  }

  /** Taken over with another form or meaning, which `text` says. */
  change(subject: string, text: string, line: number | null): void {
    this.#add("changed", { subject, text, line });
  }

  /** Left out; `text` says why. */
  drop(subject: string, text: string, line: number | null): void {
    this.#add("dropped", { subject, text, line });
  }

  #add(
    kind: ImportLine["kind"],
    what: { readonly subject: string; readonly text: string; readonly line: number | null },
  ): void {
    const place = what.line === null ? "" : ` (line ${what.line})`;
    const shown = { kind, subject: what.subject, text: `${what.text}${place}` };
    this.#placed.push({ line: what.line, shown });
  }
}

/** Names under which files keep secrets: their values are shown to nobody. */
const SECRET = /pass(?:w(?:or)?d)?|secret|^key$|community/i;

/** Longest value that a line shows whole. */
const SHOWN_MAX = 200;

/** A name and its value as lines show them. */
export function showPair(name: string, value: string): string {
  if (SECRET.test(name)) return `${name}=(not shown)`;
  const shown = value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}...` : value;
  return `${name}="${shown}"`;
}
