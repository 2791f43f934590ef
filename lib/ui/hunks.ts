/** A piece of a diff. Lines begin with "+", "-" or " ". */
export interface Hunk {
  /** Numbers of the first lines; 0 when they are not known. */
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly string[];
}

/**
 * The hunks in a call's details: `structuredPatch`, or a unified diff in
 * `diff`. None when there is neither.
 */
export function hunksOf(details: unknown): Hunk[] {
  if (typeof details !== "object" || details === null) return [];
  const { structuredPatch, diff } = details as Record<string, unknown>;
  if (Array.isArray(structuredPatch)) return structuredPatch.filter(isHunk);
  return typeof diff === "string" ? parseHunks(diff) : [];
}

/** Reads a unified diff; what stands before the first hunk is left out. */
export function parseHunks(diff: string): Hunk[] {
  const hunks: { oldStart: number; newStart: number; lines: string[] }[] = [];
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (head) {
      const [oldStart, newStart] = [Number(head[1]), Number(head[2])];
      hunks.push({ oldStart, newStart, lines: [] });
    } else {
      hunks.at(-1)?.lines.push(line);
    }
  }
  return hunks;
}

/** How many lines come and go. */
export function changedLines(
  hunks: readonly Hunk[],
): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const { lines } of hunks) {
    for (const line of lines) {
      if (line.startsWith("+")) added++;
      else if (line.startsWith("-")) removed++;
    }
  }
  return { added, removed };
}

/**
 * The change from one text to another as one hunk: the lines that both begin
 * and end with are context, of which `context` lines are kept.
 */
export function replacementHunk(
  before: string,
  after: string,
  context = 2,
): Hunk {
  const old = before === "" ? [] : before.split("\n");
  const next = after === "" ? [] : after.split("\n");
  let head = 0;
  while (
    head < old.length && head < next.length && old[head] === next[head]
  ) head++;
  let tail = 0;
  while (
    tail < old.length - head && tail < next.length - head &&
    old[old.length - 1 - tail] === next[next.length - 1 - tail]
  ) tail++;
  return {
    oldStart: 0,
    newStart: 0,
    lines: [
      ...old.slice(Math.max(0, head - context), head).map((line) => ` ${line}`),
      ...old.slice(head, old.length - tail).map((line) => `-${line}`),
      ...next.slice(head, next.length - tail).map((line) => `+${line}`),
      ...old.slice(old.length - tail).slice(0, context)
        .map((line) => ` ${line}`),
    ],
  };
}

function isHunk(value: unknown): value is Hunk {
  if (typeof value !== "object" || value === null) return false;
  const { oldStart, newStart, lines } = value as Record<string, unknown>;
  return typeof oldStart === "number" && typeof newStart === "number" &&
    Array.isArray(lines) && lines.every((line) => typeof line === "string");
}
