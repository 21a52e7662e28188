// Runs a folder of scheduler cases and holds the results against the bars.
// Usage: npm run test:corpus -- FOLDER [--output-format text|json] [--only NAME] [--tier A|B]

import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { explainCase } from "./explain.ts";
import { Planner } from "./planner.ts";
import { countAgreed, missedBars, renderJson, renderText } from "./report.ts";
import { type CaseResult, failedLevels, listCases, runCase } from "./run-case.ts";

interface Order {
  readonly folder: string;
  readonly format: "text" | "json";
  readonly only: string | null;
  readonly tier: string | null;
}

class UsageError extends Error {}

function readOrder(words: readonly string[]): Order {
  const { values, positionals } = parseWords(words);
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new UsageError("expected one FOLDER");
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`folder "${folder}": not found`);
  }
  const { "output-format": format = "text", only = null, tier = null } = values;
  if (format !== "text" && format !== "json") {
    throw new UsageError(`--output-format "${format}": expected text or json`);
  }
  if (tier !== null && tier !== "A" && tier !== "B") {
    throw new UsageError(`--tier "${tier}": expected A or B`);
  }
  return { folder, format, only, tier };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        "output-format": { type: "string" },
        only: { type: "string" },
        tier: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run({ folder, format, only, tier }: Order): Promise<number> {
  const names = listCases(folder).filter((name) => only === null || name === only);
  if (names.length === 0) {
    throw new UsageError(
      only === null ? `folder "${folder}": no cases` : `case "${only}": not found`,
    );
  }
  const all = await runCases(folder, names);
  const results = all.filter((result) => tier === null || result.tier === tier);
  if (results.length === 0) throw new UsageError(`folder "${folder}": no case of tier ${tier}`);
  if (format === "json") console.log(renderJson(results));
  else if (only !== null) console.log(results.map(explainCase).join("\n"));
  else console.log(renderText(results));
  if (only !== null) return results.some((x) => failedLevels(x).length > 0) ? 1 : 0;
  const missed = missedBars(countAgreed(results));
  if (format === "text") for (const line of missed) console.log(line);
  return missed.length === 0 ? 0 : 1;
}

async function runCases(folder: string, names: readonly string[]): Promise<CaseResult[]> {
  const planner = new Planner();
  const results: CaseResult[] = [];
  for (const name of names) results.push(await runCase(planner, folder, name));
  planner.close();
  return results;
}

try {
  process.exitCode = await run(readOrder(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`test:corpus: ${error.message}`);
  process.exitCode = 2;
}
