import type { Settings } from "../core/settings.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Lays stronger settings over weaker ones: single values replace, lists are
 * joined without doubles, objects merge. An endpoint is replaced as a whole,
 * so that a key stays with the address that it stands beside. Merging is
 * associative, and no rule of either side is lost.
 */
export function mergeSettings(weaker: Settings, stronger: Settings): Settings {
  const { endpoints: weakerEndpoints, ...weakerRest } = weaker;
  const { endpoints: strongerEndpoints, ...strongerRest } = stronger;
  const merged = mergeObjects(weakerRest, strongerRest) as Settings;
  return weakerEndpoints === undefined && strongerEndpoints === undefined
    ? merged
    : { ...merged, endpoints: { ...weakerEndpoints, ...strongerEndpoints } };
}

function mergeObjects(weaker: Json, stronger: Json): Json {
  const merged: Record<string, unknown> = { ...weaker };
  for (const [key, value] of Object.entries(stronger)) {
    if (value === undefined) continue;
    merged[key] = Object.hasOwn(weaker, key)
      ? mergeValues(weaker[key], value)
      : value;
  }
  return merged;
}

function mergeValues(weaker: unknown, stronger: unknown): unknown {
  if (Array.isArray(weaker) && Array.isArray(stronger)) {
    return [...new Set([...weaker, ...stronger])];
  }
  if (isObject(weaker) && isObject(stronger)) {
    return mergeObjects(weaker, stronger);
  }
  return stronger;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
