import type { Access } from "../core/permission.ts";
import type { CallChanges, FileChange, Recorder } from "./recorder.ts";
import { mergeChanges, restore, type RestoreOptions } from "./restore.ts";
import type { RestoreReport } from "./restore.ts";

/** What happened to files, as a session keeps it. Plain data. */
export type UndoRecord =
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

  constructor(options: UndoLogOptions) {
    this.#options = options;
    for (const record of options.past ?? []) this.#apply(record);
  }

  /** Says to which prompt the next changes belong. */
  begin(prompt: string): void {
    this.#prompt = prompt;
  }

  /** Looks at what a call may change, before it runs. */
  async watch(
    access: readonly Access[],
    signal: AbortSignal,
  ): Promise<WatchedCall> {
    this.#recorder ??= this.#options.recorder();
    const recorder = await this.#recorder;
    const before = await recorder.before(access, signal);
    return {
      gap: before.gap,
      finish: async (signal) => {
        const changes = await recorder.after(before, signal);
        if (changes === null) return;
        this.#do({ action: "call", prompt: this.#prompt, ...changes });
      },
    };
  }

  /** How many files the run of each prompt changed, by the prompt's id. */
  files(): ReadonlyMap<string, number> {
    return new Map(
      this.#done.map((
        { prompt, calls },
      ) => [prompt, mergeChanges(calls).length]),
    );
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
