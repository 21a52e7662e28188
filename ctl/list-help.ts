/** The help of every command, for the build to put into help-texts.ts. */
import type { Command } from "commander";
import { describedProgram } from "./described-program.ts";

/** Texts by the words of each command, under each of its names; of `lbctl --help` under "". */
export function listHelp(): Readonly<Record<string, string>> {
  const program = describedProgram();
  program.configureOutput({ getOutHelpWidth: () => 80 });
  return Object.fromEntries(textsBelow(program, [""]));
}

function textsBelow(command: Command, paths: readonly string[]): readonly [string, string][] {
  const text = command.helpInformation().trimEnd();
  return [
    ...paths.map((path): [string, string] => [path, text]),
    ...command.commands.flatMap((each) => {
      const names = [each.name(), ...each.aliases()];
      return textsBelow(
        each,
        paths.flatMap((path) => names.map((name) => `${path} ${name}`.trim())),
      );
    }),
  ];
}
