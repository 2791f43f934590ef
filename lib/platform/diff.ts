import { countLines } from "./text_file.ts";

/** One changed region with its surroundings, as unified diffs have it. */
export interface Hunk {
  /** First line, from 1; before an insertion, the line after it. */
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each begins with " ", "-", "+" or "\\" (no line end at the file's end). */
  readonly lines: readonly string[];
}

/** How one text became another. */
export interface TextDiff {
  readonly hunks: readonly Hunk[];
  /** Lines added and removed, also those of hunks left out. */
  readonly added: number;
  readonly removed: number;
  /** Diff lines left out to keep within `maxLines`. */
  readonly omitted: number;
}

/** Bounds of a comparison. */
export interface DiffOptions {
  /** Milliseconds after which the changed part counts as replaced whole. */
  readonly timeoutMs?: number;
  /** Lines that all hunks together may have. */
  readonly maxLines?: number;
}

const defaults = { timeoutMs: 200, maxLines: 2000 } satisfies DiffOptions;
const contextLines = 3;
const noLineEnd = "\\ No newline at end of file";

/**
 * Compares two texts by lines. What they share at the head and the tail is
 * cut off first, so a small change in a large file costs next to nothing.
 */
export async function diffTexts(
  before: string,
  after: string,
  options: DiffOptions = {},
): Promise<TextDiff> {
  const { timeoutMs, maxLines } = { ...defaults, ...options };
  if (before === after) {
    return { hunks: [], added: 0, removed: 0, omitted: 0 };
  }
  const shared = sharedEnds(before, after);
  const oldPart = before.slice(shared.head, before.length - shared.tail);
  const newPart = after.slice(shared.head, after.length - shared.tail);
  const hunks = oldPart === "" || newPart === ""
    ? [wholeHunk(oldPart, newPart)]
    : await changedHunks(oldPart, newPart, timeoutMs);
  const linesBefore = countLines(before.slice(0, shared.head));
  const moved = hunks.map((hunk) => ({
    ...hunk,
    oldStart: hunk.oldStart + linesBefore,
    newStart: hunk.newStart + linesBefore,
  }));
  return { ...countChanges(moved), ...capHunks(moved, maxLines) };
}

/** Writes a diff as `diff -u` does; empty for equal texts. */
export function unifiedDiff(name: string, diff: TextDiff): string {
  if (diff.hunks.length === 0) return "";
  const parts = [`--- a/${name}`, `+++ b/${name}`];
  for (const hunk of diff.hunks) {
    const from = range(hunk.oldStart, hunk.oldLines);
    const to = range(hunk.newStart, hunk.newLines);
    parts.push(`@@ -${from} +${to} @@`, ...hunk.lines);
  }
  return `${parts.join("\n")}\n`;
}

/** An empty side is named by the line before it. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/**
 * How many characters at the head and the tail are equal, whole lines only
 * and without the lines that a diff shows around a change.
 */
function sharedEnds(
  before: string,
  after: string,
): { readonly head: number; readonly tail: number } {
  const shorter = Math.min(before.length, after.length);
  let head = equalFor(
    shorter,
    (from, to) => before.slice(from, to) === after.slice(from, to),
  );
  if (head > 0) head = before.lastIndexOf("\n", head - 1) + 1;
  head = linesBack(before, head);
  const room = shorter - head;
  const tail = equalFor(
    room,
    (from, to) =>
      before.slice(before.length - to, before.length - from) ===
        after.slice(after.length - to, after.length - from),
  );
  const start = linesForward(before, before.length - tail);
  return { head, tail: before.length - start };
}

/** The longest distance for which all pieces are equal, by halving. */
function equalFor(
  max: number,
  isEqual: (from: number, to: number) => boolean,
): number {
  let at = 0;
  let step = 65536;
  while (step > 0 && at < max) {
    const to = Math.min(at + step, max);
    if (isEqual(at, to)) at = to;
    else step = step === 1 ? 0 : step >> 1;
  }
  return at;
}

function linesBack(text: string, lineStart: number): number {
  let at = lineStart;
  for (let line = 0; line < contextLines && at > 0; line++) {
    at = at === 1 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
  }
  return at;
}

/** The start of the line after the one of `from`, and the context after it. */
function linesForward(text: string, from: number): number {
  let at = from;
  for (let line = 0; line <= contextLines; line++) {
    const end = text.indexOf("\n", at);
    if (end === -1) return text.length;
    at = end + 1;
  }
  return at;
}

async function changedHunks(
  oldPart: string,
  newPart: string,
  timeout: number,
): Promise<readonly Hunk[]> {
  const { structuredPatch } = await import("diff");
  const patch = structuredPatch("", "", oldPart, newPart, "", "", {
    context: contextLines,
    timeout,
  }) as { readonly hunks: Hunk[] } | undefined;
  return patch?.hunks ?? [wholeHunk(oldPart, newPart)];
}

/** One hunk that takes all old lines out and puts all new ones in. */
function wholeHunk(oldPart: string, newPart: string): Hunk {
  const oldLines = splitLines(oldPart);
  const newLines = splitLines(newPart);
  let head = 0;
  const shorter = Math.min(oldLines.length, newLines.length);
  while (head < shorter && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)
  ) tail++;
  const oldEnd = oldLines.length - tail;
  const newEnd = newLines.length - tail;
  return {
    oldStart: 1,
    oldLines: oldLines.length,
    newStart: 1,
    newLines: newLines.length,
    lines: [
      ...marked(" ", oldLines.slice(0, head)),
      ...marked("-", oldLines.slice(head, oldEnd)),
      ...marked("+", newLines.slice(head, newEnd)),
      ...marked(" ", oldLines.slice(oldEnd)),
    ],
  };
}

/** Lines with their ends, so that a missing last end is a difference. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function marked(sign: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.endsWith("\n") ? [sign + line.slice(0, -1)] : [sign + line, noLineEnd]
  );
}

function countChanges(
  hunks: readonly Hunk[],
): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const hunk of hunks) {
    for (const line of hunk.lines) {
      if (line.startsWith("+")) added++;
      else if (line.startsWith("-")) removed++;
    }
  }
  return { added, removed };
}

function capHunks(
  hunks: readonly Hunk[],
  maxLines: number,
): { readonly hunks: readonly Hunk[]; readonly omitted: number } {
  const kept: Hunk[] = [];
  let room = maxLines;
  let omitted = 0;
  for (const hunk of hunks) {
    const lines = hunk.lines.slice(0, room);
    room -= lines.length;
    omitted += hunk.lines.length - lines.length;
    if (lines.length === 0) continue;
    kept.push(lines.length === hunk.lines.length ? hunk : recount(hunk, lines));
  }
  return { hunks: kept, omitted };
}

function recount(hunk: Hunk, lines: readonly string[]): Hunk {
  const of = (signs: string) =>
    lines.filter((line) => signs.includes(line.charAt(0))).length;
  return { ...hunk, lines, oldLines: of(" -"), newLines: of(" +") };
}
