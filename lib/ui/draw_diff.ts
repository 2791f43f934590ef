import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import type { Hunk } from "./hunks.ts";

const shownLines = 40;

/** How a diff is drawn. */
export interface DiffOptions {
  /** Lines that are drawn; the rest is counted. */
  readonly limit?: number;
  /** Makes a line of a file safe to show; `printable()` by default. */
  readonly show?: (line: string) => string;
}

/**
 * Draws hunks: line numbers where they are known, what goes in red, what
 * comes in green.
 */
export function drawDiff(
  hunks: readonly Hunk[],
  styles: Styles,
  { limit = shownLines, show = printable }: DiffOptions = {},
): string[] {
  const drawn = hunks.flatMap((hunk, index) => [
    ...(index > 0 ? [styles.dim("    ⋮")] : []),
    ...drawHunk(hunk, styles, show),
  ]);
  if (drawn.length <= limit) return drawn;
  const more = count(drawn.length - limit, "more line");
  return [...drawn.slice(0, limit), styles.dim(`    … ${more}`)];
}

function drawHunk(
  hunk: Hunk,
  styles: Styles,
  show: (line: string) => string,
): string[] {
  const paint = { "+": styles.green, "-": styles.red } as const;
  const isNumbered = hunk.oldStart > 0 || hunk.newStart > 0;
  let [before, after] = [hunk.oldStart, hunk.newStart];
  return hunk.lines.map((line) => {
    const sign = line.charAt(0);
    const text = `${sign} ${show(line.slice(1))}`.trimEnd();
    const isAdded = sign === "+";
    const number = String(isAdded ? after : before).padStart(4);
    if (sign === "+" || sign === " ") after++;
    if (sign === "-" || sign === " ") before++;
    const gutter = isNumbered && sign !== "\\"
      ? styles.dim(number) + " "
      : "     ";
    return sign === "+" || sign === "-"
      ? gutter + paint[sign](text)
      : gutter + styles.dim(text);
  });
}
