import { z } from "zod";
import { count } from "../lib/core/text.ts";
import {
  defineTool,
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { globFilter, staticPrefix } from "../lib/platform/glob_pattern.ts";
import { resolvePath } from "../lib/platform/guard_path.ts";
import { isInside, path } from "../lib/platform/paths.ts";
import { walk } from "../lib/platform/walk.ts";
import { joinShown } from "./_display.ts";
import { newestFirst } from "./_newest.ts";
import { createPage } from "./_page.ts";
import { type Root, searchFrom } from "./_root.ts";

const input = z.object({
  pattern: z.string(),
  path: z.string().optional(),
  include_ignored: z.boolean().optional(),
});

type Input = z.output<typeof input>;

/** What the result holds for programs (spec/features.md 1C.14). */
export interface GlobDetails {
  readonly durationMs: number;
  /** The files that the result names. */
  readonly numFiles: number;
  readonly filenames: readonly string[];
  readonly truncated: boolean;
  readonly totalMatches: number;
}

const maxFiles = 100;
/** Room for the last lines of a result. */
const noteChars = 200;

/** Finds files by name. */
export const glob = defineTool({
  name: "Glob",
  description: 'Finds files by pattern ("src/**/*.ts"), newest first. ' +
    "Skips ignored files.",
  input,
  hidden: ["include_ignored"],
  needs: ["read"],
  readOnly: true,
  where: "realm",
  access: (given, cwd) => [{ kind: "read", path: split(given, cwd).folder }],
  run,
});

async function run(given: Input, context: ToolContext): Promise<ToolOutcome> {
  if (given.pattern.trim() === "") {
    return fail("invalid_input", "Cannot find files by an empty pattern");
  }
  const { folder, pattern } = split(given, context.cwd);
  return await searchFrom(
    folder,
    context,
    (root) => findIn(root, { ...given, pattern }, context),
  );
}

async function findIn(
  root: Root,
  given: Input,
  { signal, limits }: ToolContext,
): Promise<ToolOutcome> {
  const start = performance.now();
  if (!root.isFolder) {
    return fail(
      "not_found",
      `Cannot look into "${root.shown}": it is no folder`,
      "Leave out path to look into the working directory",
    );
  }
  const options = { root: root.path, pattern: given.pattern, signal };
  const isAll = given.include_ignored ?? false;
  const found = await find(options, isAll);
  const unreadable = found.unreadable === 0
    ? ""
    : `(${count(found.unreadable, "folder")} could not be read)`;
  const sorted = await newestFirst(root.path, found.files, signal);
  const page = createPage(limits.resultChars - noteChars);
  for (const file of sorted.slice(0, maxFiles)) {
    if (!page.add(joinShown(root.shown, file.path))) break;
  }
  const truncated = page.lines.length < sorted.length;
  const note = truncated
    ? `(truncated, ${sorted.length} in all; use a narrower pattern)`
    : sorted.length === 0
    ? await emptyNote(options, isAll)
    : "";
  const details: GlobDetails = {
    durationMs: Math.round(performance.now() - start),
    numFiles: page.lines.length,
    filenames: page.lines,
    truncated,
    totalMatches: sorted.length,
  };
  const lines = [...page.lines, note, unreadable];
  return ok(lines.filter((line) => line !== "").join("\n"), { details });
}

interface FindOptions {
  readonly root: string;
  readonly pattern: string;
  readonly signal: AbortSignal;
}

async function find(
  { root, pattern, signal }: FindOptions,
  includeIgnored: boolean,
): Promise<{ files: { path: string }[]; unreadable: number }> {
  const accepts = globFilter([pattern]);
  const prefix = pattern.startsWith("!")
    ? ""
    : staticPrefix(pattern.replace(/^\//, ""));
  const files: { path: string }[] = [];
  let unreadable = 0;
  const batches = walk(root, {
    signal,
    includeIgnored,
    // Other folders can't hold what the pattern names.
    enter: (folder) =>
      `${folder}/`.startsWith(`${prefix}/`) ||
      `${prefix}/`.startsWith(`${folder}/`) || prefix === "",
  });
  for await (const { folder, ...batch } of batches) {
    if (batch.unreadable) unreadable++;
    for (const names of [batch.files, batch.links]) {
      for (const name of names) {
        if (accepts(folder + name)) files.push({ path: folder + name });
      }
    }
  }
  return { files, unreadable };
}

async function emptyNote(
  options: FindOptions,
  wasAll: boolean,
): Promise<string> {
  if (wasAll) return "No files";
  const { files } = await find(options, true);
  return files.length === 0
    ? "No files"
    : `No files\n(${
      count(files.length, "ignored file matches", "ignored files match")
    }; include_ignored shows them)`;
}

/**
 * Separates the folder to look into from the pattern: an absolute pattern
 * or one with `..` brings its own, and what is below `path` stays relative
 * to it.
 */
function split(
  given: Input,
  cwd: string,
): { folder: string; pattern: string } {
  const base = resolvePath(given.path ?? ".", cwd);
  const pattern = given.pattern.replace(/^(?:\.\/)+/, "");
  const prefix = staticPrefix(pattern);
  const climbs = pattern.split("/").includes("..");
  if (!path.isAbsolute(pattern) && !climbs) return { folder: base, pattern };
  const rest = pattern.slice(prefix === "" ? 0 : prefix.length + 1)
    .replace(/^\/+/, "");
  const folder = path.resolve(base, prefix || (climbs ? "." : "/"));
  if (!isInside(folder, base)) return { folder, pattern: `/${rest}` };
  const below = path.relative(base, folder).replaceAll(path.SEPARATOR, "/");
  return {
    folder: base,
    pattern: `/${below}${below === "" ? "" : "/"}${rest}`,
  };
}
