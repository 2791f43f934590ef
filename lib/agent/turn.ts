import { type AgentEventBody, assertNever } from "../core/event.ts";
import type { AssistantMessage, Message } from "../core/message.ts";
import type {
  ModelFailure,
  ModelRequest,
  StopReason,
  Usage,
} from "../core/model.ts";
import type { Prices } from "../core/settings.ts";
import { createRepetitionWatch } from "./repetition.ts";
import type { AgentOptions } from "./options.ts";

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
  | { readonly kind: "repeating" };

/** What a request may differ in. */
export interface TurnRequest {
  readonly history: readonly Message[];
  readonly purpose?: ModelRequest["purpose"];
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
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
  const started = options.now();
  let firstDelta = 0;
  let partial = "";
  const request: ModelRequest = {
    purpose: turn.purpose ?? "turn",
    system: options.system,
    messages: turn.history,
    tools: options.specs,
    maxOutputTokens: turn.maxOutputTokens ?? options.budget.maxOutput,
    ...(turn.temperature === undefined
      ? {}
      : { temperature: turn.temperature }),
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
        ports.emit(event);
        continue;
      case "notice":
        ports.emit(event);
        continue;
      case "failure":
        if (repetition.signal.aborted && !ports.signal.aborted) {
          return { kind: "repeating" };
        }
        return { kind: "failure", failure: event.failure, partial };
      case "finish": {
        const ended = options.now();
        ports.emit({
          type: "usage",
          usage: event.usage,
          ms: ended - started,
          firstDeltaMs: (firstDelta || ended) - started,
          context: event.usage.input + event.usage.output,
          window: options.budget.window,
          ...(options.prices === undefined
            ? {}
            : { costUsd: costOf(event.usage, options.prices) }),
        });
        const { message, stop, usage } = event;
        return { kind: "reply", message, stop, usage };
      }
      default:
        return assertNever(event);
    }
  }
  throw new TypeError("The model's stream ended without finish or failure");
}

/** US dollars of one request; reasoning is part of the output. */
function costOf({ input, output, cached }: Usage, prices: Prices): number {
  const cachedPrice = prices.cached ?? prices.input;
  const dollars = (input - cached) * prices.input + cached * cachedPrice +
    output * prices.output;
  return dollars / 1_000_000;
}
