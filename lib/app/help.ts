import { byTopic } from "./help_topics.ts";
import { type OptionRow, options } from "./option_table.ts";
import { optionsOf } from "./subcommand_options.ts";
import { subcommands, subcommandUsage } from "./subcommands.ts";

const usage = `openclaude: a coding agent for the terminal, with your own model

Usage:
  openclaude                    talk to it in the REPL
  openclaude "PROMPT"           do one thing and exit
  command | openclaude "PROMPT" the same, with the output as context
`;

const footer = `
The answer goes to stdout, all else to stderr. Exit codes: 0 done, 1 failed,
2 wrong usage, 3 done but calls were refused, 5 no valid answer, 6 not verified,
41 key refused, 44 no sandbox though one was asked for, 53 turn limit, 55 money
limit, 75 the server failed and may work later, 124 time limit, 130 interrupted.

No model at hand? Start Ollama (ollama serve; ollama pull qwen2.5), or see it
work without one: deno task demo
`;

/** Columns of an option that leave room for its help beside it. */
const widest = 27;

/**
 * The text of `--help`, by topic; with `all`, the rare options and those of
 * the subcommands, too.
 */
export function helpText({ all = false } = {}): string {
  const shown = options.filter(({ of, rare }) =>
    of === undefined && (all || rare !== true)
  );
  const topics = byTopic(shown).map(({ title, rows }) =>
    `${title}:\n${optionLines(rows)}`
  );
  const commands = subcommands.map((row) =>
    `  openclaude ${subcommandUsage(row).padEnd(18)} ${row.help}\n`
  );
  const own = all ? `\n${ownOptions()}` : "";
  return `${usage}${commands.join("")}\n${topics.join("")}${own}${footer}`;
}

/** The options that not every command line takes, by subcommand. */
function ownOptions(): string {
  return subcommands.map((row) => ({ row, rows: optionsOf(row) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ row, rows }) => `openclaude ${row.name}:\n${optionLines(rows)}`)
    .join("");
}

function optionLines(options: readonly OptionRow[]): string {
  const rows = options.map(({ name, short, value, help }) => {
    const flag = short === undefined ? `    --${name}` : `-${short}, --${name}`;
    return { left: value === undefined ? flag : `${flag} ${value}`, help };
  });
  return rows.flatMap(({ left, help }) => {
    const texts = help.split("\n");
    // The rare long name has a line of its own.
    if (left.length > widest) texts.unshift("");
    return texts.map((text, index) =>
      `  ${(index === 0 ? left : "").padEnd(widest + 2)}${text}`.trimEnd() +
      "\n"
    );
  }).join("");
}
