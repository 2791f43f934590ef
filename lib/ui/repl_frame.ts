import { count } from "../core/text.ts";
import { drawEditor } from "../term/editor_view.ts";
import { drawPicker, pickerHint } from "../term/picker.ts";
import { printable } from "../term/printable.ts";
import type { Frame, Size } from "../term/screen.ts";
import type { Styles } from "../term/style.ts";
import { cutColumns, wrapColumns } from "../term/width.ts";
import { modeLabel } from "./modes.ts";
import { drawQuestion, questionHint } from "./question.ts";
import type { ReplState } from "./repl_state.ts";
import type { RunView } from "./run_view.ts";
import { statusLine } from "./totals.ts";

/** Queued messages that are shown; the rest is counted. */
const shownQueue = 3;

/** What a frame is drawn with. */
export interface FrameOptions {
  readonly styles: Styles;
  readonly size: Size;
  readonly now: number;
  /** What keeps commands in. */
  readonly sandbox?: string | undefined;
}

/**
 * Draws what stands below the scrollback: the open text and the spinner, what
 * is queued, the question or the prompt, and the status line.
 */
export function drawRepl(
  state: ReplState,
  view: RunView,
  options: FrameOptions,
): Frame {
  const { styles, size, now } = options;
  const { columns } = size;
  const [question] = state.questions;
  const live = question === undefined ? view.live(now) : view.open();
  const above = [
    ...live.flatMap((line) => wrapColumns(line, columns)),
    ...drawQueue(state.queued, columns, styles),
    "",
  ];
  const { picker, questions } = state;
  const input = question !== undefined
    ? drawQuestion(question, { waiting: questions.length, size, styles })
    : picker !== null
    ? drawPicker(picker, { size, styles })
    : drawInput(state, size, styles);
  const cursor = input.cursor === undefined ? {} : {
    cursor: { ...input.cursor, row: input.cursor.row + above.length },
  };
  const status = cutColumns(drawStatus(state, view, options), columns);
  return { lines: [...above, ...input.lines, status], ...cursor };
}

/** The last line: the mode, and a remark or the totals. */
function drawStatus(
  { mode, hint, picker, questions: [question] }: ReplState,
  view: RunView,
  { styles, now, sandbox }: FrameOptions,
): string {
  const remark = hint ||
    (question !== undefined
      ? questionHint(question)
      : picker !== null
      ? pickerHint(picker)
      : "");
  const rest = remark ||
    statusLine(view.totals, view.runningMs(now), sandbox);
  const label = modeLabel(mode, styles);
  return label + styles.dim(label === "" ? rest : ` · ${rest}`);
}

function drawInput(state: ReplState, size: Size, styles: Styles): Frame {
  const { search } = state.editor;
  if (search === null) {
    return drawEditor(state.editor, {
      columns: size.columns,
      rows: Math.max(1, Math.floor(size.rows / 2)),
      prompt: `${styles.cyan(">")} `,
    });
  }
  const found = search.failed ? "" : state.editor.history[search.at] ?? "";
  const failed = search.failed ? "failed " : "";
  const label = `(${failed}search) ${printable(search.query)}`;
  const match = printable(found).replaceAll("\n", " ");
  const line = cutColumns(`${label}: ${match}`, size.columns);
  return { lines: [line], cursor: { row: 0, column: label.length } };
}

function drawQueue(
  queued: readonly string[],
  columns: number,
  styles: Styles,
): string[] {
  const lines = queued.slice(0, shownQueue).map((text) => {
    const line = `  queued: ${printable(text).replaceAll("\n", " ")}`;
    return styles.dim(cutColumns(line, columns));
  });
  const more = queued.length - shownQueue;
  return more > 0
    ? [...lines, styles.dim(`  … ${count(more, "more message")}`)]
    : lines;
}
