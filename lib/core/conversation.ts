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
  | { readonly type: "set_model"; readonly model: string };

/** The only door for front ends: operations go in, events come out. */
export interface Conversation extends AsyncDisposable {
  readonly id: string;
  /** Folder in which it works, absolute. */
  readonly cwd: string;
  send(op: Op): void;
  /** All events from now on; ends when the conversation is disposed. */
  events(): AsyncIterable<AgentEvent>;
  /** The ids that the model's server lists; throws when it can't. */
  models(): Promise<readonly string[]>;
}
