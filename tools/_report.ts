import { count } from "../lib/core/text.ts";
import { path } from "../lib/platform/paths.ts";
import { createPacer } from "../lib/platform/walk.ts";
import { joinShown } from "./_display.ts";
import { newestFirst } from "./_newest.ts";
import { createPage, type Page } from "./_page.ts";
import { type Found, readerFor, type Search } from "./_search.ts";
import { readRest } from "./_texts.ts";
import { Viewer } from "./_viewer.ts";

/** What a result of Grep is made of. */
export const grepModes = ["files_with_matches", "content", "count"] as const;

/** One of the {@link grepModes}. */
export type GrepMode = typeof grepModes[number];

/** What a result holds for programs (spec/features.md 1C.14). */
export interface GrepDetails {
  readonly mode: GrepMode;
  /** All files with matches, shown or not. */
  readonly numFiles: number;
  /** The files that the result names. */
  readonly filenames: readonly string[];
  readonly content?: string;
  /** Lines of `content`. */
  readonly numLines?: number;
  /** All matching lines, shown or not. */
  readonly numMatches?: number;
  /** Entries shown, when there are more. */
  readonly appliedLimit?: number;
  readonly appliedOffset?: number;
}

/** How found matches are to be reported. */
export interface ReportOptions {
  readonly mode: GrepMode;
  /** Entries to pass over and to show: matching lines, or files. */
  readonly offset: number;
  readonly limit: number;
  /** Characters that the report may have. */
  readonly maxChars: number;
  readonly lineNumbers: boolean;
  readonly onlyMatching: boolean;
  readonly before: number;
  readonly after: number;
}

/** What was searched, and how its root is called in the report. */
export interface Place {
  readonly search: Search;
  readonly shownRoot: string;
}

/** A report for the model and the same for programs. */
export interface Report {
  readonly text: string;
  readonly details: GrepDetails;
}

interface Shown {
  /** Entries on the page. */
  readonly entries: number;
  readonly filenames: readonly string[];
}

/** Room for the first and the last lines of a report. */
const noteChars = 300;

/**
 * Reports what a search found, within a budget: file lists newest first, all
 * else by path. Reads again only the files whose lines are shown. Throws the
 * signal's reason.
 */
export async function reportMatches(
  found: Found,
  place: Place,
  options: ReportOptions,
): Promise<Report> {
  const { mode, offset } = options;
  const { hits } = found;
  const page = createPage(options.maxChars - noteChars);
  const shown = mode === "content"
    ? await showContent(page, { ...options, hits, place })
    : await showFiles(page, { ...options, hits, place });
  const matches = hits.reduce((sum, hit) => sum + hit.lines, 0);
  const entries = mode === "content" ? matches : hits.length;
  const left = Math.max(0, entries - offset - shown.entries);
  const noun = mode === "content" ? "matching line" : "file";
  const more = left === 0
    ? ""
    : `(${count(left, `more ${noun}`)}; go on with offset=${
      offset + shown.entries
    })`;
  const summaries: Record<GrepMode, string> = {
    files_with_matches: `Found ${count(hits.length, "file")}`,
    count: `Found ${count(matches, "matching line")} in ${
      count(hits.length, "file")
    }`,
    content: shown.entries === 0 ? `Found ${count(matches, noun)}` : "",
  };
  const content = mode === "content"
    ? { content: page.lines.join("\n"), numLines: page.lines.length }
    : {};
  const details: GrepDetails = {
    mode,
    numFiles: hits.length,
    filenames: shown.filenames,
    ...content,
    ...(mode === "files_with_matches" ? {} : { numMatches: matches }),
    ...(left > 0 ? { appliedLimit: shown.entries } : {}),
    ...(offset > 0 ? { appliedOffset: offset } : {}),
  };
  const lines = [summaries[mode], ...page.lines, more, ...skippedNotes(found)];
  return { text: lines.filter((line) => line !== "").join("\n"), details };
}

/** Says what a search could not look into. */
export function skippedNotes(found: Found): string[] {
  const notes: string[] = [];
  const { unreadable, tooLarge } = found;
  if (unreadable > 0) {
    const what = count(unreadable, "file or folder", "files or folders");
    notes.push(`(${what} could not be read)`);
  }
  if (tooLarge > 0) {
    const what = count(tooLarge, "file");
    notes.push(`(${what} over 64 MB left out: too large for multiline)`);
  }
  return notes;
}

interface ShowOptions extends ReportOptions {
  readonly hits: Found["hits"];
  readonly place: Place;
}

async function showFiles(page: Page, options: ShowOptions): Promise<Shown> {
  const { hits, mode, offset, limit, place } = options;
  const sorted = mode === "count"
    ? byPath(hits)
    : await newestFirst(place.search.root, hits, place.search.signal);
  const filenames: string[] = [];
  for (const hit of sorted.slice(offset, offset + limit)) {
    const name = joinShown(place.shownRoot, hit.path);
    if (!page.add(mode === "count" ? `${name}:${hit.lines}` : name)) break;
    filenames.push(name);
  }
  return { entries: filenames.length, filenames };
}

async function showContent(page: Page, options: ShowOptions): Promise<Shown> {
  const { search, shownRoot } = options.place;
  const pacer = createPacer(search.signal);
  const reader = readerFor(search.pattern);
  const filenames: string[] = [];
  let skip = options.offset;
  let entries = 0;
  for (const hit of byPath(options.hits)) {
    if (skip >= hit.lines) {
      skip -= hit.lines;
      continue;
    }
    if (entries >= options.limit) break;
    const name = joinShown(shownRoot, hit.path);
    const viewer = new Viewer(page, {
      ...options,
      pattern: search.pattern,
      path: hit.path === "" ? "" : name,
      skip,
      limit: options.limit - entries,
    });
    const file = path.join(search.root, hit.path);
    const take = (text: string) => viewer.take(text);
    const state = reader.read(file, take);
    if (state === "more") await readRest(reader, take, pacer);
    skip = 0;
    if (viewer.shown > 0) filenames.push(name);
    entries += viewer.shown;
    if (viewer.isFull) break;
    if (pacer.due()) await pacer.pause();
  }
  return { entries, filenames };
}

function byPath(hits: Found["hits"]): Found["hits"] {
  return [...hits].sort((a, b) => a.path < b.path ? -1 : 1);
}
