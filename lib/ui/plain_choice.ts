import { matchingChoices, type Picker } from "../term/picker.ts";
import { printable } from "../term/printable.ts";
import type { Sink } from "../term/sink.ts";
import type { LineReader } from "./line_reader.ts";

/** Choices that are listed; a part of their text finds the others. */
const mostListed = 30;

/**
 * Lets the user choose on a terminal that cannot be drawn on: by a number, or
 * a part of the text. Undefined for an empty line or at the end of the input.
 */
export async function choosePlainly(
  picker: Picker,
  { lines, to, signal }: {
    readonly lines: LineReader;
    readonly to: Sink;
    readonly signal: AbortSignal;
  },
): Promise<string | undefined> {
  const { title, choices, at } = picker;
  const first = Math.max(0, at + 1 - mostListed);
  const listed = choices.slice(first, first + mostListed);
  const rows = listed.map(({ title, detail = "" }, index) => {
    const text = printable(`${title}  ${detail}`).replace(/\s+/g, " ").trim();
    return `${String(first + index + 1).padStart(3)}  ${text}`;
  });
  const more = choices.length - listed.length;
  if (more > 0) rows.push(`     and ${more} more`);
  to.write(`${rows.join("\n")}\n${title} (number or text, empty for none) `);
  while (true) {
    const answer = (await lines.next(signal))?.trim() ?? "";
    if (answer === "") return undefined;
    const named = choices[Number(answer) - 1];
    if (named !== undefined) return named.id;
    const typed = { ...picker, by: "filter", typed: answer } as const;
    const [found, ...others] = matchingChoices(typed);
    if (found !== undefined && others.length === 0) return found.id;
    const fit = found === undefined ? "None fits" : `${others.length + 1} fit`;
    to.write(`${fit}: a number or text, empty for none `);
  }
}
