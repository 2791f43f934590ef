import type { AgentEventBody } from "../core/event.ts";
import type { Message } from "../core/message.ts";
import type { Usage } from "../core/model.ts";
import { calibrate, messageTokens, prefixTokens } from "../core/tokens.ts";
import { compact, summaryRequest } from "./compact.ts";
import type { AgentOptions } from "./options.ts";
import { whyTooDear } from "./spending.ts";
import { historyTokens } from "./squeeze.ts";
import { streamTurn } from "./turn.ts";

/** A history made shorter, as an event. */
export type CompactionEvent = AgentEventBody & { type: "compaction" };

/** Where compaction aims, as shares of the window. */
const targets = { normal: 0.55, harder: 0.3 };

/** Tells whether the next request would pass the budget. */
export function isOverBudget(
  history: readonly Message[],
  options: ContextOptions,
): boolean {
  return requestTokens(history, options) > options.budget.compactAt;
}

/** Estimates the tokens of a request with this history. */
export function requestTokens(
  history: readonly Message[],
  { system, specs, state }: ContextOptions,
): number {
  const estimate = prefixTokens(system, specs) + historyTokens(history);
  return Math.round(estimate * state.tokenFactor);
}

/** Learns from the server's count how far the estimate is off. */
export function learnTokens(
  history: readonly Message[],
  usage: Usage,
  options: ContextOptions,
): void {
  if (usage.estimated) return;
  const { state } = options;
  const estimate = requestTokens(history, options) / state.tokenFactor;
  state.tokenFactor = calibrate(state.tokenFactor, {
    estimate,
    counted: usage.input,
  });
}

/** Of a run's options, what a request for a summary needs, too. */
type ContextOptions = Omit<AgentOptions, "prompt">;

/** What a compaction may differ in. */
export interface CompactionRequest {
  readonly trigger: "auto" | "manual" | "overflow";
  readonly signal: AbortSignal;
  /** True for a second try: less is kept. */
  readonly harder?: boolean;
  /** The window that the server named, where it did. */
  readonly window?: number;
  /** What the user asked the summary to attend to. */
  readonly focus?: string;
  emit(body: AgentEventBody): void;
}

/** Shortens a history; null when nothing can be left out. */
export async function compactHistory(
  history: readonly Message[],
  options: ContextOptions,
  request: CompactionRequest,
): Promise<CompactionEvent | null> {
  const window = Math.min(
    options.budget.window,
    request.window ?? Number.POSITIVE_INFINITY,
  );
  const prefix = prefixTokens(options.system, options.specs);
  const share = request.harder ? targets.harder : targets.normal;
  const target = Math.max(Math.floor(window * share) - prefix, 500);
  const ask = summaryRequest(request.focus);
  const summaryTokens = Math.min(
    options.budget.maxOutput,
    Math.floor(window / 8),
  );
  const compacted = await compact(history, {
    target,
    keep: request.trigger === "manual"
      ? 0
      : Math.min(options.budget.keep, Math.floor(target * 0.6)),
    requestRoom: Math.floor(window * 0.9) - prefix - messageTokens(ask) -
      summaryTokens,
    preamble: options.preamble,
    mustSummarise: request.trigger === "manual",
    summarise: async (old) => {
      if (whyTooDear(requestTokens(old, options), options) !== null) {
        return null;
      }
      const result = await streamTurn(
        {
          history: [...old, ask],
          purpose: "summary",
          maxOutputTokens: summaryTokens,
        },
        options,
        request,
      );
      return result.kind === "reply" && result.message.text.trim() !== ""
        ? result.message.text.trim()
        : null;
    },
  });
  if (compacted === null) return null;
  return {
    type: "compaction",
    trigger: request.trigger,
    by: compacted.by,
    before: requestTokens(history, options),
    after: requestTokens(compacted.history, options),
    history: compacted.history,
  };
}
