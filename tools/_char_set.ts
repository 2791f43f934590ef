/** Code points from the first to the second, both included. */
export type Range = readonly [from: number, to: number];

/** The members of a class in a pattern. */
export interface CharSet {
  readonly ranges: readonly Range[];
  /** Members that only this engine has: `\p{...}`. */
  readonly raw: readonly string[];
  readonly negated: boolean;
}

/** What `\d` matches. */
export const digits: readonly Range[] = [[0x30, 0x39]];

/** What `\w` matches. */
export const wordChars: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** What `\h` matches. */
export const horizontalSpaces: readonly Range[] = [[9, 9], [0x20, 0x20]];

/** What `\s` matches, the same as in JavaScript. */
export const spaces: readonly Range[] = [
  [9, 13],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

const lineFeed = 0x0a;
/** Stands in a decoded text where the bytes were not UTF-8. */
const replacement = 0xfffd;
const surrogates: Range = [0xd800, 0xdfff];

/** Members that the two engines could read differently are escaped. */
const plainMember = /[0-9A-Za-z_ !"%',:;<=>@`\u00a0-\uD7FF]/;

/**
 * Writes a class for this engine and for `rg`. With `lines` it never matches
 * a line end, nor what is not UTF-8. `shared` is null when `rg` has no such
 * class.
 */
export function classSource(
  set: CharSet,
  { lines }: { readonly lines: boolean },
): { script: string; shared: string | null } {
  let { ranges } = set;
  if (lines) {
    const never: Range[] = [[lineFeed, lineFeed], [replacement, replacement]];
    ranges = set.negated
      ? [...ranges, ...never]
      : never.reduce<readonly Range[]>(
        (left, cut) => without(left, cut),
        ranges,
      );
  }
  const not = set.negated ? "^" : "";
  const guard = lines && set.raw.length > 0 ? "(?!\\n)" : "";
  const members = ranges.map((range) => rangeSource(range, "u")).join("");
  const script = `${guard}[${not}${members}${set.raw.join("")}]`;
  const legal = without(ranges, surrogates);
  if (set.raw.length > 0 || legal.length === 0) return { script, shared: null };
  const shared = legal.map((range) => rangeSource(range, "x")).join("");
  return { script, shared: `[${not}${shared}]` };
}

function rangeSource([from, to]: Range, escape: "u" | "x"): string {
  const start = memberSource(from, escape);
  return from === to ? start : `${start}-${memberSource(to, escape)}`;
}

function memberSource(code: number, escape: "u" | "x"): string {
  const char = String.fromCodePoint(code);
  return plainMember.test(char) ? char : `\\${escape}{${code.toString(16)}}`;
}

function without(ranges: readonly Range[], [from, to]: Range): Range[] {
  return ranges.flatMap((range): Range[] => {
    if (range[1] < from || range[0] > to) return [range];
    const left: Range[] = [];
    if (range[0] < from) left.push([range[0], from - 1]);
    if (range[1] > to) left.push([to + 1, range[1]]);
    return left;
  });
}

/** All code points that are in none of the ranges. */
export function invert(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const inverted: Range[] = [];
  let next = 0;
  for (const [from, to] of sorted) {
    if (from > next) inverted.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= 0x10ffff) inverted.push([next, 0x10ffff]);
  return inverted;
}
