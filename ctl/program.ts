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

/** Runs one command line, without the program's name, and returns the exit code. */
export async function runProgram(args: readonly string[], session: Session): Promise<number> {
  try {
    await buildProgram(session).parseAsync([...arrangeWords(args)], { from: "user" });
    return EXIT.done;
  } catch (error) {
    return report(error, session);
  }
}

/** The tree itself: for one run, and for the tests that look at its commands. */
export function buildProgram(given: Session): Command {
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
  addClusterCommands(program, session);
  addResourceCommands(program, session);
  addConstraintCommands(program, session);
  addNodeCommands(program, session);
  addPropertyCommands(program, session);
  addTagCommands(program, session);
  addStonithCommands(program, session);
  addQuorumCommands(program, session);
  addStatusCommands(program, session);
  addConfigCommand(program, session);
  addCibCommands(program, session);
  addMonCommand(program, session);
  addSimulateCommand(program, session);
  addExplainCommand(program, session);
  addVerifyCommand(program, session);
  addDriftCommand(program, session);
  program
    .command("version")
    .description("releases of lbctl and of the agent on this host")
    .action(async () => {
      terminal.out(`lbctl ${RELEASE}`);
      await session.withAgent(async (agent) => {
        terminal.out(`lb-agent ${await agent.getRelease()}`);
      });
    });
  return program;
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
