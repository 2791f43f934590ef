import { assert } from "@std/assert";
import {
  type OutputLine,
  outputLineKind,
  outputLineSchemas,
  type ResultLine,
} from "../../lib/ui/json/output_lines.ts";

/** Lines of an output, each held against the schema of its kind. */
export function checkedLines(output: string): OutputLine[] {
  if (output === "") return [];
  assert(output.endsWith("\n"), "the last line has an end");
  return output.slice(0, -1).split("\n").map(checkedLine);
}

/** One line, held against the schema of its kind. */
export function checkedLine(text: string): OutputLine {
  assert(!text.includes("\x1b"), `no escape sequence: ${text}`);
  const line: OutputLine = JSON.parse(text);
  const kind = outputLineKind(line);
  assert(Object.hasOwn(outputLineSchemas, kind), `a schema for ${kind}`);
  const parsed = outputLineSchemas[kind].safeParse(line);
  assert(parsed.success, `${text}\n${parsed.error}`);
  return line;
}

/** The one result among lines, which is the last. */
export function resultOf(lines: readonly OutputLine[]): ResultLine {
  const results = lines.filter(({ type }) => type === "result");
  assert(results.length === 1, `one result, not ${results.length}`);
  const last = lines.at(-1);
  assert(last?.type === "result", "the result is the last line");
  return last;
}

/** How many lines there are of each kind. */
export function countKinds(
  lines: readonly OutputLine[],
  counts: Map<string, number> = new Map(),
): Map<string, number> {
  for (const line of lines) {
    const kind = outputLineKind(line);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
