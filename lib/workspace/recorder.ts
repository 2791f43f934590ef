import type { Access } from "../core/permission.ts";
import { createBreather } from "../platform/breather.ts";
import { path } from "../platform/paths.ts";
import type { BlobStore } from "./blob_store.ts";
import { isDestructive } from "./destructive.ts";
import { captureFile, type FileState, lost, sameState } from "./file_state.ts";
import {
  type GitIndex,
  type GitState,
  parseIndex,
  readGitState,
} from "./git_index.ts";
import { isSettled, isThere, seenMark, touchedFiles, unseen } from "./looks.ts";
import { missingAbove, realFile } from "./own_write.ts";
import { type FileMark, sameMark, type Scan, scanFolder } from "./scan.ts";

/** What a change of a file was. Paths are absolute and real. */
export interface FileChange {
  readonly path: string;
  readonly before: FileState;
  readonly after: FileState;
}

/** Where git stood; the index is kept as a blob. */
export interface GitMark {
  /** The folder of the work tree; a session of before may lack it. */
  readonly root?: string;
  /** The folder of HEAD and index. */
  readonly folder: string;
  readonly commit: string | null;
  readonly branch: string | null;
  readonly index: string | null;
}

/** What one call changed. */
export interface CallChanges {
  readonly changes: readonly FileChange[];
  /** Folders that the call made, absolute. */
  readonly newFolders: readonly string[];
  readonly git?: { readonly before: GitMark; readonly after: GitMark };
}

/** What is known of a call before it runs. */
export interface BeforeCall {
  /** Files that a tool of ours is about to write. */
  readonly files: ReadonlyMap<string, FileState>;
  /** Folders that it will have to make. */
  readonly missingFolders: readonly string[];
  /** The whole workspace, before a command. */
  readonly watched: WatchedWorkspace | null;
  /** States that were copied before a command. */
  readonly saved: readonly SavedFile[];
  /** What could not be saved, for the user; null when everything was. */
  readonly gap: string | null;
}

/** A file as it was before a command. */
export interface SavedFile {
  readonly path: string;
  readonly state: FileState;
}

/** The workspace as it was before a command. */
export interface WatchedWorkspace {
  readonly root: string;
  readonly scan: Scan;
  /** When the look began, milliseconds since 1970. */
  readonly at: number;
  readonly git: GitMark | null;
  /** The state of a file that git keeps as it is; null for others. */
  inGit(file: string, mark: FileMark): FileState | null;
}

/** A file as it was last seen. */
interface Known {
  readonly mark: FileMark;
  readonly state: FileState;
  /** False for a file so new that another change would not show in its mark. */
  readonly isSettled: boolean;
}

/** What the recorder works with. */
export interface RecorderOptions {
  /** The workspace, absolute and real. */
  readonly root: string;
  /** The folder that holds `.git`; absent without a repository. */
  readonly gitRoot?: string | undefined;
  readonly store: BlobStore;
  /** Milliseconds for the look and the copies before a command. */
  readonly budgetMs?: number;
}

/** A look ends between two folders: it is promised to take 100 at most. */
const defaultBudgetMs = 85;
/**
 * A look may take longer before a line that takes files away, and after any:
 * the one saves what would be lost, the other finds what was.
 */
const longFactor = 10;
/** Bytes of a file that one of our tools writes, and that a command may. */
const maxOwnBytes = 10 * 1024 * 1024;
const maxWatchedBytes = 2 * 1024 * 1024;
const megabyte = 1024 * 1024;

/**
 * Looks at files before and after calls. Before a write of our own tools the
 * file is copied; before a command the workspace is looked at, and what git
 * does not have is copied, for at most `budgetMs`. What is as the last copy
 * has it is not copied again, so that the first command pays for the others.
 * A line that takes files away may be kept waiting ten times as long.
 * Needs read for the workspace.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #budgetMs: number;
  /** The index as it was last read, so that it is not read for each call. */
  #index: { readonly blob: string | null; readonly entries: GitIndex | null } =
    { blob: null, entries: null };
  /** States of files, with the mark under which they were taken. */
  readonly #known = new Map<string, Known>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#budgetMs = options.budgetMs ?? defaultBudgetMs;
  }

  /** To be called before a call that may write. Throws the signal's reason. */
  async before(
    access: readonly Access[],
    signal: AbortSignal,
  ): Promise<BeforeCall> {
    const runs = access.some((each) => each.kind === "run" && !each.readOnly);
    if (runs) {
      const isLong = access.some(isDestructive);
      const budgetMs = isLong ? this.#budgetMs * longFactor : this.#budgetMs;
      return await this.#beforeCommand(budgetMs, signal);
    }
    const files = new Map<string, FileState>();
    const missingFolders = new Set<string>();
    for (const each of access) {
      if (each.kind !== "write") continue;
      const file = await realFile(each.path);
      files.set(file, await this.#capture(file, maxOwnBytes));
      for (const folder of missingAbove(file)) missingFolders.add(folder);
    }
    return {
      files,
      missingFolders: [...missingFolders],
      watched: null,
      saved: [],
      gap: null,
    };
  }

  /** To be called after it, also when it failed; null: nothing changed. */
  async after(
    { files, missingFolders, watched }: BeforeCall,
    signal: AbortSignal,
  ): Promise<CallChanges | null> {
    if (watched !== null) return await this.#afterCommand(watched, signal);
    const changes: FileChange[] = [];
    for (const [file, before] of files) {
      const after = await this.#capture(file, maxOwnBytes);
      const isUnseen = before === unseen && after === unseen;
      if (!isUnseen && !sameState(before, after)) {
        changes.push({ path: file, before, after });
      }
    }
    const newFolders = missingFolders.filter((folder) => isThere(folder));
    return changes.length === 0 ? null : { changes, newFolders };
  }

  /** What a file is now; copied unless the last copy is still right. */
  async #capture(file: string, maxBytes: number): Promise<FileState> {
    const now = Date.now();
    const mark = seenMark(file);
    if (mark === "unseen") return unseen;
    const last = this.#known.get(file);
    const isKnown = mark !== null && last?.isSettled === true &&
      sameMark(mark, last.mark);
    if (isKnown) return last.state;
    const { store } = this.#options;
    const state = await captureFile(file, { store, maxBytes });
    if (mark === null || state.kind === "lost") this.#known.delete(file);
    else {
      this.#known.set(file, { mark, state, isSettled: isSettled(mark, now) });
    }
    return state;
  }

  #savedOf({ files }: Scan): SavedFile[] {
    const saved: SavedFile[] = [];
    for (const [path, mark] of files) {
      const state = this.#lastState(path, mark);
      if (state !== null) saved.push({ path, state });
    }
    return saved;
  }

  #lastState(file: string, mark: FileMark): FileState | null {
    const last = this.#known.get(file);
    return last !== undefined && sameMark(last.mark, mark) ? last.state : null;
  }

  async #beforeCommand(
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<BeforeCall> {
    const end = performance.now() + budgetMs;
    const { root, gitRoot } = this.#options;
    // Git first: it is quick, and all that is left is for the look.
    const state = gitRoot === undefined ? null : await readGitState(gitRoot);
    const git = await this.#saveGit(state);
    const inGit = this.#gitReader(state, git);
    const at = Date.now();
    const scan = await scanFolder(root, {
      budgetMs: end - performance.now(),
      signal,
    });
    const nothing = { files: new Map(), missingFolders: [], saved: [] };
    if (!scan.isComplete) {
      const gap = `the workspace is too large to look at in ${budgetMs}` +
        " ms: what commands change there can't be undone";
      return { ...nothing, watched: null, gap };
    }
    const gap = await this.#save(scan, inGit, end);
    return {
      ...nothing,
      watched: { root, scan, at, git, inGit },
      saved: this.#savedOf(scan),
      gap,
    };
  }

  /** Copies what git does not have, small files first, until time is up. */
  async #save(
    scan: Scan,
    inGit: WatchedWorkspace["inGit"],
    end: number,
  ): Promise<string | null> {
    const wanted: [string, FileMark][] = [];
    let large = 0;
    for (const [file, mark] of scan.files) {
      const isSaved = this.#known.get(file)?.isSettled === true &&
        this.#lastState(file, mark) !== null;
      if (isSaved) continue;
      if (inGit(file, mark) !== null) continue;
      if (mark.size > maxWatchedBytes) large++;
      else wanted.push([file, mark]);
    }
    wanted.sort(([, one], [, other]) =>
      Number(one.isIgnored) - Number(other.isIgnored) || one.size - other.size
    );
    let saved = 0;
    for (const [file] of wanted) {
      if (performance.now() > end) break;
      await this.#capture(file, maxWatchedBytes);
      saved++;
    }
    return describeGap(wanted.length - saved, large);
  }

  async #afterCommand(
    watched: WatchedWorkspace,
    signal: AbortSignal,
  ): Promise<CallChanges | null> {
    const { scan } = watched;
    const now = await scanFolder(this.#options.root, {
      budgetMs: this.#budgetMs * longFactor,
      signal,
    });
    const changes: FileChange[] = [];
    const breather = createBreather(signal);
    const end = performance.now() + this.#budgetMs * longFactor;
    for (const file of touchedFiles(watched, now)) {
      if (breather.isDue()) await breather.rest();
      const before = this.#stateBefore(file, watched);
      // An undo does without what a command left: only a redo would need it.
      const after = performance.now() < end
        ? await this.#capture(file, maxWatchedBytes)
        : unsavedState(file);
      if (!sameState(before, after)) {
        changes.push({ path: file, before, after });
      }
    }
    const { gitRoot } = this.#options;
    const later = watched.git === null || gitRoot === undefined
      ? null
      : await this.#saveGit(await readGitState(gitRoot));
    const git = watched.git !== null && later !== null
      ? { before: watched.git, after: later }
      : null;
    const hasMoved = git !== null && !sameGit(git.before, git.after);
    if (changes.length === 0 && !hasMoved) return null;
    return {
      changes,
      newFolders: [...now.folders].filter((each) => !scan.folders.has(each)),
      ...(git === null ? {} : { git }),
    };
  }

  /** What a file was before a command. */
  #stateBefore(file: string, { scan, inGit }: WatchedWorkspace): FileState {
    const mark = scan.files.get(file);
    if (mark === undefined) {
      return { kind: scan.folders.has(file) ? "folder" : "absent" };
    }
    const isLarge = mark.size > maxWatchedBytes;
    return this.#lastState(file, mark) ?? inGit(file, mark) ??
      lost(isLarge ? "too large" : "not saved in time", mark);
  }

  /** Tells what git has: files that are as its index says. */
  #gitReader(
    state: GitState | null,
    mark: GitMark | null,
  ): WatchedWorkspace["inGit"] {
    if (state === null || state.index === null) return () => null;
    const blob = mark?.index ?? null;
    if (blob === null || blob !== this.#index?.blob) {
      this.#index = { blob, entries: parseIndex(state.index) };
    }
    const { entries } = this.#index;
    if (entries === null) return () => null;
    const prefix = state.root.endsWith(path.SEPARATOR)
      ? state.root.length
      : state.root.length + 1;
    return (file, mark) => {
      if (mark.isLink) return null;
      const name = file.slice(prefix).replaceAll(path.SEPARATOR, "/");
      const entry = entries.get(name);
      // A file that was written after the index may look unchanged to it.
      const isClean = entry !== undefined && entry.size === mark.size &&
        entry.mtime === mark.mtime && mark.mtime < state.indexTime;
      if (!isClean) return null;
      const { object, size } = entry;
      return { kind: "git", object, size, mode: mark.mode };
    };
  }

  async #saveGit(state: GitState | null): Promise<GitMark | null> {
    if (state === null) return null;
    const { root, folder, commit, branch, index } = state;
    const blob = index === null ? null : await this.#options.store.put(index);
    return { root, folder, commit, branch, index: blob };
  }
}

function sameGit(one: GitMark, other: GitMark): boolean {
  return one.commit === other.commit && one.branch === other.branch &&
    one.index === other.index;
}

function describeGap(missed: number, large: number): string | null {
  const parts = [
    missed > 0 ? `${missed} files could not be saved in time` : "",
    large > 0
      ? `${large} files above ${maxWatchedBytes / megabyte} MB are not saved`
      : "",
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(", ");
}

/** What a file is now, when there is no time to copy it. */
function unsavedState(file: string): FileState {
  const mark = seenMark(file);
  if (mark === "unseen") return unseen;
  return mark === null ? { kind: "absent" } : lost("not saved in time", mark);
}
