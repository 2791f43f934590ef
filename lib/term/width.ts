import stringWidth from "fast-string-width";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// deno-lint-ignore no-control-regex -- SGR sequences, the only ones we emit
const sgr = /\x1b\[[0-9;]*m/g;
const plainText = /^[ -~]*$/;

/** SGR code of each group by the code that closes it; 0 closes all. */
const closers: Readonly<Record<string, string>> = {
  "1": "22",
  "2": "22",
  "3": "23",
  "4": "24",
  "7": "27",
  "9": "29",
};

/** A grapheme or a style sequence, and the columns that it takes. */
interface Cell {
  readonly text: string;
  readonly columns: number;
}

/** The columns that a line takes on a terminal. Style sequences take none. */
export function columnsOf(line: string): number {
  return plainText.test(line) ? line.length : stringWidth(line);
}

/** Yields the graphemes of a text, which may be long, one after another. */
export function* graphemes(text: string): Generator<string> {
  if (plainText.test(text)) yield* text;
  else for (const { segment } of segmenter.segment(text)) yield segment;
}

/**
 * Cuts a line to `columns`, with an ellipsis where something is missing.
 * Styles that are still open there are closed.
 */
export function cutColumns(
  line: string,
  columns: number,
  ellipsis = "…",
): string {
  if (line.length <= columns && plainText.test(line)) return line;
  if (columnsOf(line) <= columns) return line;
  const room = Math.max(0, columns - columnsOf(ellipsis));
  const active = new ActiveStyles();
  let kept = "";
  let used = 0;
  for (const cell of cells(line)) {
    if (used + cell.columns > room) break;
    if (cell.text.startsWith("\x1b[")) active.apply(cell.text);
    kept += cell.text;
    used += cell.columns;
  }
  return kept + active.close() + (columns > 0 ? ellipsis : "");
}

/**
 * Wraps a text at spaces and between wide characters to rows of at most
 * `columns`; words that are longer are broken. Each row carries the styles
 * that are open in it and closes them at its end. `indent` starts every row
 * of a line but its first.
 */
export function wrapColumns(
  text: string,
  columns: number,
  indent = "",
): string[] {
  const rows: string[] = [];
  for (const line of text.split("\n")) {
    if (line.length <= columns && plainText.test(line)) rows.push(line);
    else rows.push(...wrapLine(line, Math.max(2, columns), indent));
  }
  return rows;
}

function wrapLine(line: string, columns: number, indent: string): string[] {
  const wrapper = new Wrapper(columns, indent);
  for (const cell of cells(line)) wrapper.add(cell);
  return wrapper.finish();
}

function* cells(line: string): Generator<Cell> {
  let at = 0;
  for (const match of line.matchAll(sgr)) {
    yield* graphemeCells(line.slice(at, match.index));
    yield { text: match[0], columns: 0 };
    at = match.index + match[0].length;
  }
  yield* graphemeCells(line.slice(at));
}

function* graphemeCells(text: string): Generator<Cell> {
  for (const segment of graphemes(text)) {
    yield { text: segment, columns: columnsOf(segment) };
  }
}

/** The styles that are open at one place of a line. */
class ActiveStyles {
  #open = new Map<string, string>();

  apply(sequence: string): void {
    const code = sequence.slice(2, -1);
    if (code === "" || code === "0") return this.#open.clear();
    for (const closer of this.#open.keys()) {
      if (closer === code) this.#open.delete(closer);
    }
    if (/^(2[2-9]|39|49)$/.test(code)) return;
    this.#open.set(closers[code] ?? "39", sequence);
  }

  copy(): ActiveStyles {
    const copy = new ActiveStyles();
    copy.#open = new Map(this.#open);
    return copy;
  }

  open(): string {
    return [...this.#open.values()].join("");
  }

  close(): string {
    return [...this.#open.keys()].map((code) => `\x1b[${code}m`).join("");
  }
}

/** Builds the rows of one line. */
class Wrapper {
  #rows: string[] = [];
  #row = "";
  #used = 0;
  /** Columns that the present row is indented by. */
  #margin = 0;
  #active = new ActiveStyles();
  /** The last place where the row may be broken. */
  #breakAt: { length: number; used: number; active: ActiveStyles } | null =
    null;

  readonly #indent: string;

  constructor(readonly columns: number, indent: string) {
    this.#indent = columnsOf(indent) > columns / 2 ? "" : indent;
  }

  add(cell: Cell): void {
    if (cell.columns === 0) {
      if (cell.text.startsWith("\x1b[")) this.#active.apply(cell.text);
      this.#row += cell.text;
      return;
    }
    const isSpace = cell.text === " ";
    const overflows = () => this.#used + cell.columns > this.columns;
    if (isSpace && overflows()) return this.#markBreak();
    // Twice when what a break at a space leaves is still too much.
    while (overflows() && this.#used > this.#margin) this.#breakRow();
    if (cell.columns > 1) this.#markBreak();
    this.#row += cell.text;
    this.#used += cell.columns;
    if (isSpace || cell.columns > 1) this.#markBreak();
  }

  finish(): string[] {
    this.#rows.push(this.#row);
    return this.#rows;
  }

  #markBreak(): void {
    this.#breakAt = {
      length: this.#row.length,
      used: this.#used,
      active: this.#active.copy(),
    };
  }

  #breakRow(): void {
    const margin = columnsOf(this.#indent);
    const before = this.#breakAt?.used ?? 0;
    // Behind the indent, what is left must fit; else the row ends right here.
    const isTooWide = margin + this.#used - before > this.columns;
    if (before <= this.#margin || isTooWide) this.#markBreak();
    const place = this.#breakAt;
    if (place === null) return;
    const rest = this.#row.slice(place.length);
    const head = this.#row.slice(0, place.length).trimEnd();
    this.#rows.push(head + place.active.close());
    this.#row = this.#indent + place.active.open() + rest;
    this.#margin = margin;
    this.#used = margin + this.#used - place.used;
    this.#breakAt = null;
  }
}
