import { describeCost, type Tally } from "../core/cost.ts";
import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";

/** What requests are put together by. */
export const usageKeys = ["day", "model", "agent", "session"] as const;
export type UsageKey = typeof usageKeys[number];

/** Requests that have something in common. */
export interface UsageRow {
  /** The day, the model's or agent's name, the session's id. */
  readonly key: string;
  /** What the session is called. */
  readonly label?: string;
  readonly tally: Tally;
}

/** A report on what was used. */
export interface UsageReport {
  readonly by: UsageKey;
  /** Milliseconds since 1970; undefined: from the beginning. */
  readonly since: number | undefined;
  /** Undefined: all folders. */
  readonly folder: string | undefined;
  readonly total: Tally;
  readonly rows: readonly UsageRow[];
}

/** The report as `openclaude usage --json` prints it. */
export function usageData(report: UsageReport): Record<string, unknown> {
  const { by, since, folder, total, rows } = report;
  return {
    by,
    since: since === undefined ? null : new Date(since).toISOString(),
    folder: folder ?? null,
    total: tallyData(total),
    rows: rows.map(({ key, label, tally }) => ({
      key,
      ...(label === undefined ? {} : { label }),
      ...tallyData(tally),
    })),
  };
}

function tallyData(tally: Tally): Record<string, unknown> {
  const { isEstimated, isApproximate, costUsd, ...counts } = tally;
  return {
    ...counts,
    estimated: isEstimated,
    // No amount is not the amount of nothing.
    costUsd: describeCost(tally) === null ? null : costUsd,
    approximate: isApproximate,
  };
}

/** Heads of the columns of figures. */
const heads = ["requests", "in", "cached", "out", "reasoning", "time", "cost"];

/** The report as a table. What it is by stands last, as it may be wide. */
export function drawUsage({ by, total, rows }: UsageReport): string {
  const lines = [
    [...heads, by],
    ...rows.map(({ key, label, tally }) => [
      ...figures(tally),
      printable(nameOf(key, label)).replaceAll(/\s+/g, " "),
    ]),
    ...(rows.length > 1 ? [[...figures(total), "in all"]] : []),
  ];
  const widths = heads.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  );
  const table = lines.map((line) =>
    line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")
  );
  return [...table, ...legend(total)].map((line) => `${line}\n`).join("");
}

function nameOf(key: string, label: string | undefined): string {
  return label === undefined ? key : `${key.slice(0, 8)} ${label}`.trimEnd();
}

function figures(tally: Tally): string[] {
  const mark = tally.isEstimated ? "~" : "";
  const tokens = [tally.input, tally.cached, tally.output, tally.reasoning];
  return [
    tally.requests.toLocaleString("en"),
    ...tokens.map((number) => `${mark}${number.toLocaleString("en")}`),
    `${Math.round(tally.ms / 1000).toLocaleString("en")} s`,
    describeCost(tally) ?? "unknown",
  ];
}

function legend(tally: Tally): string[] {
  const { isEstimated, isApproximate, requests, unpriced } = tally;
  return [
    ...(isEstimated || isApproximate
      ? ["~ by an estimate, or by a table of prices that may be out of date"]
      : []),
    ...(unpriced > 0 && unpriced < requests
      ? [`+ ${count(unpriced, "request")} of unknown price`]
      : []),
  ];
}
