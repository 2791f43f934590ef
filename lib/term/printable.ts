/**
 * Escape sequences (CSI, OSC, DCS and two-byte ones), control characters, and
 * the marks that reorder text so that it reads as something else.
 */
const unprintable =
  // deno-lint-ignore no-control-regex -- finding them is the purpose
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes text from a model, a tool or a file safe to show: what it holds can
 * neither move the cursor nor recolour, rename or query the terminal. Tabs
 * become spaces, so that widths can be counted.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n")
    .replace(unprintable, "")
    .replaceAll("\t", "    ");
}

/**
 * What a terminal does not show as itself: control characters, marks that
 * reorder text, spaces that are none, and characters without any width. A
 * joiner inside an emoji and the line feed are not meant.
 */
const unseen =
  // deno-lint-ignore no-control-regex -- finding them is the purpose
  /[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200c\u200e\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d/gu;

/**
 * Makes text safe to show without hiding any of it: what could not be seen
 * is written as an escape such as `\x1b` or `\u{202e}`, painted by `paint` so
 * that it is told from those characters themselves. For text that somebody
 * decides on.
 */
export function visible(
  text: string,
  paint: (escape: string) => string = (escape) => escape,
): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(unseen, (character) => paint(escapeOf(character)))
    .replaceAll("\t", "    ");
}

function escapeOf(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex.padStart(2, "0")}`;
}
