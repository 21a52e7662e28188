/** The completion of lbctl for zsh, with a line about each command and option. */
import { type CompletedCommand, type CompletedValue, listValues } from "./completed-words.ts";
import { shellQuoted } from "./shell-quoted.ts";

/** The script, as a function that zsh loads from its path of functions. */
export function renderZshCompletion(commands: readonly CompletedCommand[]): string {
  return [
    "#compdef lbctl",
    "# Completion of lbctl for zsh; made from its commands.",
    "_lbctl_at() {",
    "  commands=() options=() plain=() ids=() files=''",
    "  case $1 in",
    ...commands.map((command) => `    ${caseOf(command)}`),
    "  esac",
    "}",
    "# The value of an option; status 1: it takes none.",
    "_lbctl_value() {",
    "  plain=() ids=() files=''",
    "  case $1/$2 in",
    ...listValues(commands).map((value) => `    ${caseOfValue(value)}`),
    "    *) return 1 ;;",
    "  esac",
    "}",
    ENGINE,
    '_lbctl "$@"',
    "",
  ].join("\n");
}

function caseOf({ path, commands, options, words, idKinds, takesFiles }: CompletedCommand): string {
  const fields = [
    list(
      "commands",
      commands.map(({ word, summary }) => `${word}:${summary}`),
    ),
    list(
      "options",
      options.flatMap(({ names, summary }) => names.map((name) => `${name}:${summary}`)),
    ),
    list("plain", words),
    list("ids", idKinds),
    takesFiles ? "files=yes" : "",
  ];
  return `${shellQuoted(path)}) ${fields.filter((field) => field !== "").join(" ")} ;;`;
}

function caseOfValue({ option, paths, words, idKinds, takesFiles }: CompletedValue): string {
  const places = paths.length === 0 ? [`*/${option}`] : paths.map((path) => `'${path}/${option}'`);
  const fields = [list("plain", words), list("ids", idKinds), takesFiles ? "files=yes" : ""];
  return `${places.join(" | ")}) ${fields.filter((field) => field !== "").join(" ") || ":"} ;;`;
}

function list(name: string, values: readonly string[]): string {
  return values.length === 0 ? "" : `${name}=(${values.map(shellQuoted).join(" ")})`;
}

const ENGINE = `_lbctl() {
  local -a commands options plain ids
  local files takes='' place='' word i
  _lbctl_at ''
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $takes ]]; then
      takes=''
    elif [[ $word == -* ]]; then
      _lbctl_value "$place" "$word" && takes=$word
      _lbctl_at "$place"
    elif [[ -n \${commands[(r)$word:*]} ]]; then
      place="\${place:+$place }$word"
      _lbctl_at "$place"
    fi
  done
  word=\${words[CURRENT]}
  if [[ -n $takes ]]; then
    _lbctl_value "$place" "$takes"
    commands=()
  elif [[ $word == --*=* ]]; then
    _lbctl_value "$place" "\${word%%=*}" || return 1
    commands=()
    compset -P '*='
  elif [[ $word == -* ]]; then
    _describe -o option options
    return
  elif [[ $word == node=* && -n \${plain[(r)node=]} ]]; then
    plain=() ids=(nodes)
    compset -P '*='
  fi
  (( \${#commands} )) && _describe command commands
  (( \${#plain} )) && compadd -S '' -- \${(M)plain:#*=}
  (( \${#plain} )) && compadd -- \${plain:#*=}
  (( \${#ids} )) && compadd -- \${(f)"$(lbctl known-ids $ids 2>/dev/null)"}
  [[ -n $files ]] && _files
  return 0
}`;
