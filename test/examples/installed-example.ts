/**
 * Puts an example on a host as its README says: its table of files is read here, not repeated, and
 * the files are copied as they are.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Host, repositoryRoot } from "../lab/index.ts";
import { must } from "./site.ts";

/** The two layouts that the examples are made for. */
export type Layout = "rhel" | "debian";

/** Where a file of an example goes: a path, a folder ending in "/", or null for nowhere. */
interface Row {
  readonly file: string;
  readonly rhel: string | null;
  readonly debian: string | null;
}

/** The folder of an example. */
export function exampleFolder(example: string): string {
  return join(repositoryRoot(), "examples", example);
}

/** A file of an example. */
export function exampleText(example: string, file: string): string {
  return readFileSync(join(exampleFolder(example), file), "utf8");
}

/** The table of files in the README of an example. */
export function readTable(example: string): readonly Row[] {
  const section = exampleText(example, "README.md").split("\n## Files\n")[1] ?? "";
  const rows = section.split("\n## ")[0]?.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm);
  return [...(rows ?? [])].map(([, file = "", rhel = "", debian = ""]) => ({
    file,
    rhel: pathIn(rhel),
    debian: pathIn(debian),
  }));
}

function pathIn(cell: string): string | null {
  return /^`(\/[^`]+)`/.exec(cell.trim())?.[1] ?? null;
}

/** The lines of shell in a README that begin with this word. */
export function commandsIn(example: string, word: string): readonly string[] {
  const lines = exampleText(example, "README.md").split("\n");
  return lines.filter((line) => line.startsWith(`    ${word} `)).map((line) => line.trim());
}

/** What to install, and where. */
export interface Installation {
  readonly example: string;
  readonly layout: Layout;
  readonly files: readonly string[];
}

/**
 * Copies files of an example to where its README says; on Debian, what goes to an "available"
 * folder is enabled too. `hosts` is appended to /etc/hosts.
 */
export async function install(host: Host, { example, layout, files }: Installation): Promise<void> {
  const table = readTable(example);
  for (const file of files) {
    const row = table.find((each) => each.file === file) ?? assert.fail(`${example}: ${file}?`);
    const target = row[layout];
    const source = join(exampleFolder(example), file);
    if (target === null) continue;
    if (target === "/etc/hosts") await must(host, `cat ${source} >>/etc/hosts`);
    else await must(host, `mkdir -p "$(dirname ${target}x)" && cp ${source} ${target}`);
    const enabled = /\/(conf|site)s?-available\/$/.exec(target)?.[1];
    const name = file
      .split("/")
      .at(-1)
      ?.replace(/\.conf$/, "");
    if (enabled !== undefined) await must(host, `a2en${enabled} -q ${name}`);
  }
}
