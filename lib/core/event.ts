import type { Message } from "./message.ts";
import type { ModelFailure, StopReason, Usage } from "./model.ts";
import type { Access, PermissionMode } from "./permission.ts";
import type { PriceSource } from "./settings.ts";
import type { ToolOutcome } from "./tool.ts";

/** What each event carries. */
export interface EventHead {
  /** Counts from 0 within a conversation. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Which agent speaks, for example "main". */
  readonly agent: string;
}

/** Why a run ended. */
export type RunEndReason =
  | "done"
  | "aborted"
  | "max_turns"
  | "budget"
  | "loop"
  /** A call was refused, and the user wanted the run to end at that. */
  | "denied"
  /** What the user wanted to see of the work was not to be seen. */
  | "unverified"
  /** The answer has not the shape that was asked for. */
  | "schema"
  | "error";

/** A call that was refused: by the user, the mode, a rule or the sandbox. */
export interface Denial {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
  readonly because: string;
}

/**
 * What happens in a run, as plain data that survives structuredClone and
 * JSON. Promises about order: `run_start` first, `run_end` last and once;
 * each `tool_start` has one `tool_end`; a `message` follows all its deltas;
 * tool results keep the order of the calls. A `retry` voids the deltas of
 * its turn so far.
 */
export type AgentEventBody =
  | {
    readonly type: "run_start";
    readonly conversation: string;
    readonly model: string;
    readonly mode: PermissionMode;
    readonly tools: readonly string[];
  }
  | { readonly type: "turn_start"; readonly turn: number }
  | { readonly type: "text_delta"; readonly delta: string }
  | { readonly type: "thinking_delta"; readonly delta: string }
  | {
    /** A call being written by the model, for a live preview. */
    readonly type: "call_delta";
    readonly index: number;
    readonly name?: string;
    readonly delta: string;
  }
  | { readonly type: "message"; readonly message: Message }
  | {
    readonly type: "tool_start";
    readonly callId: string;
    readonly tool: string;
    readonly input: unknown;
    readonly access: readonly Access[];
  }
  | {
    readonly type: "tool_progress";
    readonly callId: string;
    readonly text: string;
  }
  | {
    readonly type: "tool_end";
    readonly callId: string;
    readonly tool: string;
    readonly outcome: ToolOutcome;
    /** Milliseconds that the call ran. */
    readonly ms: number;
  }
  | {
    readonly type: "permission_request";
    readonly requestId: string;
    readonly callId: string;
    readonly tool: string;
    readonly input: unknown;
    readonly access: readonly Access[];
    readonly because: string;
    /** The rules that "don't ask again" would store, as texts. */
    readonly offer?: readonly string[];
  }
  | {
    /** Files were taken back, or forth. Paths are absolute. */
    readonly type: "files";
    readonly action: "undo" | "redo" | "rewind";
    readonly restored: readonly string[];
    readonly removed: readonly string[];
    readonly failed: readonly {
      readonly path: string;
      readonly why: string;
    }[];
    /** Files that somebody else had changed since; they were saved as well. */
    readonly foreign: readonly string[];
    readonly notes: readonly string[];
  }
  | {
    /** The session that is gone on with, and from where. */
    readonly type: "session";
    readonly action: "resumed" | "forked" | "renamed" | "rewound";
    readonly id: string;
    readonly name: string | null;
    /** After a rewind: the prompt, to be changed and sent again. */
    readonly prompt?: string;
    /** After "resumed": the last request and the answer, shortened. */
    readonly last?: { readonly request: string; readonly answer: string };
  }
  /** The permission mode from now on. */
  | { readonly type: "mode"; readonly mode: PermissionMode }
  | { readonly type: "permission_denied"; readonly denial: Denial }
  | {
    readonly type: "compaction";
    readonly trigger: "auto" | "manual" | "overflow";
    /** How the summary came about; "mechanical" when the model failed. */
    readonly by: "model" | "mechanical" | "dropped_results";
    /** Estimated tokens of the history. */
    readonly before: number;
    readonly after: number;
    /** The whole new history. */
    readonly history: readonly Message[];
  }
  | {
    readonly type: "retry";
    readonly attempt: number;
    readonly of: number;
    readonly waitMs: number;
    readonly because: string;
  }
  | {
    readonly type: "usage";
    readonly usage: Usage;
    /** Milliseconds of the request, and until its first delta. */
    readonly ms: number;
    readonly firstDeltaMs: number;
    /** Tokens that the next request will hold, and what may be held. */
    readonly context: number;
    readonly window: number;
    /** Absent where nobody said what a token costs. */
    readonly costUsd?: number;
    readonly priceSource?: PriceSource;
    /** Which model was asked. */
    readonly model?: string;
  }
  | {
    readonly type: "notice";
    readonly level: "debug" | "info" | "warn";
    readonly text: string;
  }
  | {
    readonly type: "turn_end";
    readonly turn: number;
    readonly stop: StopReason | "aborted" | "error";
  }
  | {
    readonly type: "run_end";
    readonly reason: RunEndReason;
    readonly turns: number;
    readonly ms: number;
    readonly denials: readonly Denial[];
    /** What a loop was, or what limit was met; absent where the reason says all. */
    readonly because?: string;
    /** The answer as a value, where its shape was asked for. */
    readonly structured?: unknown;
    readonly failure?: ModelFailure;
  };

/** One event of a run. */
export type AgentEvent = EventHead & AgentEventBody;

/** Makes a missing case in a switch over events a compile error. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value ${JSON.stringify(value)}`);
}
