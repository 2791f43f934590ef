import type {
  CompletedCommand,
  CompletedOption,
  CompletionTable,
  Offer,
} from "./completion_table.ts";

/** The script for fish 3. It starts no process. */
export function fishScript({ general, commands }: CompletionTable): string {
  const valued = [...general, ...commands.flatMap(({ own }) => own)]
    .filter(({ value }) => value !== undefined);
  const flags = [...new Set(valued.flatMap((option) => option.flags))];
  const firsts = [...new Set(commands.map(({ first }) => first))];
  return `# openclaude's completion for fish. Put it into
# ~/.config/fish/completions/openclaude.fish
function __openclaude_words
    set -l given (commandline -opc)
    set -l skips no
    for word in $given[2..-1]
        if test $skips = yes
            set skips no
            continue
        end
        switch $word
            case --
                return
            case ${flags.join(" ")}
                set skips yes
            case '-*'
            case '*'
                echo -- $word
        end
    end
end
# Whether the words so far begin with these.
function __openclaude_at
    set -l words (__openclaude_words)
    test (count $words) -ge (count $argv); or return 1
    for index in (seq (count $argv))
        test "$words[$index]" = "$argv[$index]"; or return 1
    end
end
function __openclaude_at_exactly
    test (count (__openclaude_words)) -eq (count $argv)
    and __openclaude_at $argv
end
complete -c openclaude -n __openclaude_at_exactly -f
${general.map((option) => optionLine(option, undefined)).join("\n")}
${firsts.flatMap((first) => groupLines(first, commands)).join("\n")}
`;
}

function optionLine(
  { flags, value, help }: CompletedOption,
  condition: string | undefined,
): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
  );
  return [
    "complete -c openclaude",
    ...condition === undefined ? [] : [`-n '${condition}'`],
    ...names,
    ...value === undefined ? [] : [valueOf(value.offer)],
    `-d '${help}'`,
  ].join(" ");
}

function valueOf(offer: Offer): string {
  if (offer === "file") return "-r -F";
  if (offer === "none") return "-x";
  return `-x -a '${wordsOf(offer)}'`;
}

function wordsOf(offer: Offer): string {
  if (offer === "folder") return "(__fish_complete_directories)";
  return typeof offer === "string" ? "" : offer.join(" ");
}

function groupLines(
  first: string,
  commands: readonly CompletedCommand[],
): string[] {
  const group = commands.filter((row) => row.first === first);
  const single = group.find(({ second }) => second === undefined);
  const seconds = group.filter(({ second }) => second !== undefined);
  const help = single?.help ??
    seconds.map(({ second }) => second).join(", ");
  const lines = [
    `complete -c openclaude -n __openclaude_at_exactly -f -a ${first} ` +
    `-d '${help}'`,
  ];
  for (const { second, help } of seconds) {
    lines.push(
      `complete -c openclaude -n '__openclaude_at_exactly ${first}' -f ` +
        `-a ${second} -d '${help}'`,
    );
  }
  return [...lines, ...group.flatMap(commandLines)];
}

function commandLines(command: CompletedCommand): string[] {
  const { first, second, own, words } = command;
  const name = second === undefined ? first : `${first} ${second}`;
  const condition = `__openclaude_at ${name}`;
  const lines = own.map((option) => optionLine(option, condition));
  if (words === "file") return lines;
  const offer = wordsOf(words);
  const offers = offer === "" ? "" : ` -a '${offer}'`;
  return [...lines, `complete -c openclaude -n '${condition}' -f${offers}`];
}
