/** Manual pages and completions as packages have them, made for one run of tests. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder that holds `man/` and `completion/`. */
export interface GeneratedFiles {
  readonly folder: string;
  close(): void;
}

/** Makes them. */
export function generateFiles(): GeneratedFiles {
  const folder = mkdtempSync(join(tmpdir(), "lb-generated-"));
  const words = ["--import=tsx", "packaging/generate/main.ts", folder, "2026-11-21"];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`nothing was generated: ${stderr}`);
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}
