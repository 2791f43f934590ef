import {
  addToGroup,
  addToTally,
  describeCost,
  noTally,
  type Tally,
} from "../core/cost.ts";
import type { AgentEvent } from "../core/event.ts";
import { count } from "../core/text.ts";
import type { ToolOutcome } from "../core/tool.ts";
import { fieldsOf, numberField } from "./describe.ts";
import { formatDuration, formatTokens } from "./format.ts";

/** What a run, or all runs of a conversation, have used so far. */
export interface Totals {
  readonly model: string;
  /** What all requests used: summaries and repetitions count as well. */
  readonly used: Tally;
  readonly byModel: ReadonlyMap<string, Tally>;
  readonly byAgent: ReadonlyMap<string, Tally>;
  /** Lines that tools added to files and took away. */
  readonly lines: { readonly added: number; readonly removed: number };
  /** Tokens that the next request will hold, and what may be held. */
  readonly context: number;
  readonly window: number;
  readonly turns: number;
  /** Milliseconds of the runs that have ended. */
  readonly ms: number;
  /** When the first run began; 0 before that. */
  readonly startedAt: number;
}

/** Nothing used yet. */
export function noTotals(model = ""): Totals {
  return {
    model,
    used: noTally,
    byModel: new Map(),
    byAgent: new Map(),
    lines: { added: 0, removed: 0 },
    context: 0,
    window: 0,
    turns: 0,
    ms: 0,
    startedAt: 0,
  };
}

/** Takes an event into the totals. */
export function addToTotals(totals: Totals, event: AgentEvent): Totals {
  switch (event.type) {
    case "run_start":
      return {
        ...totals,
        model: event.model || totals.model,
        startedAt: totals.startedAt || event.at,
      };
    case "turn_start":
      return { ...totals, turns: totals.turns + 1 };
    case "usage":
      return {
        ...totals,
        used: addToTally(totals.used, event),
        byModel: addToGroup(
          totals.byModel,
          event.model ?? totals.model,
          event,
        ),
        byAgent: addToGroup(totals.byAgent, event.agent, event),
        context: event.context,
        window: event.window,
      };
    case "tool_end":
      return { ...totals, lines: addLines(totals.lines, event.outcome) };
    case "compaction":
      return { ...totals, context: event.after };
    case "session":
      // How full the window is now is not known before the next request.
      return event.action === "resumed" || event.action === "rewound"
        ? { ...totals, context: 0, window: 0 }
        : totals;
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
  const { model, used, context, window, turns } = totals;
  const { input, output } = used;
  const parts = [model, sandbox];
  if (window > 0) {
    const percent = Math.round((context / window) * 100);
    const used = `${formatTokens(context)}/${formatTokens(window)}`;
    parts.push(`context ${used} (${percent}%)`);
  }
  if (input + output > 0) {
    const mark = used.isEstimated ? "~" : "";
    parts.push(
      `${mark}${formatTokens(input)} in, ${mark}${formatTokens(output)} out`,
    );
  }
  if (used.costUsd > 0) parts.push(describeCost(used) ?? "");
  if (turns > 0) {
    parts.push(count(turns, "turn"), formatDuration(totals.ms + runningMs));
  }
  return parts.filter((part) => part !== "").join(" · ");
}

function addLines(
  { added, removed }: Totals["lines"],
  { ok, details }: ToolOutcome,
): Totals["lines"] {
  const fields = fieldsOf(ok ? details : undefined);
  return {
    added: added + (numberField(fields, "added") ?? 0),
    removed: removed + (numberField(fields, "removed") ?? 0),
  };
}
