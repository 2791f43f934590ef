import { exitCodes, UserError } from "../core/error.ts";
import type { Invocation } from "./args.ts";
import type { RealmStarter } from "./realm_start.ts";

/** What a subcommand is run with. */
export interface SubcommandOptions {
  readonly invocation: Invocation;
  readonly realms: RealmStarter;
}

/** A word in the prompt's place that does something else than a prompt. */
export interface Subcommand {
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  /** Loads what it needs; returns the exit code. */
  run(options: SubcommandOptions): Promise<number>;
}

/** All subcommands. The help and the command line read this table. */
export const subcommands: readonly Subcommand[] = [
  {
    name: "doctor",
    help: "what is granted and found; -m: what a model can",
    run: async (options) =>
      await (await import("./doctor.ts")).runDoctor(options),
  },
];

/**
 * The subcommand that a command line names: its only word, and not marked as
 * a prompt by `--`, `--print` or `--interactive`.
 *
 * @throws {UserError} for `--json` where nothing prints JSON.
 */
export function subcommandOf(
  args: readonly string[],
  { prompt, isInteractive, isOneshot, json }: Invocation,
): Subcommand | undefined {
  const isPrompt = isInteractive || isOneshot || args.includes("--");
  const found = isPrompt
    ? undefined
    : subcommands.find(({ name }) => name === prompt);
  if (found === undefined && json) {
    throw new UserError(
      "Cannot use --json: only subcommands print JSON, as in " +
        "openclaude doctor --json. See openclaude --help",
      exitCodes.usage,
    );
  }
  return found;
}
