import { columnsOf, graphemes } from "./width.ts";

/** Text under edit; `cursor` counts UTF-16 units from its start. */
export interface Buffer {
  readonly text: string;
  readonly cursor: number;
}

/** A place in the text to move to, or to delete up to. */
export type Motion = (buffer: Buffer) => number;

/** How far back a grapheme is looked for. */
const graphemeReach = 64;
const wordCharacter = /[\p{L}\p{N}_]/u;

/** The start of the logical line that `at` is in. */
export function lineStart({ text, cursor }: Buffer): number {
  return text.lastIndexOf("\n", cursor - 1) + 1;
}

/** The end of the logical line that the cursor is in. */
export function lineEnd({ text, cursor }: Buffer): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

/** One grapheme to the left. */
export function left({ text, cursor }: Buffer): number {
  if (cursor === 0) return 0;
  const from = Math.max(0, cursor - graphemeReach);
  const last = [...graphemes(text.slice(from, cursor))].at(-1) ?? "";
  return cursor - last.length;
}

/** One grapheme to the right. */
export function right({ text, cursor }: Buffer): number {
  const [next] = graphemes(text.slice(cursor, cursor + graphemeReach));
  return cursor + (next?.length ?? 0);
}

/** The start of the word at or before the cursor. */
export function wordLeft({ text, cursor }: Buffer): number {
  let at = cursor;
  while (at > 0 && !isWord(text, at - 1)) at--;
  while (at > 0 && isWord(text, at - 1)) at--;
  return at;
}

/** The end of the word at or after the cursor. */
export function wordRight({ text, cursor }: Buffer): number {
  let at = cursor;
  while (at < text.length && !isWord(text, at)) at++;
  while (at < text.length && isWord(text, at)) at++;
  return at;
}

/** The start of what has no white space in it, as Ctrl+W takes it. */
export function blankLeft({ text, cursor }: Buffer): number {
  let at = cursor;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at--;
  while (at > 0 && !/\s/.test(text.charAt(at - 1))) at--;
  return at;
}

/**
 * The same column of the line above (`by` -1) or below (1); null when there
 * is no such line. `column` is the wish of the first of several such moves.
 */
export function vertical(
  buffer: Buffer,
  by: -1 | 1,
  column = columnOf(buffer),
): number | null {
  const { text } = buffer;
  const edge = by < 0 ? lineStart(buffer) - 1 : lineEnd(buffer) + 1;
  if (edge < 0 || edge > text.length) return null;
  const start = lineStart({ text, cursor: edge });
  const end = lineEnd({ text, cursor: edge });
  let at = start;
  let used = 0;
  for (const grapheme of graphemes(text.slice(start, end))) {
    used += columnsOf(grapheme);
    if (used > column) break;
    at += grapheme.length;
  }
  return at;
}

/** Columns between the line's start and the cursor. */
export function columnOf(buffer: Buffer): number {
  return columnsOf(buffer.text.slice(lineStart(buffer), buffer.cursor));
}

/** Replaces the text between two places and puts the cursor after it. */
export function replaceRange(
  { text }: Buffer,
  range: { readonly from: number; readonly to: number },
  value: string,
): Buffer {
  return {
    text: text.slice(0, range.from) + value + text.slice(range.to),
    cursor: range.from + value.length,
  };
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  // Halves of a surrogate pair belong to one character.
  return code >= 0xd800 && code <= 0xdfff ||
    wordCharacter.test(text.charAt(at));
}
