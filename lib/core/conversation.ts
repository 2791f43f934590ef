import type { ContextReport } from "./context_report.ts";
import type { AgentEvent } from "./event.ts";
import type { Part } from "./message.ts";
import type { Answer, PermissionMode } from "./permission.ts";

/** What a front end may ask of a conversation. */
export type Op =
  /** Starts a run; while one is under way it waits for its end. */
  | { readonly type: "prompt"; readonly content: readonly Part[] }
  /** Joins the run under way after its present tool calls. */
  | { readonly type: "steer"; readonly content: readonly Part[] }
  /** Answers a `permission_request`. */
  | {
    readonly type: "reply";
    readonly requestId: string;
    readonly answer: Answer;
  }
  | { readonly type: "interrupt" }
  | { readonly type: "clear" }
  | { readonly type: "compact"; readonly focus?: string }
  | { readonly type: "set_mode"; readonly mode: PermissionMode }
  | { readonly type: "set_model"; readonly model: string }
  /** Takes back what the last prompts did to files; one by default. */
  | { readonly type: "undo"; readonly count?: number }
  /** Takes the last undo back. */
  | { readonly type: "redo" }
  /** Goes back to before a prompt, named by `prompts()`. */
  | {
    readonly type: "rewind";
    readonly prompt: string;
    readonly what: RewindTarget;
  }
  /** Takes the last compaction back. */
  | { readonly type: "uncompact" }
  /** Names the session; an empty name takes the name away. */
  | { readonly type: "rename"; readonly name: string }
  /** Goes on in a copy of the session. */
  | { readonly type: "fork" }
  /** Goes on with another session: its id, name, or a part of a prompt. */
  | { readonly type: "resume"; readonly session: string };

/** What a rewind takes back. */
export type RewindTarget = "conversation" | "files" | "both";

/** A prompt to which one can go back. */
export interface PromptMark {
  readonly id: string;
  /** Its first line. */
  readonly text: string;
  /** Files that its run and nobody since has changed. */
  readonly files: number;
}

/** The last request and its answer, shortened. */
export interface LastExchange {
  readonly request: string;
  readonly answer: string;
}

/** A session that can be gone on with. */
export interface SessionMark {
  readonly id: string;
  readonly name: string | null;
  /** The first line of its first prompt. */
  readonly text: string;
  /** Milliseconds since 1970 of its last change. */
  readonly changed: number;
  readonly messages: number;
  readonly model: string;
  /** One prompt by the command line: `--continue` passes over it. */
  readonly isOneshot: boolean;
}

/** The only door for front ends: operations go in, events come out. */
export interface Conversation extends AsyncDisposable {
  readonly id: string;
  /** Folder in which it works, absolute. */
  readonly cwd: string;
  send(op: Op): void;
  /** All events from now on; ends when the conversation is disposed. */
  events(): AsyncIterable<AgentEvent>;
  /** The permission mode of this moment. */
  readonly mode: PermissionMode;
  /** File of the session; null when it is written nowhere. */
  readonly sessionFile: string | null;
  /** Where the tokens are; null before the first prompt. */
  context(): ContextReport | null;
  /** The prompts of the present branch, the oldest first. */
  prompts(): Promise<readonly PromptMark[]>;
  /** The last exchange, shortened; null before the first. */
  last(): Promise<LastExchange | null>;
  /** Sessions of this folder, the newest first. */
  sessions(): Promise<readonly SessionMark[]>;
  /**
   * Writes the present branch to a file that is not there yet: Markdown, JSON
   * or HTML, by its ending. An empty name is one in the working folder.
   * Resolves to the file's absolute path.
   */
  exportTo(file: string): Promise<string>;
  /** The ids that the model's server lists; throws when it can't. */
  models(): Promise<readonly string[]>;
}
