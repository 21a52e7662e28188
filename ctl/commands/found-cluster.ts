/** `cluster setup` and `cluster join`: how a host gets the two files of its cluster. */
import type { ClusterConfig } from "../../agent/core/model/index.ts";
import { type ClusterTexts, encodeClusterFile, parseJoinToken } from "../../agent/wire/index.ts";
import { probeSocket } from "../../proto/probe-socket.ts";
import { refused, refusedBy, unreachable } from "../ctl-error.ts";
import {
  clusterFilePaths,
  hasCluster,
  makeAuthkey,
  parseConfigText,
  readClusterTexts,
  requireLocalNode,
  writeClusterTexts,
} from "../host/cluster-texts.ts";
import { resolveNodes } from "../host/resolve-nodes.ts";
import { makeClusterConfig, parseSetup, type SetupOptions } from "../parse/parse-setup.ts";
import { parseYesNo } from "../parse/parse-values.ts";
import { renderTiming } from "../render/render-timing.ts";
import type { Session } from "../session.ts";
import { isGiven, type Options, optionText } from "./command-kit.ts";

const TOKEN_MAX_BYTES = 65_536;

/** `cluster setup`: nothing is written unless all of it is right. */
export async function setup(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { paths, terminal } = session;
  const parsed = parseSetup(words);
  const settings = readSettings(options);
  const nodes = await resolveNodes(parsed.nodes);
  const config = makeClusterConfig({ clusterName: parsed.clusterName, nodes }, settings);
  const local = requireLocalNode(config);
  if (hasCluster(paths.etc) && !isGiven(options, "force")) {
    const { config: file } = clusterFilePaths(paths.etc);
    throw refused(`${file} exists: this host is in a cluster already; --force replaces it`);
  }
  await refuseWhileRunning(session);
  writeTexts(paths.etc, { config: encodeClusterFile(config), authkey: makeAuthkey() });
  const peer = config.nodes.find(({ name }) => name !== local.name)?.name ?? "";
  terminal.out(renderNextSteps(config, { local: local.name, peer, folder: paths.etc }));
}

function readSettings(options: Options): SetupOptions {
  const wait = options["waitForAll"];
  const waitsForAll =
    wait === true || (typeof wait === "string" && parseYesNo("wait-for-all", wait));
  const names = ["transport", "profile", "token", "port", "quorumTimeout"] as const;
  const given = names.flatMap((name) => {
    const text = optionText(options, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return { waitsForAll, ...Object.fromEntries(given) };
}

/** Under a running agent the files would say one thing and the agent do another. */
async function refuseWhileRunning({ paths }: Session): Promise<void> {
  if ((await probeSocket(paths.socket)) !== "answers") return;
  throw refused('lb-agent is running here; stop it first with "lbctl cluster stop"');
}

/** Writes both files, or says that only root may. */
export function writeTexts(folder: string, texts: ClusterTexts): void {
  refuseUnlessRoot(folder);
  writeClusterTexts(folder, texts);
}

/** Says that only root may write the files of the cluster. */
export function refuseUnlessRoot(folder: string): void {
  if (process.getuid?.() === 0 || !folder.startsWith("/etc/")) return;
  throw unreachable(`no permission to write ${folder}: run as root`);
}

/** What to do on each host once the files of the cluster are written on one of them. */
export function renderNextSteps(
  config: ClusterConfig,
  about: { readonly local: string; readonly peer: string; readonly folder: string },
): string {
  const { local, peer, folder } = about;
  const files = clusterFilePaths(folder);
  return [
    `Cluster '${config.clusterName}' has been set up on this host, which is node ${local}:`,
    `  ${files.config}`,
    `  ${files.authkey} (secret)`,
    "Next:",
    `  on ${local}: "lbctl cluster token" prints one secret line`,
    `  on ${peer}: "lbctl cluster join -" reads it`,
    '  on both: "lbctl cluster start"',
    `Timing (profile ${config.profile}):`,
    ...renderTiming(config.tokenTimeoutMs).map((line) => `  ${line}`),
    `  ${renderAlone(config)}`,
  ].join("\n");
}

function renderAlone({ quorum }: ClusterConfig): string {
  if (quorum.aloneAfterMs === null) {
    return 'node that starts alone: waits for its peer, or for "lbctl quorum unblock"';
  }
  if (quorum.aloneAfterMs === 0) return "node that starts alone: starts resources at once";
  const { aloneAfterMs } = quorum;
  return `node that starts alone: starts resources after ${aloneAfterMs} ms without its peer`;
}

/** `cluster join -`. The token is never taken from the command line, where others could see it. */
export async function join(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { paths, terminal } = session;
  if (words.length > 1 || (words[0] !== undefined && words[0] !== "-")) {
    throw refused(
      "a token in the command line can be seen by everybody on this host: give it on standard " +
        'input, "lbctl cluster join -"',
    );
  }
  const texts = await readToken(session);
  const config = await parseConfigText(texts.config);
  const local = requireLocalNode(config);
  if (hasCluster(paths.etc) && !isGiven(options, "force")) {
    const now = readClusterTexts(paths.etc);
    if (now.config !== texts.config || now.authkey !== texts.authkey) {
      const { config: file } = clusterFilePaths(paths.etc);
      throw refused(`${file}: this host is in another cluster; --force replaces it`);
    }
    terminal.out(`This host is node ${local.name} of cluster '${config.clusterName}' already`);
    return;
  }
  await refuseWhileRunning(session);
  writeTexts(paths.etc, texts);
  terminal.out(`This host has joined cluster '${config.clusterName}' as node ${local.name}`);
  terminal.out('Next: "lbctl cluster start"');
}

/** The files of the token on standard input; throws when it is none. */
export async function readToken({ terminal }: Session): Promise<ClusterTexts> {
  if (process.stdin.isTTY) terminal.err('The line that "lbctl cluster token" printed:');
  const texts = parseJoinToken(await readLine());
  if ("code" in texts) throw refusedBy([texts]);
  return texts;
}

/** The first line of standard input. */
async function readLine(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes("\n") || text.length > TOKEN_MAX_BYTES) break;
  }
  return text.split("\n")[0] ?? "";
}
