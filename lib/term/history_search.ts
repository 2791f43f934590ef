/** A search backwards through earlier inputs, as Ctrl+R does it. */
export interface HistorySearch {
  readonly query: string;
  /** Index of the entry that matches, or from which the search went on. */
  readonly at: number;
  /** True when no entry matches. */
  readonly failed: boolean;
}

/** Begins a search at the newest entry. */
export function startSearch(history: readonly string[]): HistorySearch {
  return { query: "", at: history.length, failed: false };
}

/**
 * Finds the newest entry at or before `from` that holds `query`, upper and
 * lower case alike. A search that fails stays where it was.
 */
export function nextMatch(
  history: readonly string[],
  query: string,
  from: number,
): HistorySearch {
  const wanted = query.toLowerCase();
  const start = Math.min(from, history.length - 1);
  for (let at = start; at >= 0 && query !== ""; at--) {
    if (history[at]?.toLowerCase().includes(wanted)) {
      return { query, at, failed: false };
    }
  }
  const at = Math.max(0, Math.min(from + 1, history.length));
  return { query, at, failed: query !== "" };
}
