import { type Part, textOf } from "../core/message.ts";
import { count, firstLine } from "../core/text.ts";
import type { ToolOutcome } from "../core/tool.ts";
import { isInside, path } from "../platform/paths.ts";
import { printable } from "../term/printable.ts";
import { changedLines, hunksOf } from "./hunks.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Characters of a summary; a terminal cuts it further. */
const summaryLimit = 160;

/** What a call is about, by tool. */
const summaries: Readonly<
  Record<string, (input: Fields, cwd: string) => string>
> = {
  Bash: (input) => textField(input, "command"),
  Read: (input, cwd) => shortPath(input, cwd) + lineRange(input),
  Edit: shortPath,
  Write: shortPath,
  Grep: (input, cwd) => `"${textField(input, "pattern")}"${where(input, cwd)}`,
  Glob: (input, cwd) => textField(input, "pattern") + where(input, cwd),
};

/** What a success came to, by tool. */
const outcomes: Readonly<
  Record<string, (details: Fields, content: readonly Part[]) => string>
> = {
  Bash: (details) => {
    const meaning = textField(details, "returnCodeInterpretation");
    if (meaning !== "") return meaning;
    const output = textField(details, "stdout").trimEnd();
    return output === "" ? "no output" : count(linesIn(output), "line");
  },
  Read: (details, content) => {
    const type = textField(details, "type");
    if (type === "image" || type === "pdf") return type;
    return count(numberField(details, "numLines") ?? lines(content), "line");
  },
  Edit: changeSummary,
  Write: (details, content) =>
    details.type === "create" ? "new" : changeSummary(details, content),
  Grep: (details, content) => {
    const matches = numberField(details, "numMatches");
    if (matches !== undefined) return count(matches, "match", "matches");
    const files = numberField(details, "numFiles");
    return files === undefined
      ? count(lines(content), "line")
      : count(files, "file");
  },
  Glob: (details, content) =>
    count(numberField(details, "numFiles") ?? lines(content), "file"),
};

/** One line that says what a call does: "Read lib/a.ts:10-20". */
export function callSummary(
  tool: string,
  input: unknown,
  cwd: string,
): string {
  const title = printable(callTitle(tool, input, cwd)).trimEnd();
  const line = firstLine(title, summaryLimit);
  const more = title.includes("\n") && !line.endsWith("…");
  return `${line}${more ? " …" : ""}`.trimEnd();
}

/** What a call does, whole and as the model wrote it. */
export function callTitle(tool: string, input: unknown, cwd: string): string {
  const about = (summaries[tool] ?? anyInput)(fieldsOf(input), cwd);
  return `${tool} ${about}`.trimEnd();
}

/** A few words on what came of a call: "120 lines", "failed: ...". */
export function outcomeSummary(tool: string, outcome: ToolOutcome): string {
  const details = fieldsOf(outcome.details);
  if (outcome.ok) {
    const describe = outcomes[tool];
    if (describe !== undefined) return describe(details, outcome.content);
    return firstLine(printable(textOf(outcome.content)).trim(), 80);
  }
  const exitCode = numberField(details, "exitCode");
  if (outcome.code === "failed" && exitCode !== undefined) {
    return `exit code ${exitCode}`;
  }
  if (outcome.code === "aborted") return "interrupted";
  const after = numberField(details, "timedOutAfterMs");
  if (after !== undefined) return `stopped after ${after / 1000} s`;
  const message = firstLine(printable(outcome.message), summaryLimit);
  return outcome.code === "not_permitted" ? message : `failed: ${message}`;
}

/** A path as people name it: relative where it lies in the folder. */
export function relativePath(file: string, cwd: string): string {
  if (!path.isAbsolute(file) || !isInside(file, cwd)) return file;
  return path.relative(cwd, file) || ".";
}

/** The fields of anything; none when it is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

/** A text field, or "". */
export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** A number in a field; undefined for anything else. */
export function numberField(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" ? value : undefined;
}

function shortPath(input: Fields, cwd: string): string {
  const file = textField(input, "file_path") || textField(input, "path");
  return relativePath(file, cwd);
}

function where(input: Fields, cwd: string): string {
  const folder = textField(input, "path");
  const glob = textField(input, "glob");
  return (folder === "" ? "" : ` in ${relativePath(folder, cwd)}`) +
    (glob === "" ? "" : ` (${glob})`);
}

function lineRange(input: Fields): string {
  const offset = numberField(input, "offset");
  const limit = numberField(input, "limit");
  if (offset === undefined && limit === undefined) return "";
  const start = offset ?? 1;
  return limit === undefined ? `:${start}-` : `:${start}-${start + limit - 1}`;
}

/** A tool that we know nothing of: the first text that it was given. */
function anyInput(input: Fields): string {
  const first = Object.values(input).find((value) =>
    typeof value === "string" && value !== ""
  );
  return typeof first === "string" ? first : "";
}

function changeSummary(details: Fields, content: readonly Part[]): string {
  const counted = changedLines(hunksOf(details));
  const added = numberField(details, "added") ?? counted.added;
  const removed = numberField(details, "removed") ?? counted.removed;
  if (added + removed > 0) return `+${added} -${removed}`;
  return firstLine(printable(textOf(content)).trim(), 80);
}

function lines(content: readonly Part[]): number {
  return linesIn(textOf(content).trimEnd());
}

function linesIn(value: string): number {
  return value === "" ? 0 : value.split("\n").length;
}
