import type { Usage } from "./model.ts";
import type { Prices, PriceSource } from "./settings.ts";

/** What one request used: an event, or an entry of a session. */
export interface UsageRecord {
  readonly usage: Usage;
  /** Milliseconds of the request. */
  readonly ms: number;
  /** Absent where nobody said what a token costs. */
  readonly costUsd?: number;
  readonly priceSource?: PriceSource;
}

/** What some requests used and cost together. */
export interface Tally {
  readonly requests: number;
  /** Tokens; `input` includes `cached`, `output` includes `reasoning`. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
  /** Milliseconds that the model was waited for. */
  readonly ms: number;
  /** Whether tokens of some request are an estimate of ours. */
  readonly isEstimated: boolean;
  /** US dollars of the requests whose price is known. */
  readonly costUsd: number;
  /** Requests whose price is unknown. */
  readonly unpriced: number;
  /** Whether the cost rests on estimated tokens or on the table's prices. */
  readonly isApproximate: boolean;
}

/** Nothing used yet. */
export const noTally: Tally = {
  requests: 0,
  input: 0,
  cached: 0,
  output: 0,
  reasoning: 0,
  ms: 0,
  isEstimated: false,
  costUsd: 0,
  unpriced: 0,
  isApproximate: false,
};

const tokensOfPrice = 1_000_000;

/** US dollars of one request; reasoning is part of the output. */
export function costOf(
  { input, output, cached }: Usage,
  prices: Prices,
): number {
  // Some servers count what they cached beside the input.
  const known = Math.min(cached, input);
  const dollars = (input - known) * prices.input +
    known * (prices.cached ?? prices.input) + output * prices.output;
  return dollars / tokensOfPrice;
}

/** The least that a prompt of so many tokens costs, in US dollars. */
export function leastPromptCost(
  tokens: number,
  { input, cached = input }: Prices,
): number {
  return tokens * Math.min(input, cached) / tokensOfPrice;
}

/** Takes one more request into a tally. */
export function addToTally(
  tally: Tally,
  { usage, ms, costUsd, priceSource }: UsageRecord,
): Tally {
  const isGuess = usage.estimated === true;
  const isPriced = costUsd !== undefined;
  return {
    requests: tally.requests + 1,
    input: tally.input + usage.input,
    cached: tally.cached + usage.cached,
    output: tally.output + usage.output,
    reasoning: tally.reasoning + usage.reasoning,
    ms: tally.ms + ms,
    isEstimated: tally.isEstimated || isGuess,
    costUsd: tally.costUsd + (costUsd ?? 0),
    unpriced: tally.unpriced + (isPriced ? 0 : 1),
    isApproximate: tally.isApproximate ||
      isPriced && (isGuess || priceSource === "table"),
  };
}

/** The tallies by a key, with one more request under its own. */
export function addToGroup(
  groups: ReadonlyMap<string, Tally>,
  key: string,
  record: UsageRecord,
): Map<string, Tally> {
  const before = groups.get(key) ?? noTally;
  return new Map(groups).set(key, addToTally(before, record));
}

/**
 * A cost for people: "~" before what may be off, "+" behind what lacks
 * requests of unknown price. Null where no price is known: nothing is said to
 * cost $0.00 that may cost more (spec/features.md F38).
 */
export function describeCost(tally: Tally): string | null {
  if (tally.unpriced === tally.requests) return null;
  const about = tally.isApproximate ? "~" : "";
  const more = tally.unpriced > 0 ? "+" : "";
  return `${about}${formatUsd(tally.costUsd)}${more}`;
}

/** US dollars: "$0.0123", "$4.20", "<$0.0001". */
export function formatUsd(usd: number): string {
  if (usd === 0) return "$0.00";
  if (usd < 0.0001) return "<$0.0001";
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
