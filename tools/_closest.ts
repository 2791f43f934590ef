import type { Breather } from "../lib/platform/breather.ts";
import { foldPunctuation } from "./_fold.ts";

/** The part of a file that looks most like a text that is not in it. */
export interface Region {
  /** First and last line, from 1. */
  readonly first: number;
  readonly last: number;
  /** Verbatim. */
  readonly text: string;
  /** In what it differs, as a clause; null when in many ways. */
  readonly difference: string | null;
}

const maxLines = 20;
const linesPerCheck = 1024;
const maxLineChars = 300;
/** Characters of a file that are searched. */
const maxSearched = 2 * 1024 * 1024;

/**
 * Finds the closest region by the words that lines share, rare words first,
 * for the model to copy from. It only informs; no edit is made by likeness.
 */
export async function closestRegion(
  text: string,
  wanted: string,
  breather: Breather,
): Promise<Region | null> {
  const lines = text.slice(0, maxSearched).split("\n");
  const wantedLines = wanted.split("\n").filter((line) => line.trim() !== "");
  const size = Math.min(maxLines, Math.max(1, wantedLines.length));
  const words = new Set(wantedLines.slice(0, size).flatMap(tokensOf));
  const found: Set<string>[] = [];
  for (const line of lines) {
    found.push(new Set(tokensOf(line)).intersection(words));
    if (found.length % linesPerCheck === 0 && breather.isDue()) {
      await breather.rest();
    }
  }
  const weights = new Map<string, number>();
  for (const hits of found) {
    for (const word of hits) weights.set(word, (weights.get(word) ?? 0) + 1);
  }
  const scores = found.map((hits) => {
    let score = 0;
    for (const word of hits) score += 1 / (weights.get(word) ?? 1);
    return score;
  });
  const best = bestWindow(scores, size);
  if (best === null) return null;
  const region = lines.slice(best, best + size);
  return {
    first: best + 1,
    last: best + region.length,
    text: region.map(shortened).join("\n"),
    difference: describeDifference(region, wantedLines),
  };
}

/** A line's words in lower case, and the line itself. */
function tokensOf(line: string): string[] {
  const bare = line.trim();
  const words = bare.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return bare === "" ? [] : [`=${bare}`, ...words];
}

/** The start of the best window, at a line that scores itself. */
function bestWindow(scores: readonly number[], size: number): number | null {
  let best = 0;
  let start: number | null = null;
  let sum = 0;
  for (let end = 0; end < scores.length; end++) {
    sum += scores[end] ?? 0;
    if (end >= size) sum -= scores[end - size] ?? 0;
    if (sum > best + 1e-9) {
      best = sum;
      start = Math.max(0, end - size + 1);
    }
  }
  if (start === null) return null;
  while ((scores[start] ?? 0) === 0) start++;
  return start;
}

function shortened(line: string): string {
  const bare = line.endsWith("\r") ? line.slice(0, -1) : line;
  return bare.length <= maxLineChars ? bare : `${bare.slice(0, maxLineChars)}…`;
}

const foldings: readonly {
  readonly difference: string;
  readonly apply: (line: string) => string;
}[] = [
  { difference: "white space", apply: (line) => line.replace(/\s+/g, "") },
  {
    difference: "quotes",
    apply: (line) => foldPunctuation(line).replace(/["'`]/g, '"'),
  },
  { difference: "letter case", apply: (line) => line.toLowerCase() },
];

/** Names the first kind of difference that explains a line's mismatch. */
function describeDifference(
  region: readonly string[],
  wanted: readonly string[],
): string | null {
  const present = new Set(region.map((line) => line.trim()));
  const missing = wanted.find((line) => !present.has(line.trim()));
  if (missing === undefined) return indentDifference(region, wanted);
  for (const { difference, apply } of foldings) {
    const folded = apply(missing.trim());
    if (region.some((line) => apply(line.trim()) === folded)) {
      return `it differs in ${difference}`;
    }
  }
  const shown = missing.trim().slice(0, 80);
  return `it has no line ${JSON.stringify(shown)}`;
}

function indentDifference(
  region: readonly string[],
  wanted: readonly string[],
): string {
  const hasTabs = (lines: readonly string[]) =>
    lines.some((line) => /^\s*\t/.test(line));
  if (hasTabs(region) && !hasTabs(wanted)) return "it is indented with tabs";
  if (!hasTabs(region) && hasTabs(wanted)) return "it is indented with spaces";
  return "it differs in indentation or blank lines";
}
