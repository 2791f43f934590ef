import type { ShellWord } from "./shell.ts";

/**
 * Programs that run another as it is, which a rule looks through (1C.2 point
 * 5): their options, those that take the next word, and what stands before
 * the command. With any other option they are judged by their own name.
 */
const wrappers: Readonly<
  Record<string, { option: RegExp; valued?: RegExp; before?: RegExp }>
> = {
  timeout: {
    option:
      /^(-v|--verbose|--foreground|--preserve-status|-[ks].+|--(kill-after|signal)=.+)$/,
    valued: /^(-k|-s|--kill-after|--signal)$/,
    before: /^\d+(\.\d+)?[smhd]?$/,
  },
  time: { option: /^-p$/ },
  nice: { option: /^(-n?-?\d+|--adjustment=-?\d+)$/, valued: /^-n$/ },
  nohup: { option: /^(?!)/ },
  stdbuf: {
    option: /^(-[ioe]\w+|--(input|output|error)=\w+)$/,
    valued: /^-[ioe]$/,
  },
  command: { option: /^(?!)/ },
  builtin: { option: /^(?!)/ },
  xargs: { option: /^(?!)/ },
};

/** Names of the programs that rules look through. */
export const bareWrappers: ReadonlySet<string> = new Set(
  Object.keys(wrappers),
);

/** What `xargs` adds: words that only running would tell. */
const added: ShellWord = {
  text: "…",
  value: "…",
  parts: [{ kind: "other", value: "…" }],
};

/**
 * Takes off the wrappers before a command; words that are no wrapper's, or
 * one's with an option that is not known, come back as they are.
 */
export function stripWrappers(
  words: readonly ShellWord[],
): readonly ShellWord[] {
  let rest = words;
  while (true) {
    const name = rest[0];
    if (name === undefined || !isLiteral(name)) return rest;
    const inner = behind(name.value, rest.slice(1));
    if (inner === null || inner.length === 0) return rest;
    rest = name.value === "xargs" ? [...inner, added] : inner;
  }
}

function behind(
  name: string,
  words: readonly ShellWord[],
): readonly ShellWord[] | null {
  if (!Object.hasOwn(wrappers, name)) return null;
  const { option, valued, before } = wrappers[name] ?? { option: /^(?!)/ };
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined || !isLiteral(word)) return null;
    if (valued?.test(word.value)) at += 2;
    else if (option.test(word.value)) at++;
    else if (word.value.startsWith("-")) return null;
    else break;
  }
  if (before === undefined) return words.slice(at);
  const word = words[at];
  return word !== undefined && isLiteral(word) && before.test(word.value)
    ? words.slice(at + 1)
    : null;
}

function isLiteral({ parts }: ShellWord): boolean {
  return parts.every(({ kind }) => kind === "plain" || kind === "quoted");
}
