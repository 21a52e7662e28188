// Compares the scheduler with crm_simulate on random clusters.
// Usage: npm run test:oracle -- --count N --seed N [--mix A|B] [--jobs 2] [--rounds N]
//   [--shrink N] [--save FOLDER] [--output-format text|json]

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { meetsBar, type Range, runCampaign } from "./campaign.ts";
import { closePool, openPool } from "./pool.ts";
import { renderJson, renderText } from "./render-campaign.ts";
import { saveCase } from "./save-case.ts";
import type { Mix } from "./spec.ts";

interface Order {
  readonly ranges: readonly Range[];
  readonly jobs: number;
  readonly format: "text" | "json";
  readonly save: string | null;
}

class UsageError extends Error {}

const JOBS_MAX = 64;
const SHRINKS = 25;

function readOrder(words: readonly string[]): Order {
  const { values } = parseWords(words);
  const { mix, "output-format": format = "text", save = null } = values;
  if (mix !== undefined && mix !== "A" && mix !== "B") {
    throw new UsageError(`--mix "${mix}": expected A or B`);
  }
  if (format !== "text" && format !== "json") {
    throw new UsageError(`--output-format "${format}": expected text or json`);
  }
  const seed = readNumber("--seed", values.seed ?? "1", { least: 0, most: 2 ** 31 });
  const count = readNumber("--count", values.count ?? "200", { least: 1, most: 10_000_000 });
  const rounds = readNumber("--rounds", values.rounds ?? "1", { least: 1, most: 20 });
  const shrinks = readNumber("--shrink", values.shrink ?? `${SHRINKS}`, { least: 0, most: 10_000 });
  const mixes: readonly Mix[] = mix === undefined ? ["A", "B"] : [mix];
  return {
    ranges: mixes.map((each) => ({ mix: each, seed, count, shrinks, rounds })),
    jobs: readNumber("--jobs", values.jobs ?? "2", { least: 1, most: JOBS_MAX }),
    format,
    save,
  };
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        count: { type: "string" },
        seed: { type: "string" },
        mix: { type: "string" },
        jobs: { type: "string" },
        shrink: { type: "string" },
        rounds: { type: "string" },
        save: { type: "string" },
        "output-format": { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} "${text}": expected a number from ${least} to ${most}`);
}

async function run({ ranges, jobs, format, save }: Order): Promise<number> {
  if (spawnSync("crm_simulate", ["--version"], { stdio: "ignore" }).error !== undefined) {
    throw new UsageError("crm_simulate: not found (Debian: pacemaker-cli-utils)");
  }
  const pool = await openPool(jobs);
  try {
    const texts: string[] = [];
    let isGood = true;
    for (const range of ranges) {
      const campaign = await runCampaign(pool, range);
      isGood &&= meetsBar(campaign) && campaign.broken.length === 0;
      texts.push(format === "json" ? renderJson(campaign) : renderText(campaign));
      for (const { trial } of save === null ? [] : campaign.differences) {
        if (save !== null && trial.expected !== null) saveCase(save, trial.spec, trial.expected);
      }
    }
    const isList = format === "json" && texts.length > 1;
    console.log(isList ? `[${texts.join(",\n")}]` : texts.join("\n\n"));
    return isGood ? 0 : 1;
  } finally {
    closePool(pool);
  }
}

try {
  process.exitCode = await run(readOrder(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`test:oracle: ${error.message}`);
  process.exitCode = 2;
}
