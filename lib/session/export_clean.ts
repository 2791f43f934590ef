import { stripAnsi } from "../platform/ansi.ts";
import { createScrubber } from "./scrub.ts";

/** Makes what a session holds fit to be given away. */
export interface Cleaner {
  /** A text without keys in which everything can be seen. */
  text(value: string): string;
  /** JSON without keys; its strings stay what they are but for these. */
  json(value: unknown, indent?: number): string;
}

/** Makes a cleaner; without `scrub` keys stay in. */
export function createCleaner(
  options: { readonly scrub: boolean; readonly secrets: readonly string[] },
): Cleaner {
  const scrub = options.scrub
    ? createScrubber(options.secrets)
    : (text: string) => text;
  return {
    text: (value) => scrub(legible(value)),
    json(value, indent) {
      const json = JSON.stringify(value, replacer(scrub), indent);
      // The program's own data is never undefined.
      return escapeUnseen(json ?? "null");
    },
  };
}

/** Marks that reorder text, and spaces without any width. */
const unseen =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e0fff}]/gu;
// deno-lint-ignore no-control-regex -- finding them is the purpose
const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/**
 * A text as it can be read: without escape sequences and control characters,
 * and with marks that would make it read as something else written out.
 */
export function legible(value: string): string {
  return stripAnsi(value)
    .replace(/\r\n?/g, "\n")
    .replace(controls, "")
    .replace(unseen, (mark) => `⟨U+${codeOf(mark).padStart(4, "0")}⟩`)
    .toWellFormed();
}

/** In JSON they stand within strings alone, where an escape means the same. */
function escapeUnseen(json: string): string {
  return json
    .replace(/[\x7f-\x9f]/g, escapeUnit)
    .replace(unseen, (mark) => mark.replace(/[^]/g, escapeUnit));
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function codeOf(mark: string): string {
  return (mark.codePointAt(0) ?? 0).toString(16).toUpperCase();
}

/** Names under which a key may stand. */
const secretName = /key|secret|token|passw|auth/i;

/** Scrubs each string, also by the name under which it stands. */
function replacer(scrub: (text: string) => string) {
  return function (this: unknown, key: string, value: unknown): unknown {
    if (typeof value !== "string") return value;
    // An image is no text, and large.
    const { type } = this as { type?: unknown };
    if (key === "data" && type === "image") return value;
    const plain = stripAnsi(value);
    // An escape sequence right before a key would hide its beginning.
    const hidden = plain === value ? value : scrub(plain);
    const clean = hidden === plain ? scrub(value) : hidden;
    if (!secretName.test(key)) return clean;
    const lead = `${key}: `;
    const named = scrub(`${lead}${clean}`);
    return named.startsWith(lead) ? named.slice(lead.length) : clean;
  };
}
