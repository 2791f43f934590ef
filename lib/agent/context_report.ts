import {
  type ContextKind,
  contextKinds,
  type ContextReport,
} from "../core/context_report.ts";
import { type Message, type Part, textOf } from "../core/message.ts";
import type { ToolSpec } from "../core/model.ts";
import { estimateTokens, messageTokens } from "../core/tokens.ts";
import { summaryHeading } from "./compact.ts";

/** What a report is made of. */
export interface ContextReportInput {
  readonly history: readonly Message[];
  readonly system: string;
  readonly specs: readonly ToolSpec[];
  readonly window: number;
  readonly compactAt: number;
  /** Tokens that the server counts for each one estimated. */
  readonly tokenFactor: number;
}

/** Finds what takes the room. Pure. */
export function reportContext(input: ContextReportInput): ContextReport {
  const { history, system, specs, window, compactAt, tokenFactor } = input;
  const sums = new Map<ContextKind, { tokens: number; count: number }>();
  const add = (kind: ContextKind, tokens: number, count = 1) => {
    const sum = sums.get(kind) ?? { tokens: 0, count: 0 };
    sum.tokens += tokens;
    sum.count += count;
    sums.set(kind, sum);
  };
  add("system prompt", estimateTokens(system));
  add("tools", estimateTokens(JSON.stringify(specs)), specs.length);
  for (const message of history) {
    const tokens = messageTokens(message);
    if (message.role === "assistant") add("replies and calls", tokens);
    else if (message.role === "tool") {
      add(message.tool === "Read" ? "files read" : "other results", tokens);
    } else {
      const surroundings = partTokens(
        message.content.slice(0, message.preamble ?? 0),
      );
      if (surroundings > 0) add("environment and memory", surroundings);
      const isSummary = textOf(message.content).includes(summaryHeading);
      add(isSummary ? "summaries" : "requests", tokens - surroundings);
    }
  }
  const parts = contextKinds.flatMap((kind) => {
    const sum = sums.get(kind);
    if (sum === undefined || sum.count === 0) return [];
    const tokens = Math.round(sum.tokens * tokenFactor);
    return [{ kind, tokens, count: sum.count }];
  });
  const used = parts.reduce((total, { tokens }) => total + tokens, 0);
  return {
    window,
    compactAt,
    used,
    free: Math.max(0, compactAt - used),
    parts,
  };
}

function partTokens(parts: readonly Part[]): number {
  return parts.length === 0 ? 0 : messageTokens({
    role: "user",
    content: parts,
  });
}
