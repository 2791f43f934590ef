import { errorCode, fileFault } from "../platform/file_error.ts";
import { isInside, path } from "../platform/paths.ts";
import { writeAtomically } from "../platform/atomic_write.ts";
import type { BlobStore } from "./blob_store.ts";
import { captureFile, type FileState, sameState } from "./file_state.ts";
import { readGitState } from "./git_index.ts";
import type { CallChanges, FileChange, GitMark } from "./recorder.ts";

/** What came of bringing files back. Paths are absolute. */
export interface RestoreReport {
  readonly restored: readonly string[];
  readonly removed: readonly string[];
  /** What could not be brought back, with the reason. */
  readonly failed: readonly { readonly path: string; readonly why: string }[];
  /** Files that somebody else had changed; they were saved as well. */
  readonly foreign: readonly string[];
  /** What the user should know of git. */
  readonly notes: readonly string[];
  /** What this changed, so that it can be taken back itself. */
  readonly changes: readonly FileChange[];
  /** The same of git's index; absent when it stayed as it was. */
  readonly git?: NonNullable<CallChanges["git"]>;
}

/** What restoring works with. */
export interface RestoreOptions {
  readonly store: BlobStore;
  /**
   * Folders in which files are brought back, real paths; the first is the
   * workspace. A record may come from a file that somebody else wrote.
   */
  readonly roots: readonly string[];
  /** The bytes of an object that git has; null when it can't be asked. */
  gitObject(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Bytes of a present file that are saved before it is replaced. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Takes changes back: every file becomes what it was before. What is there
 * now is saved first, so that nothing is lost by it. Needs read and write.
 */
export async function restore(
  calls: readonly CallChanges[],
  options: RestoreOptions,
): Promise<RestoreReport> {
  const report = {
    restored: [] as string[],
    removed: [] as string[],
    failed: [] as { path: string; why: string }[],
    foreign: [] as string[],
    changes: [] as FileChange[],
  };
  const bringBackAll = async (changes: readonly FileChange[]) => {
    for (const { path: file, before, after } of changes) {
      const refusal = await refusalOf(file, options.roots);
      if (refusal !== null) {
        report.failed.push({ path: file, why: refusal });
        continue;
      }
      const now = await captureFile(file, { store: options.store, maxBytes });
      if (sameState(now, before)) continue;
      // A folder that stood there may have gone with the files in it, and what
      // was not kept can't be told from what is there.
      const isOurs = sameState(now, after) || after.kind === "lost" ||
        (after.kind === "folder" && now.kind === "absent");
      if (!isOurs) report.foreign.push(file);
      const why = now.kind === "lost"
        ? "what is there now could not be saved first"
        : await bringBack(file, before, options);
      if (why !== null) {
        report.failed.push({ path: file, why });
        continue;
      }
      (before.kind === "absent" ? report.removed : report.restored).push(file);
      report.changes.push({ path: file, before: now, after: before });
    }
  };
  const { files, folders, rest } = inOrder(mergeChanges(calls));
  await bringBackAll(files);
  const newFolders = calls.flatMap(({ newFolders }) => newFolders);
  await removeEmpty(await allowed(newFolders, options.roots));
  await bringBackAll(folders);
  await bringBackAll(rest);
  const git = mergeGit(calls);
  const index = git === null ? null : await restoreIndex(git, options);
  return {
    ...report,
    notes: index?.notes ?? [],
    ...(index?.changed === undefined ? {} : { git: index.changed }),
  };
}

/** One change a file: from before the first call to after the last one. */
export function mergeChanges(calls: readonly CallChanges[]): FileChange[] {
  const merged = new Map<string, FileChange>();
  for (const change of calls.flatMap(({ changes }) => changes)) {
    const first = merged.get(change.path);
    merged.set(
      change.path,
      first === undefined ? change : { ...first, after: change.after },
    );
  }
  return [...merged.values()].filter(({ before, after }) =>
    !sameState(before, after)
  );
}

/**
 * Nothing may stand in the way of what comes back: first the files go that
 * were not there, or where a folder was, then the folders that were not
 * there. The deepest comes first: it is within what goes after it.
 */
function inOrder(changes: readonly FileChange[]): {
  readonly files: readonly FileChange[];
  readonly folders: readonly FileChange[];
  readonly rest: readonly FileChange[];
} {
  const sorted = changes.toSorted((one, other) =>
    other.path.length - one.path.length
  );
  const goes = ({ before }: FileChange) =>
    before.kind === "absent" || before.kind === "folder";
  const isFolder = ({ after }: FileChange) => after.kind === "folder";
  const rest = sorted.filter((each) => !goes(each));
  // A folder may have been there before the first call, and again since.
  const isNeeded = (folder: string) =>
    rest.some((each) => each.path.startsWith(folder + path.SEPARATOR));
  return {
    files: sorted.filter((each) => goes(each) && !isFolder(each)),
    folders: sorted.filter((each) =>
      goes(each) && isFolder(each) && !isNeeded(each.path)
    ),
    rest,
  };
}

function mergeGit(
  calls: readonly CallChanges[],
): { readonly before: GitMark; readonly after: GitMark } | null {
  const marks = calls.flatMap(({ git }) => git === undefined ? [] : [git]);
  const [first] = marks;
  const last = marks.at(-1);
  return first === undefined || last === undefined
    ? null
    : { before: first.before, after: last.after };
}

/** Why a path may not be touched, or null. Links may have come meanwhile. */
async function refusalOf(
  file: string,
  roots: readonly string[],
): Promise<string | null> {
  const isOurs = path.normalize(file) === file &&
    roots.some((root) => isInside(file, root)) &&
    !file.split(path.SEPARATOR).includes(".git");
  if (!isOurs) return "it is outside the workspace";
  const folder = path.dirname(file);
  return await realFolder(folder) === folder
    ? null
    : "a link stands in its path now";
}

async function allowed(
  files: readonly string[],
  roots: readonly string[],
): Promise<string[]> {
  const refusals = await Promise.all(
    files.map((file) => refusalOf(file, roots)),
  );
  return files.filter((_, index) => refusals[index] === null);
}

/** Where a folder really is, as far as it is there. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await Deno.realPath(folder);
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    const above = path.dirname(folder);
    if (!isMissing || above === folder) return "";
    return path.join(await realFolder(above), path.basename(folder));
  }
}

/** Makes a file what it was; null when done, else why not. */
async function bringBack(
  file: string,
  state: FileState,
  options: RestoreOptions,
): Promise<string | null> {
  try {
    switch (state.kind) {
      case "absent":
        await Deno.remove(file);
        return null;
      case "link":
        await clearTheWay(file);
        await removeIfThere(file);
        await Deno.symlink(state.target, file);
        return null;
      case "folder":
        await removeIfThere(file);
        await Deno.mkdir(file, { recursive: true });
        return null;
      case "lost":
        return `it was ${state.why}`;
      case "file":
      case "git":
        return await writeBack(file, state, options);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    const fault = fileFault(error);
    if (fault === null) throw error;
    return fault.state;
  }
}

async function writeBack(
  file: string,
  state: FileState & { kind: "file" | "git" },
  { store, gitObject }: RestoreOptions,
): Promise<string | null> {
  const bytes = state.kind === "file"
    ? await store.get(state.blob)
    : await gitObject(state.object);
  if (bytes === null) {
    return state.kind === "file"
      ? "its copy is lost"
      : `git could not be asked for its object ${state.object}`;
  }
  if (bytes.length !== state.size) {
    return "git keeps it in another form; git checkout brings it back";
  }
  await clearTheWay(file);
  await writeAtomically(file, bytes);
  if (state.mode !== null && Deno.build.os !== "windows") {
    await Deno.chmod(file, state.mode & 0o7777);
  }
  return null;
}

/** A link would be kept and a folder would refuse: neither was there. */
async function clearTheWay(file: string): Promise<void> {
  await Deno.mkdir(path.dirname(file), { recursive: true });
  try {
    const { isSymlink, isDirectory } = await Deno.lstat(file);
    if (isDirectory) await removeHollow(file);
    else if (isSymlink) await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes a folder that holds nothing but folders; files keep it. */
async function removeHollow(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await removeHollow(path.join(folder, name));
  }
  await Deno.remove(folder);
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes folders that a call made, the deepest first, unless in use. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  const sorted = [...new Set(folders)].sort((one, other) =>
    other.length - one.length
  );
  for (const folder of sorted) {
    try {
      // A link or a file may stand there again by now.
      if ((await Deno.lstat(folder)).isDirectory) await Deno.remove(folder);
    } catch (error) {
      const isInUse = errorCode(error) !== "" ||
        error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotCapable;
      if (!isInUse) throw error;
    }
  }
}

/** What came of putting an index back. */
interface RestoredIndex {
  readonly notes: string[];
  readonly changed?: NonNullable<CallChanges["git"]>;
}

/**
 * Puts git's index back, so that what was staged is staged again. The present
 * one is kept, for the way forth. Where HEAD has moved the index belongs to
 * another commit, and the user is told.
 */
async function restoreIndex(
  { before, after }: { readonly before: GitMark; readonly after: GitMark },
  { store, roots: [workspace = ""] }: RestoreOptions,
): Promise<RestoredIndex> {
  const hasMoved = before.commit !== after.commit ||
    before.branch !== after.branch;
  if (hasMoved) {
    return {
      notes: [
        `Git's HEAD moved from ${name(before)} to ${name(after)} and stays ` +
        `there; ${wayBack(before, after)} takes it back and leaves the files`,
      ],
    };
  }
  if (before.index === null || before.index === after.index) {
    return { notes: [] };
  }
  const failed = "What was staged in git could not be brought back";
  const bytes = await store.get(before.index);
  const file = path.join(before.folder, "index");
  const root = before.root ?? path.dirname(before.folder);
  const now = isInside(workspace, root) ? await readGitState(root) : null;
  const isSame = now?.commit === before.commit && now.folder === before.folder;
  if (bytes === null || now === null || !isSame) return { notes: [failed] };
  const present = now.index === null ? null : await store.put(now.index);
  try {
    await writeAtomically(file, bytes);
    return {
      notes: [],
      changed: { before: { ...before, index: present }, after: before },
    };
  } catch (error) {
    const fault = fileFault(error);
    if (fault === null) throw error;
    return { notes: [`${failed}: ${fault.state}`] };
  }
}

/** Commands that move HEAD and the index, and no file. */
function wayBack(before: GitMark, after: GitMark): string {
  const reset = `git reset ${before.commit ?? "HEAD"}`;
  if (before.branch === after.branch) return reset;
  const move = before.branch === null
    ? `git update-ref --no-deref HEAD ${before.commit}`
    : `git symbolic-ref HEAD ${before.branch}`;
  return `${move} && git reset`;
}

function name({ branch, commit }: GitMark): string {
  const short = commit?.slice(0, 9) ?? "no commit";
  return branch === null
    ? short
    : `${branch.replace(/^refs\/heads\//, "")} (${short})`;
}
