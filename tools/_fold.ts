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
export function fold(text: string, options: FoldOptions): Folded {
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
  }
  return {
    value: pieces.join("\n"),
    original: (position) => position + droppedBefore(drops, position),
  };
}

/**
 * Gives typographic quotes, dashes and spaces their ASCII form, one for one,
 * so that positions stay what they are.
 */
export function foldPunctuation(text: string): string {
  return text.replace(
    /[\u2018-\u201f\u2010-\u2015\u2212\u00a0\u2000-\u200a\u202f\u205f\u3000]/g,
    (character) => {
      if (character >= "\u2018" && character <= "\u201b") return "'";
      if (character >= "\u201c" && character <= "\u201f") return '"';
      if (character >= "\u2010" && character <= "\u2015") return "-";
      return character === "\u2212" ? "-" : " ";
    },
  );
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
