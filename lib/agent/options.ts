import type { AgentEvent, AgentEventBody } from "../core/event.ts";
import type { Part, ToolCall, UserMessage } from "../core/message.ts";
import type { ModelClient, ToolSpec } from "../core/model.ts";
import type {
  Access,
  Answer,
  Decision,
  PermissionMode,
} from "../core/permission.ts";
import type { Prices, PriceSource } from "../core/settings.ts";
import type {
  AnyTool,
  CallContext,
  FileVersion,
  RunTool,
  ToolLimits,
} from "../core/tool.ts";
import type { Review } from "./review.ts";
import type { InTurn } from "./turnstile.ts";

/** What lasts from run to run. The loop changes it; nobody else does. */
export interface AgentState {
  /** Working directory of the next call. */
  cwd: string;
  /** Versions of the files that the model has read, by real path. */
  readonly seen: Map<string, FileVersion>;
  /** Ids of all calls so far, so that none is given twice. */
  readonly callIds: Set<string>;
  /** Tokens that the server counts for each one estimated. */
  tokenFactor: number;
}

/** A question to the user about one call. */
export interface PermissionQuestion {
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/**
 * A limit on money for all runs of a conversation and all its agents, which
 * share this object and add to it.
 */
export interface Spending {
  readonly limitUsd: number;
  spentUsd: number;
}

/** Bounds of a run. */
export interface AgentLimits {
  /** Requests to the model until the run ends with "max_turns". */
  readonly maxTurns: number;
  /** Read-only calls of one reply that run at the same time. */
  readonly parallelCalls: number;
  readonly tool: ToolLimits;
  /** Characters that all results of one reply may send together. */
  readonly replyChars: number;
}

/** When the history is made shorter, in tokens of the model's window. */
export interface ContextBudget {
  readonly window: number;
  /** Above this estimate the history is compacted before a request. */
  readonly compactAt: number;
  /** Tokens of recent history that compaction leaves as they are. */
  readonly keep: number;
  /** Cap on a reply. */
  readonly maxOutput: number;
}

/** All that the loop is given. It holds no default: boot sets them. */
export interface AgentOptions {
  readonly conversation: string;
  /** What the user asks of this run; it follows the history. */
  readonly prompt: UserMessage;
  readonly model: ModelClient;
  readonly mode: PermissionMode;
  readonly system: string;
  readonly tools: readonly AnyTool[];
  /** The tools as the model is told of them: sorted, frozen. */
  readonly specs: readonly ToolSpec[];
  /** Why a tool that there is isn't offered; null for an unknown name. */
  withheld(name: string): string | null;
  readonly limits: AgentLimits;
  readonly budget: ContextBudget;
  readonly state: AgentState;
  /** What tokens cost, and who said so; absent where nobody did. */
  readonly prices?: Prices;
  readonly priceSource?: PriceSource;
  /** What may be spent; absent: as much as it takes. It needs prices. */
  readonly spending?: Spending;
  /** Opens each conversation's first message: environment and memory. */
  readonly preamble: readonly Part[];
  /** Adds what each event carries. */
  stamp(body: AgentEventBody): AgentEvent;
  now(): number;
  newId(): string;
  run: RunTool;
  /** Everything of a call's context that the loop doesn't know. */
  callContext(): Promise<
    Pick<CallContext, "roots" | "spillFolder" | "environment" | "vision">
  >;
  /** Judges a call by the rules and the mode of this moment. */
  decide(
    call: ToolCall,
    access: readonly Access[],
    cwd: string,
  ): Promise<Decision>;
  /** Waits for the user's answer to a `permission_request`. */
  ask(question: PermissionQuestion): Promise<Answer>;
  /** Keeps questions apart: one is open at a time, in all of a conversation. */
  inTurn: InTurn;
  /**
   * Lets the like of a call pass from now on, by rules of those offered.
   * Resolves to what the user should know of it, a sentence each.
   */
  remember(rules: readonly string[]): Promise<readonly string[]>;
  /** Whether the first refused call ends the run. */
  readonly stopAtDenial: boolean;
  /** Judges the work before the run ends done; absent: nobody does. */
  readonly review?: Review;
  /** Looks at the files that a call may change, before it runs. */
  watch(
    access: readonly Access[],
    signal: AbortSignal,
  ): Promise<{ finish(signal: AbortSignal): Promise<void> }>;
  /** Saves a text that is too long to send; null when it can't. */
  spill(callId: string, content: string): Promise<string | null>;
  /** Takes the messages that the user sent while the run is under way. */
  takeSteering(): UserMessage[];
}
