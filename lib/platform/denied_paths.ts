import { fileFault } from "./file_error.ts";
import { isInside, path } from "./paths.ts";

/** What `--deny-read` and `--deny-write` name, absolute. */
export interface DeniedPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/**
 * What this thread keeps by itself. Deno keeps the deny lists of a process,
 * but none can be given to a worker (spec/deno.md 3), and in the executable
 * everything runs in workers.
 */
const kept: { read: string[]; write: string[] } = { read: [], write: [] };

/**
 * Denies paths to this thread for good: there is no way to take that back.
 * Whoever starts the thread tells it, before the thread hears of any call.
 */
export function denyPaths(denied: DeniedPaths): void {
  for (const kind of ["read", "write"] as const) {
    for (const file of denied[kind]) {
      const plain = path.resolve(file);
      if (!kept[kind].includes(plain)) kept[kind].push(plain);
    }
  }
}

/** What is denied to this thread, for the plan of what children may reach. */
export function deniedPaths(): DeniedPaths {
  return kept;
}

/**
 * Tells whether a path lies in a denied one. Give the real path, and the path
 * as it was named, where that may be another: a denied symlink is denied as
 * the link and as what it leads to.
 */
export function isDenied(kind: "read" | "write", ...files: string[]): boolean {
  const denies = denialOf(kind);
  return denies !== undefined && files.some(denies);
}

/**
 * The same for many real paths at once; undefined when nothing is denied.
 * Denied paths are followed anew each time this is called, since a folder
 * above may have been exchanged for a link meanwhile.
 */
export function denialOf(
  kind: "read" | "write",
): ((file: string) => boolean) | undefined {
  if (kept[kind].length === 0) return undefined;
  const places = kept[kind].flatMap((denied) => [denied, realOr(denied)])
    .map(comparable);
  return (file) => {
    const name = comparable(file);
    return places.some((place) => isInside(name, place));
  };
}

/** These file systems find `.ENV` where `.env` is meant. */
const ignoresCase = ["darwin", "windows"].includes(Deno.build.os);

function comparable(file: string): string {
  return ignoresCase ? file.toLowerCase() : file;
}

/** The real path of what exists of a path; the path itself when unknown. */
function realOr(file: string): string {
  const tail: string[] = [];
  for (let head = file;; head = path.dirname(head)) {
    try {
      return path.join(Deno.realPathSync(head), ...tail);
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      if (!isMissing && fileFault(error) === null) throw error;
      if (!isMissing || path.dirname(head) === head) return file;
      tail.unshift(path.basename(head));
    }
  }
}
