import type { Usage } from "../core/model.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads usage from a chunk or completion (spec/providers.md 1.5). It stands
 * in `usage`, in `choices[0].usage` (Moonshot), in `x_groq.usage`, or as
 * llama.cpp's `timings`; undefined when there is none, or all of it is zero.
 */
export function readUsage(
  usage: unknown,
  timings?: unknown,
): Usage | undefined {
  const counted = asRecord(usage);
  const timed = asRecord(timings);
  const cachedAlone = number(timed.cache_n);
  const input = number(counted.prompt_tokens) ??
    number(counted.input_tokens) ??
    sum(cachedAlone, number(timed.prompt_n)) ?? 0;
  const output = number(counted.completion_tokens) ??
    number(counted.output_tokens) ?? number(timed.predicted_n) ?? 0;
  if (input === 0 && output === 0) return undefined;
  const cached =
    number(asRecord(counted.prompt_tokens_details).cached_tokens) ??
      number(counted.prompt_cache_hit_tokens) ??
      number(counted.cached_tokens) ?? cachedAlone ?? 0;
  const details = asRecord(counted.completion_tokens_details);
  const reasoning = number(details.reasoning_tokens) ?? 0;
  return { input, output, cached, reasoning };
}

function asRecord(value: unknown): Json {
  return value !== null && typeof value === "object" ? value as Json : {};
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? value
    : undefined;
}

function sum(
  first: number | undefined,
  second: number | undefined,
): number | undefined {
  if (first === undefined && second === undefined) return undefined;
  return (first ?? 0) + (second ?? 0);
}
