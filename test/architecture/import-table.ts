// Which folder may import which: the import table of the house style, as data.

import {
  type Finding,
  findingAt,
  type Import,
  importsOf,
  isTest,
  type SourceFile,
} from "./source.ts";

interface Row {
  /** A file, or a folder and all below it; `*` stands for one name. The first match counts. */
  readonly files: string;
  /** Prefixes of what may be imported besides the own folder; `node:` and `library:` too. */
  readonly mayImport: readonly string[];
}

const BASE = "agent/core/base/";
const MODEL = "agent/core/model/";
const CORE = "agent/core/";
const PORTS = "agent/ports/";
const DRIVER = "agent/driver/";
const WIRE = "agent/wire/";
const AGENTS = "resource-agents/";
const API = "proto/";
const OUTSIDE = ["node:", "library:"];

const SHARED_BY_AGENTS = [
  "resource-agents/contract.ts",
  "resource-agents/find-program.ts",
  "resource-agents/server-process/",
  "resource-agents/host-checks/",
  "resource-agents/web-checks/",
];

const IMPORT_TABLE: readonly Row[] = [
  { files: BASE, mayImport: [] },
  { files: MODEL, mayImport: [BASE] },
  // Composes the modules into one step; a folder, since one file of it would be too long.
  { files: "agent/core/agent/", mayImport: [CORE] },
  { files: "agent/core/*/", mayImport: [BASE, MODEL] },
  { files: CORE, mayImport: [CORE] },
  { files: PORTS, mayImport: [BASE, MODEL] },
  { files: DRIVER, mayImport: [CORE, PORTS, WIRE] },
  { files: WIRE, mayImport: [BASE, MODEL, "node:crypto"] },
  { files: "agent/shell/", mayImport: [BASE, MODEL, PORTS, WIRE, AGENTS, API, ...OUTSIDE] },
  // The composition roots give the resource agents to the ports that run them.
  { files: "agent/", mayImport: ["agent/", AGENTS, ...OUTSIDE] },
  // The definition of the API, and how both sides find it.
  { files: API, mayImport: [WIRE, ...OUTSIDE] },
  // Lists and runs the agents of this host by itself, also while no daemon runs.
  { files: "ctl/local-agents/", mayImport: [CORE, AGENTS, ...OUTSIDE] },
  { files: "ctl/", mayImport: [API, CORE, WIRE, ...OUTSIDE] },
  { files: "resource-agents/conformance/", mayImport: [AGENTS, ...OUTSIDE] },
  // What agents of servers share: their processes and pages, and checks of the host.
  { files: "resource-agents/*/", mayImport: [...SHARED_BY_AGENTS, ...OUTSIDE] },
  { files: AGENTS, mayImport: [AGENTS, ...OUTSIDE] },
  { files: "test/sim/", mayImport: [CORE, PORTS, DRIVER, WIRE, ...OUTSIDE] },
];

/** What a test may import besides what its row allows: the tools of testing, and shared helpers. */
const TESTS_MAY_IMPORT = ["node:", "library:mocha", "library:fast-check", "test/"];

/** The modules of the core. Another one is a decision of the team, not of a commit. */
const CORE_MODULES = [
  "agent",
  "arbitration",
  "base",
  "configuration", // Pure changes to the CIB and their validation.
  "fencing",
  "history",
  "inspection", // What both nodes need and should have alike, compared.
  "membership",
  "messaging", // Ordered messages between the two members of one ring.
  "model",
  "quorum",
  "replication",
  "scheduler",
  "transition",
];

/** Folders whose files other than `index.ts` are private to them. */
const MODULES = /^agent\/(?:core\/[^/]+|wire|shell|ports|driver)\//;

/** Imports that the table does not allow. Files outside of the table are not looked at. */
export function checkImportTable(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const row = IMPORT_TABLE.map((each) => ownFolder(file.path, each)).find(
      (each) => each !== null,
    );
    if (row === undefined || row === null) return [];
    const allowed = [row.folder, ...row.mayImport, ...(isTest(file) ? TESTS_MAY_IMPORT : [])];
    return importsOf(file)
      .filter(({ target }) => !allowed.some((prefix) => matches(target, prefix)))
      .map((each) => report(file, each, `${row.folder} may not import ${each.target}`));
  });
}

function matches(target: string, prefix: string): boolean {
  const isPrefix = prefix.endsWith("/") || prefix.endsWith(":");
  return isPrefix ? target.startsWith(prefix) : target === prefix;
}

function ownFolder(
  path: string,
  row: Row,
): { readonly folder: string; readonly mayImport: readonly string[] } | null {
  const match = new RegExp(`^${row.files.replace("*", "[^/]+")}`).exec(path);
  return match === null ? null : { folder: match[0], mayImport: row.mayImport };
}

function report(file: SourceFile, { offset }: Import, message: string): Finding {
  return findingAt(file, offset, { rule: "imports", message });
}

/** Imports of a private file from outside of its module, and core modules not agreed on. */
export function checkModulesAreClosed(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => [
    ...importsOf(file)
      .filter(({ target }) => isPrivateOf(target, file.path))
      .map((each) => report(file, each, `${each.target} is private: import its index.ts`)),
    ...importsOf(file)
      .filter(({ specifier }) => specifier.startsWith(".") && !/\.(ts|json)$/.test(specifier))
      .map((each) => report(file, each, `"${each.specifier}" lacks its ending .ts`)),
    ...unknownCoreModule(file),
  ]);
}

function isPrivateOf(target: string, importer: string): boolean {
  const module = MODULES.exec(target)?.[0];
  return module !== undefined && !importer.startsWith(module) && !target.endsWith("/index.ts");
}

function unknownCoreModule(file: SourceFile): readonly Finding[] {
  const name = /^agent\/core\/([^/]+)\//.exec(file.path)?.[1];
  if (name === undefined || CORE_MODULES.includes(name)) return [];
  return [findingAt(file, 0, { rule: "imports", message: `core has no module "${name}"` })];
}
