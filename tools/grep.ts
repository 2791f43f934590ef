import { z } from "zod";
import { count } from "../lib/core/text.ts";
import {
  defineTool,
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { globFilter } from "../lib/platform/glob_pattern.ts";
import { guardPath, resolvePath } from "../lib/platform/guard_path.ts";
import { path } from "../lib/platform/paths.ts";
import { createPacer } from "../lib/platform/walk.ts";
import { typeGlob } from "./_file_types.ts";
import { displayPath, joinShown } from "./_display.ts";
import { newestFirst } from "./_newest.ts";
import { createPage, createViewer, type Page } from "./_page.ts";
import { escapePattern, readPattern } from "./_pattern.ts";
import { searchWithRipgrep } from "./_ripgrep.ts";
import {
  type FileHits,
  hasFiles,
  readerFor,
  type Search,
  searchFile,
  searchFolder,
} from "./_search.ts";

const modes = ["files_with_matches", "content", "count"] as const;
const wholeNumber = z.int().min(0).optional();

const input = z.object({
  pattern: z.string().describe("Regex (ripgrep syntax)"),
  path: z.string().optional().describe("File or folder; default: cwd"),
  glob: z.string().optional().describe('Such as "*.{ts,tsx}"'),
  type: z.string().optional(),
  output_mode: z.enum(modes).optional(),
  "-i": z.boolean().optional().describe("Ignore case"),
  "-o": z.boolean().optional(),
  "-n": z.boolean().optional(),
  "-A": wholeNumber,
  "-B": wholeNumber,
  "-C": wholeNumber.describe("Lines of context"),
  context: wholeNumber,
  head_limit: wholeNumber.describe("Most entries; default 250"),
  offset: wholeNumber,
  multiline: z.boolean().optional().describe("Match across lines"),
});

type Input = z.output<typeof input>;

/** What the result holds for programs (spec/features.md 1C.14). */
export interface GrepDetails {
  readonly mode: typeof modes[number];
  /** All files with matches, shown or not. */
  readonly numFiles: number;
  /** The files that the result names. */
  readonly filenames: readonly string[];
  readonly content?: string;
  /** Lines of `content`. */
  readonly numLines?: number;
  /** All matching lines, shown or not. */
  readonly numMatches?: number;
  readonly appliedLimit?: number;
  readonly appliedOffset?: number;
}

const defaultLimit = 250;
/** Room for the first and the last line of a result. */
const noteChars = 250;

/** Searches the contents of files. */
export const grep = defineTool({
  name: "Grep",
  description: "Searches file contents. Skips ignored and binary files. " +
    'output_mode: paths (default), "content" lines, or "count".',
  input,
  hidden: ["type", "-o", "-n", "-A", "-B", "context", "offset"],
  needs: ["read"],
  readOnly: true,
  where: "realm",
  access: ({ path = "." }, cwd) => [
    { kind: "read", path: resolvePath(path, cwd) },
  ],
  run,
});

async function run(given: Input, context: ToolContext): Promise<ToolOutcome> {
  if (given.pattern === "") {
    return fail("invalid_input", "Cannot search for an empty pattern");
  }
  const read = readPattern(given.pattern, {
    ignoreCase: given["-i"] ?? false,
    multiline: given.multiline ?? false,
  });
  if (!read.ok) {
    return fail(
      "invalid_input",
      `Cannot search for ${JSON.stringify(given.pattern)}: ${read.message}`,
      `To find it as plain text use ${escapePattern(given.pattern)}`,
    );
  }
  const named = given.path ?? ".";
  const { cwd, roots, signal } = context;
  const guarded = await guardPath(named, { cwd, roots, kind: "read" });
  if (!guarded.ok) {
    return fail("not_permitted", guarded.message, guarded.hint);
  }
  let stat: Deno.FileInfo;
  try {
    stat = await Deno.stat(guarded.path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return fail(
      "not_found",
      `Cannot search "${named}": no such file or folder`,
    );
  }
  const globs = given.glob === undefined ? [] : splitGlobs(given.glob);
  const types = given.type ? [typeGlob(given.type)] : [];
  const filters = [globs, types].filter((list) => list.length > 0)
    .map(globFilter);
  const search: Search = {
    root: guarded.path,
    pattern: read.pattern,
    globs: [...globs, ...types],
    accepts: (path) => filters.every((filter) => filter(path)),
    signal,
  };
  const shownRoot = displayPath(resolvePath(named, cwd), cwd);
  return stat.isDirectory
    ? await inFolder(given, context, { search, shownRoot })
    : inFile(given, context, { search, shownRoot });
}

interface Place {
  readonly search: Search;
  /** How the root is called in the result. */
  readonly shownRoot: string;
}

async function inFolder(
  given: Input,
  context: ToolContext,
  place: Place,
): Promise<ToolOutcome> {
  const { search } = place;
  const found = await searchWithRipgrep(search, context) ??
    await searchFolder(search);
  const unreadable = found.unreadable === 0
    ? ""
    : `(${
      count(found.unreadable, "file or folder", "files or folders")
    } could not be read)`;
  if (found.hits.length === 0) {
    const hint = await hasFiles(search) ? patternHint(given) : search
        .globs.length > 0
      ? `No file matches ${search.globs.join(" ")}`
      : "There are no files to search";
    return noMatches(given, [hint, unreadable]);
  }
  return await report(given, context, {
    ...place,
    hits: found.hits,
    unreadable,
  });
}

async function inFile(
  given: Input,
  context: ToolContext,
  place: Place,
): Promise<ToolOutcome> {
  const { root, pattern } = place.search;
  const lines = searchFile(root, pattern);
  if (lines === "binary") {
    return noMatches(given, [`"${given.path}" is a binary file`]);
  }
  if (lines === "unreadable" || lines === "too_large") {
    const state = lines === "unreadable"
      ? "it could not be read"
      : "it is larger than 64 MB; leave out multiline";
    return fail("failed", `Cannot search "${given.path}": ${state}`);
  }
  if (lines === 0) return noMatches(given, [patternHint(given)]);
  const hits = [{ path: "", lines }];
  return await report(given, context, { ...place, hits, unreadable: "" });
}

function noMatches(given: Input, notes: readonly string[]): ToolOutcome {
  const mode = given.output_mode ?? "files_with_matches";
  const lines = ["No matches", ...notes].filter((line) => line !== "");
  const details: GrepDetails = { mode, numFiles: 0, filenames: [] };
  return ok(lines.join("\n"), { details });
}

/** What models who know another dialect get wrong. */
function patternHint(given: Input): string {
  return /\\[|(){}+?]/.test(given.pattern.replaceAll("\\\\", ""))
    ? `In "${given.pattern}" a backslash makes the next character literal`
    : "";
}

interface Result extends Place {
  readonly hits: readonly FileHits[];
  readonly unreadable: string;
}

async function report(
  given: Input,
  context: ToolContext,
  result: Result,
): Promise<ToolOutcome> {
  const mode = given.output_mode ?? "files_with_matches";
  const { hits, search, shownRoot } = result;
  const page = createPage(context.limits.resultChars - noteChars);
  const offset = given.offset ?? 0;
  const limit = given.head_limit ||
    (given.head_limit === 0 ? Infinity : defaultLimit);
  const sorted = mode === "files_with_matches"
    ? await newestFirst(search.root, hits, search.signal)
    : [...hits].sort((a, b) => a.path < b.path ? -1 : 1);
  const total = hits.reduce((sum, hit) => sum + hit.lines, 0);
  const name = (hit: FileHits) => joinShown(shownRoot, hit.path);
  let shown = 0;
  let filenames: string[];
  if (mode === "content") {
    const view = { given, offset, limit, page };
    const showing = await showContent(sorted, result, view);
    shown = showing.shown;
    filenames = showing.files.map(name);
  } else {
    const files = sorted.slice(offset, offset + limit);
    for (const hit of files) {
      const line = mode === "count" ? `${name(hit)}:${hit.lines}` : name(hit);
      if (!page.add(line)) break;
      shown++;
    }
    filenames = files.slice(0, shown).map(name);
  }
  const entries = mode === "content" ? total : hits.length;
  const left = Math.max(0, entries - offset - shown);
  const noun = mode === "content" ? "matching line" : "file";
  const more = left === 0
    ? ""
    : `(${count(left, `more ${noun}`)}; go on with offset=${offset + shown})`;
  const summary = mode === "files_with_matches"
    ? `Found ${count(hits.length, "file")}`
    : mode === "count"
    ? `Found ${count(total, "matching line")} in ${count(hits.length, "file")}`
    : "";
  const lines = [summary, ...page.lines, more, result.unreadable];
  const details: GrepDetails = {
    mode,
    numFiles: hits.length,
    filenames,
    ...(mode === "content"
      ? { content: page.lines.join("\n"), numLines: page.lines.length }
      : {}),
    ...(mode === "files_with_matches" ? {} : { numMatches: total }),
    ...(left > 0 ? { appliedLimit: shown } : {}),
    ...(offset > 0 ? { appliedOffset: offset } : {}),
  };
  return ok(lines.filter((line) => line !== "").join("\n"), { details });
}

interface View {
  readonly given: Input;
  readonly offset: number;
  readonly limit: number;
  readonly page: Page;
}

/** Reads only the files whose lines the page shows. */
async function showContent(
  sorted: readonly FileHits[],
  result: Result,
  view: View,
): Promise<{ shown: number; files: FileHits[] }> {
  const { search, shownRoot } = result;
  const { given } = view;
  const pacer = createPacer(search.signal);
  const reader = readerFor(search.pattern);
  const both = given["-C"] ?? given.context ?? 0;
  const files: FileHits[] = [];
  let skip = view.offset;
  let shown = 0;
  for (const hit of sorted) {
    if (skip >= hit.lines) {
      skip -= hit.lines;
      continue;
    }
    if (shown >= view.limit) break;
    const viewer = createViewer(view.page, {
      pattern: search.pattern,
      path: hit.path === "" ? "" : joinShown(shownRoot, hit.path),
      lineNumbers: given["-n"] ?? true,
      onlyMatching: given["-o"] ?? false,
      before: given["-B"] ?? both,
      after: given["-A"] ?? both,
      skip,
      limit: view.limit - shown,
    });
    reader.read(path.join(search.root, hit.path), viewer.take);
    skip = 0;
    if (viewer.shown() > 0) files.push(hit);
    shown += viewer.shown();
    if (viewer.isFull()) break;
    if (pacer.due()) await pacer.pause();
  }
  return { shown, files };
}

/** Several globs may stand in one, apart by spaces or commas. */
function splitGlobs(globs: string): string[] {
  return globs.split(/\s+|,(?![^{]*\})/).filter((glob) => glob !== "");
}
