/** `lbctl verify`: what is wrong or dangerous in a configuration. */
import type { Command } from "commander";
import { renderProblem } from "../../agent/core/model/index.ts";
import { CtlError, EXIT } from "../ctl-error.ts";
import type { Session } from "../session.ts";
import { visibleLine } from "../visible-text.ts";
import type { Finding } from "../what-if/index.ts";
import { addCommand, FORMAT, type Options, show } from "./command-kit.ts";
import { type Facts, parseFile, readFacts } from "./read-facts.ts";

/** Adds `verify`. */
export function addVerifyCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "verify [FILE]",
    summary: "what is wrong or dangerous in the configuration, or in that of a CIB file",
    options: [FORMAT],
    run: (words, options) => verify(session, words, options),
  });
}

async function verify(session: Session, words: readonly string[], options: Options): Promise<void> {
  const facts = await readFacts(session, parseFile(words, "verify [FILE]"));
  const findings = await findAll(facts);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  show(session, options, {
    facts: { file: facts.file, errors, warnings, findings },
    render: () => renderFindings(findings, { errors, warnings }),
  });
  // A script tells by this whether to go on: 2 is what a change like this would be refused with.
  if (errors > 0) throw new CtlError(EXIT.refused);
  if (warnings > 0) throw new CtlError(EXIT.failed);
}

/** A file is taken as an import would take it: what that leaves out is said as a warning. */
async function findAll({ input, document }: Facts): Promise<readonly Finding[]> {
  const { verifyInput } = await import("../what-if/index.ts");
  if (document === null) return verifyInput(input);
  const { OWN_PROPERTIES, planImport } = await import("../cib-xml/index.ts");
  const { cib, lines, problems } = planImport(document, { nodes: null, map: new Map() });
  const own = ["comments", ...OWN_PROPERTIES.map((name) => `property ${name}`)];
  const leftOut = lines.flatMap(({ kind, subject, text }): readonly Finding[] => {
    // What every CIB file says about its cluster means nothing in another one.
    if ((kind !== "dropped" && kind !== "outOfScope") || own.includes(subject)) return [];
    const code = kind === "dropped" ? "not-understood" : "out-of-scope";
    return [{ severity: "warning", code, path: subject, found: "", expected: text }];
  });
  return [...verifyInput({ ...input, cib }, problems), ...leftOut];
}

function renderFindings(
  findings: readonly Finding[],
  { errors, warnings }: { readonly errors: number; readonly warnings: number },
): string {
  if (findings.length === 0) return "Nothing is wrong with the configuration";
  const lines = findings.map((finding) => {
    const word = finding.severity === "error" ? "Error" : "Warning";
    return `${word}: ${visibleLine(renderProblem(finding))}`;
  });
  const count = (number: number, noun: string): string =>
    `${number} ${noun}${number === 1 ? "" : "s"}`;
  return [...lines, `${count(errors, "error")}, ${count(warnings, "warning")}`].join("\n");
}
