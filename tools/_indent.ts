/** Moves one line from the model's indentation to the file's. */
export type Shift = (line: string) => string;

/** Columns that a tab may stand for, the likeliest first. */
const tabWidths = [4, 2, 8, 3];

/**
 * Finds the one shift that takes every line of `given` to the indentation
 * of the same line of `actual`; null when no single shift does. The lines
 * are equal but for white space at their ends.
 */
export function indentShift(given: string, actual: string): Shift | null {
  const pairs: IndentPair[] = [];
  const actualLines = actual.split("\n");
  for (const [index, line] of given.split("\n").entries()) {
    if (line.trim() === "") continue;
    const actualLine = actualLines[index];
    if (actualLine === undefined) return null;
    pairs.push({ given: indentOf(line), actual: indentOf(actualLine) });
  }
  return addedShift(pairs) ?? removedShift(pairs) ?? columnShift(pairs);
}

interface IndentPair {
  readonly given: string;
  readonly actual: string;
}

/** The file has the same more indentation before each line. */
function addedShift(pairs: readonly IndentPair[]): Shift | null {
  const first = pairs[0];
  if (first === undefined || !first.actual.endsWith(first.given)) return null;
  const length = first.actual.length - first.given.length;
  const added = first.actual.slice(0, length);
  return pairs.every(({ given, actual }) => actual === added + given)
    ? (line) => added + line
    : null;
}

/** The file has the same less indentation before each line. */
function removedShift(pairs: readonly IndentPair[]): Shift | null {
  const first = pairs[0];
  if (first === undefined || !first.given.endsWith(first.actual)) return null;
  const length = first.given.length - first.actual.length;
  const removed = first.given.slice(0, length);
  if (!pairs.every(({ given, actual }) => given === removed + actual)) {
    return null;
  }
  return (line) => {
    let shared = 0;
    while (shared < length && line[shared] === removed[shared]) shared++;
    return line.slice(shared);
  };
}

/** Tabs on one side and spaces on the other, with the same depth between. */
function columnShift(pairs: readonly IndentPair[]): Shift | null {
  const usesTabs = pairs.some(({ actual }) => actual.includes("\t"));
  const mixes = usesTabs || pairs.some(({ given }) => given.includes("\t"));
  if (!mixes) return null;
  const fitting = tabWidths
    .map((width) => ({ width, moved: uniformMove(pairs, width) }))
    .filter(({ moved }) => moved !== null);
  const best = fitting.find(({ moved }) => moved === 0) ?? fitting[0];
  if (best === undefined) return null;
  const { width, moved } = best;
  return (line) => {
    const indent = indentOf(line);
    const wide = Math.max(0, columns(indent, width) + (moved ?? 0));
    const tabs = usesTabs ? Math.floor(wide / width) : 0;
    const spaces = wide - tabs * width;
    return "\t".repeat(tabs) + " ".repeat(spaces) + line.slice(indent.length);
  };
}

/** By how many columns all lines are moved; null when it is not the same. */
function uniformMove(
  pairs: readonly IndentPair[],
  width: number,
): number | null {
  let moved: number | null = null;
  for (const { given, actual } of pairs) {
    const by = columns(actual, width) - columns(given, width);
    if (moved !== null && by !== moved) return null;
    moved = by;
  }
  return moved;
}

function columns(indent: string, width: number): number {
  let at = 0;
  for (const character of indent) {
    at = character === "\t" ? (Math.floor(at / width) + 1) * width : at + 1;
  }
  return at;
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}
