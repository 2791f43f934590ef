/** Opening and closing SGR codes of each style. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  inverse: [7, 27],
  strike: [9, 29],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const satisfies Record<string, readonly [number, number]>;

/** The name of one style. */
export type StyleName = keyof typeof codes;

/** Functions that wrap a text in a style, or return it as it is. */
export type Styles = Readonly<Record<StyleName, (text: string) => string>>;

/** Reads one variable of the environment; undefined when it is unset. */
export type ReadVariable = (name: string) => string | undefined;

/** Makes the styles; without colour each returns its text unchanged. */
export function createStyles(coloured: boolean): Styles {
  const styles: Partial<Record<StyleName, (text: string) => string>> = {};
  for (const [name, [open, close]] of Object.entries(codes)) {
    styles[name as StyleName] = coloured
      ? (text) => text === "" ? "" : `\x1b[${open}m${text}\x1b[${close}m`
      : (text) => text;
  }
  return styles as Styles;
}

/**
 * Tells whether to colour what is written to a stream. `NO_COLOR` wins, then
 * `FORCE_COLOR`, then whether it is a terminal that can.
 */
export function wantsColour(
  isTerminal: boolean,
  variable: ReadVariable,
): boolean {
  if (variable("NO_COLOR") !== undefined) return false;
  const forced = variable("FORCE_COLOR");
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (variable("CLICOLOR") === "0") return false;
  return isTerminal && variable("TERM") !== "dumb";
}
