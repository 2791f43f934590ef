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
