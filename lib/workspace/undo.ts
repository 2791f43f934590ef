import type { Access } from "../core/permission.ts";
import { isInside, path } from "../platform/paths.ts";
import type { BlobStore } from "./blob_store.ts";
import { isDestructive } from "./destructive.ts";
import { captureFile, sameState } from "./file_state.ts";
import { parseIndex } from "./git_index.ts";
import { seenMark } from "./looks.ts";
import type {
  CallChanges,
  FileChange,
  GitMark,
  Recorder,
  SavedFile,
} from "./recorder.ts";
import { mergeChanges, restore, type RestoreOptions } from "./restore.ts";
import type { RestoreReport } from "./restore.ts";

/** What happened to files, as a session keeps it. Plain data. */
export type UndoRecord =
  | {
    /** A command that may take files away begins; what it may take. */
    readonly action: "begin";
    readonly prompt: string;
    readonly saved: readonly SavedFile[];
    /** Where git stood; absent where git's files could not be told apart. */
    readonly git?: GitMark;
    /** The workspace. */
    readonly root: string;
    /** Milliseconds since 1970. */
    readonly at: number;
  }
  /** It ended and had changed nothing. */
  | { readonly action: "end" }
  | ({ readonly action: "call"; readonly prompt: string } & CallChanges)
  | {
    readonly action: "undo" | "redo";
    /** Prompts whose changes were taken back, or forth. */
    readonly prompts: readonly string[];
    /** What that changed. */
    readonly changes: readonly FileChange[];
    readonly git?: CallChanges["git"];
  };

/** Changes of one prompt's run. */
interface Group {
  readonly prompt: string;
  readonly calls: CallChanges[];
}

/** Groups that were taken back together, and how to take them forth. */
interface Undone {
  readonly groups: readonly Group[];
  readonly back: CallChanges;
}

/** Files that a record of a beginning names. */
const mostSaved = 500;
/** Bytes of a file that is looked at when a command did not end. */
const maxBytes = 64 * 1024 * 1024;

/** What the log works with. */
export interface UndoLogOptions extends RestoreOptions {
  /** Made when a call first may write. */
  recorder(): Promise<Recorder>;
  /** Keeps a record; called before anybody is told of it. */
  keep(record: UndoRecord): void;
  /** The records of the session so far, the oldest first. */
  readonly past?: readonly UndoRecord[];
}

/** A call that is being watched. */
export interface WatchedCall {
  /** What could not be saved before it; null when everything was. */
  readonly gap: string | null;
  /** To be called when it has ended, however it did. */
  finish(signal: AbortSignal): Promise<void>;
}

/**
 * What the prompts of a conversation changed, and the way back. A change that
 * comes after an undo makes its redo void.
 */
export class UndoLog {
  readonly #options: UndoLogOptions;
  #recorder: Promise<Recorder> | undefined;
  #done: Group[] = [];
  #undone: Undone[] = [];
  #prompt = "";
  /** A command that began, as long as nothing says that it ended. */
  #begun: UndoRecord & { action: "begin" } | undefined;

  constructor(options: UndoLogOptions) {
    this.#options = options;
    for (const record of options.past ?? []) this.#apply(record);
  }

  /** Says to which prompt the next changes belong. */
  begin(prompt: string): void {
    this.#prompt = prompt;
  }

  /** One that could not be opened is tried again at the next call. */
  async #openRecorder(): Promise<Recorder> {
    const opening = this.#recorder ??= this.#options.recorder();
    try {
      return await opening;
    } catch (error) {
      this.#recorder = undefined;
      throw error;
    }
  }

  /** Looks at what a call may change, before it runs. */
  async watch(
    access: readonly Access[],
    signal: AbortSignal,
  ): Promise<WatchedCall> {
    const recorder = await this.#openRecorder();
    const before = await recorder.before(access, signal);
    const saved = before.saved.slice(0, mostSaved);
    const { watched } = before;
    const isBegun = watched !== null && access.some(isDestructive);
    if (isBegun) {
      const isAll = before.gap === null && saved.length === before.saved.length;
      this.#do({
        action: "begin",
        prompt: this.#prompt,
        saved,
        root: watched.root,
        at: watched.at,
        ...isAll && watched.git ? { git: watched.git } : {},
      });
    }
    return {
      gap: before.gap,
      finish: async (signal) => {
        const changes = await recorder.after(before, signal);
        if (changes !== null) {
          this.#do({ action: "call", prompt: this.#prompt, ...changes });
        } else if (isBegun) this.#do({ action: "end" });
      },
    };
  }

  /**
   * Finds out what a command did that had not ended when its process died, as
   * far as it was copied before. To be called once, before anything else.
   */
  async settle(): Promise<void> {
    if (this.#begun === undefined) return;
    const { prompt, saved } = this.#begun;
    const { store } = this.#options;
    const clean = await cleanFiles(this.#begun, store);
    const changes: FileChange[] = [];
    for (const { path, state: before } of [...saved, ...clean]) {
      const after = await captureFile(path, { store, maxBytes });
      if (!sameState(before, after)) changes.push({ path, before, after });
    }
    this.#do(
      changes.length === 0
        ? { action: "end" }
        : { action: "call", prompt, changes, newFolders: [] },
    );
  }

  /** How many files the run of each prompt changed, by the prompt's id. */
  files(): ReadonlyMap<string, number> {
    return new Map(
      this.#done.map((
        { prompt, calls },
      ) => [prompt, mergeChanges(calls).length]),
    );
  }

  /** The files that the run of the present prompt changed. */
  changed(): readonly string[] {
    const group = this.#done.at(-1);
    if (group?.prompt !== this.#prompt) return [];
    return mergeChanges(group.calls).map((change) => change.path);
  }

  /** Takes back what the last prompts changed; null when nothing did. */
  async undo(count: number): Promise<RestoreReport | null> {
    return await this.#takeBack(this.#done.slice(-count));
  }

  /** Takes back what these prompts changed; null when they changed nothing. */
  async undoPrompts(
    prompts: ReadonlySet<string>,
  ): Promise<RestoreReport | null> {
    const first = this.#done.findIndex(({ prompt }) => prompts.has(prompt));
    return await this.#takeBack(first === -1 ? [] : this.#done.slice(first));
  }

  /** Takes the last undo back; null when there is none. */
  async redo(): Promise<RestoreReport | null> {
    const last = this.#undone.at(-1);
    if (last === undefined) return null;
    const report = await restore([last.back], this.#options);
    const prompts = last.groups.map(({ prompt }) => prompt);
    const { changes, git } = report;
    this.#do({ action: "redo", prompts, changes, ...git && { git } });
    return report;
  }

  async #takeBack(groups: readonly Group[]): Promise<RestoreReport | null> {
    if (groups.length === 0) return null;
    const report = await restore(
      groups.flatMap(({ calls }) => calls),
      this.#options,
    );
    const prompts = groups.map(({ prompt }) => prompt);
    const { changes, git } = report;
    this.#do({ action: "undo", prompts, changes, ...git && { git } });
    return report;
  }

  #do(record: UndoRecord): void {
    this.#options.keep(record);
    this.#apply(record);
  }

  #apply(record: UndoRecord): void {
    this.#begun = record.action === "begin" ? record : undefined;
    if (record.action === "begin" || record.action === "end") return;
    if (record.action === "call") {
      const { action: _, prompt, ...changes } = record;
      const last = this.#done.at(-1);
      if (last?.prompt === prompt) last.calls.push(changes);
      else this.#done.push({ prompt, calls: [changes] });
      this.#undone = [];
    } else if (record.action === "undo") {
      const groups = this.#done.splice(-record.prompts.length);
      const { changes, git } = record;
      const back = { changes, newFolders: [], ...git && { git } };
      this.#undone.push({ groups, back });
    } else {
      this.#done.push(...this.#undone.pop()?.groups ?? []);
    }
  }
}

/**
 * The files that an index has and that are not as it says any more. Where all
 * others were saved, they were as it says.
 */
async function cleanFiles(
  { git, saved: others, root, at }: UndoRecord & { action: "begin" },
  store: BlobStore,
): Promise<SavedFile[]> {
  const bytes = git?.index ? await store.get(git.index) : null;
  const index = bytes === null ? null : parseIndex(bytes);
  const top = git?.root ?? root;
  const saved = new Set(others.map((each) => each.path));
  const found: SavedFile[] = [];
  for (const name of index?.names() ?? []) {
    const file = path.join(top, ...name.split("/"));
    const entry = index?.get(name);
    // Links were saved; what is neither link nor file is a repository.
    const isFile = entry !== undefined && (entry.mode & 0o170000) === 0o100000;
    if (!isFile || saved.has(file) || !isInside(file, root)) continue;
    const mark = seenMark(file);
    if (mark === "unseen") continue;
    // What was changed before the command is not its doing.
    if (mark !== null && mark.mtime < at) continue;
    const { object, size } = entry;
    const mode = (entry.mode & 0o111) === 0 ? null : entry.mode;
    found.push({ path: file, state: { kind: "git", object, size, mode } });
  }
  return found;
}
