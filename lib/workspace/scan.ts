import { path } from "../platform/paths.ts";
import { walk } from "../platform/walk.ts";

/** What tells one state of a file from another without reading it. */
export interface FileMark {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** When anything of it was last changed; 0 where the system has none. */
  readonly ctime: number;
  /** The file's number on its disk; 0 where the system has none. */
  readonly inode: number;
  readonly mode: number | null;
  readonly isLink: boolean;
  /** A folder stands where a file was looked for. */
  readonly isFolder: boolean;
  /** Excluded by `.gitignore`, so that git does not have it either. */
  readonly isIgnored: boolean;
}

/** The files of a folder at one moment. */
export interface Scan {
  /** By absolute path. */
  readonly files: ReadonlyMap<string, FileMark>;
  /** Folders that were there, absolute. */
  readonly folders: ReadonlySet<string>;
  /** False when time ran out: a file that is not here may still exist. */
  readonly isComplete: boolean;
}

/**
 * Looks at every file of a folder but those in ignored folders and `.git`.
 * Stops after `budgetMs` milliseconds. Needs read.
 *
 * @throws the signal's reason
 */
export async function scanFolder(
  root: string,
  { budgetMs, signal }: {
    readonly budgetMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Scan> {
  const end = performance.now() + budgetMs;
  const files = new Map<string, FileMark>();
  const folders = new Set<string>();
  const base = root.endsWith(path.SEPARATOR) ? root : root + path.SEPARATOR;
  // The walk lets the event loop run between folders.
  for await (const found of walk(root, { signal, listIgnored: true })) {
    // Joined by hand: it is done for every file, and a command waits.
    const folder = base + found.folder;
    folders.add(withoutSlash(folder));
    const names = [...found.files, ...found.links, ...found.ignored];
    const kept = found.files.length + found.links.length;
    for (const [index, name] of names.entries()) {
      const isLate = index % looksPerCheck === 0 && performance.now() > end;
      if (isLate) return { files, folders, isComplete: false };
      const file = folder + name;
      const mark = markOf(file, index >= kept);
      if (mark !== null) files.set(file, mark);
    }
  }
  return { files, folders, isComplete: true };
}

/** Files that are looked at between two looks at the clock. */
const looksPerCheck = 100;

/** Null for a file that has gone meanwhile. Needs read. */
export function markOf(file: string, isIgnored = false): FileMark | null {
  try {
    const info = Deno.lstatSync(file);
    return {
      size: info.size,
      mtime: info.mtime?.getTime() ?? 0,
      ctime: info.ctime?.getTime() ?? 0,
      inode: info.ino ?? 0,
      mode: info.mode,
      isLink: info.isSymlink,
      isFolder: info.isDirectory,
      isIgnored,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}

/** True when nothing tells that a file was changed between two looks. */
export function sameMark(one: FileMark, other: FileMark): boolean {
  return one.size === other.size && one.mtime === other.mtime &&
    one.ctime === other.ctime &&
    one.inode === other.inode && one.mode === other.mode &&
    one.isLink === other.isLink && one.isFolder === other.isFolder;
}

function withoutSlash(folder: string): string {
  return folder.length > 1 && folder.endsWith(path.SEPARATOR)
    ? folder.slice(0, -1)
    : folder;
}
