import {
  digits,
  horizontalSpaces,
  type Range,
  spaces,
  wordChars,
} from "./_char_set.ts";

/** Escapes that stand for one character. */
export const characterEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Escapes that stand for a set; in capitals for all but the set. */
export const setEscapes: Readonly<Record<string, readonly Range[]>> = {
  d: digits,
  h: horizontalSpaces,
  s: spaces,
  w: wordChars,
};

/** Zero-width escapes: in this engine, and in `rg` where it has the same. */
export const assertions: Readonly<
  Record<string, readonly [script: string, shared: string | null]>
> = {
  A: ["^", null],
  b: ["\\b", "(?-u:\\b)"],
  B: ["\\B", null],
  z: ["$", null],
  Z: ["(?=\\n?$)", null],
  "<": ["\\b(?=\\w)", null],
  ">": ["\\b(?<=\\w)", null],
};

/** Escapes that there is no way to run, and what to use instead. */
export const unsupportedEscapes: Readonly<Record<string, string>> = {
  K: "\\K is not supported; use a lookbehind (?<=...)",
  G: "\\G is not supported",
  R: "\\R is not supported; use \\r?\\n",
  X: "\\X is not supported",
};

/** Finds how this engine calls a Unicode property or script, or undefined. */
export function unicodeProperty(name: string): string | undefined {
  const plain = name.replace(":", "=");
  for (const property of [plain, `Script=${plain}`]) {
    try {
      new RegExp(`\\p{${property}}`, "u");
      return property;
    } catch {
      continue;
    }
  }
  return undefined;
}
