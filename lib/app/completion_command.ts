import { exitCodes, UserError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { bashScript } from "./completion_bash.ts";
import { fishScript } from "./completion_fish.ts";
import { powershellScript } from "./completion_powershell.ts";
import { type CompletionTable, completionTable } from "./completion_table.ts";
import type { SubcommandRow } from "./subcommand_options.ts";
import { zshScript } from "./completion_zsh.ts";
import { writeWhole } from "./print.ts";
import { shells } from "./shells.ts";

const scripts: Readonly<
  Record<typeof shells[number], (table: CompletionTable) => string>
> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/**
 * The completion script of a shell, which holds all names itself.
 *
 * @throws {UserError} with exit code 2 for a shell that there is none for.
 */
export function completionScript(
  shell: string,
  subcommands: readonly SubcommandRow[],
): string {
  const known = shells.find((name) => name === shell);
  if (known !== undefined) return scripts[known](completionTable(subcommands));
  const near = nearest(shell, shells);
  throw new UserError(
    `Cannot complete in "${shell}": there are scripts for ` +
      `${shells.join(", ")}${
        near === undefined ? "" : `. Did you mean ${near}?`
      }`,
    exitCodes.usage,
  );
}

/** `openclaude completion SHELL`: prints the script. */
export function runCompletion(
  words: readonly string[],
  subcommands: readonly SubcommandRow[],
): number {
  writeWhole(Deno.stdout, completionScript(words[0] ?? "", subcommands));
  return exitCodes.done;
}
