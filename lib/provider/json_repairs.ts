/** A class of damage, and what may be done about it. */
interface Repair {
  /** Level of spec/providers.md 4.1 at which it is tried. */
  readonly level: 2 | 3;
  /**
   * True when mending leaves every string value as sent, so that it is safe
   * for tools that change things too.
   */
  readonly keepsStrings: boolean;
  /** What the error says where it may not be mended. */
  readonly refusal: string;
}

/** The kinds of damage that are mended, by what is done about each. */
export const repairs = {
  "escaped control characters": {
    level: 2,
    keepsStrings: true,
    refusal: "raw control character in a string",
  },
  "removed a trailing comma": {
    level: 2,
    keepsStrings: true,
    refusal: "trailing comma",
  },
  "read a Python literal": {
    level: 2,
    keepsStrings: true,
    refusal: "Python literal",
  },
  "kept an invalid escape as text": {
    level: 2,
    keepsStrings: false,
    refusal: "invalid escape in a string",
  },
  "closed the last bracket": {
    level: 2,
    keepsStrings: true,
    refusal: "the last bracket is not closed",
  },
  "removed a surplus bracket": {
    level: 2,
    keepsStrings: true,
    refusal: "surplus bracket",
  },
  "removed text after the value": {
    level: 2,
    keepsStrings: true,
    refusal: "text after the value",
  },
  "split joined objects": {
    level: 2,
    keepsStrings: false,
    refusal: "more than one object",
  },
  "read single quotes": {
    level: 3,
    keepsStrings: false,
    refusal: "single quote where a double quote belongs",
  },
  "read typographic quotes": {
    level: 3,
    keepsStrings: false,
    refusal: "typographic quote where a double quote belongs",
  },
  "quoted a key": { level: 3, keepsStrings: false, refusal: "unquoted key" },
  "removed a comment": { level: 3, keepsStrings: false, refusal: "comment" },
  "added a comma": { level: 3, keepsStrings: false, refusal: "missing comma" },
} as const satisfies Record<string, Repair>;

/** What was done, in words for the debug log. */
export type RepairName = keyof typeof repairs;
