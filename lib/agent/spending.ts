import { costOf, formatUsd, leastPromptCost } from "../core/cost.ts";
import type { AgentEventBody } from "../core/event.ts";
import type { Usage } from "../core/model.ts";
import type { AgentOptions } from "./options.ts";

/** Of a run's options, what counts money. */
type MoneyOptions = Pick<
  AgentOptions,
  "model" | "budget" | "prices" | "priceSource" | "spending"
>;

/** The share of an estimate of tokens that is surely not above the truth. */
const sureShare = 0.75;

/**
 * What a request used, as an event; its cost is added to what is spent. A
 * reply that came to nothing counts as well: it is paid for.
 */
export function usageEvent(
  usage: Usage,
  times: { readonly ms: number; readonly firstDeltaMs: number },
  options: MoneyOptions,
): AgentEventBody & { type: "usage" } {
  const { budget, model, prices, priceSource, spending } = options;
  const costUsd = prices === undefined ? undefined : costOf(usage, prices);
  if (spending !== undefined) spending.spentUsd += costUsd ?? 0;
  return {
    type: "usage",
    usage,
    ...times,
    context: usage.input + usage.output,
    window: budget.window,
    model: model.name,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(costUsd === undefined || priceSource === undefined
      ? {}
      : { priceSource }),
  };
}

/**
 * Why the next request, whose prompt has about so many tokens, must not be
 * sent: the limit is reached, or the prompt alone would go beyond it. Null
 * when it may be.
 */
export function whyTooDear(
  promptTokens: number,
  { prices, priceSource, spending }: MoneyOptions,
): string | null {
  if (spending === undefined || prices === undefined) return null;
  const { limitUsd, spentUsd } = spending;
  const least = leastPromptCost(promptTokens * sureShare, prices);
  if (spentUsd < limitUsd && spentUsd + least <= limitUsd) return null;
  const about = priceSource === "table" ? "~" : "";
  const limit = `the limit of ${formatUsd(limitUsd)} (--max-budget-usd)`;
  const spent = `${about}${formatUsd(spentUsd)} spent`;
  return spentUsd >= limitUsd
    ? `${limit} is reached: ${spent}`
    : `the next request would go over ${limit}: ${spent}, and its prompt ` +
      `costs ${about}${formatUsd(least)} at least`;
}
