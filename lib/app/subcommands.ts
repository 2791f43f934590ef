import { exitCodes, UserError } from "../core/error.ts";
import { count } from "../core/text.ts";
import type { Invocation } from "./args.ts";
import { nearest } from "../core/nearest.ts";
import type { RealmStarter } from "./realm_start.ts";
import { shells } from "./shells.ts";

/** What a subcommand is run with. */
export interface SubcommandOptions {
  readonly invocation: Invocation;
  /** The words after its name, as many as it takes. */
  readonly words: readonly string[];
  readonly realms: RealmStarter;
}

/** Words in the prompt's place that do something else than a prompt. */
export interface Subcommand {
  /** What it is called: one word, or two as in "policy explain". */
  readonly name: string;
  /**
   * The words that it takes after its name; absent: none. With words it may
   * be given them after `--`, too, so that they may look like options.
   */
  readonly takes?: {
    /** As the help shows them: "'COMMAND'", "-- COMMAND". */
    readonly label: string;
    readonly least: number;
    readonly most: number;
    /** All that they can be, where that is known. */
    readonly choices?: readonly string[];
  };
  /** Options that it alone knows; see option_table.ts. */
  readonly switches?: readonly string[];
  /** True when it knows `--json`. */
  readonly printsJson?: true;
  /** One line for `--help`. */
  readonly help: string;
  /** Loads what it needs; returns the exit code. */
  run(options: SubcommandOptions): Promise<number>;
}

/** A subcommand of the command line and the words that it is given. */
export interface NamedSubcommand {
  readonly subcommand: Subcommand;
  readonly words: readonly string[];
}

/** All subcommands. The help and the command line read this table. */
export const subcommands: readonly Subcommand[] = [
  {
    name: "doctor",
    printsJson: true,
    help: "what is granted and found; -m: what a model can",
    run: async (options) =>
      await (await import("./doctor.ts")).runDoctor(options),
  },
  {
    name: "sandbox status",
    printsJson: true,
    help: "what keeps commands here, and from what",
    run: async ({ invocation }) =>
      await (await import("./sandbox_command.ts")).runSandboxStatus(invocation),
  },
  {
    name: "sandbox run",
    takes: { label: "-- COMMAND", least: 1, most: Infinity },
    switches: ["network"],
    help: "run it as Bash would; --network",
    run: async ({ invocation, words }) =>
      await (await import("./sandbox_command.ts"))
        .runInsideSandbox(invocation, words),
  },
  {
    name: "policy explain",
    takes: { label: "'COMMAND'", least: 1, most: Infinity },
    printsJson: true,
    help: "what the rules say to a command line",
    run: async ({ invocation, words }) =>
      await (await import("./policy_command.ts"))
        .runPolicyExplain(invocation, words),
  },
  {
    name: "config list",
    switches: ["show-origin"],
    printsJson: true,
    help: "all settings; --show-origin: of which file",
    run: async ({ invocation }) =>
      await (await import("./config_command.ts")).runConfigList(invocation),
  },
  {
    name: "config get",
    takes: { label: "KEY", least: 1, most: 1 },
    printsJson: true,
    help: "one of them, as permissions.deny",
    run: async ({ invocation, words }) =>
      await (await import("./config_command.ts"))
        .runConfigGet(invocation, words),
  },
  {
    name: "config set",
    takes: { label: "KEY VALUE", least: 2, most: 2 },
    switches: ["user", "project", "local"],
    help: "change it in --user, --project or --local",
    run: async ({ invocation, words }) =>
      await (await import("./config_set.ts")).runConfigSet(invocation, words),
  },
  {
    name: "config path",
    printsJson: true,
    help: "the settings files and which are read",
    run: async ({ invocation }) =>
      await (await import("./config_command.ts")).runConfigPath(invocation),
  },
  {
    name: "sessions list",
    printsJson: true,
    switches: ["all"],
    help: "conversations here; --all: in all folders",
    run: async (options) => (await loadSessions()).runSessionsList(options),
  },
  {
    name: "sessions show",
    takes: { label: "ID", least: 1, most: 1 },
    printsJson: true,
    help: "what one is, and how it ended",
    run: async (options) => (await loadSessions()).runSessionsShow(options),
  },
  {
    name: "sessions export",
    takes: { label: "ID", least: 1, most: 1 },
    printsJson: true,
    switches: ["format", "output"],
    help: "-o, --output FILE; --format md, json, html",
    run: async (options) => (await loadSessions()).runSessionsExport(options),
  },
  {
    name: "sessions rm",
    takes: { label: "ID...", least: 1, most: Infinity },
    help: "remove some for good",
    run: async (options) => (await loadSessions()).runSessionsRemove(options),
  },
  {
    name: "usage",
    switches: ["since", "by", "all"],
    printsJson: true,
    help: "tokens and money; --since 7d, --by KEY, --all",
    run: async ({ invocation }) =>
      await (await import("./usage_command.ts")).runUsage(invocation),
  },
  {
    name: "completion",
    takes: { label: "SHELL", least: 1, most: 1, choices: shells },
    help: `for Tab in ${shells.join(", ")}`,
    run: async ({ words }) =>
      (await import("./completion_command.ts")).runCompletion(
        words,
        subcommands,
      ),
  },
  {
    name: "batch",
    takes: { label: "FILE", least: 1, most: 1 },
    switches: ["jobs", "results", "retry-failed"],
    help: "tasks: --jobs N, --results FILE, --retry-failed",
    run: async ({ words: [file = ""], ...options }) =>
      await (await import("./batch_command.ts")).runBatch(file, options),
  },
];

/** Options of subcommands that a run knows, too. */
const alsoOfRuns = new Set(["output"]);

function loadSessions() {
  return import("./sessions_command.ts");
}

/** A subcommand as it is called, with the words that it takes. */
export function subcommandUsage({ name, takes }: Subcommand): string {
  return takes === undefined ? name : `${name} ${takes.label}`;
}

/**
 * The subcommand that a command line names, by its first word or its first
 * two. A line is a prompt when `--print` or `--interactive` says so, when
 * `--` follows words that no subcommand with words of its own is called by,
 * and when a name of one word is followed by words that it doesn't take. The
 * first word of a name of two is never a prompt's first word, unless that is
 * in quotes with the rest: a wrong second word would be sent to a model. So
 * would a misspelt first word: one letter's difference is refused.
 *
 * @param rows the table, where not the program's own.
 * @throws {UserError} with exit code 2 for a wrong second word, with the
 * nearest right one; for words that are missing or too many; for `--json`
 * where nothing prints JSON; for a switch of another subcommand.
 */
export function subcommandOf(
  invocation: Invocation,
  rows: readonly Subcommand[] = subcommands,
): NamedSubcommand | undefined {
  const found = find(invocation, rows);
  const strange = invocation.ownSwitches.find((name) =>
    found === undefined
      ? !alsoOfRuns.has(name)
      : found.subcommand.switches?.includes(name) !== true
  );
  if (strange !== undefined) {
    const owner = rows.find(({ switches }) => switches?.includes(strange));
    throw usage(
      `Cannot use --${strange}: it is for openclaude ${owner?.name} alone`,
    );
  }
  if (invocation.json && found?.subcommand.printsJson !== true) {
    throw usage(
      found === undefined
        ? "Cannot use --json: only subcommands print JSON, as in openclaude " +
          "doctor --json"
        : `Cannot use --json: openclaude ${found.subcommand.name} prints none`,
    );
  }
  return found;
}

function find(
  invocation: Invocation,
  rows: readonly Subcommand[],
): NamedSubcommand | undefined {
  const { words, wordsAfterDashes } = invocation;
  const [first, second] = words;
  const isPrompt = invocation.isInteractive || invocation.isOneshot;
  if (isPrompt || first === undefined) return undefined;
  const pair = rows.find(({ name }) => name === `${first} ${second}`);
  if (pair !== undefined) return claim(pair, words.slice(2), wordsAfterDashes);
  const longer = rows.map(({ name }) => name)
    .filter((name) => name.startsWith(`${first} `));
  if (second !== undefined && longer.length > 0) {
    if (/\s/.test(second)) return undefined;
    throw wrongSecondWord(`${first} ${second}`, longer);
  }
  const single = rows.find(({ name }) => name === first);
  if (single !== undefined) {
    return claim(single, words.slice(1), wordsAfterDashes);
  }
  if (longer.length === 0) {
    refuseMisspelt(invocation, rows);
    return undefined;
  }
  throw usage(
    `Cannot run openclaude ${first}: it needs a second word: ` +
      longer.join(", "),
  );
}

/** Gives a subcommand its words; undefined makes the line a prompt. */
function claim(
  subcommand: Subcommand,
  before: readonly string[],
  after: readonly string[] | undefined,
): NamedSubcommand | undefined {
  const { name, takes } = subcommand;
  const words = [...before, ...after ?? []];
  if (takes === undefined) {
    if (before.length === 0 && after === undefined) {
      return { subcommand, words };
    }
    if (!name.includes(" ")) return undefined;
    throw usage(`Cannot run openclaude ${name}: it takes no more words`);
  }
  if (words.length < takes.least || words.length > takes.most) {
    const state = words.length < takes.least ? "too few" : "too many";
    throw usage(
      `Cannot run openclaude ${name} with ${count(words.length, "word")}: ` +
        `${state}; write openclaude ${subcommandUsage(subcommand)}`,
    );
  }
  return { subcommand, words };
}

/**
 * A misspelt subcommand would be sent to a model as a prompt, and cost money.
 * Words of one letter's difference are taken for one where they are as many
 * as the subcommand takes.
 */
function refuseMisspelt(
  { words, wordsAfterDashes }: Invocation,
  rows: readonly Subcommand[],
): void {
  if (wordsAfterDashes !== undefined) return;
  for (const { name, takes } of rows) {
    const length = name.split(" ").length;
    const more = words.length - length;
    const given = words.slice(0, length).join(" ");
    const fits = more >= (takes?.least ?? 0) && more <= (takes?.most ?? 0);
    if (!fits || nearest(given, [name], { most: 1 }) === undefined) continue;
    throw usage(
      `Cannot run openclaude ${given}: there is no such subcommand. Did you ` +
        `mean ${name}?`,
      `; a prompt: openclaude -p "${words.join(" ")}"`,
    );
  }
}

function wrongSecondWord(given: string, names: readonly string[]): UserError {
  const near = nearest(given, names);
  return usage(
    `Cannot run openclaude ${given}: there ` +
      `${names.length === 1 ? "is" : "are"} ${names.join(", ")}` +
      `${near === undefined ? "" : `. Did you mean ${near}?`}`,
    "; a prompt goes into quotes",
  );
}

function usage(message: string, more = ""): UserError {
  const end = message.endsWith("?") ? "" : ".";
  return new UserError(
    `${message}${end} See openclaude --help${more}`,
    exitCodes.usage,
  );
}
