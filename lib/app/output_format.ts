import { exitCodes, UserError } from "../core/error.ts";
import type { Invocation } from "./args.ts";

/** What stdout and stdin hold where they are not for people. */
export interface JsonFormat {
  /** One result, or every line of the run. */
  readonly format: "json" | "stream-json";
  readonly input: "text" | "stream-json";
  /** Whether replies are told while they come. */
  readonly partial: boolean;
  /** Whether the user's messages are told, too. */
  readonly replay: boolean;
  /** Whether questions about calls go to the driver. */
  readonly asksDriver: boolean;
}

/** The words of the command line that choose formats. */
export type FormatFlags = Pick<
  Invocation,
  | "outputFormat"
  | "inputFormat"
  | "partialMessages"
  | "replayUserMessages"
  | "permissionPromptTool"
  | "isInteractive"
>;

/** What `--output-format` takes. */
export const outputFormats = ["text", "json", "stream-json"] as const;

/** What `--input-format` takes. */
export const inputFormats = ["text", "stream-json"] as const;

/**
 * The formats that a command line asks for; undefined for text.
 *
 * @throws {UserError} with exit code 2 for a word that is no format, and for
 * options that need another format beside them.
 */
export function jsonFormatOf(flags: FormatFlags): JsonFormat | undefined {
  const { outputFormat = "text", inputFormat = "text" } = flags;
  const format = oneOf(outputFormats, outputFormat, "--output-format");
  const input = oneOf(inputFormats, inputFormat, "--input-format");
  const { permissionPromptTool: tool } = flags;
  if (tool !== undefined && tool !== "stdio") {
    throw usage(
      `Cannot use --permission-prompt-tool "${tool}": it must be stdio`,
    );
  }
  const needsOutput = [
    ["--input-format stream-json", input === "stream-json"],
    ["--include-partial-messages", flags.partialMessages],
  ] as const;
  const needsInput = [
    ["--replay-user-messages", flags.replayUserMessages],
    ["--permission-prompt-tool", tool !== undefined],
  ] as const;
  for (const [name, isGiven] of needsOutput) {
    if (!isGiven || format === "stream-json") continue;
    throw usage(`Cannot use ${name}: it needs --output-format stream-json`);
  }
  for (const [name, isGiven] of needsInput) {
    if (!isGiven || input === "stream-json") continue;
    throw usage(`Cannot use ${name}: it needs --input-format stream-json`);
  }
  if (format === "text") return undefined;
  if (flags.isInteractive) {
    throw usage(`Cannot use --interactive: the REPL has no format ${format}`);
  }
  return {
    format,
    input,
    partial: flags.partialMessages,
    replay: flags.replayUserMessages,
    asksDriver: tool === "stdio",
  };
}

/**
 * The line that tells a program of a run that could not start, or undefined
 * where the command line asks for text. It is found in the words themselves:
 * they may be what is wrong.
 */
export function failedStart(
  args: readonly string[],
  message: string,
): string | undefined {
  const end = args.indexOf("--");
  const words = end === -1 ? args : args.slice(0, end);
  const asked = words.findLast((word, index) =>
    /^--output-?format=(stream-)?json$/i.test(word) ||
    (/^(stream-)?json$/.test(word) &&
      /^--output-?format$/i.test(words[index - 1] ?? ""))
  );
  if (asked === undefined) return undefined;
  return JSON.stringify({
    type: "result",
    subtype: "error_during_execution",
    is_error: true,
    duration_ms: 0,
    duration_api_ms: 0,
    num_turns: 0,
    result: "",
    stop_reason: null,
    usage: {
      input_tokens: 0,
      output_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
    modelUsage: {},
    permission_denials: [],
    terminal_reason: "error",
    errors: [message],
    session_id: "",
    uuid: crypto.randomUUID(),
  });
}

function oneOf<Word extends string>(
  words: readonly Word[],
  value: string,
  flag: string,
): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw usage(
    `Cannot use ${flag} "${value}": it must be one of ${words.join(", ")}`,
  );
}

function usage(message: string): UserError {
  return new UserError(`${message}. See openclaude --help`, exitCodes.usage);
}
