import { isFixed } from "./read_only.ts";
import type { ShellCommand, ShellWord } from "./shell.ts";
import { baseName, findAction, layersOf, unwrap } from "./unwrap.ts";
import { isSafeVariable } from "./variables.ts";
import { stripWrappers } from "./wrappers.ts";

function asWritten(words: readonly ShellWord[]): string {
  return words.map(({ text }) => text).join(" ");
}

function asMeant(words: readonly ShellWord[]): string {
  return words.map(({ value }) => value).join(" ");
}

/** What an allow rule may match: one text of either list is enough. */
export interface AllowTexts {
  /** For any rule: without wrappers. Empty when it may do other things. */
  readonly open: readonly string[];
  /** For a rule without a star: also just as it stands. */
  readonly exact: readonly string[];
}

/** The texts of a command that an allow rule may match. */
export function textsToAllow(command: ShellCommand): AllowTexts {
  const { name, words, assignments } = command;
  if (name === null) return { open: [], exact: [] };
  const whole = asWritten([name, ...words]);
  const prefix = assignments.map(({ name, value }) =>
    `${name}=${value?.text ?? "("} `
  );
  const asItStands = prefix.join("") + whole;
  const isSafe = assignments.every(({ name }) => isSafeVariable(name));
  if (!isSafe || !isFixed(name)) return { open: [], exact: [asItStands] };
  const inner = stripWrappers([name, ...words]);
  // Without quotes only where no word becomes two by it.
  const isSame = inner.every((word) =>
    isFixed(word) && /^[^\s*?[\]{}$`"'\\|&;<>()~]+$/.test(word.value)
  );
  const open = isSame ? [asWritten(inner), asMeant(inner)] : [asWritten(inner)];
  return { open, exact: [...open, whole, asItStands] };
}

/**
 * The texts of a command that a rule may match that forbids or asks: with and
 * without quotes, behind each launcher, by the program's name alone.
 */
export function textsToForbid(command: ShellCommand): readonly string[] {
  const { name, words } = command;
  if (name === null) return [];
  const texts = new Set<string>();
  for (const layer of layersOf([name, ...words])) {
    const [program, ...rest] = layer;
    if (program === undefined) continue;
    const short = baseName(program.value);
    texts.add(asWritten(layer));
    texts.add(asMeant(layer));
    texts.add([short, ...rest.map(({ value }) => value)].join(" "));
    texts.add([short, ...rest.map(({ text }) => text)].join(" "));
    // The rule "git push *" is meant for "git -C x push", too.
    if (short === "git") texts.add(withoutGitOptions(rest));
  }
  const action = findAction(words);
  if (action.length > 0) {
    const [program = "", ...rest] = action;
    texts.add([baseName(program), ...rest].join(" "));
  }
  return [...texts];
}

function withoutGitOptions(words: readonly ShellWord[]): string {
  let at = 0;
  while (at < words.length) {
    const value = words[at]?.value ?? "";
    if (/^(-[Cc]|--(git-dir|work-tree|namespace))$/.test(value)) at += 2;
    else if (value.startsWith("-")) at++;
    else break;
  }
  return ["git", ...words.slice(at).map(({ value }) => value)].join(" ");
}

/** The script that a command would run in turn; null for none. */
export function scriptIn(command: ShellCommand): string | null {
  return unwrap(command)?.script ?? null;
}
