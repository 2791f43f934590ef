import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import type { Hunk } from "./hunks.ts";

/** Lines of a diff that are shown; the rest is counted. */
const shownLines = 40;

/**
 * Draws hunks: line numbers where they are known, what goes in red, what
 * comes in green.
 */
export function drawDiff(
  hunks: readonly Hunk[],
  styles: Styles,
  limit = shownLines,
): string[] {
  const drawn = hunks.flatMap((hunk, index) => [
    ...(index > 0 ? [styles.dim("    ⋮")] : []),
    ...drawHunk(hunk, styles),
  ]);
  if (drawn.length <= limit) return drawn;
  const more = count(drawn.length - limit, "more line");
  return [...drawn.slice(0, limit), styles.dim(`    … ${more}`)];
}

function drawHunk(hunk: Hunk, styles: Styles): string[] {
  const paint = { "+": styles.green, "-": styles.red } as const;
  const isNumbered = hunk.oldStart > 0 || hunk.newStart > 0;
  let [before, after] = [hunk.oldStart, hunk.newStart];
  return hunk.lines.map((line) => {
    const sign = line.charAt(0);
    const text = `${sign} ${printable(line.slice(1))}`.trimEnd();
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
