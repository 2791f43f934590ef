import { permissionModes } from "../core/permission.ts";
import { sandboxModes } from "../core/sandbox.ts";
import { sourceNames } from "../settings/layer.ts";
import { type OptionRow, options } from "./option_table.ts";
import { inputFormats, outputFormats } from "./output_format.ts";
import { optionsOf, type SubcommandRow } from "./subcommand_options.ts";
import { usageKeys } from "./usage_text.ts";

/** What a shell can offer in a place; "none" where only the user knows. */
export type Offer = "file" | "folder" | "none" | readonly string[];

/** An option as a shell completes it. */
export interface CompletedOption {
  /** "--model", and "-m" where it has a letter. */
  readonly flags: readonly string[];
  /** What its value is called and can be; undefined for a switch. */
  readonly value: { readonly label: string; readonly offer: Offer } | undefined;
  /** One line without quotes of any kind. */
  readonly help: string;
}

/** A subcommand as a shell completes it. */
export interface CompletedCommand {
  readonly first: string;
  /** Its second word; undefined where it has one alone. */
  readonly second: string | undefined;
  /** One line without quotes of any kind. */
  readonly help: string;
  /** Options that not every command line takes. */
  readonly own: readonly CompletedOption[];
  /** What the words after its name can be. */
  readonly words: Offer;
}

/** All that a shell completes: what a completion script is made of. */
export interface CompletionTable {
  /** Options of every command line. */
  readonly general: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** The words that a value can be, by the name of the option. */
const choices: Readonly<Record<string, readonly string[]>> = {
  "permission-mode": permissionModes,
  sandbox: sandboxModes,
  "output-format": outputFormats,
  "input-format": inputFormats,
  "permission-prompt-tool": ["stdio"],
  "setting-sources": sourceNames,
  by: usageKeys,
  format: ["md", "json", "html"],
};

/** The table of a program with these subcommands and options. */
export function completionTable(
  named: readonly SubcommandRow[],
  rows: readonly OptionRow[] = options,
): CompletionTable {
  const isOwn = ({ name, of }: OptionRow) =>
    of !== undefined || name === "json";
  return {
    general: rows.filter((row) => !isOwn(row)).map(completedOption),
    commands: named.map((subcommand) => {
      const [first = "", second] = subcommand.name.split(" ");
      const own = optionsOf(subcommand, rows).map(completedOption);
      const help = plain(subcommand.help);
      return { first, second, help, own, words: wordsOf(subcommand) };
    }),
  };
}

function completedOption(row: OptionRow): CompletedOption {
  const { name, short, value, help } = row;
  const long = `--${name}`;
  return {
    flags: short === undefined ? [long] : [long, `-${short}`],
    value: value === undefined
      ? undefined
      : { label: value, offer: choices[name] ?? offerOf(value) },
    help: plain(help),
  };
}

/** By the name that the help has for a value. */
function offerOf(label: string): Offer {
  if (/\b(FILE|SCHEMA)\b/.test(label)) return "file";
  return /\bFOLDER\b/.test(label) ? "folder" : "none";
}

function wordsOf({ takes }: SubcommandRow): Offer {
  if (takes === undefined) return "none";
  if (takes.choices !== undefined) return takes.choices;
  return takes.label.includes("COMMAND") ? "file" : offerOf(takes.label);
}

/** Help that stands in any shell's quotes; "[" opens a default: left out. */
function plain(help: string): string {
  return help.replaceAll("\n", " ").replace(/ ?\[.*\]/, "")
    .replaceAll(/["'`$\\]/g, "");
}
