import { readdirSync, readFileSync } from "node:fs";
import { scheduleTransition } from "../../../agent/core/scheduler/index.ts";
import { type Comparison, compareCase, readCase } from "./compare.ts";

// Shows how the scheduler agrees with a folder of cases, level by level. For development only:
//   tsx test/scheduler/corpus/report.ts FOLDER [TIER] [CASE]

const [folder = "", tier = "A", only] = process.argv.slice(2);
const LEVELS = ["state", "placement", "core", "all", "order"] as const;

if (folder === "") {
  console.error("usage: report.ts FOLDER [TIER] [CASE]");
  process.exit(2);
}
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".expected.json"))
  .map((file) => file.slice(0, -".expected.json".length))
  .filter((name) => (only === undefined ? isTier(name) : name === only))
  .sort();
const passed = new Map<string, number>();
let failures = 0;
for (const name of names) {
  const result = run(name);
  if (result === null) continue;
  const bad = LEVELS.filter((level) => result[level].length > 0);
  for (const level of LEVELS) {
    if (result[level].length === 0) passed.set(level, (passed.get(level) ?? 0) + 1);
  }
  if (bad.length === 0) continue;
  failures++;
  console.log(`${name}: ${bad.join(", ")}`);
  for (const level of bad) {
    const lines = result[level].slice(0, only === undefined ? 8 : 100);
    for (const line of lines) console.log(`    ${level}: ${line}`);
  }
}
if (only !== undefined) {
  const { decisions, scores, actions } = scheduleTransition(readCase(folder, only));
  for (const decision of decisions) console.log(decision.what, decision.resource, decision.reason);
  console.log(JSON.stringify(scores));
  for (const action of actions) console.log(JSON.stringify(action));
}
console.log(`${names.length} cases, ${failures} differ somewhere`);
for (const level of LEVELS) console.log(`${level}: ${passed.get(level) ?? 0} agree`);

function isTier(name: string): boolean {
  return JSON.parse(readFileSync(`${folder}/${name}.expected.json`, "utf8")).tier === tier;
}

function run(name: string): Comparison | null {
  try {
    return compareCase(folder, name);
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    return null;
  }
}
