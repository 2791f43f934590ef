import type { Pattern } from "./_pattern.ts";

/** A line, or several that one match spans. */
export interface MatchedLines {
  /** Where the first line starts. */
  readonly from: number;
  /** Where the last line ends, without its line feed. */
  readonly to: number;
  /** Where the match starts and ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * Counts the lines of a text that hold a match. The expression runs over the
 * whole text and goes on after the line that matched, which is several times
 * as fast as line by line.
 */
export function countMatchingLines(text: string, pattern: Pattern): number {
  if (pattern.crossesLines) {
    let lines = 0;
    for (const matched of matchingLines(text, pattern)) {
      lines += countLines(text, matched.from, matched.to);
    }
    return lines;
  }
  const expression = pattern.expressionFor(text);
  let lines = 0;
  expression.lastIndex = 0;
  while (expression.test(text)) {
    const { lastIndex } = expression;
    if (isAfterLastLine(text, lastIndex)) break;
    lines++;
    const end = text.indexOf("\n", lastIndex);
    if (end === -1) break;
    expression.lastIndex = end + 1;
  }
  return lines;
}

/**
 * Yields the lines of a text that hold a match, in order and none twice.
 * Where matches cross lines, those that share a line come as one.
 */
export function* matchingLines(
  text: string,
  pattern: Pattern,
): Generator<MatchedLines, void, undefined> {
  const expression = pattern.expressionFor(text);
  let pending: MatchedLines | undefined;
  let next = 0;
  while (next <= text.length) {
    expression.lastIndex = next;
    const match = expression.exec(text);
    if (match === null) break;
    const start = match.index;
    if (isAfterLastLine(text, start)) break;
    const end = start + match[0].length;
    const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
    const from = lineStart(text, start);
    const to = lineEnd(text, last);
    if (pending !== undefined && from <= pending.to) {
      pending = { ...pending, to: Math.max(to, pending.to) };
    } else {
      if (pending !== undefined) yield pending;
      pending = { from, to, start, end };
    }
    next = pattern.crossesLines ? Math.max(end, start + 1) : to + 1;
  }
  if (pending !== undefined) yield pending;
}

/** Number of lines from `from` up to `to`, at least one. */
export function countLines(text: string, from: number, to: number): number {
  let lines = 1;
  for (
    let at = text.indexOf("\n", from);
    at !== -1 && at < to;
    at = text.indexOf("\n", at + 1)
  ) {
    lines++;
  }
  return lines;
}

/** Where the line that holds `at` starts. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line that holds `at` ends: at its line feed or the text's end. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** After a final line feed there is no further line that could match. */
function isAfterLastLine(text: string, at: number): boolean {
  return at === text.length && (at === 0 || text[at - 1] === "\n");
}
