/**
 * Numbers lines as Read shows them. The prefix has one fixed form, so that
 * Edit can take it off again when a model copies it.
 */
export function numbered(lines: readonly string[], first: number): string {
  return lines
    .map((line, index) => `${String(first + index).padStart(5)}\t${line}`)
    .join("\n");
}

/** Characters that the prefix and the line end add to lines up to `last`. */
export function numberedCost(last: number): number {
  return Math.max(5, String(last).length) + 2;
}

/** One reading of an edit's two texts. */
export interface Variant {
  readonly oldText: string;
  readonly newText: string;
}

/** What may stand between a line's number and its text, Read's own first. */
const separators = ["\t", "→", "|", ": ", ":"];

/**
 * The readings of an edit in which line numbers are no part of the text; none
 * unless every line to find has one, each one more than the last.
 */
export function unnumbered({ oldText, newText }: Variant): Variant[] {
  const found: Variant[] = [];
  for (const separator of separators) {
    const old = stripNumbers(oldText, separator);
    if (old.numbered < old.lines || !old.countsUp || old.text.trim() === "") {
      continue;
    }
    const fresh = stripNumbers(newText, separator);
    // Where only some lines have one, only Read's own form is beyond doubt.
    const isClear = fresh.numbered === 0 || fresh.numbered === fresh.lines ||
      separator === "\t";
    if (isClear) found.push({ oldText: old.text, newText: fresh.text });
  }
  return found;
}

interface Stripped {
  readonly text: string;
  readonly lines: number;
  /** Lines that had a number. */
  readonly numbered: number;
  /** Whether each number was one more than the one before. */
  readonly countsUp: boolean;
}

function stripNumbers(value: string, separator: string): Stripped {
  const lines = value.split("\n");
  const isOpen = lines.length > 1 && lines.at(-1) === "";
  let numbered = 0;
  let countsUp = true;
  let previous: number | undefined;
  const bare = lines.map((line) => {
    const digits = /^ *(\d{1,9})/.exec(line);
    if (digits === null) return line;
    const text = line.slice(digits[0].length);
    // Of an empty line's prefix models often drop the tab.
    const isBare = separator === "\t" && text === "";
    if (!isBare && !text.startsWith(separator)) return line;
    const number = Number(digits[1]);
    if (previous !== undefined && number !== previous + 1) countsUp = false;
    previous = number;
    numbered++;
    return text.slice(separator.length);
  });
  const count = lines.length - (isOpen ? 1 : 0);
  return { text: bare.join("\n"), lines: count, numbered, countsUp };
}
