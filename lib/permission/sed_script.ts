/** A bracket expression that holds no slash, so that no one may misread it. */
const bracket = String.raw`\[\^?(?:\][^\]/]*|[^\]/][^\]/]*)\]`;
const address = String
  .raw`(?:\d+|\$|/(?:[^/\\\n[]|\\.|${bracket})*/I?)`;
const range = String.raw`(?:${address}(?:,(?:${address}|[+~]\d+))?\s*!?)?`;
const printing = new RegExp(
  `^${range}\\s*(?:[pdDGghHnNPx=]|q\\d*)?\\s*(?:[;\\n]\\s*|$)`,
  "s",
);
const replacing = new RegExp(`^${range}\\s*s(?=[^\\s\\w\\\\])`, "s");
const wholeBrackets = new RegExp(`^(?:[^\\\\[]|\\\\.|${bracket})*$`, "s");

/**
 * True for a sed script of the plain kind: printing, deleting, replacing.
 * Others may write files (`w`), run programs (`e`, `s///e`) or read scripts.
 */
export function isSafeScript(script: string): boolean {
  let rest = script.trim();
  if (rest === "") return false;
  while (rest !== "") {
    const after = afterReplacing(rest) ?? afterPrinting(rest);
    if (after === null) return false;
    rest = after;
  }
  return true;
}

/** What stands behind the first command; null when it is another. */
function afterPrinting(script: string): string | null {
  const found = printing.exec(script)?.[0] ?? "";
  return found === "" ? null : script.slice(found.length);
}

function afterReplacing(script: string): string | null {
  const start = replacing.exec(script)?.[0];
  if (start === undefined) return null;
  const mark = script[start.length] ?? "";
  const ends: number[] = [];
  let at = start.length + 1;
  for (; at < script.length && ends.length < 2; at++) {
    if (script[at] === "\\") at++;
    else if (script[at] === mark) ends.push(at);
  }
  const [middle, end] = ends;
  if (middle === undefined || end === undefined) return null;
  // A mark in a bracket expression ends nothing for sed.
  if (!wholeBrackets.test(script.slice(start.length + 1, middle))) return null;
  const rest = script.slice(end + 1);
  const flags = /^[gpiI\d]*\s*(?:[;\n]\s*|$)/.exec(rest)?.[0];
  return flags === undefined ? null : rest.slice(flags.length);
}
