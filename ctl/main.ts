/** `lbctl`: reads the command line, prints, sets the exit code. All else is in its parts. */

import { RELEASE } from "../agent/core/model/index.ts";
import { EXIT } from "./ctl-error.ts";
import { openSession, type Session } from "./session.ts";
import { visibleText } from "./visible-text.ts";

/** For the completion of a shell: not in the tree of commands, which takes longer to load. */
const KNOWN_IDS_COMMAND = "known-ids";
/** To the upper left corner, and away with all that stands there. */
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${RELEASE}\n`);
} else {
  main();
}

function main(): void {
  // What goes to a file or a program stays as it is, such as the XML of an export.
  const { isTTY = false } = process.stdout;
  const session = openSession({
    out: (text) => process.stdout.write(`${isTTY ? visibleText(text) : text}\n`),
    err: (text) => process.stderr.write(`${visibleText(text)}\n`),
    ...(isTTY ? { clear: () => process.stdout.write(CLEAR_SCREEN) } : {}),
  });
  // `lbctl status | head` closes the pipe early, which is no error.
  process.stdout.on("error", (error: Error) => {
    const isPipe = "code" in error && error.code === "EPIPE";
    if (!isPipe) process.stderr.write(`Error: standard output: ${error.message}\n`);
    process.exit(isPipe ? 0 : 1);
  });
  run(session).then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    },
  );
}

async function run(session: Session): Promise<number> {
  if (args[0] === KNOWN_IDS_COMMAND) {
    const { printKnownIds } = await import("./known-ids.ts");
    await printKnownIds(session, args.slice(1));
    return EXIT.done;
  }
  if (isCallForHelp(args) && !process.stdout.isTTY) {
    const { HELP_TEXTS } = await import("./help-texts.ts");
    const text = HELP_TEXTS[args.slice(0, -1).join(" ")];
    if (text !== undefined) {
      session.terminal.out(text);
      return EXIT.done;
    }
  }
  const { runProgram } = await import("./program.ts");
  return runProgram(args, session);
}

/** Words of a command and `--help`, which a terminal would show as wide as it is. */
function isCallForHelp(words: readonly string[]): boolean {
  const last = words.at(-1);
  return (
    (last === "--help" || last === "-h") &&
    words.slice(0, -1).every((word) => !word.startsWith("-"))
  );
}
