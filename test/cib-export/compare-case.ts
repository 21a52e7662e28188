import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import { canonicalJson, compareText } from "../../agent/core/base/index.ts";
import { PROPERTIES } from "../../agent/core/configuration/index.ts";
import type { Cib } from "../../agent/core/model/index.ts";
import { readCibDocument, renderPcsScript, writeCib } from "../../ctl/cib-xml/index.ts";
import { attributeOf, childOf, parseXml, type XmlElement } from "../../ctl/cib-xml/xml-document.ts";

/** What one check of one case found. `unknown`: Pacemaker itself gives no answer to compare. */
export interface CheckResult {
  readonly check: "same model" | "valid XML" | "XML places" | "pcs model" | "pcs places";
  readonly outcome: "same" | "differs" | "unknown";
  readonly details: readonly string[];
}

/** All checks of one case. */
export interface Verdict {
  readonly name: string;
  readonly results: readonly CheckResult[];
}

/** The schema that exports are written for, as Pacemaker 2.1 installs it. */
const SCHEMA_FILE = "/usr/share/pacemaker/pacemaker-3.9.rng";

/** The newest feature set that Pacemaker 2.1.5 accepts. */
const FEATURE_SET_MAX = [3, 16, 1] as const;

/** Names of the newest release, by those that Pacemaker 2.1 knows. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  "fencing-enabled": "stonith-enabled",
  "fencing-action": "stonith-action",
  "fencing-timeout": "stonith-timeout",
  "fencing-watchdog-timeout": "stonith-watchdog-timeout",
  "stop-removed-resources": "stop-orphan-resources",
};

/** The document of a case in the three forms that are compared. */
interface Forms {
  readonly cib: Cib;
  readonly original: string;
  readonly exported: string;
  /** As exported, with nothing configured but the nodes. */
  readonly empty: string;
  readonly script: string;
  /** Gives an export the state, the node ids and the root attributes of the original. */
  readonly dress: (document: string) => string;
}

/** Runs one case; null when it has more nodes than wanted. */
export async function compareCase(
  folder: string,
  name: string,
  { nodesMax, hasPcs }: { readonly nodesMax: number | null; readonly hasPcs: boolean },
): Promise<Verdict | null> {
  const text = readFileSync(join(folder, `${name}.xml`), "utf8");
  const read = readCibDocument(text);
  if (read.kind === "refused") {
    const details = read.problems.map((problem) => JSON.stringify(problem));
    return { name, results: [{ check: "same model", outcome: "differs", details }] };
  }
  const { cib } = read.input;
  if (nodesMax !== null && cib.nodes.length > nodesMax) return null;
  const scratch = mkdtempSync(join(tmpdir(), "cib-export-"));
  try {
    const forms = makeForms(cib, text);
    const results = [checkModel(cib), await checkSchema(scratch, cib)];
    const original = await simulate(scratch, forms.original);
    const exported = await simulate(scratch, forms.exported);
    results.push(compareAnswers("XML places", original, exported));
    if (!hasPcs) return { name, results };
    const made = await runScript(scratch, forms);
    results.push(comparePcsModel(cib, made));
    const answer = made.kind === "text" ? await simulate(scratch, made.text) : made.message;
    results.push(compareAnswers("pcs places", exported, answer));
    return { name, results };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function checkModel(cib: Cib): CheckResult {
  const again = readAgain(cib);
  const isSame = isDeepStrictEqual(cib, again);
  return {
    check: "same model",
    outcome: isSame ? "same" : "differs",
    details: isSame ? [] : firstDifference(cib, again),
  };
}

async function checkSchema(scratch: string, cib: Cib): Promise<CheckResult> {
  const file = join(scratch, "valid.xml");
  const written = writeCib(cib);
  writeFileSync(file, written.kind === "text" ? written.text : "");
  const args = ["--noout", "--relaxng", SCHEMA_FILE, file];
  const { exitCode, stderr } = await execa("xmllint", args, { reject: false });
  const details = stderr.split("\n");
  return { check: "valid XML", outcome: exitCode === 0 ? "same" : "differs", details };
}

function readAgain(cib: Cib): Cib | null {
  const written = writeCib(cib);
  if (written.kind === "refused") return null;
  const read = readCibDocument(written.text);
  return read.kind === "cib" ? read.input.cib : null;
}

function makeForms(cib: Cib, text: string): Forms {
  const written = writeCib(cib);
  const script = renderPcsScript(cib);
  const parsed = parseXml(text);
  if (written.kind !== "text" || script.kind !== "text" || parsed.kind !== "document") {
    throw new Error("an export was refused");
  }
  const bare: Cib = {
    ...cib,
    nodes: cib.nodes.map(({ name }) => ({ name, attributes: {} })),
    properties: {},
    resourceDefaults: {},
    operationDefaults: {},
    resources: [],
    constraints: [],
  };
  const empty = writeCib(withoutExtras(bare));
  const dress = (document: string): string => withStatus(document, { parsed: parsed.root, text });
  return {
    cib,
    original: withOlderNames(text, parsed.root),
    exported: dress(written.text),
    empty: empty.kind === "text" ? empty.text : "",
    script: script.text,
    dress,
  };
}

function withoutExtras(cib: Cib): Cib {
  const {
    propertySets: _properties,
    resourceDefaultSets: _resources,
    operationDefaultSets: _operations,
    templates: _templates,
    tags: _tags,
    fencingLevels: _levels,
    ...rest
  } = cib;
  return rest;
}

/** The original with the names and the feature set that Pacemaker 2.1 understands. */
function withOlderNames(text: string, root: XmlElement): string {
  const named = Object.entries(OLDER_NAMES).reduce(
    (changed, [from, to]) => changed.replaceAll(`name="${from}"`, `name="${to}"`),
    text,
  );
  const tag = /<cib\b[^>]*>/.exec(named)?.[0] ?? "";
  const schema = /pacemaker-3\.1\d/.test(tag) ? { "validate-with": "pacemaker-3.9" } : {};
  return named.replace(tag, withAttributes(tag, { ...rootAttributes(root), ...schema }));
}

/** An export with the state, the node ids and the root attributes of the original. */
function withStatus(
  document: string,
  { parsed, text }: { readonly parsed: XmlElement; readonly text: string },
): string {
  const status = /<status\b[\s\S]*<\/status>|<status\b[^>]*\/>/.exec(text)?.[0] ?? "<status/>";
  const tag = /<cib\b[^>]*>/.exec(document)?.[0] ?? "";
  const nodes = childOf(childOf(parsed, "configuration"), "nodes")?.children ?? [];
  const dressed = document
    .replace(/<status\/>/, () => status)
    .replace(tag, () => withAttributes(tag, rootAttributes(parsed)));
  return nodes.reduce((changed, node) => {
    const id = attributeOf(node, "id") ?? "";
    const name = attributeOf(node, "uname") ?? id;
    const pattern = new RegExp(
      `<node id="\\d+" uname="${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"`,
    );
    return changed.replace(pattern, () => `<node id="${id}" uname="${name}"`);
  }, dressed);
}

function rootAttributes(root: XmlElement): Readonly<Record<string, string>> {
  const names = ["have-quorum", "dc-uuid", "execution-date", "no-quorum-panic"];
  const kept = names.flatMap((name) => {
    const value = attributeOf(root, name);
    return value === null ? [] : [[name, value] as const];
  });
  const features = (attributeOf(root, "crm_feature_set") ?? "1.0").split(".").map(Number);
  const difference = FEATURE_SET_MAX.map((most, index) => (features[index] ?? 0) - most).find(
    (each) => each !== 0,
  );
  const featureSet = (difference ?? 0) > 0 ? FEATURE_SET_MAX : features;
  return { ...Object.fromEntries(kept), crm_feature_set: featureSet.join(".") };
}

function withAttributes(tag: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((changed, [name, value]) => {
    const pattern = new RegExp(`\\b${name}="[^"]*"`);
    if (pattern.test(changed)) return changed.replace(pattern, `${name}="${value}"`);
    return changed.replace(/>$/, ` ${name}="${value}">`);
  }, tag);
}

type Made =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "failed"; readonly message: string };

async function runScript(scratch: string, forms: Forms): Promise<Made> {
  const file = join(scratch, "pcs.xml");
  const script = join(scratch, "script.sh");
  writeFileSync(file, forms.empty);
  writeFileSync(script, forms.script);
  const { exitCode, stderr } = await execa("bash", [script, file], { reject: false });
  if (exitCode !== 0) {
    const errors = stderr.split("\n").filter((line) => !/^\w* ?Warning:/.test(line));
    return { kind: "failed", message: errors.slice(-6).join(" | ") };
  }
  return { kind: "text", text: forms.dress(readFileSync(file, "utf8")) };
}

function comparePcsModel(cib: Cib, made: Made): CheckResult {
  if (made.kind === "failed") {
    return { check: "pcs model", outcome: "differs", details: [made.message] };
  }
  const read = readCibDocument(made.text);
  const again = read.kind === "cib" ? read.input.cib : null;
  const [left, right] = [cib, again].map((each) => (each === null ? null : comparable(each)));
  const isSame = isDeepStrictEqual(left, right);
  return {
    check: "pcs model",
    outcome: isSame ? "same" : "differs",
    details: isSame ? [] : firstDifference(left, right),
  };
}

/**
 * Without what a script does not say (versions, properties that are not for people) or says in its
 * own ids (fencing levels, sets of constraints, rules).
 */
function comparable(cib: Cib): unknown {
  const { version: _version, lastChange: _change, lineage: _lineage, ...rest } = cib;
  const known = new Set(PROPERTIES.map(({ name }) => name));
  const properties = Object.entries(cib.properties).filter(
    ([name]) => known.has(name) && name !== "have-watchdog",
  );
  const configuration = { ...rest, properties: Object.fromEntries(properties) };
  return JSON.parse(
    JSON.stringify(configuration, (key, value: unknown) => {
      if (key === "operations" && Array.isArray(value)) return sortedById(value);
      // pcs writes it where there is a role on the other side; it says nothing.
      if (/^(?:r|withR)ole$/.test(key) && value === "Started") return undefined;
      const isNamed = typeof value === "object" && value !== null && "id" in value;
      if (!isNamed) return value;
      const isOwn = "devices" in value || "conditions" in value || "isSequential" in value;
      return isOwn ? { ...value, id: "" } : value;
    }),
  );
}

/** pcs puts operations of one name together. */
function sortedById(operations: readonly { readonly id: string }[]): readonly unknown[] {
  return [...operations].sort((a, b) => compareText(a.id, b.id));
}

interface Answer {
  readonly placements: readonly string[];
  readonly actions: readonly string[];
}

/** What crm_simulate makes of a document; a text when it gives no answer. */
async function simulate(scratch: string, document: string): Promise<Answer | string> {
  const { stdout, exitCode } = await execa("crm_simulate", ["-p", "-S", "--output-as=xml"], {
    input: document,
    env: { LC_ALL: "C", TZ: "UTC", CIB_shadow_dir: scratch },
    reject: false,
  });
  const start = stdout.indexOf("<pacemaker-result");
  if (exitCode !== 0 || start < 0) return `crm_simulate ended with ${exitCode}`;
  const parsed = parseXml(stdout.slice(start));
  if (parsed.kind === "refused") return "crm_simulate gave no XML";
  const revised = childOf(parsed.root, "revised_cluster_status");
  const transition = childOf(parsed.root, "transition");
  return {
    placements: listPlacements(revised).sort(),
    actions: (transition?.children ?? [])
      .map((action) => renderAttributes(action))
      // Their names hold the ids of sets, which pcs makes itself.
      .filter((action) => !action.includes("task=one-or-more:"))
      .sort(),
  };
}

function listPlacements(element: XmlElement | null): string[] {
  if (element === null) return [];
  const own =
    element.name === "resource"
      ? [
          `${attributeOf(element, "id")} ${attributeOf(element, "role")} on ${element.children
            .map((node) => attributeOf(node, "name"))
            .sort()
            .join(" ")}`,
        ]
      : [];
  return [...own, ...element.children.flatMap(listPlacements)];
}

function renderAttributes({ name, attributes }: XmlElement): string {
  const texts = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  return [name, ...texts.sort()].join(" ");
}

function compareAnswers(
  check: CheckResult["check"],
  wanted: Answer | string,
  found: Answer | string,
): CheckResult {
  if (typeof wanted === "string") return { check, outcome: "unknown", details: [wanted] };
  if (typeof found === "string") return { check, outcome: "differs", details: [found] };
  const details = [
    ...differences(wanted.placements, found.placements),
    ...differences(wanted.actions, found.actions),
  ];
  return { check, outcome: details.length === 0 ? "same" : "differs", details };
}

function differences(wanted: readonly string[], found: readonly string[]): readonly string[] {
  return [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line}`),
  ];
}

function firstDifference(a: unknown, b: unknown): readonly string[] {
  const [left, right] = [a, b].map((each) =>
    JSON.stringify(JSON.parse(canonicalJson(each)), null, 1).split("\n"),
  );
  const at = left?.findIndex((line, index) => line !== right?.[index]) ?? 0;
  return [
    ...(left?.slice(at - 2, at + 3).map((line) => `- ${line}`) ?? []),
    ...(right?.slice(at - 2, at + 3).map((line) => `+ ${line}`) ?? []),
  ];
}
