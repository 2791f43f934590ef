/** A text cut to a budget, and how much of it was left out. */
export interface Excerpt {
  readonly text: string;
  readonly omittedChars: number;
  readonly omittedLines: number;
}

/**
 * Keeps the head and the tail of a text within `maxChars`, cut at line ends
 * where that loses little. The marker between them is the caller's: `join`
 * makes it from what is missing.
 */
export function headAndTail(
  value: string,
  maxChars: number,
  join: (omittedChars: number, omittedLines: number) => string,
): Excerpt {
  if (value.length <= maxChars) {
    return { text: value, omittedChars: 0, omittedLines: 0 };
  }
  const half = Math.floor(maxChars / 2);
  const head = cutAtLineEnd(value, half);
  const tail = cutAtLineStart(value, value.length - half);
  const omitted = value.slice(head, tail);
  const omittedLines = countLines(omitted);
  const marker = join(omitted.length, omittedLines);
  return {
    text: `${value.slice(0, head)}${marker}${value.slice(tail)}`,
    omittedChars: omitted.length,
    omittedLines,
  };
}

/** Replaces lone surrogates, which JSON encoders of servers refuse. */
export function wellFormed(value: string): string {
  return value.isWellFormed() ? value : value.toWellFormed();
}

/** The first line, cut to `maxChars` with an ellipsis. */
export function firstLine(value: string, maxChars = 200): string {
  const end = value.indexOf("\n");
  const line = end === -1 ? value : value.slice(0, end);
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}

/** "1 file", "2 files". */
export function count(number: number, noun: string, plural?: string): string {
  return `${number} ${number === 1 ? noun : plural ?? `${noun}s`}`;
}

function cutAtLineEnd(value: string, at: number): number {
  const end = value.lastIndexOf("\n", at - 1);
  const cut = end >= at * 0.8 ? end + 1 : at;
  return isLowSurrogate(value, cut) ? cut - 1 : cut;
}

function cutAtLineStart(value: string, at: number): number {
  const end = value.indexOf("\n", at);
  const room = value.length - at;
  const cut = end !== -1 && end - at <= room * 0.2 ? end + 1 : at;
  return isLowSurrogate(value, cut) ? cut + 1 : cut;
}

function isLowSurrogate(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function countLines(value: string): number {
  let lines = 0;
  for (
    let at = value.indexOf("\n");
    at !== -1;
    at = value.indexOf("\n", at + 1)
  ) {
    lines++;
  }
  return lines;
}
