/** The completion of lbctl for bash; the table is the tree of commands, the rest looks it up. */
import { type CompletedCommand, type CompletedValue, listValues } from "./completed-words.ts";
import { shellQuoted } from "./shell-quoted.ts";

/** The script. It needs no package of completions, and calls lbctl only for ids. */
export function renderBashCompletion(commands: readonly CompletedCommand[]): string {
  return [
    "# Completion of lbctl for bash; made from its commands.",
    "_lbctl_at() {",
    "  commands='' options='' words='' ids='' files=''",
    "  case $1 in",
    ...commands.map((command) => `    ${caseOf(command)}`),
    "  esac",
    "}",
    "# The value of an option; status 1: it takes none.",
    "_lbctl_value() {",
    "  words='' ids='' files=''",
    "  case $1/$2 in",
    ...listValues(commands).map((value) => `    ${caseOfValue(value)}`),
    "    *) return 1 ;;",
    "  esac",
    "}",
    ENGINE,
    "complete -F _lbctl lbctl",
    "",
  ].join("\n");
}

function caseOf({ path, commands, options, words, idKinds, takesFiles }: CompletedCommand): string {
  const fields = assignments({
    commands: commands.map(({ word }) => word),
    options: options.flatMap(({ names }) => names),
    words,
    ids: idKinds,
    files: takesFiles ? ["yes"] : [],
  });
  return `${shellQuoted(path)}) ${fields} ;;`;
}

function caseOfValue({ option, paths, words, idKinds, takesFiles }: CompletedValue): string {
  const places = paths.length === 0 ? [`*/${option}`] : paths.map((path) => `'${path}/${option}'`);
  const files = takesFiles ? ["yes"] : [];
  return `${places.join(" | ")}) ${assignments({ words, ids: idKinds, files }) || ":"} ;;`;
}

function assignments(fields: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(fields)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}=${shellQuoted(values.join(" "))}`)
    .join(" ");
}

/** Words are split here, since readline also splits at `=` and `:`, which names of agents have. */
const ENGINE = `_lbctl() {
  local commands options words ids files
  local line=\${COMP_LINE:0:COMP_POINT} typed path='' word i takes='' prefix='' found
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  local last=$((\${#typed[@]} - 1))
  local cur=\${typed[last]}
  _lbctl_at ''
  for ((i = 1; i < last; i++)); do
    word=\${typed[i]}
    if [[ -n $takes ]]; then
      takes=''
    elif [[ $word == -* ]]; then
      _lbctl_value "$path" "$word" && takes=$word
      _lbctl_at "$path"
    elif [[ " $commands " == *" $word "* ]]; then
      path="\${path:+$path }$word"
      _lbctl_at "$path"
    fi
  done
  if [[ -n $takes ]]; then
    _lbctl_value "$path" "$takes"
    commands=''
  elif [[ $cur == --*=* ]]; then
    _lbctl_value "$path" "\${cur%%=*}" || return
    commands='' prefix=\${cur%%=*}=
  elif [[ $cur == -* ]]; then
    commands='' words=$options ids='' files=''
  elif [[ $cur == node=* && " $words " == *' node= '* ]]; then
    words='' ids=nodes prefix=node=
  fi
  local rest=\${cur#"$prefix"}
  found="$commands $words"
  [[ -n $ids ]] && found+=" $(lbctl known-ids $ids 2>/dev/null)"
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$found" -- "$rest"))
  [[ -n $files ]] && COMPREPLY+=($(compgen -f -- "$rest"))
  # Readline replaces what follows the last of its breaks only.
  local whole=$prefix$rest broken=''
  [[ $COMP_WORDBREAKS == *=* && $whole == *=* ]] && broken=\${whole%"\${whole##*=}"}
  [[ $COMP_WORDBREAKS == *:* && $whole == *:* ]] && broken=\${whole%"\${whole##*:}"}
  COMPREPLY=("\${COMPREPLY[@]/#/$prefix}")
  COMPREPLY=("\${COMPREPLY[@]#"$broken"}")
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}`;
