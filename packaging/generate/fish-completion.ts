/** The completion of lbctl for fish, with a line about each command and option. */
import { type CompletedCommand, type CompletedValue, listValues } from "./completed-words.ts";

/** The script: one function answers, so that a key press costs one look at the table. */
export function renderFishCompletion(commands: readonly CompletedCommand[]): string {
  return [
    "# Completion of lbctl for fish; made from its commands.",
    "# What follows a command: lines of a kind (command, option, word, ids, files), tab, text.",
    "function __lbctl_at",
    '    switch "$argv[1]"',
    ...commands.flatMap(caseOf),
    "    end",
    "end",
    "# The value of an option; status 1: it takes none.",
    "function __lbctl_value",
    '    switch "$argv[1]/$argv[2]"',
    ...listValues(commands).flatMap(caseOfValue),
    "        case '*'",
    "            return 1",
    "    end",
    "    return 0",
    "end",
    ENGINE,
    "complete -c lbctl -f -a '(__lbctl_complete)'",
    "",
  ].join("\n");
}

function caseOf(command: CompletedCommand): readonly string[] {
  const lines = [
    ...command.commands.map(({ word, summary }) => `command\t${word}\t${summary}`),
    ...command.options.flatMap(({ names, summary }) =>
      names.map((name) => `option\t${name}\t${summary}`),
    ),
    ...command.words.map((word) => `word\t${word}`),
    ...command.idKinds.map((kind) => `ids\t${kind}`),
    ...(command.takesFiles ? ["files\tyes"] : []),
  ];
  return printing(quoted(command.path), lines);
}

function caseOfValue(value: CompletedValue): readonly string[] {
  const { option, paths } = value;
  const places = paths.length === 0 ? [`'*/${option}'`] : paths.map((at) => `'${at}/${option}'`);
  const lines = [
    ...value.words.map((word) => `word\t${word}`),
    ...value.idKinds.map((kind) => `ids\t${kind}`),
    ...(value.takesFiles ? ["files\tyes"] : []),
  ];
  return printing(places.join(" "), lines);
}

function printing(pattern: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`        case ${pattern}`];
  const words = lines.map(quoted).join(" ").replaceAll("\t", "'\\t'");
  return [`        case ${pattern}`, `            printf '%s\\n' ${words}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

const ENGINE = `function __lbctl_complete
    set -l place ''
    set -l takes ''
    set -l offered (__lbctl_at '')
    for word in (commandline -opc)[2..-1]
        if test -n "$takes"
            set takes ''
        else if string match -q -- '-*' $word
            if __lbctl_value "$place" $word >/dev/null
                set takes $word
            end
        else if string match -q -- "command"\\t"$word"\\t"*" $offered
            set place (string trim -- "$place $word")
            set offered (__lbctl_at "$place")
        end
    end
    set -l current (commandline -ct)
    set -l prefix ''
    if test -n "$takes"
        set offered (__lbctl_value "$place" $takes)
    else if string match -q -- '--*=*' $current
        set prefix (string replace -r '=.*' '=' -- $current)
        set offered (__lbctl_value "$place" (string replace -r '=.*' '' -- $current))
    else if string match -q -- 'node=*' $current
        set prefix node=
        set offered ids\\tnodes
    end
    for line in $offered
        set -l parts (string split -m 1 \\t -- $line)
        switch $parts[1]
            case option
                string match -q -- '-*' $current; and printf '%s\\n' $parts[2]
            case command word
                printf '%s%s\\n' $prefix $parts[2]
            case ids
                for id in (lbctl known-ids $parts[2] 2>/dev/null)
                    printf '%s%s\\n' $prefix $id
                end
            case files
                __fish_complete_path (string replace -- "$prefix" '' $current)
        end
    end
end`;
