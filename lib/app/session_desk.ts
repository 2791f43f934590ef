import { describeError } from "../core/error.ts";
import type {
  LastExchange,
  Op,
  PromptMark,
  RewindTarget,
} from "../core/conversation.ts";
import type { AgentEvent, AgentEventBody } from "../core/event.ts";
import { type Part, text, textOf } from "../core/message.ts";
import type { Access } from "../core/permission.ts";
import { count } from "../core/text.ts";
import { isInside, path } from "../platform/paths.ts";
import type { Entry, EntryBody } from "../session/entry.ts";
import { lastExchanges, promptsOf } from "../session/resume.ts";
import type { Resumed, Session } from "../session/session.ts";
import { isDestructive } from "../workspace/destructive.ts";
import type { RestoreReport } from "../workspace/restore.ts";
import type { WatchedCall } from "../workspace/undo.ts";
import type { Work, WorkSource } from "./work.ts";

/** Ops about the session and its files. */
export type SessionOp = Op & {
  type:
    | "clear"
    | "undo"
    | "redo"
    | "rewind"
    | "uncompact"
    | "rename"
    | "fork"
    | "resume";
};

/** What the desk does to the conversation around it. */
export interface DeskPorts {
  /** Goes on from what a session holds; null is nothing yet. */
  adopt(resumed: Resumed | null): void;
  emit(body: AgentEventBody): void;
  /** These files are not as the model has read them any more. */
  forget(files: readonly string[]): void;
}

/** Files that one note to the model names. */
const maxNamed = 20;

/**
 * Keeps a conversation's session: records what happens, and goes back, forth
 * and elsewhere when it is asked to.
 */
export class SessionDesk {
  readonly #cwd: string;
  readonly #source: WorkSource;
  readonly #ports: DeskPorts;
  #work: Work;
  /** What the model is told before the next prompt. */
  #notes: Part[] = [];
  /** A gap is told once. */
  readonly #told = new Set<string>();

  constructor(
    { cwd, work, source }: {
      readonly cwd: string;
      readonly work: Work;
      readonly source: WorkSource;
    },
    ports: DeskPorts,
  ) {
    this.#cwd = cwd;
    this.#source = source;
    this.#ports = ports;
    this.#work = work;
    if (work.resumed !== null) ports.adopt(work.resumed);
  }

  get session(): Session {
    return this.#work.session;
  }

  async close(): Promise<void> {
    await this.session[Symbol.asyncDispose]();
  }

  /** Keeps an event; a prompt begins a group of changes. */
  record(event: AgentEvent): void {
    const { session, undo } = this.#work;
    session.record(event);
    const isPrompt = event.type === "message" &&
      event.message.role === "user" && event.message.origin === undefined;
    if (isPrompt && session.leaf !== null) undo.begin(session.leaf);
  }

  /** What the model has to know before the next prompt; then forgotten. */
  takeNotes(): readonly Part[] {
    return this.#notes.splice(0);
  }

  /** Looks at the files that a call may change. */
  readonly watch = async (
    access: readonly Access[],
    signal: AbortSignal,
  ): Promise<Pick<WatchedCall, "finish">> => {
    let watched: WatchedCall;
    try {
      watched = await this.#work.undo.watch(access, signal);
    } catch (error) {
      // After an interrupt the call itself says that it was not run.
      if (!signal.aborted) this.#tellGap(describeError(error));
      return { finish: () => Promise.resolve() };
    }
    const { gap } = watched;
    if (gap !== null && access.some(isDestructive)) this.#tellGap(gap);
    return {
      finish: async (signal) => {
        try {
          await watched.finish(signal);
        } catch (error) {
          // The call has run: its outcome must not get lost for this.
          this.#tellGap(describeError(error));
        }
      },
    };
  };

  #tellGap(gap: string): void {
    if (this.#told.has(gap)) return;
    this.#told.add(gap);
    this.#notice("warn", `/undo will not bring back all of this: ${gap}`);
  }

  /** How many files of the workspace the last prompt's run changed. */
  changedFiles(): number {
    return this.#work.undo.changed()
      .filter((file) => isInside(file, this.#cwd)).length;
  }

  /** The prompts of this branch, with the files that each one changed. */
  async prompts(): Promise<readonly PromptMark[]> {
    const files = this.#work.undo.files();
    const marks: PromptMark[] = [];
    for await (const { id, line } of promptsOf(this.session)) {
      marks.push({ id, text: line, files: files.get(id) ?? 0 });
    }
    return marks;
  }

  /** The last exchange of this branch; null before the first. */
  async last(): Promise<LastExchange | null> {
    const [last] = await lastExchanges(this.session);
    if (last === undefined) return null;
    return { request: last.request, answer: last.answer };
  }

  async handle(op: SessionOp): Promise<void> {
    switch (op.type) {
      case "clear":
        return await this.#change(
          await this.#source.begin(this.session.facts.model),
        );
      case "undo":
        return this.#show("undo", await this.#work.undo.undo(op.count ?? 1));
      case "redo":
        return this.#show("redo", await this.#work.undo.redo());
      case "rewind":
        return await this.#rewind(op.prompt, op.what);
      case "uncompact":
        return await this.#uncompact();
      case "rename":
        this.session.append({
          type: "session_info",
          name: op.name.trim() === "" ? null : op.name.trim(),
        });
        return this.#tell("renamed");
      case "fork":
        await this.#change(await this.#source.fork(this.session));
        return this.#tell("forked");
      case "resume": {
        await this.#change(await this.#source.resume(op.session));
        const last = await this.last();
        return this.#tell("resumed", last === null ? {} : { last });
      }
    }
  }

  async #change(work: Work): Promise<void> {
    const before = this.#work;
    this.#work = work;
    this.#notes = [];
    this.#ports.adopt(work.resumed);
    await before.session[Symbol.asyncDispose]();
    for (const notice of work.notices) this.#notice("warn", notice);
  }

  async #rewind(id: string, what: RewindTarget): Promise<void> {
    const all = await Array.fromAsync(promptsOf(this.session));
    const at = all.findIndex((prompt) => prompt.id === id);
    const prompt = all[at];
    if (prompt === undefined) {
      return this.#notice("warn", `Cannot rewind: there is no prompt "${id}"`);
    }
    if (what !== "conversation") {
      const taken = new Set(all.slice(at).map((each) => each.id));
      const report = await this.#work.undo.undoPrompts(taken);
      if (report !== null || what === "files") this.#show("rewind", report);
    }
    if (what === "files") return;
    this.#ports.adopt(await this.session.moveTo(prompt.parentId, "rewind"));
    // The model does not remember the changes that it would be told of.
    if (what === "both") this.#notes = [];
    this.#tell("rewound", { prompt: textOf(prompt.content) });
  }

  /** What was said since the last compaction is said again behind it. */
  async #uncompact(): Promise<void> {
    const nodes = this.session.path();
    const at = nodes.findLastIndex(({ type }) => type === "compaction");
    const compaction = nodes[at];
    if (compaction === undefined) {
      return this.#notice("info", "Nothing was compacted in this session");
    }
    const later = await Array.fromAsync(this.session.read(nodes.slice(at + 1)));
    await this.session.moveTo(compaction.parentId, "uncompact");
    for (const entry of later) {
      if (entry.type !== "leaf") this.session.append(bodyOf(entry));
    }
    this.#ports.adopt(await this.session.resume());
    this.#notice("info", "The last compaction is taken back");
  }

  #show(
    action: (AgentEventBody & { type: "files" })["action"],
    report: RestoreReport | null,
  ): void {
    if (report === null) {
      const what = action === "redo" ? "redo" : "undo";
      return this.#notice("info", `There is nothing to ${what}`);
    }
    const { changes: _changes, git: _git, ...shown } = report;
    const files = [...report.restored, ...report.removed];
    this.#ports.forget(files);
    this.#ports.emit({ type: "files", action, ...shown });
    if (files.length === 0) return;
    const names = files.slice(0, maxNamed)
      .map((file) => path.relative(this.#cwd, file));
    const more = files.length - names.length;
    if (more > 0) names.push(count(more, "more file"));
    const what = action === "redo"
      ? "made these changes again"
      : "undid changes";
    this.#notes.push(
      text(`[The user ${what}: ${names.join(", ")}. Read them before edits.]`),
    );
  }

  #tell(
    action: (AgentEventBody & { type: "session" })["action"],
    more: Pick<AgentEventBody & { type: "session" }, "prompt" | "last"> = {},
  ): void {
    const { header, facts } = this.session;
    const { id } = header;
    this.#ports.emit({
      type: "session",
      action,
      id,
      name: facts.name,
      ...more,
    });
  }

  #notice(level: "info" | "warn", said: string): void {
    this.#ports.emit({ type: "notice", level, text: said });
  }
}

/** An entry without what is its place's. */
function bodyOf(entry: Entry): EntryBody {
  const { id: _id, parentId: _parent, timestamp: _time, ...body } = entry;
  return body;
}
