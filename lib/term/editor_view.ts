import type { EditorState } from "./editor.ts";
import { printable } from "./printable.ts";
import type { Frame } from "./screen.ts";
import { columnsOf, graphemes } from "./width.ts";

/** How an editor is drawn. */
export interface EditorViewOptions {
  readonly columns: number;
  /** Rows it may take; of a longer text those around the cursor are drawn. */
  readonly rows: number;
  /** Stands before the first row; the others are indented as far. */
  readonly prompt: string;
}

/** Draws the text under edit, wrapped at the width, and its cursor. */
export function drawEditor(
  state: EditorState,
  options: EditorViewOptions,
): Frame {
  const margin = columnsOf(options.prompt);
  const room = Math.max(2, options.columns - margin - 1);
  const { rows, cursor } = layOut(state, room);
  const first = Math.max(
    0,
    Math.min(cursor.row - options.rows + 1, rows.length - options.rows),
  );
  const lines = rows.slice(first, first + options.rows).map((row, index) =>
    (first + index === 0 ? options.prompt : " ".repeat(margin)) + row
  );
  return {
    lines,
    cursor: { row: cursor.row - first, column: cursor.column + margin },
  };
}

function layOut(
  { text, cursor }: EditorState,
  room: number,
): { rows: string[]; cursor: { row: number; column: number } } {
  const rows = [""];
  let used = 0;
  let at = 0;
  let place = { row: 0, column: 0 };
  for (const grapheme of graphemes(text)) {
    if (at <= cursor) place = { row: rows.length - 1, column: used };
    at += grapheme.length;
    if (grapheme === "\n") {
      rows.push("");
      used = 0;
      continue;
    }
    const shown = printable(grapheme);
    const columns = columnsOf(shown);
    if (used + columns > room) {
      rows.push("");
      used = 0;
      if (at - grapheme.length === cursor) {
        place = { row: rows.length - 1, column: 0 };
      }
    }
    rows[rows.length - 1] += shown;
    used += columns;
  }
  if (cursor >= at) place = { row: rows.length - 1, column: used };
  return { rows, cursor: place };
}
