import { exitCodes, UserError } from "../core/error.ts";

/** What the user wants to see of the work before a run counts as done. */
export interface CheckWishes {
  /** Command lines that have to pass, in their order. */
  readonly commands: readonly string[];
  /** How often they may fail until the run does. */
  readonly attempts: number;
  /** Whether a file of the workspace has to be another than before. */
  readonly requiresChange: boolean;
  /** The shape of the answer: a JSON Schema, or a file of one. */
  readonly jsonSchema: string | undefined;
}

/** The model mends a fault at the first or second look, or not at all. */
const usualAttempts = 3;

/**
 * What `--verify`, `--verify-attempts` and `--require-change` say.
 *
 * @throws {UserError} with exit code 2 for attempts at nothing.
 */
export function checkWishes(
  { commands, attempts, ...rest }:
    & Pick<CheckWishes, "commands" | "requiresChange" | "jsonSchema">
    & { readonly attempts: number | undefined },
): CheckWishes {
  const blank = commands.find((command) => command.trim() === "");
  if (blank !== undefined) {
    throw usage("Cannot use --verify: it needs a command line");
  }
  if (attempts !== undefined && commands.length === 0) {
    throw usage("Cannot use --verify-attempts: it needs --verify");
  }
  return { commands, attempts: attempts ?? usualAttempts, ...rest };
}

/** The option that judges a run; undefined where none does. */
export function checkOption(wishes: CheckWishes): string | undefined {
  return workOption(wishes) ??
    (wishes.jsonSchema === undefined ? undefined : "--json-schema");
}

/** The option that judges what a run did to files; undefined for none. */
export function workOption(
  { commands, requiresChange }: Pick<
    CheckWishes,
    "commands" | "requiresChange"
  >,
): string | undefined {
  if (commands.length > 0) return "--verify";
  return requiresChange ? "--require-change" : undefined;
}

/**
 * The model that `--replay FILE` names, which is `--model scripted:FILE`.
 *
 * @throws {UserError} with exit code 2 where two models are named.
 */
export function modelOrReplay(
  model: string | undefined,
  replay: string | undefined,
): string | undefined {
  if (replay === undefined) return model;
  if (model === undefined) return `scripted:${replay}`;
  throw usage("Cannot use both --model and --replay: a replay is the model");
}

function usage(message: string): UserError {
  return new UserError(
    `${message}. See openclaude --help`,
    exitCodes.usage,
  );
}
