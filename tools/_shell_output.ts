import { count, headAndTail, wellFormed } from "../lib/core/text.ts";
import type { Captured } from "../lib/platform/capture.ts";
import { positive } from "./_shell.ts";

/** Characters that are sent whole (spec/features.md F2, F11). */
const wholeChars = 30_000;
const mostWholeChars = 150_000;
/** Characters that are sent whole of a failed command. */
const failureChars = 10_000;
/** Bytes of JSON that are sent of a longer output; a failure tells more. */
const excerptBytes = { success: 7_600, failure: 9_600 };

/** Up to how many characters an output is sent whole. */
export function outputBudget(
  resultChars: number,
  environment: Readonly<Record<string, string>>,
): number {
  const wanted = positive(environment.BASH_MAX_OUTPUT_LENGTH) ?? wholeChars;
  return Math.floor(Math.min(wanted, mostWholeChars, resultChars));
}

/** Up to how many characters it is sent whole after all. */
export function wholeLimit(budget: number, failed: boolean): number {
  return failed ? Math.min(budget, failureChars) : budget;
}

/** The tail that must be kept for the longest excerpt. */
export const tailChars = excerptBytes.failure;

/**
 * The output as the model reads it: whole, or its head and tail around a note
 * that says how much is missing and where the whole is.
 */
export function outputText(
  captured: Captured,
  { budget, failed }: { budget: number; failed: boolean },
): string {
  const { head, tail, totalChars } = captured;
  if (totalChars <= wholeLimit(budget, failed)) {
    return wellFormed(head).trimEnd();
  }
  const bytes = excerptBytes[failed ? "failure" : "success"];
  const joined = wellFormed(head + tail);
  let chars = Math.min(bytes, budget);
  // Escapes and wide characters make some texts longer on the wire.
  for (let attempt = 0; attempt < 4; attempt++) {
    const text = excerpt(joined, chars, captured);
    const size = wireBytes(text);
    if (size <= bytes) return text;
    chars = Math.floor(chars * bytes / size * 0.97);
  }
  return excerpt(joined, chars, captured);
}

function excerpt(joined: string, chars: number, captured: Captured): string {
  const { missingChars, missingLines } = captured;
  const { text } = headAndTail(joined, chars, (omittedChars, omittedLines) => {
    const lines = count(omittedLines + missingLines, "line");
    const size = (omittedChars + missingChars).toLocaleString("en-US");
    return `\n[${lines} (${size} characters) left out here. ${
      whereabouts(captured)
    }]\n`;
  });
  return text.trimEnd();
}

function whereabouts({ file, fileProblem }: Captured): string {
  if (file === null) {
    return fileProblem === null
      ? "The whole was not saved; filter the output or redirect it to a file."
      : `The whole is not available: ${fileProblem}.`;
  }
  const limit = fileProblem === null ? "" : ` (${fileProblem})`;
  return `The whole is in ${file.path}${limit}; use Read with offset, or Grep.`;
}

function wireBytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}
