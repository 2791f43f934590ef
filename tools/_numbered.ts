/**
 * Numbers lines as Read shows them. The prefix has one fixed form, so that
 * Edit can take it off again when a model copies it (_match.ts).
 */
export function numbered(lines: readonly string[], first: number): string {
  return lines
    .map((line, index) => `${String(first + index).padStart(5)}\t${line}`)
    .join("\n");
}

/** Characters that the prefix and the line end add to a line. */
export const numberedCost = 7;
