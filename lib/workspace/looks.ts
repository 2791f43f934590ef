import { type FileState, isRefusal } from "./file_state.ts";
import { type FileMark, markOf, sameMark, type Scan } from "./scan.ts";

/**
 * The state of a file that can't even be looked at. No tool of ours writes
 * such a file, so two of them in a row are no change.
 */
export const unseen: FileState = { kind: "lost", why: "unreadable", size: 0 };

/** What a file looks like; null when it is not there. Needs read. */
export function seenMark(file: string): FileMark | "unseen" | null {
  try {
    return markOf(file);
  } catch (error) {
    if (isRefusal(error)) return "unseen";
    throw error;
  }
}

/** What can't be looked at is taken to be there. */
export function isThere(file: string): boolean {
  return seenMark(file) !== null;
}

/**
 * Clocks of file systems go in steps of up to 10 ms: a file that is newer can
 * change once more and look the same.
 */
const settleMs = 20;

/** False for a file so new that another change might not show in its mark. */
export function isSettled({ mtime, ctime }: FileMark, now: number): boolean {
  return Math.max(mtime, ctime) < now - settleMs;
}

/**
 * The files that may have changed between two looks, the first of which began
 * at `at`, in milliseconds since 1970.
 */
export function touchedFiles(
  { scan: before, at }: { readonly scan: Scan; readonly at: number },
  after: Scan,
): string[] {
  const touched: string[] = [];
  for (const [file, mark] of before.files) {
    const later = after.files.get(file);
    // What an incomplete look does not show may still be there.
    const isSame = later === undefined
      ? !after.isComplete && isThere(file)
      : sameMark(mark, later) && isSettled(mark, at);
    if (!isSame) touched.push(file);
  }
  for (const file of after.files.keys()) {
    if (!before.files.has(file)) touched.push(file);
  }
  return touched;
}
