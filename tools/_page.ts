import { countLines, lineEnd, lineStart, matchingLines } from "./_lines.ts";
import type { Pattern } from "./_pattern.ts";

/** Lines collected up to a number of characters. */
export interface Page {
  readonly lines: readonly string[];
  /** Adds a line; false, and nothing added, when there is no room. */
  add(line: string): boolean;
}

/** Makes a page that holds `maxChars`, line ends included. */
export function createPage(maxChars: number): Page {
  const lines: string[] = [];
  let used = 0;
  return {
    lines,
    add(line) {
      if (used + line.length + 1 > maxChars) return false;
      used += line.length + 1;
      lines.push(line);
      return true;
    },
  };
}

/** How matches are shown. */
export interface ShowOptions {
  readonly pattern: Pattern;
  /** Stands before each line: the path, or empty for a single file. */
  readonly path: string;
  readonly lineNumbers: boolean;
  /** Show what matched instead of the lines. */
  readonly onlyMatching: boolean;
  readonly before: number;
  readonly after: number;
  /** Matching lines to pass over. */
  readonly skip: number;
  /** Matching lines to show. */
  readonly limit: number;
}

/** Shows the matches of one file whose text comes in pieces. */
export interface Viewer {
  /** Takes a piece that ends in a line end; false when it needs no more. */
  take(text: string): boolean;
  /** Matching lines that were put on the page so far. */
  shown(): number;
  /** True when the page had no room for a line. */
  isFull(): boolean;
}

const maxLineChars = 300;

/**
 * Makes a viewer that writes lines as `rg` does: `path:12:text`, with `-` for
 * lines of context and `--` where lines are left out between them.
 */
export function createViewer(page: Page, options: ShowOptions): Viewer {
  const { pattern, before, after } = options;
  let { skip } = options;
  let shown = 0;
  let isFull = false;
  /** Lines of context still to be shown after the last match. */
  let owed = 0;
  /** Number of the first line of this piece, and of the last line shown. */
  let base = 1;
  let lastNumber = -1;
  /** The last lines of the piece before, for context. */
  let tail: string[] = [];

  function put(line: string, number: number, mark: ":" | "-"): boolean {
    const isGap = before + after > 0 && number > lastNumber + 1 &&
      page.lines.length > 0;
    if (isGap && !options.onlyMatching && !page.add("--")) isFull = true;
    const path = options.path === "" ? "" : `${options.path}${mark}`;
    const label = options.lineNumbers ? `${number}${mark}` : "";
    if (isFull || !page.add(path + label + line)) isFull = true;
    else lastNumber = number;
    return !isFull;
  }

  function take(text: string): boolean {
    const counter = lineCounter(text, base);
    /** Where the first line starts that is not on the page. */
    let fresh = 0;

    function showContext(from: number, to: number): boolean {
      for (let at = from; at < to && at < text.length;) {
        const end = lineEnd(text, at);
        const line = cutLine(text.slice(at, end), 0);
        if (!put(line, counter(at), "-")) return false;
        fresh = at = end + 1;
      }
      return true;
    }

    function showOwed(to: number): boolean {
      let end = fresh;
      for (; owed > 0 && end < to && end < text.length; owed--) {
        end = lineEnd(text, end) + 1;
      }
      return showContext(fresh, end);
    }

    function showBefore(at: number): boolean {
      let from = at;
      let wanted = before;
      for (; wanted > 0 && from > fresh; wanted--) {
        from = lineStart(text, from - 1);
      }
      if (from === 0 && fresh === 0 && wanted > 0) {
        const first = Math.max(
          tail.length - wanted,
          lastNumber + 1 -
            (base - tail.length),
        );
        for (let index = Math.max(0, first); index < tail.length; index++) {
          const line = cutLine(tail[index] as string, 0);
          if (!put(line, base - tail.length + index, "-")) return false;
        }
      }
      return showContext(from, at);
    }

    for (const match of matchingLines(text, pattern)) {
      const lines = countLines(text, match.from, match.to);
      if (skip > 0) {
        skip -= lines;
        continue;
      }
      if (!showOwed(match.from)) return false;
      if (shown >= options.limit) return owed > 0;
      owed = 0;
      if (options.onlyMatching) {
        if (!showParts(text, match, counter)) return false;
      } else {
        if (!showBefore(match.from)) return false;
        for (let at = match.from; at <= match.to;) {
          const end = lineEnd(text, at);
          const focus = Math.max(0, match.end - at);
          const line = cutLine(text.slice(at, end), focus);
          if (!put(line, counter(at), ":")) return false;
          fresh = at = end + 1;
        }
        owed = after;
      }
      shown += lines;
    }
    if (!showOwed(text.length)) return false;
    const total = counter(text.length);
    tail = before > 0 ? lastLines(text, before) : [];
    base = total;
    return shown < options.limit || owed > 0;
  }

  function showParts(
    text: string,
    match: { from: number; to: number },
    counter: (at: number) => number,
  ): boolean {
    const expression = pattern.expressionFor(text);
    for (let next = match.from; next <= match.to;) {
      expression.lastIndex = next;
      const part = expression.exec(text);
      if (part === null || part.index > match.to) break;
      next = part.index + Math.max(1, part[0].length);
      if (part[0] === "") continue;
      const value = cutLine(part[0], 0);
      if (!put(value, counter(part.index), ":")) return false;
    }
    return true;
  }

  return { take, shown: () => shown, isFull: () => isFull };
}

/** Numbers positions that are asked for in ascending order. */
function lineCounter(text: string, base: number): (at: number) => number {
  let number = base;
  let position = 0;
  return (at) => {
    for (;;) {
      const end = text.indexOf("\n", position);
      if (end === -1 || end >= at) return number;
      number++;
      position = end + 1;
    }
  };
}

function lastLines(text: string, count: number): string[] {
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  let from = end;
  for (let left = count; left > 0 && from > 0; left--) {
    from = lineStart(text, from === end ? from : from - 1);
  }
  return text.slice(from, end).split("\n");
}

/** Cuts a long line to what surrounds `focus`; drops a carriage return. */
function cutLine(line: string, focus: number): string {
  const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (whole.length <= maxLineChars) return whole;
  const latest = whole.length - maxLineChars;
  const from = Math.min(latest, Math.max(0, focus - maxLineChars * 0.6));
  const start = Math.floor(from);
  const cut = whole.slice(start, start + maxLineChars).toWellFormed();
  return `${start > 0 ? "…" : ""}${cut}${start < latest ? "…" : ""}`;
}
