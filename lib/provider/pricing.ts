import type { Prices } from "../core/settings.ts";
import { asRecord } from "./json_shape.ts";

const million = 1_000_000;

/**
 * Reads the `pricing` of an entry in a list of models: OpenRouter and those
 * who follow it write US dollars a token, as texts; Together writes numbers
 * for a million. Undefined where there is none, or where it depends on what
 * is routed where ("-1").
 */
export function readPricing(value: unknown): Prices | undefined {
  const pricing = asRecord(value);
  const { prompt, completion, input_cache_read: read } = pricing;
  if (prompt !== undefined || completion !== undefined) {
    return prices(perToken(prompt), perToken(completion), perToken(read));
  }
  // Its own mark: elsewhere nobody knows for how many tokens a number is.
  if (!("hourly" in pricing)) return undefined;
  const { input, output, cached_input: cached } = pricing;
  return prices(amount(input), amount(output), amount(cached));
}

function prices(
  input: number | undefined,
  output: number | undefined,
  cached: number | undefined,
): Prices | undefined {
  if (input === undefined || output === undefined) return undefined;
  return { input, output, ...(cached === undefined ? {} : { cached }) };
}

function perToken(value: unknown): number | undefined {
  const isWritten = typeof value === "string" && value.trim() !== "";
  const dollars = amount(isWritten ? Number(value) : value);
  if (dollars === undefined) return undefined;
  // 0.0000003 for a token is 0.3 and not 0.29999999999999998.
  return Number((dollars * million).toPrecision(12));
}

function amount(value: unknown): number | undefined {
  const isAmount = typeof value === "number" && Number.isFinite(value) &&
    value >= 0;
  return isAmount ? value : undefined;
}
