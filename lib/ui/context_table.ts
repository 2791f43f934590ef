import type { ContextKind, ContextReport } from "../core/context_report.ts";
import type { StyleName, Styles } from "../term/style.ts";
import { formatTokens } from "./format.ts";

/** Columns of the longest bar: the whole window. */
const barColumns = 30;

/** The colour of each part's bar. */
const colours: Readonly<Record<ContextKind, StyleName>> = {
  "system prompt": "magenta",
  "tools": "magenta",
  "environment and memory": "magenta",
  "summaries": "yellow",
  "requests": "cyan",
  "replies and calls": "green",
  "files read": "blue",
  "other results": "blue",
};

/** One line of the table. */
interface Row {
  readonly name: string;
  readonly tokens: number;
  readonly style: StyleName;
  readonly fill: "█" | "░";
  readonly note?: string;
}

/**
 * The answer to `/context`: what takes the room in the model's window, what
 * is free, and when the history is shortened. Bars are shares of the window.
 */
export function contextTable(report: ContextReport, styles: Styles): string[] {
  const { window, used, compactAt, free, parts } = report;
  const rows: Row[] = [
    ...parts.map(({ kind, tokens, count }) => ({
      name: kind,
      tokens,
      style: colours[kind],
      fill: "█" as const,
      note: count > 1 ? `${count}×` : "",
    })),
    { name: "free", tokens: free, style: "dim", fill: "░" },
    { name: "reserve", tokens: window - compactAt, style: "dim", fill: "░" },
  ];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    `~${formatTokens(used)} of ${formatTokens(window)} tokens used (${
      percent(used, window)
    }), shortened at ${formatTokens(compactAt)}`,
    ...rows.map(({ name, tokens, style, fill, note = "" }) =>
      [
        `  ${name.padEnd(width)}`,
        `~${formatTokens(tokens)}`.padStart(6),
        percent(tokens, window).padStart(4),
        styles[style](bar(tokens / window, fill)),
        styles.dim(note),
      ].join(" ").trimEnd()
    ),
  ];
}

function percent(tokens: number, window: number): string {
  return `${Math.round((tokens / window) * 100)}%`;
}

function bar(share: number, fill: Row["fill"]): string {
  // What is there is seen, however small.
  const columns = share > 0 ? Math.max(1, Math.round(share * barColumns)) : 0;
  return fill.repeat(Math.min(columns, barColumns));
}
