import { printable } from "../term/printable.ts";
import type { Styles } from "../term/style.ts";
import { count } from "../core/text.ts";
import { callSummary, fieldsOf, textField } from "./describe.ts";
import { drawDiff } from "./draw_diff.ts";
import { replacementHunk } from "./hunks.ts";

/** A call that the user is asked about. */
export interface AskedCall {
  readonly tool: string;
  readonly input: unknown;
  readonly because: string;
}

/** Lines of a preview; what is left out is said. */
const previewLines = 60;

/**
 * Shows what a call will do before it is allowed: the whole command, or the
 * change as a diff.
 */
export function drawPreview(
  { tool, input, because }: AskedCall,
  cwd: string,
  styles: Styles,
): string[] {
  const fields = fieldsOf(input);
  const mark = styles.yellow("?");
  const why = because === "" ? "" : styles.dim(` (${printable(because)})`);
  if (tool === "Bash") {
    const command = printable(textField(fields, "command"));
    return [
      `${mark} ${styles.bold("Bash")}${why}`,
      ...bounded(command, styles),
    ];
  }
  const head = `${mark} ${styles.bold(callSummary(tool, input, cwd))}${why}`;
  if (tool === "Edit") {
    const before = textField(fields, "old_string");
    const hunk = replacementHunk(before, textField(fields, "new_string"));
    return [head, ...drawDiff([hunk], styles, previewLines)];
  }
  if (tool === "Write") {
    const hunk = replacementHunk("", textField(fields, "content"));
    return [head, ...drawDiff([hunk], styles, previewLines)];
  }
  const whole = JSON.stringify(input, null, 2) ?? "";
  return [head, ...bounded(printable(whole), styles)];
}

function bounded(text: string, styles: Styles): string[] {
  const lines = text.split("\n").map((line) => `    ${line}`);
  if (lines.length <= previewLines) return lines;
  const more = count(lines.length - previewLines, "more line");
  return [
    ...lines.slice(0, previewLines),
    styles.red(`    … ${more} not shown`),
  ];
}
