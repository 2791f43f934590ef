import { exitCodes, UserError } from "../core/error.ts";
import { type ImagePart, type Part, text } from "../core/message.ts";
import type { Invocation } from "./args.ts";
import { checkOption } from "./check_flags.ts";
import type { FrontEnds } from "./front_end.ts";
import { type JsonFormat, jsonFormatOf } from "./output_format.ts";
import { readPipedInput } from "./piped_input.ts";
import { readImages } from "./prompt_images.ts";

/** Which front end a command line gets, and what it begins with. */
export interface Start {
  readonly frontEnd: keyof Pick<FrontEnds, "oneshot" | "json" | "repl">;
  /** The first prompt; undefined when it comes later. */
  readonly content: readonly Part[] | undefined;
  readonly hasImages: boolean;
  readonly json: JsonFormat | undefined;
  /** Whether somebody can answer questions about calls. */
  readonly canAsk: boolean;
  /** Whether that is a person at a terminal. */
  readonly canAskPerson: boolean;
}

/** What the choice depends on besides the command line. */
export interface Surroundings {
  readonly stdinIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** What was piped in. */
  readonly piped: string;
  readonly images: readonly ImagePart[];
}

/**
 * Reads what a run begins with: stdin, where it is not a terminal's or a
 * driver's, and images.
 *
 * @throws {UserError} with exit code 2 for what can't be used or is missing.
 */
export async function readStart(invocation: Invocation): Promise<Start> {
  const json = jsonFormatOf(invocation);
  const stdinIsTerminal = Deno.stdin.isTerminal();
  const isPiped = !stdinIsTerminal && json?.input !== "stream-json";
  return chooseStart(invocation, json, {
    stdinIsTerminal,
    stderrIsTerminal: Deno.stderr.isTerminal(),
    piped: isPiped ? await readPipedInput() : "",
    images: await readImages(invocation.images),
  });
}

/**
 * Chooses the front end: lines or a result for programs, the REPL where there
 * is a terminal and no prompt, else one answer.
 *
 * @throws {UserError} with exit code 2 for what does not go together.
 */
export function chooseStart(
  invocation: Pick<
    Invocation,
    "prompt" | "isInteractive" | "isOneshot" | "timeout" | "checks"
  >,
  json: JsonFormat | undefined,
  { stdinIsTerminal, stderrIsTerminal, piped, images }: Surroundings,
): Start {
  const { prompt, isInteractive, isOneshot, timeout } = invocation;
  const content = promptParts(prompt, piped, images);
  const hasImages = images.length > 0;
  const isDriven = json?.input === "stream-json";
  const wantsRepl = isInteractive ||
    (content === undefined && !isOneshot && stdinIsTerminal &&
      json === undefined);
  if (wantsRepl && !stdinIsTerminal) {
    throw usage(
      "Cannot open the REPL: stdin is not a terminal. Give the prompt as an " +
        "argument",
    );
  }
  if (wantsRepl && timeout !== undefined) {
    throw usage(
      "Cannot use --timeout with the REPL: it ends when you leave it",
    );
  }
  const check = checkOption(invocation.checks);
  if (wantsRepl && check !== undefined) {
    throw usage(`Cannot use ${check} with the REPL: give the prompt, too`);
  }
  const canWait = (wantsRepl || isDriven) && !hasImages;
  if (content === undefined && !canWait) {
    throw usage(
      "Cannot start: there is no prompt. Give one as an argument or on " +
        "stdin, or run openclaude in a terminal for the REPL",
    );
  }
  const canAskPerson = json === undefined && stdinIsTerminal &&
    stderrIsTerminal;
  return {
    frontEnd: wantsRepl ? "repl" : json === undefined ? "oneshot" : "json",
    content,
    hasImages,
    json,
    canAskPerson,
    canAsk: canAskPerson || isDriven,
  };
}

/** The prompt with its images and what was piped in, as one message. */
function promptParts(
  prompt: string | undefined,
  piped: string,
  images: readonly ImagePart[],
): Part[] | undefined {
  const block = piped.trim() === "" ? "" : piped.trimEnd();
  const words = prompt ?? block;
  if (words === "") return undefined;
  const before = prompt === undefined || block === ""
    ? []
    : [text(`<stdin>\n${block}\n</stdin>`)];
  return [...before, ...images, text(words)];
}

function usage(message: string): UserError {
  return new UserError(message, exitCodes.usage);
}
