import type { Settings } from "../core/settings.ts";
import { type Key, valueAt } from "./key.ts";

/** Settings and where they are from. */
export interface SourcedSettings {
  readonly layer: string;
  readonly file: string;
  readonly settings: Settings;
}

/** One value that counts, and who says it. */
export interface SettingRow {
  readonly path: readonly Key[];
  readonly value: unknown;
  readonly layer: string;
  readonly file: string;
}

/**
 * Lists the single values of merged settings, an entry of a list each by
 * itself, with the strongest source of each.
 *
 * @param sources what was merged, the strongest first.
 */
export function listSettings(
  merged: Settings,
  sources: readonly SourcedSettings[],
): SettingRow[] {
  return [...leaves(merged, [])].flatMap(({ path, value }) => {
    const source = sources.find(({ settings }) => says(settings, path, value));
    if (source === undefined) return [];
    return [{ path, value, layer: source.layer, file: source.file }];
  });
}

interface Leaf {
  readonly path: readonly Key[];
  readonly value: unknown;
}

function* leaves(value: unknown, path: readonly Key[]): Generator<Leaf> {
  if (typeof value !== "object" || value === null) {
    if (value !== undefined && path[0] !== "$schema") yield { path, value };
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      yield { path: [...path, index], value: entry };
    }
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    yield* leaves(inner, [...path, key]);
  }
}

/** Lists are joined, so an entry's place is another one in its source. */
function says(
  settings: Settings,
  path: readonly Key[],
  value: unknown,
): boolean {
  if (typeof path.at(-1) !== "number") {
    return valueAt(settings, path) !== undefined;
  }
  const list = valueAt(settings, path.slice(0, -1));
  const wanted = JSON.stringify(value);
  return Array.isArray(list) &&
    list.some((entry) => JSON.stringify(entry) === wanted);
}
