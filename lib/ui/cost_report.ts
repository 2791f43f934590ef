import { describeCost, type Tally } from "../core/cost.ts";
import { count } from "../core/text.ts";
import { formatDuration, formatTokens } from "./format.ts";
import type { Totals } from "./totals.ts";

/**
 * The answer to `/cost`: money, tokens, time and changed lines so far, by
 * model and, where there is more than one, by agent.
 */
export function costReport(totals: Totals, now: number): string[] {
  const { used, byModel, byAgent, lines, startedAt } = totals;
  if (used.requests === 0) return ["Nothing was asked of a model yet"];
  const inAll = Math.max(now - startedAt, used.ms);
  const facts = [
    ["cost", describeCost(used) ?? "unknown; the settings can give a price"],
    ["tokens", tokensOf(used)],
    [
      "time",
      `${formatDuration(used.ms)} of the model, ${
        formatDuration(inAll)
      } since the first prompt`,
    ],
    ["lines", `+${lines.added} -${lines.removed}`],
  ] as const;
  return [
    ...facts.map(([name, value]) => `${name.padEnd(8)}${value}`),
    ...rows(byModel),
    ...(byAgent.size > 1 ? rows(byAgent) : []),
    ...legend(used),
  ];
}

function rows(groups: ReadonlyMap<string, Tally>): string[] {
  const width = Math.max(...[...groups.keys()].map((name) => name.length));
  return [...groups].map(([name, tally]) =>
    [
      `  ${name.padEnd(width)}  ${count(tally.requests, "request")}`,
      tokensOf(tally),
      describeCost(tally) ?? "price unknown",
    ].join(", ")
  );
}

function tokensOf(tally: Tally): string {
  const mark = tally.isEstimated ? "~" : "";
  const part = (tokens: number, what: string) =>
    tokens === 0 ? "" : ` (${mark}${formatTokens(tokens)} ${what})`;
  return `${mark}${formatTokens(tally.input)} in` +
    `${part(tally.cached, "cached")}, ${mark}${formatTokens(tally.output)}` +
    ` out${part(tally.reasoning, "reasoning")}`;
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
