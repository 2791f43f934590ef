import { type AgentEventBody, assertNever } from "../core/event.ts";
import type { AssistantMessage, Message } from "../core/message.ts";
import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  StopReason,
  Usage,
} from "../core/model.ts";
import { createRepetitionWatch } from "./repetition.ts";
import type { AgentOptions } from "./options.ts";
import { usageEvent, whyTooDear } from "./spending.ts";

/** What one request to the model came to. */
export type TurnResult =
  | {
    readonly kind: "reply";
    readonly message: AssistantMessage;
    readonly stop: StopReason;
    readonly usage: Usage;
  }
  | {
    readonly kind: "failure";
    readonly failure: ModelFailure;
    /** Text that had come before an interrupt. */
    readonly partial: string;
  }
  /** The reply repeated itself without end and was stopped. */
  | { readonly kind: "repeating" }
  /** A repetition was not paid for: it would go over the limit on money. */
  | { readonly kind: "too_dear" };

/** What a request may differ in. */
export interface TurnRequest {
  readonly history: readonly Message[];
  readonly purpose?: ModelRequest["purpose"];
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly answerSchema?: ModelRequest["answerSchema"];
}

/**
 * Streams one reply. Deltas leave as events while they come; a reply that
 * the client has to ask for again voids them with a `retry` event.
 */
export async function streamTurn(
  turn: TurnRequest,
  options: Omit<AgentOptions, "prompt">,
  ports: {
    readonly signal: AbortSignal;
    emit(body: AgentEventBody): void;
  },
): Promise<TurnResult> {
  let started = options.now();
  let firstDelta = 0;
  let partial = "";
  const count = (usage: Usage) => {
    const ended = options.now();
    const ms = ended - started;
    const firstDeltaMs = (firstDelta || ended) - started;
    ports.emit(usageEvent(usage, { ms, firstDeltaMs }, options));
    started = ended;
    firstDelta = 0;
  };
  const request: ModelRequest = {
    purpose: turn.purpose ?? "turn",
    system: options.system,
    messages: turn.history,
    tools: options.specs,
    maxOutputTokens: turn.maxOutputTokens ?? options.budget.maxOutput,
    ...(turn.temperature === undefined
      ? {}
      : { temperature: turn.temperature }),
    ...turn.answerSchema && { answerSchema: turn.answerSchema },
  };
  const isShown = request.purpose === "turn";
  const repetition = new AbortController();
  const watch = createRepetitionWatch();
  const signal = AbortSignal.any([ports.signal, repetition.signal]);
  const stream = options.model.stream(request, { signal });
  for await (const event of stream) {
    switch (event.type) {
      case "text_delta":
      case "thinking_delta":
      case "call_delta":
        firstDelta ||= options.now();
        if (event.type === "text_delta") partial += event.delta;
        if (isShown) ports.emit(event);
        if (watch.sees(event.delta)) repetition.abort();
        continue;
      case "retry":
        partial = "";
        watch.reset();
        if (event.usage !== undefined) count(event.usage);
        ports.emit(withoutUsage(event));
        if (whyTooDear(event.usage?.input ?? 0, options) !== null) {
          return { kind: "too_dear" };
        }
        continue;
      case "notice":
        ports.emit(event);
        continue;
      case "failure":
        if (event.usage !== undefined) count(event.usage);
        if (repetition.signal.aborted && !ports.signal.aborted) {
          return { kind: "repeating" };
        }
        return { kind: "failure", failure: event.failure, partial };
      case "finish": {
        const { message, stop, usage } = event;
        count(usage);
        return { kind: "reply", message, stop, usage };
      }
      default:
        return assertNever(event);
    }
  }
  throw new TypeError("The model's stream ended without finish or failure");
}

/** The event of a run; what was used is an event of its own. */
function withoutUsage(
  { attempt, of, waitMs, because }: ModelEvent & { type: "retry" },
): AgentEventBody {
  return { type: "retry", attempt, of, waitMs, because };
}
