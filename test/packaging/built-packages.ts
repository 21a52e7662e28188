/** The packages, built once for all tests that look at them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../lab/repository-root.ts";

const BUILD_MAX_MS = 120_000;
/** Some time; the one of the commit is not known in a checkout without its history. */
const TIME_SECONDS = "1780000000";

/** Two builds of the same sources. */
export interface BuiltPackages {
  /** Holds `rpm`, the file's path, and so on. */
  readonly folder: string;
  readonly rpm: string;
  readonly deb: string;
  /** SHA-256 of each file by its name, of both builds. */
  readonly digests: readonly Readonly<Record<string, string>>[];
  close(): void;
}

/** Builds twice, the second time under another language, time zone and umask. */
export function buildTwice(): BuiltPackages {
  const folder = mkdtempSync(join(tmpdir(), "lb-packages-"));
  const first = join(folder, "first");
  const second = join(folder, "second");
  build(first, { command: "umask 022", environment: { TZ: "UTC" } });
  const elsewhere = { TZ: "Asia/Tokyo", LANG: "C.UTF-8", HOME: folder };
  build(second, { command: "umask 077", environment: elsewhere });
  const named = (ending: string): string => {
    const name = readdirSync(first).find((each) => each.endsWith(ending));
    if (name === undefined) throw new Error(`no package ${ending} was built`);
    return join(first, name);
  };
  return {
    folder: first,
    rpm: named(".rpm"),
    deb: named(".deb"),
    digests: [first, second].map(digestsIn),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function build(
  output: string,
  how: { readonly command: string; readonly environment: Readonly<Record<string, string>> },
): void {
  const script = `${how.command}; exec bash scripts/package.sh --output ${output}`;
  const { status, stderr, stdout } = spawnSync("bash", ["-c", script], {
    cwd: repositoryRoot(),
    encoding: "utf8",
    timeout: BUILD_MAX_MS,
    env: { ...process.env, ...how.environment, SOURCE_DATE_EPOCH: TIME_SECONDS },
  });
  if (status !== 0) throw new Error(`the packages were not built: ${stdout}${stderr}`);
}

function digestsIn(folder: string): Readonly<Record<string, string>> {
  const digest = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  const names = readdirSync(folder).toSorted();
  return Object.fromEntries(names.map((name) => [name, digest(name)]));
}
