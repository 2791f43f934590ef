import type { Breather } from "../lib/platform/breather.ts";

/**
 * A text without the parts that a comparison does not look at, which can say
 * where each of its positions is in the original.
 */
export interface Folded {
  readonly value: string;
  /**
   * The original position. Dropped characters right at a position come after
   * it, so a span never takes more than was compared.
   */
  original(position: number): number;
}

/** What is dropped from each line. */
export interface FoldOptions {
  /** Spaces and tabs at its end. */
  readonly trailing: boolean;
  /** Spaces and tabs at its start. */
  readonly leading: boolean;
}

/** Folds a text; the "\r" of a line end is always dropped. */
export async function fold(
  text: string,
  options: FoldOptions,
  breather: Breather,
): Promise<Folded> {
  const pieces: string[] = [];
  const drops: Drop[] = [];
  let length = 0;
  let dropped = 0;
  const drop = (count: number) => {
    if (count === 0) return;
    dropped += count;
    drops.push({ at: length, dropped });
  };
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    let from = start;
    let to = end;
    if (found !== -1 && to > from && text.charCodeAt(to - 1) === 13) to--;
    if (options.trailing) { while (to > from && isBlank(text, to - 1)) to--; }
    if (options.leading) { while (from < to && isBlank(text, from)) from++; }
    drop(from - start);
    pieces.push(text.slice(from, to));
    length += to - from;
    drop(end - to);
    if (found === -1) break;
    length++;
    start = end + 1;
    if (pieces.length % linesPerCheck === 0 && breather.isDue()) {
      await breather.rest();
    }
  }
  return {
    value: pieces.join("\n"),
    original: (position) => position + droppedBefore(drops, position),
  };
}

/** Folds a short text at once. */
export function foldLines(text: string, options: FoldOptions): string {
  return text.split("\n").map((line) => {
    const plain = line.replace(/\r$/, "");
    const [from, to] = keptRange(plain, 0, plain.length, options);
    return plain.slice(from, to);
  }).join("\n");
}

/**
 * Gives typographic quotes, dashes and spaces their ASCII form, one for one,
 * so that positions stay what they are.
 */
export function foldPunctuation(text: string): string {
  return text.replace(typographic, (character) => {
    if (character >= "\u2018" && character <= "\u201b") return "'";
    if (character >= "\u201c" && character <= "\u201f") return '"';
    if (character >= "\u2010" && character <= "\u2015") return "-";
    return character === "\u2212" ? "-" : " ";
  });
}

/** The same for a text of any length. */
export async function foldAllPunctuation(
  text: string,
  breather: Breather,
): Promise<string> {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += charsPerCheck) {
    pieces.push(foldPunctuation(text.slice(at, at + charsPerCheck)));
    if (breather.isDue()) await breather.rest();
  }
  return pieces.join("");
}

const typographic =
  /[\u2018-\u201f\u2010-\u2015\u2212\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const linesPerCheck = 4096;
const charsPerCheck = 512 * 1024;

function keptRange(
  text: string,
  start: number,
  end: number,
  options: FoldOptions,
): [from: number, to: number] {
  let from = start;
  let to = end;
  if (options.trailing) { while (to > from && isBlank(text, to - 1)) to--; }
  if (options.leading) { while (from < to && isBlank(text, from)) from++; }
  return [from, to];
}

interface Drop {
  /** Position in the folded text. */
  readonly at: number;
  /** Characters dropped up to and with this one. */
  readonly dropped: number;
}

function droppedBefore(drops: readonly Drop[], position: number): number {
  let low = 0;
  let high = drops.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((drops[middle] as Drop).at < position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (drops[low - 1] as Drop).dropped;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || code === 9;
}
