import { path } from "../lib/platform/paths.ts";
import { createPacer, walk } from "../lib/platform/walk.ts";
import { countMatchingLines } from "./_lines.ts";
import type { Pattern } from "./_pattern.ts";
import { createTextReader, maxFileBytes, type TextReader } from "./_texts.ts";

/** What to look for, and where. */
export interface Search {
  /** A folder: absolute, real. */
  readonly root: string;
  readonly pattern: Pattern;
  /** Globs that files must match, as `rg --glob` reads them. */
  readonly globs: readonly string[];
  /** Tells whether a path relative to the root matches the globs. */
  accepts(path: string): boolean;
  readonly signal: AbortSignal;
}

/** A file with matches. */
export interface FileHits {
  /** Relative to the root of the search, with `/`. */
  readonly path: string;
  /** Number of lines that hold a match. */
  readonly lines: number;
}

/** What a search found, in no order. */
export interface Found {
  readonly hits: readonly FileHits[];
  /** Number of files and folders that could not be read. */
  readonly unreadable: number;
}

/**
 * Searches a folder in TypeScript. Skips what `.gitignore` excludes, `.git`,
 * symlinks, binary files and files of more than 64 MB. Throws the signal's
 * reason.
 */
export async function searchFolder(search: Search): Promise<Found> {
  const { root, pattern, signal } = search;
  const reader = readerFor(pattern, maxFileBytes);
  const pacer = createPacer(signal);
  const hits: FileHits[] = [];
  let unreadable = 0;
  for await (const batch of walk(root, { signal })) {
    if (batch.unreadable) unreadable++;
    for (const name of batch.files) {
      const relative = batch.folder + name;
      if (!search.accepts(relative)) continue;
      const lines = countIn(reader, path.join(root, relative), pattern);
      if (lines === "unreadable") unreadable++;
      else if (typeof lines === "number" && lines > 0) {
        hits.push({ path: relative, lines });
      }
      if (pacer.due()) await pacer.pause();
    }
  }
  return { hits, unreadable };
}

/**
 * Counts the matching lines of one file, or says why it can't be searched. A
 * file of any size is read in pieces, unless matches may cross lines.
 */
export function searchFile(
  file: string,
  pattern: Pattern,
): number | "binary" | "unreadable" | "too_large" {
  return countIn(readerFor(pattern), file, pattern);
}

/** Tells whether there is any file for a search to look into. */
export async function hasFiles(search: Search): Promise<boolean> {
  for await (const batch of walk(search.root, search)) {
    if (batch.files.some((name) => search.accepts(batch.folder + name))) {
      return true;
    }
  }
  return false;
}

/** Makes the reader that a pattern needs. */
export function readerFor(
  pattern: Pattern,
  maxBytes = pattern.crossesLines ? maxFileBytes : Infinity,
): TextReader {
  return createTextReader({ whole: pattern.crossesLines, maxBytes });
}

function countIn(
  reader: TextReader,
  file: string,
  pattern: Pattern,
): number | "binary" | "unreadable" | "too_large" {
  let lines = 0;
  const state = reader.read(file, (text) => {
    lines += countMatchingLines(text, pattern);
    return true;
  });
  return state === "read" ? lines : state;
}
