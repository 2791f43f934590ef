import { can, listedPaths } from "./capabilities.ts";
import { fileFault } from "./file_error.ts";
import { isInside, path } from "./paths.ts";

type Kind = "read" | "write";

/**
 * Entries of one folder that are asked about: a question takes 10 µs, and the
 * thread should not be held for longer than 40 ms.
 */
const mostEntries = 4_000;

/**
 * What of some folders this thread may touch, by real paths, for children
 * that know nothing of Deno's permissions. A folder that is granted whole is
 * given as it is. Of another one the granted parts are given: those that
 * `tellGrantedPaths()` told of, else those right in the folder, since Deno
 * does not tell what else its lists hold. A part that is a symlink out of the
 * folder is none. Needs read for what is looked at.
 */
export function grantedParts(
  kind: Kind,
  folders: readonly string[],
): readonly string[] {
  const listed = listedPaths();
  const parts = folders.flatMap((folder) => {
    if (can({ name: kind, path: folder })) {
      return isBlind(kind, folder) ? [] : [folder];
    }
    if (listed !== undefined) {
      return partsIn([folder], listed[kind])
        .filter((file) => can({ name: kind, path: file }));
    }
    return (entriesOf(folder) ?? [])
      .filter(({ isSymlink }) => !isSymlink)
      .map(({ name }) => path.join(folder, name))
      .filter((file) => can({ name: kind, path: file }))
      .filter((file) => !isBlind(kind, file));
  });
  return [...new Set(parts)];
}

/**
 * The parts of folders that a list of paths covers. A part is given by its
 * real path, and only when that lies in the folder.
 */
export function partsIn(
  folders: readonly string[],
  listed: readonly string[],
): readonly string[] {
  const parts = folders.flatMap((folder) =>
    listed.some((file) => isInside(folder, file)) ? [folder] : listed
      .filter((file) => isInside(file, folder))
      .map(realOrSelf)
      .filter((file) => isInside(file, realOrSelf(folder)))
  );
  return [...new Set(parts)];
}

/**
 * Paths below some folders that this thread is denied in spite of a wider
 * grant (`--deny-read`, `--deny-write`), for children that know nothing of
 * that. Deno tells of a folder only that something in it is denied, so it is
 * looked for, folder by folder. A denied path that does not exist can't be
 * found; for "write" the folder that would hold it is given in its place.
 */
export function deniedBelow(
  kind: Kind,
  folders: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  let layer = folders.filter((folder) => isPartial(kind, folder));
  while (layer.length > 0) {
    layer = layer.flatMap((folder) => {
      const { denied, partial } = look(kind, folder);
      for (const file of denied) found.add(file);
      const isUnknown = denied.length === 0 && partial.length === 0;
      if (isUnknown && kind === "write") found.add(folder);
      return partial;
    });
  }
  return [...found];
}

/** True when something in a folder is denied and can't be named. */
function isBlind(kind: Kind, folder: string): boolean {
  if (!isPartial(kind, folder)) return false;
  const { denied, partial } = look(kind, folder);
  return denied.length === 0 && partial.length === 0;
}

function isPartial(kind: Kind, file: string): boolean {
  const { state, partial } = Deno.permissions.querySync({
    name: kind,
    path: file,
  });
  return state === "granted" && partial;
}

/** The entries that are denied, and those that hold what is. */
function look(kind: Kind, folder: string) {
  const denied: string[] = [];
  const partial: string[] = [];
  for (const { name } of entriesOf(folder) ?? []) {
    const file = path.join(folder, name);
    const status = Deno.permissions.querySync({ name: kind, path: file });
    if (status.state === "denied") denied.push(file);
    else if (status.partial) partial.push(file);
  }
  return { denied, partial };
}

/** Undefined for a folder that can't be listed, or holds too much. */
function entriesOf(folder: string): Deno.DirEntry[] | undefined {
  const entries: Deno.DirEntry[] = [];
  try {
    for (const entry of Deno.readDirSync(folder)) {
      if (entries.push(entry) > mostEntries) return undefined;
    }
    return entries;
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return undefined;
  }
}

function realOrSelf(file: string): string {
  try {
    return Deno.realPathSync(file);
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return file;
  }
}
