import { path } from "../lib/platform/paths.ts";
import { createPacer, walk } from "../lib/platform/walk.ts";
import { countMatchingLines } from "./_lines.ts";
import type { Pattern } from "./_pattern.ts";
import { readRest, type ReadState, type Taker, TextReader } from "./_texts.ts";

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
  /** Number of files too large to match across lines. */
  readonly tooLarge: number;
}

/**
 * Searches a folder in TypeScript. Skips what `.gitignore` excludes, `.git`,
 * symlinks and binary files. Throws the signal's reason.
 */
export async function searchFolder(search: Search): Promise<Found> {
  const { root, pattern, signal } = search;
  const reader = readerFor(pattern);
  const pacer = createPacer(signal);
  const counter = createCounter(pattern);
  const hits: FileHits[] = [];
  let unreadable = 0;
  let tooLarge = 0;
  const base = path.join(root, path.SEPARATOR);
  for await (const batch of walk(root, { signal })) {
    if (batch.unreadable) unreadable++;
    for (const name of batch.files) {
      const relative = batch.folder + name;
      if (!search.accepts(relative)) continue;
      let state = reader.read(base + relative, counter.take);
      if (state === "more") state = await readRest(reader, counter.take, pacer);
      const lines = counter.result(state);
      if (lines === "unreadable") unreadable++;
      else if (lines === "too_large") tooLarge++;
      else if (typeof lines === "number" && lines > 0) {
        hits.push({ path: relative, lines });
      }
      if (pacer.due()) await pacer.pause();
    }
  }
  return { hits, unreadable, tooLarge };
}

/**
 * Counts the matching lines of one file, or says why it can't be searched.
 * Throws the signal's reason.
 */
export async function searchFile(
  file: string,
  pattern: Pattern,
  signal: AbortSignal,
): Promise<number | Exclude<ReadState, "read">> {
  const counter = createCounter(pattern);
  const reader = readerFor(pattern);
  const state = reader.read(file, counter.take);
  return counter.result(
    state === "more"
      ? await readRest(reader, counter.take, createPacer(signal))
      : state,
  );
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
export function readerFor(pattern: Pattern): TextReader {
  return new TextReader({ whole: pattern.crossesLines });
}

/** Counts the matching lines of one file after the other. */
function createCounter(pattern: Pattern): {
  take: Taker;
  result(state: ReadState): number | Exclude<ReadState, "read">;
} {
  let lines = 0;
  return {
    take(text) {
      const found = countMatchingLines(text, pattern);
      lines += found;
      return found === 0 ? "nothing" : "something";
    },
    result(state) {
      const counted = lines;
      lines = 0;
      return state === "read" ? counted : state;
    },
  };
}
