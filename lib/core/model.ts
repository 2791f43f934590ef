import type { AssistantMessage, Message } from "./message.ts";
import type { Prices, PriceSource } from "./settings.ts";

/** A tool as a model is told of it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input, already cleaned for servers (core/schema.ts). */
  readonly parameters: Readonly<Record<string, unknown>>;
  /**
   * True when no call of this tool changes anything. Damaged arguments of
   * other tools are repaired more strictly (spec/providers.md 4.1).
   */
  readonly readOnly: boolean;
}

/** One request to a model. The whole is plain data. */
export interface ModelRequest {
  /** A "summary" is a side request for compaction, not a turn. */
  readonly purpose: "turn" | "summary";
  readonly system: string;
  readonly messages: readonly Message[];
  /** Sorted by name and the same for a whole session (prefix cache). */
  readonly tools: readonly ToolSpec[];
  /** Cap on the reply, in tokens. The client lowers it to fit the window. */
  readonly maxOutputTokens?: number;
  /** Overrides the profile's temperature for this request. */
  readonly temperature?: number;
  /**
   * The JSON Schema of the reply, which must be no call then. Told to servers
   * that can keep to it; to others it is nothing.
   */
  readonly answerSchema?: Readonly<Record<string, unknown>>;
}

/**
 * Tokens of one request. `input` includes `cached`; `output` includes
 * `reasoning`. `estimated` is true when the server did not say.
 */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly estimated?: true;
}

/** Why a reply ended. "empty" has no text and no call. */
export type StopReason = "end" | "tool_use" | "length" | "refused" | "empty";

/** Why there is no reply. */
export type ModelFailureCode =
  | "aborted"
  | "auth"
  | "quota"
  | "rate_limit"
  | "overloaded"
  | "loading"
  | "context_overflow"
  | "model_not_found"
  | "no_tool_support"
  | "bad_request"
  | "refused"
  | "network"
  | "timeout"
  | "protocol";

/** A request that ended without a reply. */
export interface ModelFailure {
  readonly code: ModelFailureCode;
  /** For people: what happened, where, and what to do next. No key in it. */
  readonly message: string;
  readonly status?: number;
  /** True when the same request may succeed later (exit code 75). */
  readonly transient: boolean;
  /** The window in tokens that an overflow error named. */
  readonly window?: number;
}

/**
 * What a model client yields. Iterating never throws; the last event is one
 * `finish` or one `failure`. A `retry` voids all deltas before it.
 */
export type ModelEvent =
  | { readonly type: "text_delta"; readonly delta: string }
  | { readonly type: "thinking_delta"; readonly delta: string }
  | {
    /** A live preview of a call under way; never run from this. */
    readonly type: "call_delta";
    readonly index: number;
    readonly name?: string;
    readonly delta: string;
  }
  | {
    readonly type: "retry";
    readonly attempt: number;
    readonly of: number;
    readonly waitMs: number;
    readonly because: string;
    /** What the reply that came to nothing used; absent: nothing. */
    readonly usage?: Usage;
  }
  | {
    readonly type: "notice";
    readonly level: "debug" | "info" | "warn";
    readonly text: string;
  }
  | {
    readonly type: "finish";
    readonly message: AssistantMessage;
    readonly stop: StopReason;
    readonly usage: Usage;
  }
  | {
    readonly type: "failure";
    readonly failure: ModelFailure;
    /** What the reply that broke off used; absent: nothing. */
    readonly usage?: Usage;
  };

/** What is known of a model, and from where. */
export interface ModelInfo {
  /** Tokens that a request and its reply may hold together. */
  readonly window: number;
  readonly windowSource:
    | "flag"
    | "environment"
    | "settings"
    | "server"
    | "table"
    | "default";
  readonly maxOutput: number;
  readonly vision: boolean;
  readonly thinking: boolean;
  /** "text": tools are described in the prompt and read from the reply. */
  readonly tools: "native" | "text" | "none";
  /** What it costs, and who said so; absent where nobody did. */
  readonly prices?: Prices;
  readonly priceSource?: PriceSource;
  /** What kind of server it is, for example "Ollama 0.9.1". */
  readonly server?: string;
  /** The most expensive truths, for the user to see once. */
  readonly warnings: readonly string[];
}

/** A model behind some transport. */
export interface ModelClient {
  /** What the user calls it, for example "qwen2.5:latest". */
  readonly name: string;
  /** Asks the server about the model at the first call. Never throws. */
  info(signal: AbortSignal): Promise<ModelInfo>;
  stream(
    request: ModelRequest,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<ModelEvent>;
  /** The ids that the server lists, for `/model`; throws when it can't. */
  list(signal: AbortSignal): Promise<readonly string[]>;
}
