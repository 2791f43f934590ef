import type { SandboxPlan } from "../lib/core/sandbox.ts";
import { can } from "../lib/platform/capabilities.ts";
import { deniedPaths } from "../lib/platform/denied_paths.ts";
import { expandBraces } from "../lib/platform/glob_pattern.ts";
import { path } from "../lib/platform/paths.ts";
import { prepareSandbox } from "../lib/platform/sandbox.ts";
import { findRepository, walk } from "../lib/platform/walk.ts";
import type { FileHits, Found, Search } from "./_search.ts";

const isWindows = Deno.build.os === "windows";

/** What the engine needs to know of its call. */
export interface RipgrepContext {
  readonly roots: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox?: SandboxPlan;
  processGroup(id: number, state: "started" | "ended"): void;
}

/**
 * Searches a folder with `rg`, which only finds the files and counts lines:
 * what is shown of them comes from our own code, so that results are the same
 * with and without it. Resolves to null when it can't be used: no permission
 * to run it, none to read all of the folder, not installed, or a pattern that
 * could mean something else to it. It runs in the sandbox where there is one;
 * what that takes is not worth it for few files. Throws the signal's reason.
 */
export async function searchWithRipgrep(
  search: Search,
  context: RipgrepContext,
): Promise<Found | null> {
  if (search.pattern.shared === null || !isReadable(search.root)) return null;
  const argv = await commandLine(search, context.sandbox);
  const child = argv === null ? null : start(argv, search, context);
  if (child === null) return null;
  context.processGroup(child.pid, "started");
  try {
    const [hits, errors, status] = await Promise.all([
      readHits(child.stdout, search),
      new Response(child.stderr).text(),
      child.status,
    ]);
    search.signal.throwIfAborted();
    if (status.code > 2) return null;
    const lines = errors.split("\n").filter((line) => line !== "");
    const isFileError = (line: string) => /\(os error \d+\)$/.test(line);
    if (!lines.every(isFileError)) return null;
    return { hits, unreadable: lines.length, tooLarge: 0 };
  } finally {
    context.processGroup(child.pid, "ended");
  }
}

/**
 * `rg` is not held by our permissions: where a part of the folder is denied
 * it would look into it all the same, so it may not be used.
 */
function isReadable(root: string): boolean {
  const read = Deno.permissions.querySync({ name: "read", path: root });
  const isWhole = !read.partial && deniedPaths().read.length === 0;
  return read.state === "granted" && isWhole;
}

/** Files that are searched sooner than a sandbox starts, about 8 ms. */
const fewFiles = 300;

/** The words to start, in the sandbox; null where that may not or need not be. */
async function commandLine(
  search: Search,
  plan: SandboxPlan | undefined,
): Promise<readonly string[] | null> {
  const argv = ["rg", ...ripgrepArguments(search)];
  const { wrap } = plan === undefined
    ? {}
    : await prepareSandbox(plan, search.root);
  const line = wrap?.(argv) ?? argv;
  const [command = ""] = line;
  if (!can({ name: "run", command })) return null;
  if (wrap !== undefined && await hasFewFiles(search)) return null;
  return line;
}

async function hasFewFiles({ root, signal }: Search): Promise<boolean> {
  let seen = 0;
  for await (const { files } of walk(root, { signal })) {
    seen += files.length;
    if (seen > fewFiles) return false;
  }
  return true;
}

function start(
  [program = "", ...args]: readonly string[],
  search: Search,
  context: RipgrepContext,
): Deno.ChildProcess | null {
  const PATH = trustedPath(context);
  if (PATH === "") return null;
  try {
    return new Deno.Command(program, {
      args,
      cwd: search.root,
      clearEnv: true,
      env: { PATH },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
      signal: search.signal,
    }).spawn();
  } catch (error) {
    const { NotFound, NotCapable, PermissionDenied } = Deno.errors;
    const kinds = [NotFound, NotCapable, PermissionDenied];
    if (kinds.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

/** The folders of PATH from which the workspace could not foist a program. */
function trustedPath(context: RipgrepContext): string {
  const separator = isWindows ? ";" : ":";
  return (context.environment.PATH ?? "")
    .split(separator)
    .filter((folder) =>
      path.isAbsolute(folder) &&
      !context.roots.some((root) => `${folder}/`.startsWith(`${root}/`))
    )
    .join(separator);
}

/** Whatever the user's settings, the same files as our own walk. */
function ripgrepArguments(search: Search): string[] {
  const noRepository = findRepository(search.root) === null
    ? ["--no-require-git", "--no-ignore-parent"]
    : [];
  return [
    "--no-config",
    "--color=never",
    "--count",
    "--null",
    "--hidden",
    "--glob=!.git",
    "--no-ignore-dot",
    "--no-ignore-global",
    "--no-ignore-messages",
    ...noRepository,
    ...typeArguments(search.globs),
    `--regexp=${search.pattern.shared}`,
    "./",
  ];
}

const typeName = "wanted";
const maxTypeGlobs = 64;

/**
 * Lets `rg` pass over files of other names. As a type, because a glob would
 * let ignored files in; only for plain patterns of names, which are read the
 * same by both. All hits are matched against the globs again.
 */
function typeArguments(globs: readonly string[]): string[] {
  const positive = globs.filter((glob) => !glob.startsWith("!"));
  const names = positive.flatMap(expandBraces);
  const isPlain = names.every((name) => /^[\w.*?-]+$/.test(name));
  if (names.length === 0 || names.length > maxTypeGlobs || !isPlain) return [];
  const types = names.map((name) => `--type-add=${typeName}:${name}`);
  return [...types, `--type=${typeName}`];
}

/** Reads `path NUL count LF` records. */
async function readHits(
  stdout: ReadableStream<Uint8Array>,
  search: Search,
): Promise<FileHits[]> {
  const hits: FileHits[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stdout) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (;;) {
      const middle = rest.indexOf("\0", start);
      const end = middle === -1 ? -1 : rest.indexOf("\n", middle);
      if (end === -1) break;
      // Each path starts with the "./" that was asked for.
      const relative = rest.slice(start + 2, middle);
      const lines = Number(rest.slice(middle + 1, end));
      const file = isWindows ? relative.replaceAll("\\", "/") : relative;
      if (search.accepts(file)) hits.push({ path: file, lines });
      start = end + 1;
    }
    rest = rest.slice(start);
  }
  return hits;
}
