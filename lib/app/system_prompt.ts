import { exitCodes, UserError } from "../core/error.ts";
import type { Invocation } from "./args.ts";
import { describeFileError } from "../platform/file_error.ts";

/** What the user says of the system prompt. */
export interface SystemPromptChange {
  /** It, in the place of the program's own. */
  readonly replace?: string | undefined;
  /** What follows it. */
  readonly append?: string | undefined;
}

/** The words of the command line that change the system prompt. */
export type SystemPromptFlags = Pick<
  Invocation,
  | "systemPrompt"
  | "systemPromptFile"
  | "appendSystemPrompt"
  | "appendSystemPromptFile"
>;

/** Bytes of a file that is meant as a prompt. */
const mostBytes = 1024 * 1024;

/**
 * Reads what flags say of the system prompt. Needs `--allow-read` for files
 * that they name.
 *
 * @throws {UserError} with exit code 2 for a file that can't be used.
 */
export async function systemPromptChange(
  flags: SystemPromptFlags,
): Promise<SystemPromptChange> {
  return {
    replace: await oneOf("--system-prompt", {
      text: flags.systemPrompt,
      file: flags.systemPromptFile,
    }),
    append: await oneOf("--append-system-prompt", {
      text: flags.appendSystemPrompt,
      file: flags.appendSystemPromptFile,
    }),
  };
}

/** The system prompt as it is sent; what must be kept to stands last. */
export function changedSystemPrompt(
  own: string,
  { replace = own, append }: SystemPromptChange,
  instruction?: string,
): string {
  return [replace, append, instruction]
    .filter((part) => part !== undefined).join("\n\n");
}

async function oneOf(flag: string, { text, file }: {
  readonly text: string | undefined;
  readonly file: string | undefined;
}): Promise<string | undefined> {
  if (file === undefined) return text;
  if (text !== undefined) {
    throw usage(`Cannot use both ${flag} and ${flag}-file`);
  }
  try {
    const { size } = await Deno.stat(file);
    if (size > mostBytes) throw new Error("it is larger than 1 MiB");
    return (await Deno.readTextFile(file)).trimEnd();
  } catch (error) {
    throw usage(
      `Cannot use ${flag}-file "${file}": ${describeFileError(error)}`,
    );
  }
}

function usage(message: string): UserError {
  return new UserError(message, exitCodes.usage);
}
