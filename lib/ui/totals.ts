import type { AgentEvent } from "../core/event.ts";
import { count } from "../core/text.ts";
import { formatDuration, formatTokens } from "./format.ts";

/** What a run, or all runs of a conversation, have used so far. */
export interface Totals {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** Tokens that the next request will hold, and what may be held. */
  readonly context: number;
  readonly window: number;
  readonly turns: number;
  /** US dollars so far; undefined when the price of a request is unknown. */
  readonly costUsd: number | undefined;
  /** Milliseconds of the runs that have ended. */
  readonly ms: number;
  /** Whether the server left some figures to us. */
  readonly estimated: boolean;
}

/** Nothing used yet. */
export function noTotals(model = ""): Totals {
  return {
    model,
    input: 0,
    output: 0,
    context: 0,
    window: 0,
    turns: 0,
    costUsd: 0,
    ms: 0,
    estimated: false,
  };
}

/** Takes an event into the totals. */
export function addToTotals(totals: Totals, event: AgentEvent): Totals {
  switch (event.type) {
    case "run_start":
      return { ...totals, model: event.model || totals.model };
    case "turn_start":
      return { ...totals, turns: totals.turns + 1 };
    case "usage":
      return {
        ...totals,
        input: totals.input + event.usage.input,
        output: totals.output + event.usage.output,
        context: event.context,
        window: event.window,
        costUsd: totals.costUsd === undefined || event.costUsd === undefined
          ? undefined
          : totals.costUsd + event.costUsd,
        estimated: totals.estimated || event.usage.estimated === true,
      };
    case "compaction":
      return { ...totals, context: event.after };
    case "run_end":
      return { ...totals, ms: totals.ms + event.ms };
    default:
      return totals;
  }
}

/**
 * The status line: model, what keeps commands in, context used of the window,
 * tokens in and out, turns, time. What is not known is left out.
 */
export function statusLine(
  totals: Totals,
  runningMs = 0,
  sandbox = "",
): string {
  const { model, input, output, context, window, turns } = totals;
  const parts = [model, sandbox];
  if (window > 0) {
    const percent = Math.round((context / window) * 100);
    const used = `${formatTokens(context)}/${formatTokens(window)}`;
    parts.push(`context ${used} (${percent}%)`);
  }
  if (input + output > 0) {
    const mark = totals.estimated ? "~" : "";
    parts.push(
      `${mark}${formatTokens(input)} in, ${mark}${formatTokens(output)} out`,
    );
  }
  if (totals.costUsd) parts.push(`$${totals.costUsd.toFixed(4)}`);
  if (turns > 0) {
    parts.push(count(turns, "turn"), formatDuration(totals.ms + runningMs));
  }
  return parts.filter((part) => part !== "").join(" · ");
}
