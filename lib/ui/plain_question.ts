import type { Answer } from "../core/permission.ts";
import type { Sink } from "../term/sink.ts";
import type { Styles } from "../term/style.ts";
import type { LineReader } from "./line_reader.ts";
import { type AskedCall, drawPreview } from "./preview.ts";

/** What {@link askPlainly} works with. */
export interface PlainQuestionOptions {
  readonly lines: LineReader;
  readonly to: Sink;
  readonly cwd: string;
  readonly styles: Styles;
  readonly signal: AbortSignal;
}

/**
 * Asks about a call on a terminal that cannot be drawn on: "y" allows it,
 * anything else refuses and is the reason. The end of the input refuses.
 */
export async function askPlainly(
  call: AskedCall,
  options: PlainQuestionOptions,
): Promise<Answer> {
  const { lines, to, cwd, styles, signal } = options;
  const preview = drawPreview(call, cwd, styles).join("\n");
  to.write(`${preview}\nAllow this? [y/N, or a reason] `);
  const line = (await lines.next(signal))?.trim() ?? "";
  if (/^y(es)?$/i.test(line)) return { kind: "allow" };
  return /^(no?)?$/i.test(line)
    ? { kind: "deny" }
    : { kind: "deny", reason: line };
}
