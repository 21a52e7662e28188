// Bundles the programs into dist/: each is one CommonJS file that starts faster and takes less
// memory than its modules, and lbctl a few of them, so that a command reads what it needs alone.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { listHelp } from "../ctl/list-help.ts";
import { compileMessages } from "../proto/compile-messages.ts";
import { loadLazily } from "./load-lazily.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Programs that are read as a whole when they start. */
const whole = {
  "lb-agent": "agent/main.ts",
  "lb-heartbeat": "agent/heartbeat.ts",
  "lb-ocf": "resource-agents/ocf.ts",
};
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  plugins: [compiledMessages(), helpTexts(), withoutProtoLoader()],
};

// Built beside and then put in its place: a build that fails leaves the programs as they were, and
// an agent that starts meanwhile finds them.
const fresh = join(root, "dist.new");
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh);
const inWhole = await build({
  ...options,
  entryPoints: whole,
  outdir: "dist.new",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
});
const inParts = await buildInParts("lbctl", "ctl/main.ts");
const codeCache = await buildInParts("code-cache", "ctl/code-cache.ts");
const entry = join(fresh, "lbctl.cjs");
const loadParts = 'require = require("./code-cache.cjs").loadParts(__dirname, require);\n';
writeFileSync(entry, `${loadParts}${readFileSync(entry, "utf8")}`);
const inputs = [inWhole, inParts, codeCache].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs),
);
writeFileSync(join(fresh, "bundled.json"), `${JSON.stringify(listBundled(inputs), null, 1)}\n`);
cpSync(join(root, "packaging/attribute-tools"), join(fresh, "attribute-tools"), {
  recursive: true,
});
rmSync(join(root, "dist"), { recursive: true, force: true });
renameSync(fresh, join(root, "dist"));

/** Puts compiled messages in the place of those that are read from the .proto files at each start. */
function compiledMessages() {
  return {
    name: "compiled-messages",
    setup: (given) => {
      given.onLoad({ filter: /\/proto\/reflected-messages\.ts$/ }, () => ({
        contents: compileMessages(join(root, "proto")),
        loader: "js",
        resolveDir: root,
      }));
    },
  };
}

/** Puts the help of all commands in the place of none. */
function helpTexts() {
  return {
    name: "help-texts",
    setup: (given) => {
      given.onLoad({ filter: /\/ctl\/help-texts\.ts$/ }, () => ({
        contents: `export const HELP_TEXTS = ${JSON.stringify(listHelp())};`,
        loader: "js",
      }));
    },
  };
}

/**
 * Leaves out what grpc-js would load for its channelz service, which nobody offers here: a third
 * of what each start has to read.
 */
function withoutProtoLoader() {
  return {
    name: "without-proto-loader",
    setup: (given) => {
      given.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({
        path,
        namespace: "left-out",
      }));
      given.onLoad({ filter: /./, namespace: "left-out" }, ({ path }) => ({
        contents: `throw new Error("${path} is not part of this program");`,
      }));
    },
  };
}

/**
 * One file for what a program always needs, and one for each part that it imports when it is
 * needed; returns what esbuild says of them. esbuild splits ES modules alone; Node.js loads CommonJS faster.
 */
async function buildInParts(name, entryPoint) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: { [name]: entryPoint },
    outdir: "dist.new",
    outExtension: { ".js": ".cjs" },
    format: "esm",
    splitting: true,
    chunkNames: `${name}-[hash]`,
    write: false,
  });
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      format: "cjs",
      platform: "node",
      target: options.target,
      supported: { "dynamic-import": false },
    });
    const short = await transform(loadLazily(code), { minifyWhitespace: true });
    writeFileSync(join(fresh, basename(path)), short.code);
  }
  return { metafile };
}

/** The npm packages that the programs have parts of, with their licences: packages name them. */
function listBundled(paths) {
  const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
  const folders = paths.flatMap((path) => folder.exec(path) ?? []);
  return [...new Set(folders)].sort().map((found) => {
    const text = readFileSync(join(root, found, "package.json"), "utf8");
    const { name, version, license } = JSON.parse(text);
    return { name, version, license, folder: found };
  });
}
