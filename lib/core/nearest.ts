/**
 * The one of `names` that is closest to `name` by edits, if any is close: by
 * two edits or a third of its letters, or by `most`.
 */
export function nearest(
  name: string,
  names: readonly string[],
  { most }: { readonly most?: number } = {},
): string | undefined {
  const scored = names
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = scored;
  const isClose = best !== undefined &&
    best.distance <=
      (most ?? Math.max(2, Math.floor(best.candidate.length / 3)));
  return isClose ? best.candidate : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(
        Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
