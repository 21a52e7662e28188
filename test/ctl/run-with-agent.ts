/** Runs `lbctl` in this process with an agent that answers what a test says. */
import { emptyCib } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../../ctl/agent-client/connect.ts";
import { readPaths } from "../../ctl/paths.ts";
import { runProgram } from "../../ctl/program.ts";
import { EXAMPLE_STATUS } from "../../ctl/render/example-status.ts";

/** What a run printed, and how it ended. */
export interface Printed {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const NOBODY: AgentClient = {
  getRelease: async () => "0.1.0",
  getStatus: async () => EXAMPLE_STATUS,
  getCib: async () => emptyCib(EXAMPLE_STATUS.nodes.map(({ name }) => name)),
  apply: async () => ({ cibVersion: "0.1.0", notes: [], savedOn: [], decisions: [], input: null }),
  runCommand: async () => [],
  readFiles: async () => [],
  inspectNow: async () => {},
  watchStatus: async () => {},
  close: () => {},
};

/** One command line; words with blanks are given as a list. */
export async function runWithAgent(
  line: string | readonly string[],
  agent: Partial<AgentClient>,
  environment: NodeJS.ProcessEnv = {},
): Promise<Printed> {
  const [out, err]: [string[], string[]] = [[], []];
  const words = typeof line === "string" ? line.split(" ") : line;
  const exitCode = await runProgram(words, {
    paths: readPaths(environment),
    terminal: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
    withAgent: (use) => use({ ...NOBODY, ...agent }),
  });
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}
