import {
  countLines,
  lineEnd,
  lineStart,
  type MatchedLines,
  matchingLines,
} from "./_lines.ts";
import type { Page } from "./_page.ts";
import type { Pattern } from "./_pattern.ts";
import type { Taken } from "./_texts.ts";

/** How matches are shown. */
export interface ShowOptions {
  readonly pattern: Pattern;
  /** Stands before each line: the path, or empty for a single file. */
  readonly path: string;
  readonly lineNumbers: boolean;
  /** Show what matched instead of the lines. */
  readonly onlyMatching: boolean;
  /** Lines of context. */
  readonly before: number;
  readonly after: number;
  /** Matching lines to pass over. */
  readonly skip: number;
  /** Matching lines to show. */
  readonly limit: number;
}

/** The part of a text that is at hand. */
interface Piece {
  readonly text: string;
  /** The number of the line at a position; asked for in ascending order. */
  lineNumber(at: number): number;
}

const maxLineChars = 300;

/**
 * Writes the matches of one file on a page as `rg` does: `path:12:text`, with
 * `-` for lines of context and `--` where lines are left out between them.
 * The text comes in pieces that end with a line.
 */
export class Viewer {
  readonly #page: Page;
  readonly #options: ShowOptions;
  #piece: Piece = { text: "", lineNumber: () => 1 };
  /** Where the first line of the piece starts that was not shown. */
  #fresh = 0;
  #skip: number;
  #shown = 0;
  #isFull = false;
  /** Lines of context still to be shown after the last match. */
  #owed = 0;
  #lastNumber = -1;
  /** Number of the first line of the next piece. */
  #nextNumber = 1;
  /** The last lines of the piece before, for context. */
  #tail: readonly string[] = [];

  constructor(page: Page, options: ShowOptions) {
    this.#page = page;
    this.#options = options;
    this.#skip = options.skip;
  }

  /** Matching lines that were put on the page so far. */
  get shown(): number {
    return this.#shown;
  }

  /** True when the page had no room for a line. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Shows what a piece holds. */
  take(text: string): Taken {
    this.#piece = { text, lineNumber: lineCounter(text, this.#nextNumber) };
    this.#fresh = 0;
    for (const match of matchingLines(text, this.#options.pattern)) {
      const lines = countLines(text, match.from, match.to);
      if (this.#skip > 0) {
        this.#skip -= lines;
        continue;
      }
      if (!this.#showOwed(match.from)) return "enough";
      if (this.#shown >= this.#options.limit) return "enough";
      if (!this.#showMatch(match)) return "enough";
      this.#shown += lines;
    }
    if (!this.#showOwed(text.length)) return "enough";
    this.#nextNumber = this.#piece.lineNumber(text.length);
    this.#tail = lastLines(text, this.#options.before);
    const isDone = this.#shown >= this.#options.limit && this.#owed === 0;
    return isDone ? "enough" : "something";
  }

  #showMatch(match: MatchedLines): boolean {
    if (this.#options.onlyMatching) return this.#showParts(match);
    this.#owed = this.#options.after;
    return this.#showBefore(match.from) &&
      this.#showLines(match.from, match.to + 1, match.end);
  }

  /** Shows the parts of lines that match, one a line. */
  #showParts(match: MatchedLines): boolean {
    const { text, lineNumber } = this.#piece;
    const expression = this.#options.pattern.expressionFor(text);
    for (let next = match.from; next <= match.to;) {
      expression.lastIndex = next;
      const part = expression.exec(text);
      if (part === null || part.index > match.to) break;
      next = part.index + Math.max(1, part[0].length);
      if (part[0] === "") continue;
      const line = cutLine(part[0], 0);
      if (!this.#put(line, lineNumber(part.index), ":")) return false;
    }
    return true;
  }

  /** Shows the context that the last match is owed, as far as `to`. */
  #showOwed(to: number): boolean {
    const { text } = this.#piece;
    let end = this.#fresh;
    for (; this.#owed > 0 && end < to; this.#owed--) {
      end = lineEnd(text, end) + 1;
    }
    const isShown = this.#showLines(this.#fresh, end);
    if (to < text.length) this.#owed = 0;
    return isShown;
  }

  /** Shows the context before the line at `at` that was not shown yet. */
  #showBefore(at: number): boolean {
    let from = at;
    let wanted = this.#options.before;
    for (; wanted > 0 && from > this.#fresh; wanted--) {
      from = lineStart(this.#piece.text, from - 1);
    }
    return (wanted === 0 || from > 0 || this.#showTail(wanted)) &&
      this.#showLines(from, at);
  }

  /** Shows the last lines of the piece before that were not shown yet. */
  #showTail(wanted: number): boolean {
    const start = this.#nextNumber - this.#tail.length;
    const from = Math.max(
      this.#tail.length - wanted,
      this.#lastNumber + 1 - start,
      0,
    );
    return this.#tail.slice(from).every((line, index) =>
      this.#put(cutLine(line, 0), start + from + index, "-")
    );
  }

  /** Shows whole lines; `focus` tells where a match in them ends. */
  #showLines(from: number, to: number, focus?: number): boolean {
    const { text, lineNumber } = this.#piece;
    const mark = focus === undefined ? "-" : ":";
    for (let at = from; at < to && at <= text.length;) {
      const end = lineEnd(text, at);
      const line = cutLine(text.slice(at, end), (focus ?? at) - at);
      if (!this.#put(line, lineNumber(at), mark)) return false;
      this.#fresh = at = end + 1;
    }
    return true;
  }

  #put(line: string, number: number, mark: ":" | "-"): boolean {
    const { path, lineNumbers, onlyMatching, before, after } = this.#options;
    const hasContext = before + after > 0 && !onlyMatching;
    const isGap = hasContext && number > this.#lastNumber + 1 &&
      this.#page.lines.length > 0;
    const where = (path === "" ? "" : path + mark) +
      (lineNumbers ? `${number}${mark}` : "");
    const isShown = (!isGap || this.#page.add("--")) &&
      this.#page.add(where + line);
    if (isShown) this.#lastNumber = number;
    else this.#isFull = true;
    return isShown;
  }
}

function lineCounter(text: string, first: number): (at: number) => number {
  let number = first;
  let position = 0;
  return (at) => {
    while (true) {
      const end = text.indexOf("\n", position);
      if (end === -1 || end >= at) return number;
      number++;
      position = end + 1;
    }
  };
}

function lastLines(text: string, count: number): string[] {
  if (count === 0) return [];
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  let from = lineStart(text, end);
  for (let left = count - 1; left > 0 && from > 0; left--) {
    from = lineStart(text, from - 1);
  }
  return text.slice(from, end).split("\n");
}

/** Cuts a long line to what surrounds `focus`; drops a carriage return. */
function cutLine(line: string, focus: number): string {
  const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (whole.length <= maxLineChars) return whole;
  const latest = whole.length - maxLineChars;
  const wanted = Math.max(0, focus - Math.floor(maxLineChars * 0.6));
  const start = Math.min(latest, wanted);
  const cut = whole.slice(start, start + maxLineChars).toWellFormed();
  return `${start > 0 ? "…" : ""}${cut}${start < latest ? "…" : ""}`;
}
