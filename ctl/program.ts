/** The tree of commands. */
import { Command, CommanderError } from "commander";
import { RELEASE } from "../agent/core/model/index.ts";
import { addCibCommands } from "./commands/cib-commands.ts";
import { addClusterCommands } from "./commands/cluster-commands.ts";
import { unknownCommand } from "./commands/command-kit.ts";
import { addConstraintCommands } from "./commands/constraint-commands.ts";
import { addDriftCommand } from "./commands/drift-commands.ts";
import { addExplainCommand } from "./commands/explain-commands.ts";
import { addNodeCommands } from "./commands/node-commands.ts";
import { planningSession } from "./commands/planning-session.ts";
import { addPropertyCommands } from "./commands/property-commands.ts";
import { addResourceCommands } from "./commands/resource-commands.ts";
import { addSimulateCommand } from "./commands/simulate-commands.ts";
import {
  addConfigCommand,
  addMonCommand,
  addQuorumCommands,
  addStatusCommands,
} from "./commands/status-commands.ts";
import { addStonithCommands } from "./commands/stonith-commands.ts";
import { addTagCommands } from "./commands/tag-commands.ts";
import { addVerifyCommand } from "./commands/verify-commands.ts";
import { CtlError, EXIT, systemCode } from "./ctl-error.ts";
import { arrangeWords } from "./parse/arrange-words.ts";
import type { Session } from "./session.ts";

/** What adds the commands below each first word, in the order of the help. */
const FAMILIES: ReadonlyMap<string | undefined, (program: Command, session: Session) => void> =
  new Map([
    ["cluster", addClusterCommands],
    ["resource", addResourceCommands],
    ["constraint", addConstraintCommands],
    ["node", addNodeCommands],
    ["property", addPropertyCommands],
    ["tag", addTagCommands],
    ["stonith", addStonithCommands],
    ["quorum", addQuorumCommands],
    ["status", addStatusCommands],
    ["config", addConfigCommand],
    ["cib", addCibCommands],
    ["mon", addMonCommand],
    ["simulate", addSimulateCommand],
    ["explain", addExplainCommand],
    ["verify", addVerifyCommand],
    ["drift", addDriftCommand],
    ["version", addVersionCommand],
  ]);

/** Runs one command line, without the program's name, and returns the exit code. */
export async function runProgram(args: readonly string[], session: Session): Promise<number> {
  try {
    const words = arrangeWords(args);
    await buildProgram(session, words[0]).parseAsync([...words], { from: "user" });
    return EXIT.done;
  } catch (error) {
    return report(error, session);
  }
}

/**
 * The tree itself: for one run, and for the tests that look at its commands. With a `first` word
 * that begins a command it has none but those: making all takes longer than a command should.
 */
export function buildProgram(given: Session, first?: string): Command {
  const { terminal } = given;
  const { session, begin } = planningSession(given);
  const program = new Command("lbctl");
  program.hook("preAction", (_program, command) => begin(command.optsWithGlobals()));
  program
    .description("Controls a two-node lb-cluster. The commands are those of pcs.")
    .version(RELEASE, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      // The error is reported once, in the house's form.
      writeErr: () => {},
    })
    .argument("[words...]")
    .action((words: readonly string[]) => {
      const [first] = words;
      if (first !== undefined) throw unknownCommand(program, first);
      terminal.out(program.helpInformation().trimEnd());
      throw new CtlError(EXIT.refused);
    });
  const one = FAMILIES.get(first);
  for (const add of one === undefined ? FAMILIES.values() : [one]) add(program, session);
  return program;
}

function addVersionCommand(program: Command, session: Session): void {
  program
    .command("version")
    .description("releases of lbctl and of the agent on this host")
    .action(async () => {
      session.terminal.out(`lbctl ${RELEASE}`);
      await session.withAgent(async (agent) => {
        session.terminal.out(`lb-agent ${await agent.getRelease()}`);
      });
    });
}

function report(error: unknown, { terminal }: Session): number {
  if (error instanceof CtlError) {
    for (const line of error.lines) terminal.err(`Error: ${line}`);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // A hint to what was meant stands on a line of its own.
    terminal.err(`Error: ${error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")}`);
    return EXIT.refused;
  }
  const code = systemCode(error);
  if (code !== "" && error instanceof Error) {
    const isForbidden = code === "EACCES" || code === "EPERM" || code === "EROFS";
    const hint = isForbidden && process.getuid?.() !== 0 ? "; run as root" : "";
    terminal.err(`Error: ${error.message}${hint}`);
    return isForbidden ? EXIT.unreachable : EXIT.failed;
  }
  throw error;
}
