/** Lines collected up to a number of characters. */
export interface Page {
  readonly lines: readonly string[];
  /** Adds a line; false, and nothing added, when there is no room. */
  add(line: string): boolean;
}

/** Makes a page that holds `maxChars`, line ends included. */
export function createPage(maxChars: number): Page {
  const lines: string[] = [];
  let used = 0;
  return {
    lines,
    add(line) {
      if (used + line.length + 1 > maxChars) return false;
      used += line.length + 1;
      lines.push(line);
      return true;
    },
  };
}
