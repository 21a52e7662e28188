/** Sorts the files of one import by what they are: at most one of each kind. */
import type { Problem } from "../../agent/core/model/index.ts";
import {
  childOf,
  type ImportLine,
  type ReadDocument,
  readCibDocument,
  type XmlElement,
} from "../cib-xml/index.ts";
import { ImportLines, type OldCluster } from "./old-cluster.ts";
import { NOTHING_KNOWN } from "./plan-cluster.ts";
import { readClusterConf } from "./read-cluster-conf.ts";
import { readCmanSettings } from "./read-cman-settings.ts";
import { readCorosync } from "./read-corosync.ts";
import type { Wrong } from "./read-numbers.ts";
import { KIND_NAMES, type OldFile, recognizeFile } from "./recognize-file.ts";

/** A file as it was named, with its text. */
export interface GivenFile {
  readonly file: string;
  readonly text: string;
}

/** What became of the things in one file. */
export interface FilePart {
  readonly file: string;
  /** What people call such a file. */
  readonly what: string;
  readonly lines: readonly ImportLine[];
}

/** All files together. */
export interface OldFiles {
  readonly cluster: OldCluster;
  readonly parts: readonly FilePart[];
  readonly cib: { readonly file: string; readonly document: ReadDocument } | null;
  /** The services of rgmanager; null: there are none. */
  readonly services: { readonly file: string; readonly rm: XmlElement } | null;
  /** How long a lone starting node waits, where the files say it. */
  readonly aloneAfterMs: number | null;
}

/** The files, or everything that is wrong with them, with the file in front. */
export type ReadOldFiles =
  | { readonly kind: "files"; readonly files: OldFiles }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

type Known = Exclude<OldFile, { readonly kind: "refused" }>;

/** Reads the files, whatever their order. `clockMs` is the wall clock for rules on dates. */
export function readOldFiles(given: readonly GivenFile[], clockMs: number): ReadOldFiles {
  const problems: Problem[] = [];
  const known: { readonly file: string; readonly content: Known }[] = [];
  for (const { file, text } of given) {
    const content = recognizeFile(text);
    if (content.kind === "refused") problems.push(...inFile(file, content.problems));
    else known.push({ file, content });
  }
  problems.push(...checkKinds(known));
  if (problems.length > 0) return { kind: "refused", problems };
  let files: OldFiles = {
    cluster: NOTHING_KNOWN,
    parts: [],
    cib: null,
    services: null,
    aloneAfterMs: null,
  };
  for (const { file, content } of known) {
    const lines = new ImportLines();
    const wrong: Wrong = (mistake) =>
      problems.push(...inFile(file, [{ code: "bad-old-config", ...mistake }]));
    if (content.kind === "cib") {
      const document = readCibDocument(content.text, { clockMs });
      if (document.kind === "refused") problems.push(...inFile(file, document.problems));
      else files = { ...files, cib: { file, document } };
      continue;
    }
    files = { ...files, ...readFile({ file, content }, lines, wrong) };
    const part = { file, what: KIND_NAMES[content.kind], lines: lines.lines };
    files = { ...files, parts: [...files.parts, part] };
  }
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "files", files };
}

function readFile(
  { file, content }: { readonly file: string; readonly content: Exclude<Known, { kind: "cib" }> },
  lines: ImportLines,
  wrong: Wrong,
): Partial<OldFiles> {
  switch (content.kind) {
    case "corosync":
      return { cluster: readCorosync(content.root, lines, wrong) };
    case "cmanSettings":
      return { aloneAfterMs: readCmanSettings(content.text, lines) };
    case "clusterConf": {
      const { root, comments } = content;
      const cluster = readClusterConf(root, lines, wrong);
      if (comments > 0) lines.drop("comments", `${comments} XML comments are not kept`, null);
      const rm = childOf(root, "rm");
      return { cluster, services: rm === null ? null : { file, rm } };
    }
  }
}

function checkKinds(
  known: readonly { readonly file: string; readonly content: Known }[],
): readonly Problem[] {
  const of = (...kinds: readonly Known["kind"][]): readonly string[] =>
    known.filter(({ content }) => kinds.includes(content.kind)).map(({ file }) => file);
  const clusters = of("clusterConf", "corosync");
  const twice = [
    [clusters, "both say what the nodes are: give one"],
    [of("cib"), "are both a CIB: give one"],
    [of("cmanSettings"), "are both settings of cman: give one"],
  ] as const;
  const problems = twice.flatMap(([files, expected]) =>
    files.length < 2 ? [] : [problem(files.join(" and "), expected)],
  );
  const [settings] = of("cmanSettings");
  if (settings !== undefined && of("clusterConf").length === 0) {
    problems.push(problem(settings, "belongs to a cluster.conf of cman: give that too"));
  }
  return problems;
}

function problem(path: string, expected: string): Problem {
  return { code: "bad-old-config", path, found: "", expected };
}

/** Problems with the file in front, since several are read at once. */
export function inFile(file: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((each) => ({ ...each, path: `${file}: ${each.path}` }));
}
