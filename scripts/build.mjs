// Bundles each program into one CommonJS file in dist/: a bundle starts faster and takes less
// memory.
import { cpSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const programs = {
  "lb-agent": "agent/main.ts",
  "lb-heartbeat": "agent/heartbeat.ts",
  lbctl: "ctl/main.ts",
  "lb-ocf": "resource-agents/ocf.ts",
};

// Built beside and then put in its place: a build that fails leaves the programs as they were, and
// an agent that starts meanwhile finds them.
const fresh = join(root, "dist.new");
rmSync(fresh, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: programs,
  outdir: "dist.new",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  legalComments: "none",
  logLevel: "warning",
});
cpSync(join(root, "proto"), join(fresh, "proto"), { recursive: true });
cpSync(join(root, "packaging/attribute-tools"), join(fresh, "attribute-tools"), {
  recursive: true,
});
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(fresh, join(root, "dist"));
