/** lbctl(8), from the tree of commands. */
import { EXIT } from "../../ctl/ctl-error.ts";
import type { TreeCommand, TreeOption } from "./command-tree.ts";
import {
  entry,
  escapeText,
  type PageHead,
  pageHead,
  paragraphs,
  section,
  seeAlso,
} from "./roff.ts";

const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "Done.",
  failed: "Failed: the cluster could not do it.",
  refused:
    "Usage, or a configuration that was refused: each line names one problem. Nothing was changed.",
  unreachable: "No agent on this host, no permission, or no connection.",
  amiss: "Asked and answered: the nodes differ (drift), or a node is not ready (resource check).",
};

/** The page, with every command and option that lbctl has. */
export function renderLbctlPage(
  tree: TreeCommand,
  about: Pick<PageHead, "day" | "release">,
): string {
  const summary = "control a two-node lb-cluster";
  return [
    ...pageHead({ name: "lbctl", section: 8, summary, ...about }),
    ...section("SYNOPSIS", [
      ".B lbctl",
      escapeText("COMMAND [WORDS...] [OPTIONS]"),
      ".br",
      ".B lbctl",
      escapeText("--version | --help | COMMAND --help"),
    ]),
    ...section(
      "DESCRIPTION",
      paragraphs(
        "lbctl shows and changes a cluster of two nodes that lb-agent runs. Its commands and " +
          "their words are those of pcs. It talks to the agent of this host, whichever node that " +
          "is; a change is done when it is on both nodes.",
        "Options may stand anywhere. With --plan a command says what it would stop, start and " +
          "move, and changes nothing; with --wait it returns when the cluster has done it.",
      ),
    ),
    ...section("OPTIONS", tree.options.flatMap(renderOption)),
    ...section("COMMANDS", tree.commands.flatMap(renderFamily)),
    ...section('"EXIT STATUS"', [
      ...Object.entries(EXIT_TEXTS).flatMap(([name, text]) => entry(String(statusOf(name)), text)),
    ]),
    ...section("ENVIRONMENT", [
      ...entry(
        "LB_CLUSTER_ETC, LB_CLUSTER_LIB, LB_CLUSTER_RUN, LB_CLUSTER_LOG",
        "Folders to use in place of those below FILES.",
      ),
    ]),
    ...section("FILES", [
      ...entry("/run/lb-cluster/agent.sock", "Where the agent answers; for root and haclient."),
      ...entry("/etc/lb-cluster/cluster.yaml", "The nodes: see lb-cluster.yaml(5)."),
      ...entry("/etc/lb-cluster/authkey", "The secret that both nodes share."),
    ]),
    ...seeAlso(["lb-agent", 8], ["lb-cluster.yaml", 5], ["lb-IPaddr2", 7], ["lb-apache", 7]),
    "",
  ].join("\n");
}

function statusOf(name: string): number {
  return Object.entries(EXIT).find(([known]) => known === name)?.[1] ?? 0;
}

/** A family is a heading with its commands; a command without others below it is one too. */
function renderFamily(family: TreeCommand): readonly string[] {
  return [`.SS "lbctl ${escapeText(family.name)}"`, ...renderBody(family, true)];
}

function renderBody(command: TreeCommand, isFirst: boolean): readonly string[] {
  const own = isFirst
    ? [...paragraphs(sentence(command)), ...synopsisOf(command)]
    : entry(titleOf(command), sentence(command));
  const options = command.options.filter(({ flags }) => !flags.includes("--help"));
  return [
    ...own,
    ...(options.length === 0 ? [] : [".RS", ...options.flatMap(renderOption), ".RE"]),
    ...command.commands.flatMap((each) => renderBody(each, false)),
  ];
}

function synopsisOf(command: TreeCommand): readonly string[] {
  const words = wordsOf(command);
  return words === "" ? [] : [".PP", `\\fB${escapeText(command.name)}\\fR ${escapeText(words)}`];
}

function titleOf(command: TreeCommand): string {
  return `${command.path.join(" ")} ${wordsOf(command)}`.trim();
}

function wordsOf({ usage }: TreeCommand): string {
  return usage.replace(/^\[options\]/, "").trim();
}

function sentence({ summary, aliases }: TreeCommand): string {
  const text = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return aliases.length === 0 ? text : `${text} Also: ${aliases.join(", ")}.`;
}

function renderOption({ flags, summary }: TreeOption): readonly string[] {
  return entry(flags, summary);
}
