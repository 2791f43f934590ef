import type { Sink } from "./sink.ts";
import { columnsOf, cutColumns } from "./width.ts";

/** Columns and rows of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the live region shows: one entry for each row. */
export interface Frame {
  readonly lines: readonly string[];
  /** Where the cursor stands, counted from 0; hidden when there is none. */
  readonly cursor?: { readonly row: number; readonly column: number };
}

const beginUpdate = "\x1b[?2026h";
const endUpdate = "\x1b[?2026l";
const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const eraseLine = "\x1b[K";
const eraseBelow = "\x1b[J";

/** A row of which it is not known what the terminal shows. */
const unknown = "\0";

const empty: Frame = { lines: [] };

/**
 * Draws a live region below the scrollback of a terminal. Only rows that
 * changed are written, in one synchronized update; finished lines are
 * committed above the region once and never touched again. Nothing clears
 * the screen or the scrollback.
 */
export class Screen {
  readonly #sink: Sink;
  readonly #size: () => Size;
  #shown: Frame = empty;
  /** The frame as it was asked for, before it was cut to the size. */
  #wanted: Frame = empty;
  #row = 0;
  #cursorColumn = -1;
  #hidden = false;
  #columns: number;

  constructor(sink: Sink, size: () => Size) {
    this.#sink = sink;
    this.#size = size;
    this.#columns = size().columns;
  }

  /** Shows a frame. Rows that do not fit the terminal are left out on top. */
  render(frame: Frame): void {
    const { columns } = this.#size();
    if (columns !== this.#columns) return this.resize(frame);
    this.#wanted = frame;
    const next = this.#fit(frame);
    const update = this.#difference(next);
    if (update === "") return;
    this.#sink.write(beginUpdate + update + endUpdate);
  }

  /**
   * Writes lines above the live region, where they scroll away for good.
   * `sink` is another stream of the same terminal.
   */
  commit(lines: readonly string[], sink: Sink = this.#sink): void {
    if (lines.length === 0) return;
    const erase = beginUpdate + this.#erase();
    const text = lines.map((line) => `${line}\r\n`).join("");
    const redraw = this.#difference(this.#fit(this.#wanted)) + endUpdate;
    if (sink === this.#sink) return sink.write(erase + text + redraw);
    this.#sink.write(erase);
    sink.write(text);
    this.#sink.write(redraw);
  }

  /**
   * Has the rows from the cursor on written again by the next `render()`,
   * changed or not. Deno itself clears them when it has loaded modules while
   * stderr is a terminal (seen with 2.9.6).
   */
  distrust(): void {
    const lines = this.#shown.lines.map((line, row) =>
      row < this.#row ? line : unknown
    );
    this.#shown = { ...this.#shown, lines };
    this.#cursorColumn = -1;
  }

  /** Draws again after the terminal's size changed. */
  resize(frame: Frame = this.#wanted): void {
    const { columns } = this.#size();
    // The terminal has wrapped the rows anew: count what they take now.
    const above = this.#shown.lines.slice(0, this.#row);
    const rows = above.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)),
      0,
    );
    this.#columns = columns;
    this.#shown = empty;
    this.#row = 0;
    this.#cursorColumn = -1;
    this.#wanted = frame;
    const top = rows > 0 ? `\r\x1b[${rows}A` : "\r";
    const update = top + eraseBelow + this.#difference(this.#fit(frame));
    this.#sink.write(beginUpdate + update + endUpdate);
  }

  /** Removes the live region; the cursor is left where it began, visible. */
  clear(): void {
    this.#wanted = empty;
    if (this.#shown.lines.length === 0 && !this.#hidden) return;
    const show = this.#hidden ? showCursor : "";
    this.#hidden = false;
    this.#sink.write(beginUpdate + this.#erase() + show + endUpdate);
  }

  #erase(): string {
    if (this.#shown.lines.length === 0) return "";
    const update = this.#moveTo(0) + "\r" + eraseBelow;
    this.#shown = empty;
    this.#cursorColumn = -1;
    return update;
  }

  /** Cuts a frame to the size; the last row of the terminal stays free. */
  #fit(frame: Frame): Frame {
    const { columns, rows } = this.#size();
    const room = Math.max(1, rows - 1);
    const skipped = Math.max(0, frame.lines.length - room);
    const lines = frame.lines.slice(skipped)
      .map((line) => cutColumns(line, columns));
    if (frame.cursor === undefined) return { lines };
    const row = Math.max(0, frame.cursor.row - skipped);
    const column = Math.min(frame.cursor.column, columns - 1);
    return { lines, cursor: { row, column } };
  }

  #difference(next: Frame): string {
    const old = this.#shown.lines;
    let update = "";
    for (const [row, line] of next.lines.entries()) {
      if (row < old.length && old[row] === line) continue;
      update += this.#moveTo(row) + "\r" + rewrite(old[row], line);
    }
    if (old.length > next.lines.length) {
      const last = next.lines.length;
      update += this.#moveTo(last) + "\r" + eraseBelow;
    }
    this.#shown = next;
    if (update !== "") this.#cursorColumn = -1;
    return update + this.#placeCursor(next);
  }

  #placeCursor({ lines, cursor }: Frame): string {
    if (lines.length === 0) return "";
    if (cursor === undefined) {
      if (this.#hidden) return "";
      this.#hidden = true;
      return hideCursor;
    }
    const isSame = this.#row === cursor.row &&
      this.#cursorColumn === cursor.column;
    this.#cursorColumn = cursor.column;
    const right = cursor.column > 0 ? `\x1b[${cursor.column}C` : "";
    const place = isSame ? "" : this.#moveTo(cursor.row) + "\r" + right;
    if (!this.#hidden) return place;
    this.#hidden = false;
    return place + showCursor;
  }

  /** Moves between rows; a line feed makes rows that are not there yet. */
  #moveTo(row: number): string {
    const down = row - this.#row;
    this.#row = row;
    if (down > 0) return "\r\n".repeat(down);
    return down < 0 ? `\x1b[${-down}A` : "";
  }
}

/**
 * The bytes that turn one row into another. The row is erased before it is
 * written: erasing after a full row would take its last character.
 */
function rewrite(old: string | undefined, line: string): string {
  if (old !== undefined && old !== "" && line.startsWith(old)) {
    // Text that grows at its end, as a streamed reply does.
    if (/^[ -~]*$/.test(old)) {
      return `\x1b[${old.length}C` + line.slice(old.length);
    }
  }
  return eraseLine + line;
}
