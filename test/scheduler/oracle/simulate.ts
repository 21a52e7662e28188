// Runs crm_simulate as a black box.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../corpus/answer.ts";
import { readGraph } from "./read-graph.ts";
import { readSimulation } from "./read-simulation.ts";

/** The program's answer, or why it gives none. */
export type OracleAnswer =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "unusable"; readonly reason: string };

/** A place where the program may write; one call at a time. */
export interface Workplace {
  readonly folder: string;
}

const TIMEOUT_MS = 20_000;

/** Makes a workplace; `closeWorkplace` removes it. */
export function openWorkplace(): Workplace {
  return { folder: mkdtempSync(join(tmpdir(), "scheduler-oracle-")) };
}

/** Removes what was written. */
export function closeWorkplace({ folder }: Workplace): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Plans a CIB document. `name` drops the number of an instance of an anonymous clone. The present
 * is the document's `execution-date`.
 */
export async function askOracle(
  xml: string,
  name: (resource: string) => string,
  { folder }: Workplace,
): Promise<OracleAnswer> {
  const graphFile = join(folder, "graph.xml");
  rmSync(graphFile, { force: true });
  const { status, output } = await run(
    xml,
    ["-p", "-S", "-s", "--output-as=xml", "-G", graphFile],
    folder,
  );
  if (status !== 0) {
    return { kind: "unusable", reason: `exit status ${status}: ${lastLine(output)}` };
  }
  const { before, after, decisions, scores, code, message } = readSimulation(output, name);
  if (code !== 0) return { kind: "unusable", reason: `code ${code}: ${message}` };
  const { actions, order } = readGraph(readFileSync(graphFile, "utf8"), name);
  return { kind: "answer", answer: { before, after, actions, order, decisions, scores } };
}

/** What the program says went wrong; it tells it as the text of an element. */
function lastLine(output: string): string {
  const errors = [...output.matchAll(/<error>([^<]*)<\/error>/g)].map((match) => match[1] ?? "");
  const [, message = ""] = /<status [^>]*message="([^"]*)"/.exec(output) ?? [];
  return errors.at(-1) ?? message;
}

function run(
  input: string,
  words: readonly string[],
  folder: string,
): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("crm_simulate", [...words], {
      env: { LC_ALL: "C", TZ: "UTC", PATH: process.env["PATH"] ?? "", CIB_shadow_dir: folder },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: TIMEOUT_MS,
    });
    const chunks: Buffer[] = [];
    child.on("error", reject);
    child.stdin.on("error", () => {
      // A program that ends before it has read everything says why by its status.
    });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", (status) => {
      resolve({ status: status ?? -1, output: Buffer.concat(chunks).toString("utf8") });
    });
    child.stdin.end(input);
  });
}
