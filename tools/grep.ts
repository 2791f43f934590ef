import { z } from "zod";
import {
  defineTool,
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { globFilter } from "../lib/platform/glob_pattern.ts";
import { resolvePath } from "../lib/platform/guard_path.ts";
import { typeGlob } from "./_file_types.ts";
import { escapePattern, readPattern } from "./_pattern.ts";
import {
  type GrepDetails,
  grepModes,
  type Place,
  reportMatches,
  skippedNotes,
} from "./_report.ts";
import { searchWithRipgrep } from "./_ripgrep.ts";
import { type Root, searchFrom } from "./_root.ts";
import {
  type Found,
  hasFiles,
  type Search,
  searchFile,
  searchFolder,
} from "./_search.ts";

const wholeNumber = z.int().min(0).optional();

const input = z.object({
  pattern: z.string().describe("Regex (ripgrep syntax)"),
  path: z.string().optional().describe("File or folder; default: cwd"),
  glob: z.string().optional().describe('Such as "*.{ts,tsx}"'),
  type: z.string().optional(),
  output_mode: z.enum(grepModes).optional(),
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

const defaultLimit = 250;
const defaultMode = "files_with_matches";

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
  return await searchFrom(given.path ?? ".", context, (root) => {
    const search = searchIn(root, given, {
      pattern: read.pattern,
      signal: context.signal,
    });
    const place = { search, shownRoot: root.shown };
    return root.isFolder
      ? inFolder(given, context, place)
      : inFile(given, context, place);
  });
}

function searchIn(
  root: Root,
  given: Input,
  what: Pick<Search, "pattern" | "signal">,
): Search {
  const globs = given.glob === undefined ? [] : splitGlobs(given.glob);
  const types = given.type ? [typeGlob(given.type)] : [];
  const filters = [globs, types].filter((list) => list.length > 0)
    .map(globFilter);
  return {
    ...what,
    root: root.path,
    globs: [...globs, ...types],
    accepts: (path) => filters.every((filter) => filter(path)),
  };
}

async function inFolder(
  given: Input,
  context: ToolContext,
  place: Place,
): Promise<ToolOutcome> {
  const { search } = place;
  const found = await searchWithRipgrep(search, context) ??
    await searchFolder(search);
  if (found.hits.length > 0) {
    return await success(given, context, { place, found });
  }
  const hint = await hasFiles(search)
    ? patternHint(given)
    : search.globs.length > 0
    ? `No file matches ${search.globs.join(" ")}`
    : "There are no files to search";
  return noMatches(given, [hint, ...skippedNotes(found)]);
}

async function inFile(
  given: Input,
  context: ToolContext,
  place: Place,
): Promise<ToolOutcome> {
  const { root, pattern } = place.search;
  const lines = await searchFile(root, pattern, context.signal);
  const named = JSON.stringify(given.path);
  if (lines === "binary") {
    return noMatches(given, [`${named} is a binary file`]);
  }
  if (lines === "unreadable" || lines === "too_large") {
    const state = lines === "unreadable"
      ? "it could not be read"
      : "it is over 64 MB, too large for multiline";
    return fail("failed", `Cannot search ${named}: ${state}`);
  }
  if (lines === 0) return noMatches(given, [patternHint(given)]);
  const found = { hits: [{ path: "", lines }], unreadable: 0, tooLarge: 0 };
  return await success(given, context, { place, found });
}

async function success(
  given: Input,
  context: ToolContext,
  { place, found }: { place: Place; found: Found },
): Promise<ToolOutcome> {
  const both = given["-C"] ?? given.context ?? 0;
  const limit = given.head_limit ?? defaultLimit;
  const { text, details } = await reportMatches(found, place, {
    mode: given.output_mode ?? defaultMode,
    offset: given.offset ?? 0,
    limit: limit === 0 ? Infinity : limit,
    maxChars: context.limits.resultChars,
    lineNumbers: given["-n"] ?? true,
    onlyMatching: given["-o"] ?? false,
    before: given["-B"] ?? both,
    after: given["-A"] ?? both,
  });
  return ok(text, { details });
}

function noMatches(given: Input, notes: readonly string[]): ToolOutcome {
  const mode = given.output_mode ?? defaultMode;
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

/** Several globs may stand in one, apart by spaces or commas. */
function splitGlobs(globs: string): string[] {
  return globs.split(/\s+|,(?![^{]*\})/).filter((glob) => glob !== "");
}
