import type { LastExchange } from "../core/conversation.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";

/** Lines of a request and of an answer that are shown. */
const requestLines = 4;
const answerLines = 10;

/** Draws where a session stood: the last request and its answer, dim. */
export function drawLastExchange(
  { request, answer }: LastExchange,
  styles: Styles,
): string[] {
  const [first = "", ...rest] = headOf(request, requestLines);
  const said = [`> ${first}`, ...rest.map((line) => `  ${line}`)];
  const answered = answer.trim() === ""
    ? ["(no answer)"]
    : headOf(answer, answerLines);
  return [...said, ...answered].map(styles.dim);
}

function headOf(text: string, most: number): string[] {
  const lines = printable(text).trim().split("\n");
  return lines.length <= most ? lines : [...lines.slice(0, most), "…"];
}
