import { readdirSync } from "node:fs";
import { compareCase, type Verdict } from "./compare-case.ts";

// Shows, for a folder of CIB files, whether an export places the same as the file it came from:
//   npm run test:cib-export -- FOLDER [--all] [--no-pcs|--pcs-every=N] [CASE...]
// Without `--all` only files with at most two nodes. `--no-pcs`: only the XML, which takes seconds
// instead of many minutes; `--pcs-every=N`: pcs for each Nth file.
// Needs pcs, crm_simulate and xmllint.

const args = process.argv.slice(2);
const isAll = args.includes("--all");
const PCS_EVERY = "--pcs-every=";
const everyText = args.find((arg) => arg.startsWith(PCS_EVERY))?.slice(PCS_EVERY.length) ?? "1";
const pcsEvery = args.includes("--no-pcs") ? Number.POSITIVE_INFINITY : Number(everyText);
const [folder, ...wanted] = args.filter((arg) => !arg.startsWith("--"));
if (folder === undefined || !(pcsEvery >= 1)) {
  console.error(
    "usage: npm run test:cib-export -- FOLDER [--all] [--no-pcs|--pcs-every=N] [CASE...]",
  );
  process.exit(2);
}

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".xml"))
  .map((file) => file.slice(0, -".xml".length))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();

const CHECKS = ["same model", "valid XML", "XML places", "pcs model", "pcs places"] as const;
const PARALLEL = 2;

const verdicts: Verdict[] = [];
const open = [...names];

async function work(): Promise<void> {
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const hasPcs = (names.indexOf(name) + 1) % pcsEvery === 0;
    const verdict = await compareCase(folder ?? "", name, { nodesMax: isAll ? null : 2, hasPcs });
    if (verdict === null) continue;
    verdicts.push(verdict);
    const bad = verdict.results.filter(({ outcome }) => outcome === "differs");
    if (bad.length === 0) continue;
    console.log(`${name}: ${bad.map(({ check }) => check).join(", ")}`);
    for (const { check, details } of bad) {
      for (const line of details.slice(0, wanted.length > 0 ? 50 : 6)) {
        console.log(`    ${check}: ${line.slice(0, 240)}`);
      }
    }
  }
}

await Promise.all(Array.from({ length: PARALLEL }, work));

console.log(`${verdicts.length} cases`);
for (const check of CHECKS) {
  const of = (outcome: string): number =>
    verdicts.filter(({ results }) =>
      results.some((result) => result.check === check && result.outcome === outcome),
    ).length;
  const counts = `${of("same")} same, ${of("differs")} differ, ${of("unknown")} not comparable`;
  console.log(`${check.padEnd(12)} ${counts}`);
}
process.exitCode = verdicts.some(({ results }) =>
  results.some(({ outcome }) => outcome === "differs"),
)
  ? 1
  : 0;
