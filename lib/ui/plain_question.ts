import type { Answer } from "../core/permission.ts";
import type { Sink } from "../term/sink.ts";
import type { Styles } from "../term/style.ts";
import type { LineReader } from "./line_reader.ts";
import {
  type AskedCall,
  type CallPlace,
  drawPreview,
  drawReason,
} from "./preview.ts";
import { choicesOf } from "./question.ts";

/** What {@link askPlainly} works with. */
export interface PlainQuestionOptions {
  readonly lines: LineReader;
  readonly to: Sink;
  readonly place: CallPlace;
  readonly styles: Styles;
  /** How many questions wait, with this one. */
  readonly waiting: number;
  readonly signal: AbortSignal;
}

/**
 * Asks about a call on a terminal that cannot be drawn on: a line with the
 * digit or letter of a choice, where "y" and "n" may be whole words; any other
 * line refuses and is the reason, an empty one and the end of the input refuse
 * without one. Null when `signal` is aborted first.
 */
export async function askPlainly(
  call: AskedCall,
  options: PlainQuestionOptions,
): Promise<Answer | null> {
  const { lines, to, place, styles, waiting, signal } = options;
  const choices = choicesOf(call);
  const position = waiting > 1 ? ` (1 of ${waiting})` : "";
  const letters = choices.map(({ letter }) => letter).join(", ");
  const text = [
    ...drawPreview(call, place, styles),
    `Allow this?${position} ${drawReason(call, styles)}`,
    ...choices.map(({ letter, label }) => `  ${letter}  ${label}`),
    `[${letters}, or a reason for no] `,
  ];
  to.write(text.join("\n"));
  while (true) {
    const line = await lines.next(signal);
    if (signal.aborted) {
      to.write("\nNo answer is needed any more\n");
      return null;
    }
    const answer = parseAnswer(line?.trim() ?? "", call);
    if (answer !== null) return answer;
    to.write(`There is no rule to remember: ${letters}, or a reason for no `);
  }
}

/** Null when a line asks for what is no choice here. */
function parseAnswer(line: string, { offer = [] }: AskedCall): Answer | null {
  if (/^(y(es)?|1)$/i.test(line)) return { kind: "allow" };
  if (/^(a(lways)?|2)$/i.test(line)) {
    return offer.length > 0 ? { kind: "allow", remember: offer } : null;
  }
  return /^(no?|3)?$/i.test(line)
    ? { kind: "deny" }
    : { kind: "deny", reason: line };
}
