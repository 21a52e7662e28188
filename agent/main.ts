/** lb-agent: reads its files, opens the ports, and runs the core on them until it leaves. */
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { initialAgent } from "./core/agent/index.ts";
import { digestText } from "./core/base/index.ts";
import { parseCib } from "./core/configuration/index.ts";
import { type Cib, emptyCib, RELEASE, renderProblem } from "./core/model/index.ts";
import { runNode } from "./run-node.ts";
import { type ClusterFiles, readClusterFiles } from "./shell/cluster-files/index.ts";
import { type OpenDisk, openDisk } from "./shell/disk/index.ts";
import { type EventLog, openLog } from "./shell/log/index.ts";
import { isSupervised } from "./shell/supervisor/index.ts";

const EXIT_REFUSED = 2;
const EXIT_NO_PERMISSION = 3;

/** Where things are on this host; each can be moved by an environment variable. */
interface Folders {
  readonly etc: string;
  readonly lib: string;
  readonly run: string;
  readonly log: string;
}

function readFolders(environment: NodeJS.ProcessEnv): Folders {
  return {
    etc: environment["LB_CLUSTER_ETC"] ?? "/etc/lb-cluster",
    lib: environment["LB_CLUSTER_LIB"] ?? "/var/lib/lb-cluster",
    run: environment["LB_CLUSTER_RUN"] ?? "/run/lb-cluster",
    log: environment["LB_CLUSTER_LOG"] ?? "/var/log/lb-cluster",
  };
}

function main(): void {
  if (process.argv.includes("--version")) {
    process.stdout.write(`lb-agent ${RELEASE}\n`);
    return;
  }
  if (process.getuid?.() !== 0) {
    end(EXIT_NO_PERMISSION, [
      "lb-agent: must run as root: it changes addresses and starts servers",
    ]);
  }
  const folders = readFolders(process.env);
  const read = readClusterFiles(folders.etc);
  if (read.kind === "refused") {
    end(
      EXIT_REFUSED,
      read.problems.map((problem) => `lb-agent: ${renderProblem(problem)}`),
    );
  }
  const { files } = read;
  const isUnderSystemd = isSupervised(process.env);
  const log = openLog({
    file: join(folders.log, "agent.log"),
    standardError: isUnderSystemd ? "journal" : "none",
    node: files.localNode,
  });
  const { authkeyHex, otherAuthkeyHex } = files.authkeys;
  log.hide(authkeyHex);
  if (otherAuthkeyHex !== null) log.hide(otherAuthkeyHex);
  const disk = openDiskOrEnd(folders.lib, log);
  const start = startOf(files, disk);
  const node = { start, files, log, disk, release: RELEASE, environment: process.env };
  const programFolder = dirname(realpathSync(process.argv[1] ?? "."));
  runNode({ ...node, runFolder: folders.run, programFolder });
}

function openDiskOrEnd(folder: string, log: EventLog): OpenDisk {
  try {
    return openDisk({ folder, log: log.write });
  } catch (error) {
    return end(1, [`lb-agent: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/**
 * What the core starts from: the configuration on disk, or an empty one that any other replaces.
 */
function startOf(files: ClusterFiles, disk: OpenDisk): Parameters<typeof initialAgent>[0] {
  const { config, localNode } = files;
  const { cib, problem } = readCib(
    disk,
    config.nodes.map((node) => node.name),
  );
  return {
    config,
    localNode,
    release: RELEASE,
    configHash: digestText(files.configText),
    cib,
    setAside: disk.listSetAside(),
    diskProblem: problem,
  };
}

function readCib(
  disk: OpenDisk,
  nodes: readonly string[],
): { readonly cib: Cib; readonly problem: string | null } {
  const onDisk = disk.readCib();
  if (onDisk.kind === "absent") return { cib: emptyCib(nodes), problem: null };
  const found = onDisk.kind === "found" ? onDisk.cib : onDisk.recovered;
  const damage = onDisk.kind === "damaged" ? onDisk.problem : null;
  if (found === null) return { cib: emptyCib(nodes), problem: damage };
  const parsed = parseCib(found);
  if (parsed.kind === "cib") return { cib: parsed.cib, problem: damage };
  const [first] = parsed.problems;
  const problem = first === undefined ? "not understood" : renderProblem(first);
  return { cib: emptyCib(nodes), problem: damage ?? problem };
}

function end(status: number, lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(status);
}

main();
