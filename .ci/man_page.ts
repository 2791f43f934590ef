/**
 * `deno task man`: writes the manual page from the program's tables of
 * options and subcommands. A test keeps the two equal.
 */

import { byTopic } from "../lib/app/help_topics.ts";
import { type OptionRow, options } from "../lib/app/option_table.ts";
import { optionsOf } from "../lib/app/subcommand_options.ts";
import { subcommands, subcommandUsage } from "../lib/app/subcommands.ts";
import { version } from "../lib/app/version.ts";
import { exitCodes } from "../lib/core/error.ts";

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  failed: "failed",
  usage: "wrong usage",
  denied: "done, but calls were refused",
  schema: "the answer does not fit --json-schema",
  unverified: "not verified, or nothing was changed",
  auth: "the server refused the key",
  sandbox: "there is no sandbox, and one was asked for",
  settings: "the settings file can't be used",
  maxTurns: "the limit on turns was reached",
  budget: "the limit on money was reached",
  crash: "a fault of the program itself",
  transient: "the server failed or was not there, and may work later",
  timeout: "the time limit was reached",
  interrupted: "interrupted",
  terminated: "ended by SIGTERM or SIGHUP",
};

/** The page's text, in the man macros that man-db, groff and mandoc know. */
export function manPage(): string {
  const topics = byTopic(options.filter(({ of }) => of === undefined));
  const own = subcommands.map((row) => ({ row, rows: optionsOf(row) }))
    .filter(({ rows }) => rows.length > 0);
  const lines = [
    '.\\" Written by `deno task man`: change lib/app/option_table.ts instead.',
    `.TH OPENCLAUDE 1 "" "openclaude ${version}"`,
    ".SH NAME",
    roff("openclaude - a coding agent for the terminal, with your own model"),
    ".SH SYNOPSIS",
    ...["[OPTION]...", "[OPTION]... PROMPT", "SUBCOMMAND [WORD]..."]
      .flatMap((rest) => [".B openclaude", roff(rest), ".br"]),
    ".SH DESCRIPTION",
    "Without a prompt it opens the REPL. With one, or with piped input, it",
    "answers once and exits. The answer goes to stdout, all else to stderr.",
    ".SH SUBCOMMANDS",
    ...subcommands.flatMap((row) =>
      item(`openclaude ${subcommandUsage(row)}`, row.help)
    ),
    ".SH OPTIONS",
    ...topics.flatMap(({ title, rows }) => [
      `.SS ${roff(title)}`,
      ...rows.flatMap(optionItem),
    ]),
    ".SH OPTIONS OF SUBCOMMANDS",
    ...own.flatMap(({ row, rows }) => [
      `.SS ${roff(`openclaude ${row.name}`)}`,
      ...rows.flatMap(optionItem),
    ]),
    ".SH EXIT STATUS",
    ...Object.entries(exitCodes).flatMap(([name, code]) =>
      item(String(code), meanings[name as keyof typeof exitCodes])
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function optionItem({ name, short, value, help }: OptionRow): string[] {
  const flags = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return item(value === undefined ? flags : `${flags} ${value}`, help);
}

function item(term: string, text: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(text.replaceAll("\n", " "))];
}

/** A line of text that is no request, with minus signs that can be copied. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq").replace(/^[.']/, "\\&$&");
}

/** The published file. */
export const manFile = new URL(
  "../docs/reference/openclaude.1",
  import.meta.url,
);

if (import.meta.main) await Deno.writeTextFile(manFile, manPage());
