/** Reads a whole CIB document of Pacemaker into what the scheduler looks at. */
import { parseBoolean } from "../../agent/core/configuration/index.ts";
import type { Problem, SchedulerInput } from "../../agent/core/model/index.ts";
import { readConfiguration } from "./read-configuration.ts";
import { readPresenceRules } from "./read-presence.ts";
import { readSecondsAsMs, readTimeText } from "./read-scalars.ts";
import { readStatus } from "./read-status.ts";
import { beginReading, type Note, note, type Reading } from "./reading.ts";
import { attributeOf, childOf, parseXml, type XmlElement } from "./xml-document.ts";

/** What the document alone does not say. */
export interface CibReadOptions {
  /**
   * The present: seconds since 1970, or ISO 8601 as a text. Absent: `execution-date` of the
   * document, else `clockMs`, else the latest time that the document mentions.
   */
  readonly now?: number | string;
  /** The wall clock in milliseconds, for a document that names no time. */
  readonly clockMs?: number;
}

/** The document as the scheduler sees it, with what was not carried over; or why it is refused. */
export type CibDocument =
  | {
      readonly kind: "cib";
      readonly input: SchedulerInput;
      readonly notes: readonly Note[];
      /** XML comments, which are not carried over. */
      readonly comments: number;
    }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

const TIMES = ["last-rc-change", "last-run", "in_ccm", "crmd", "shutdown-lock"] as const;

/**
 * Reads configuration and status. `now` and `wallNowMs` of the input are the same, milliseconds
 * since 1970, and so are all times of the histories.
 */
export function readCibDocument(text: string, options: CibReadOptions = {}): CibDocument {
  const parsed = parseXml(text);
  if (parsed.kind === "refused") return parsed;
  const { root, comments } = parsed;
  if (root.name !== "cib") return refuse(`element ${root.name}`, "the document must be a cib");
  if (childOf(root, "configuration") === null) return refuse("cib", "has no configuration");
  const nowMs = readNow(root, options);
  if (nowMs === null) return refuse(`time "${options.now}"`, "is not of a form of ISO 8601");
  const reading = beginReading(root);
  const configuration = readConfiguration(reading, root);
  const { cib } = configuration;
  const isQuorate = parseBoolean(attributeOf(root, "have-quorum") ?? "") ?? false;
  const rules = readPresenceRules(cib.properties, { root, isQuorate, nowMs });
  const status = readStatus(reading, root, { configuration, rules });
  noteSections(reading, root);
  const leader = attributeOf(root, "dc-uuid");
  const dc = configuration.nodes.find(({ id, node }) => id === leader || node.name === leader);
  return {
    kind: "cib",
    input: {
      cib,
      ...status,
      isQuorate,
      now: nowMs,
      wallNowMs: nowMs,
      ...(dc === undefined ? {} : { dc: dc.node.name }),
    },
    notes: reading.notes,
    comments,
  };
}

function readNow(root: XmlElement, { now, clockMs }: CibReadOptions): number | null {
  if (typeof now === "number") return now * 1000;
  if (now !== undefined) return readTimeText(now);
  const given = readSecondsAsMs(attributeOf(root, "execution-date"));
  if (given !== 0) return given;
  return clockMs ?? latestTimeMs(childOf(root, "status"));
}

function latestTimeMs(element: XmlElement | null): number {
  if (element === null) return 0;
  const own = TIMES.map((name) => readSecondsAsMs(attributeOf(element, name)));
  return Math.max(0, ...own, ...element.children.map(latestTimeMs));
}

function noteSections(reading: Reading, root: XmlElement): void {
  for (const child of root.children) {
    const isPart = child.name === "configuration" || child.name === "status";
    if (isPart && childOf(root, child.name) === child) continue;
    const text = isPart ? "is a second one, which is not read" : "is no part of a CIB";
    note(reading, child, { kind: "dropped", text });
  }
  for (const child of childOf(root, "status")?.children ?? []) {
    if (child.name !== "tickets") continue;
    note(reading, child, { kind: "outOfScope", text: "tickets of multi-site clusters" });
  }
}

function refuse(path: string, expected: string): CibDocument {
  return { kind: "refused", problems: [{ code: "not-a-cib", path, found: "", expected }] };
}
