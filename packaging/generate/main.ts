/**
 * `main.ts FOLDER DAY`: writes what packages have of the commands, the agents and the parameters
 * of the cluster, read from the code itself: manual pages (`man/`) and completions (`completion/`).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RELEASE } from "../../agent/core/model/index.ts";
import { listAgents } from "../../resource-agents/index.ts";
import { renderAgentPages } from "./agent-page.ts";
import { renderBashCompletion } from "./bash-completion.ts";
import { readCommandTree } from "./command-tree.ts";
import { listCompleted } from "./completed-words.ts";
import { renderAgentDaemonPage, renderClusterFilePage } from "./daemon-pages.ts";
import { renderFishCompletion } from "./fish-completion.ts";
import { renderLbctlPage } from "./lbctl-page.ts";
import { renderPropertiesPage } from "./properties-page.ts";
import { renderZshCompletion } from "./zsh-completion.ts";

const [, , folder = "", day = ""] = process.argv;
if (folder === "" || !/^\d{4}-\d\d-\d\d$/.test(day)) {
  throw new Error("usage: main.ts FOLDER DAY, such as 2026-11-21");
}

const about = { day, release: RELEASE };
const tree = readCommandTree();
const commands = listCompleted(tree);
const agents = listAgents().map(({ metadata }) => metadata);
const files: readonly (readonly [path: string, text: string])[] = [
  ["man/lbctl.8", renderLbctlPage(tree, about)],
  ["man/lb-agent.8", renderAgentDaemonPage(about)],
  ["man/lb-properties.7", renderPropertiesPage(about)],
  ["man/lb-cluster.yaml.5", renderClusterFilePage(about)],
  ...renderAgentPages(agents, about).map(({ name, text }) => [`man/${name}.7`, text] as const),
  ["completion/lbctl.bash", renderBashCompletion(commands)],
  ["completion/_lbctl", renderZshCompletion(commands)],
  ["completion/lbctl.fish", renderFishCompletion(commands)],
];
for (const [path, text] of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
