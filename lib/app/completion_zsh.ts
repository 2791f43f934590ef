import type {
  CompletedCommand,
  CompletedOption,
  CompletionTable,
  Offer,
} from "./completion_table.ts";

/** The script for zsh 5: a file of `$fpath` named `_openclaude`, or sourced. */
export function zshScript({ general, commands }: CompletionTable): string {
  const valued = [...general, ...commands.flatMap(({ own }) => own)]
    .filter(({ value }) => value !== undefined);
  const flags = [...new Set(valued.flatMap((option) => option.flags))];
  const firsts = [...new Set(commands.map(({ first }) => first))];
  const groups = firsts.filter((first) =>
    secondsOf(first, commands).length > 0
  );
  return `#compdef openclaude
# openclaude's completion for zsh. Put it into a folder of $fpath as
# _openclaude, or load it after compinit by:
#   source <(openclaude completion zsh)
_openclaude() {
  local -a named own general seconds places
  local index=2
  while (( index < CURRENT )); do
    case $words[index] in
      (--) break ;;
      (${flags.join("|")}) (( index++ )) ;;
      (-*) ;;
      (*) named+=("$words[index]") ;;
    esac
    (( index++ ))
  done
  general=(
${general.flatMap(specsOf).map((spec) => `    ${spec}`).join("\n")}
  )
  places=('1:subcommand:_openclaude_first')
  case "$named[1]" in
${groups.map((first) => groupCase(first, commands)).join("\n")}
  esac
  case "$named[1] $named[2]" in
${commands.map(commandCase).join("\n")}
  esac
  _arguments -S $general $own $places
}
_openclaude_first() {
  local -a firsts
  firsts=(
${firsts.map((first) => `    ${firstLine(first, commands)}`).join("\n")}
  )
  _describe subcommand firsts
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _openclaude "$@"
else
  compdef _openclaude openclaude
fi
`;
}

function secondsOf(
  first: string,
  commands: readonly CompletedCommand[],
): CompletedCommand[] {
  return commands.filter((row) =>
    row.first === first && row.second !== undefined
  );
}

function firstLine(
  first: string,
  commands: readonly CompletedCommand[],
): string {
  const single = commands.find((row) =>
    row.first === first && row.second === undefined
  );
  const help = single?.help ??
    secondsOf(first, commands).map(({ second }) => second).join(", ");
  return `'${first}:${escaped(help)}'`;
}

function groupCase(
  first: string,
  commands: readonly CompletedCommand[],
): string {
  const words = secondsOf(first, commands).map(({ second }) => second);
  return `    (${first}) places+=('2:subcommand:(${words.join(" ")})') ;;`;
}

function commandCase({ first, second, own, words }: CompletedCommand): string {
  const pattern = second === undefined
    ? `("${first} "*)`
    : `("${first} ${second}")`;
  const place = words === "none"
    ? ""
    : ` places+=('*:word:${actionOf(words)}')`;
  return `    ${pattern} own=(${own.flatMap(specsOf).join(" ")})${place} ;;`;
}

/** An option for `_arguments`, once by each of its names. */
function specsOf({ flags, value, help }: CompletedOption): string[] {
  const end = value === undefined
    ? ""
    : `:${value.label}:${actionOf(value.offer, value.label)}`;
  return flags.map((flag) => {
    const given = value !== undefined && flag.startsWith("--")
      ? `${flag}=`
      : flag;
    return `'*${given}[${escaped(help)}]${end}'`;
  });
}

function actionOf(offer: Offer, label = ""): string {
  if (offer === "none") return " ";
  if (offer === "file") return "_files";
  if (offer === "folder") return "_files -/";
  const words = offer.join(" ");
  return label === "LIST" ? `_values -s , value ${words}` : `(${words})`;
}

function escaped(help: string): string {
  return help.replaceAll(/[\[\]:]/g, "\\$&");
}
