/** Escape sequences: CSI, the string ones (OSC, DCS, ...), the short ones. */
const sequences =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)|\x9b[0-?]*[ -/]*[@-~]/g;
// deno-lint-ignore no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const allControls = new RegExp(controls, "g");

/** Removes terminal escape sequences; other control characters stay. */
export function stripAnsi(value: string): string {
  return value.includes("\x1b") || value.includes("\x9b")
    ? value.replace(sequences, "")
    : value;
}

/**
 * What a terminal would show in the end: no escape sequences, of a line that
 * was rewritten by carriage returns its last state, no overstruck characters,
 * no other control characters but tab and newline. Meant for whole lines.
 */
export function plainText(value: string): string {
  if (!controls.test(value)) return value;
  let plain = stripAnsi(value);
  if (plain.includes("\r")) plain = collapseReturns(plain);
  if (plain.includes("\b")) plain = applyBackspaces(plain);
  return plain.replace(allControls, "");
}

/** Keeps of each line what its last carriage return left standing. */
function collapseReturns(value: string): string {
  const lines = value.split("\n");
  for (const [index, line] of lines.entries()) {
    if (!line.includes("\r")) continue;
    const states = line.split("\r").filter((state) => state !== "");
    lines[index] = states.at(-1) ?? "";
  }
  return lines.join("\n");
}

function applyBackspaces(value: string): string {
  const kept: string[] = [];
  for (const character of value) {
    if (character !== "\b") kept.push(character);
    else if (kept.length > 0 && kept.at(-1) !== "\n") kept.pop();
  }
  return kept.join("");
}
