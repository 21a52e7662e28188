// Lays out what a package installs: `node scripts/stage-package.mjs FAMILY FOLDER GENERATED`,
// FAMILY being rpm or deb. FOLDER becomes the root of the host; GENERATED holds manual pages and
// completions. Nothing in it depends on this host, this user or the time.
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [family, folder, generated] = process.argv.slice(2);
if (!["rpm", "deb"].includes(family) || folder === undefined || generated === undefined) {
  throw new Error("usage: stage-package.mjs rpm|deb FOLDER GENERATED");
}

const PROGRAMS = "usr/lib/lb-cluster";
const DOCS = "usr/share/doc/lb-cluster";
/** Programs that are started by their path; the others are read by these. */
const STARTED = ["lb-agent.cjs", "lbctl.cjs", "lb-ocf.cjs"];
/** Files that go where they are used as they are. */
const COPIED = [
  ["packaging/systemd/lb-agent.service", "usr/lib/systemd/system/lb-agent.service"],
  ["packaging/sysusers.d/lb-cluster.conf", "usr/lib/sysusers.d/lb-cluster.conf"],
  ["packaging/tmpfiles.d/lb-cluster.conf", "usr/lib/tmpfiles.d/lb-cluster.conf"],
  ["packaging/firewalld/lb-cluster.xml", "usr/lib/firewalld/services/lb-cluster.xml"],
  [
    "packaging/config/lb-agent",
    family === "rpm" ? "etc/sysconfig/lb-agent" : "etc/default/lb-agent",
  ],
  ["README.md", `${DOCS}/README.md`],
  ["docs", `${DOCS}/docs`],
  ["examples", `${DOCS}/examples`],
];
const COMPLETIONS = [
  ["lbctl.bash", "usr/share/bash-completion/completions/lbctl"],
  [
    "_lbctl",
    family === "rpm"
      ? "usr/share/zsh/site-functions/_lbctl"
      : "usr/share/zsh/vendor-completions/_lbctl",
  ],
  ["lbctl.fish", "usr/share/fish/vendor_completions.d/lbctl.fish"],
];
/** Folders that hold no file at first. */
const EMPTY = [
  ["etc/lb-cluster", 0o755],
  ["var/lib/lb-cluster", 0o750],
  ["var/log/lb-cluster", 0o750],
];

rmSync(folder, { recursive: true, force: true });
for (const [from, to] of COPIED) copy(join(root, from), to);
for (const [from, to] of COMPLETIONS) copy(join(generated, "completion", from), to);
stagePrograms();
copy(join(root, "packaging/ocf"), "usr/lib/ocf/resource.d/lb");
for (const name of readdirSync(join(generated, "man")).sort()) {
  const section = name.slice(name.lastIndexOf(".") + 1);
  write(
    `usr/share/man/man${section}/${name}.gz`,
    zipped(readFileSync(join(generated, "man", name))),
  );
}
stageLicences();
setModes(folder);
for (const [path, mode] of EMPTY) {
  mkdirSync(join(folder, path), { recursive: true });
  chmodSync(join(folder, path), mode);
}

function stagePrograms() {
  copy(join(root, "dist"), PROGRAMS);
  rmSync(join(folder, PROGRAMS, "bundled.json"));
  for (const name of STARTED) {
    const text = readFileSync(join(root, "dist", name), "utf8");
    write(`${PROGRAMS}/${name}`, `#!/usr/bin/node\n${text}`);
  }
  copy(join(root, "packaging/restart-agent"), `${PROGRAMS}/restart-agent`);
  mkdirSync(join(folder, "usr/bin"), { recursive: true });
  for (const name of ["lb-agent", "lbctl"]) {
    symlinkSync(`../lib/lb-cluster/${name}.cjs`, join(folder, "usr/bin", name));
  }
}

/** Our own licence, and what those of the packages in our bundles want to be given along. */
function stageLicences() {
  const bundled = JSON.parse(readFileSync(join(root, "dist/bundled.json"), "utf8"));
  const notices = bundled.map(({ name, version, license, folder: from }) => {
    const files = readdirSync(join(root, from)).filter((each) =>
      /^licen[cs]e(\.md|\.txt)?$/i.test(each),
    );
    const texts = files.sort().map((each) => readFileSync(join(root, from, each), "utf8").trim());
    const { author } = JSON.parse(readFileSync(join(root, from, "package.json"), "utf8"));
    const by = files.length > 0 || author === undefined ? "" : ` by ${author.name ?? author}`;
    return [`== ${name} ${version}${by}: ${license}`, ...texts].join("\n\n");
  });
  const parts = "The programs contain parts of these packages.";
  const all = `${[parts, ...notices].join("\n\n").replace(/[ \t]*\r?\n/g, "\n")}\n`;
  const changes = readFileSync(join(root, "CHANGELOG.md"));
  if (family === "rpm") {
    copy(join(root, "LICENSE"), "usr/share/licenses/lb-cluster/LICENSE");
    write("usr/share/licenses/lb-cluster/THIRD-PARTY", all);
    write(`${DOCS}/CHANGELOG.md`, changes);
    return;
  }
  const head = readFileSync(join(root, "packaging/deb/copyright"), "utf8");
  write(`${DOCS}/copyright`, head);
  write(`${DOCS}/THIRD-PARTY.gz`, zipped(all));
  write(`${DOCS}/changelog.gz`, zipped(changes));
  const own = readFileSync(join(root, "packaging/deb/changelog"));
  write(`${DOCS}/changelog.Debian.gz`, zipped(own));
  copy(join(root, "packaging/deb/lintian-overrides"), "usr/share/lintian/overrides/lb-cluster");
}

function copy(from, to) {
  if (!existsSync(from)) throw new Error(`${from}: not there; build first`);
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  cpSync(from, join(folder, to), { recursive: true });
}

function write(to, content) {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  writeFileSync(join(folder, to), content);
}

/** As `gzip -9n` does: no name, no time. */
function zipped(content) {
  return gzipSync(content, { level: 9 });
}

/** Executable is what begins with #!, except for what is there to be read. */
function setModes(path) {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  if (found.isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) setModes(join(path, name));
    return;
  }
  const isDocument = path.startsWith(join(folder, DOCS)) || path.includes("/completions/");
  const isScript = readFileSync(path).subarray(0, 2).toString() === "#!";
  chmodSync(path, isScript && !isDocument ? 0o755 : 0o644);
}
