import type {
  CompletedCommand,
  CompletedOption,
  CompletionTable,
  Offer,
} from "./completion_table.ts";

/** Offers words, and no files beside them. */
const offering = `_openclaude_offer() {
  local IFS=$' \\t\\n'
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
complete -o default -F _openclaude openclaude
`;

/**
 * The script for bash 3.2 and later. It starts no process. Where it offers
 * nothing itself, bash completes file names with its own quoting.
 */
export function bashScript({ general, commands }: CompletionTable): string {
  const all = [...general, ...commands.flatMap(({ own }) => own)];
  const valued = all.filter(({ value }) => value !== undefined);
  const firsts = [...new Set(commands.map(({ first }) => first))];
  return `# openclaude's completion for bash. Load it by:
#   source <(openclaude completion bash)
_openclaude() {
  local word=\${COMP_WORDS[COMP_CWORD]} option="" first="" second="" rest=""
  local index=1 count=0 dashes=""
  # Bash makes a word of its own of the "=" in --option=value.
  while [ "$index" -lt "$COMP_CWORD" ] && [ -z "$dashes" ]; do
    case \${COMP_WORDS[index]} in
      --) dashes=yes ;;
      ${flagsOf(valued).join("|")})
        option=\${COMP_WORDS[index]}
        index=$((index + 1))
        if [ "\${COMP_WORDS[index]}" = "=" ] &&
          [ "$index" -lt "$COMP_CWORD" ]; then
          index=$((index + 1))
        fi
        if [ "$index" -lt "$COMP_CWORD" ]; then option=""; fi
        ;;
      -*) ;;
      *)
        count=$((count + 1))
        if [ "$count" -eq 1 ]; then first=\${COMP_WORDS[index]}; fi
        if [ "$count" -eq 2 ]; then second=\${COMP_WORDS[index]}; fi
        ;;
    esac
    index=$((index + 1))
  done
  COMPREPLY=()
  if [ -n "$option" ]; then
    if [ "$word" = "=" ]; then word=""; fi
    case $option in
${valued.map(valueCase).join("\n")}
    esac
    return
  fi
  if [ -n "$dashes" ]; then return; fi
  case $word in
    -*)
      rest="${flagsOf(general).join(" ")}"
      case "$first $second" in
${commands.filter(({ own }) => own.length > 0).map(ownCase).join("\n")}
      esac
      _openclaude_offer "$rest"
      return
      ;;
  esac
  if [ "$count" -eq 0 ]; then
    _openclaude_offer "${firsts.join(" ")}"
    return
  fi
  case "$first" in
${firsts.map((first) => wordCase(first, commands)).join("\n")}
  esac
}
${offering}`;
}

function flagsOf(options: readonly CompletedOption[]): string[] {
  return [...new Set(options.flatMap(({ flags }) => flags))];
}

function offered(offer: Offer): string {
  if (offer === "file") return ":";
  if (offer === "folder") return "compopt +o default -o dirnames 2>/dev/null";
  return `_openclaude_offer "${offer === "none" ? "" : offer.join(" ")}"`;
}

function valueCase({ flags, value }: CompletedOption): string {
  return `      ${flags.join("|")}) ${offered(value?.offer ?? "none")} ;;`;
}

function ownCase({ first, second, own }: CompletedCommand): string {
  const pattern = second === undefined
    ? `"${first} "*`
    : `"${first} ${second}"`;
  return `        ${pattern}) rest="$rest ${flagsOf(own).join(" ")}" ;;`;
}

/** What follows a first word: second words, or the words of a subcommand. */
function wordCase(
  first: string,
  commands: readonly CompletedCommand[],
): string {
  const group = commands.filter((row) => row.first === first);
  const seconds = group.flatMap(({ second }) => second ?? []);
  const single = group.find(({ second }) => second === undefined);
  const lines = [`    ${first})`];
  if (seconds.length > 0) {
    lines.push(
      `      if [ "$count" -eq 1 ]; then`,
      `        _openclaude_offer "${seconds.join(" ")}"`,
      `        return`,
      `      fi`,
      `      case "$second" in`,
      ...group.map(({ second, words }) =>
        `        ${second ?? `""`}) ${offered(words)} ;;`
      ),
      `      esac`,
    );
  } else lines.push(`      ${offered(single?.words ?? "none")}`);
  return [...lines, `      ;;`].join("\n");
}
