import { plainWord, type ShellCommand, type ShellWord } from "./shell.ts";

/** A command without the launchers in front of it. */
export interface BareCommand {
  /** Program name without its folder. */
  readonly name: string;
  readonly words: readonly ShellWord[];
  /** Script text that it would run in turn (`bash -c`, `eval`, `trap`). */
  readonly script: string | null;
  /** True for a shell that takes its script from the standard input. */
  readonly readsScript: boolean;
}

/**
 * Programs that run the command named in their arguments: options that take a
 * value, and how many plain words stand before the command.
 */
const launchers: Readonly<
  Record<string, { valued: string; skip?: number; quits?: string }>
> = {
  watch: { valued: "n" },
  chrt: { valued: "", skip: 1 },
  taskset: { valued: "", skip: 1 },
  flock: { valued: "w", skip: 1 },
  sudo: { valued: "ughpCTrtDR" },
  doas: { valued: "uC" },
  env: { valued: "uC" },
  command: { valued: "", quits: "vV" },
  builtin: { valued: "" },
  exec: { valued: "a" },
  nohup: { valued: "" },
  setsid: { valued: "" },
  nice: { valued: "n" },
  ionice: { valued: "cnpPu" },
  time: { valued: "fo" },
  timeout: { valued: "sk", skip: 1 },
  stdbuf: { valued: "ioe" },
  xargs: { valued: "InPLdEsa" },
  busybox: { valued: "" },
  toybox: { valued: "" },
  chroot: { valued: "", skip: 1 },
};

function launcherOf(name: string): typeof launchers[string] | undefined {
  return Object.hasOwn(launchers, name) ? launchers[name] : undefined;
}

const shells = new Set(["sh", "bash", "dash", "zsh", "ksh", "ash"]);
const mostLaunchers = 10;

/**
 * Looks behind launchers (`sudo`, `env`, `xargs`, ...) for the command that
 * really runs. Null when the line does not say which that is.
 */
export function unwrap(command: ShellCommand): BareCommand | null {
  if (command.name === null) return null;
  let words: readonly ShellWord[] = [command.name, ...command.words];
  for (let step = 0; step < mostLaunchers; step++) {
    const name = baseName(words[0]?.value ?? "");
    const launcher = launcherOf(name);
    if (launcher === undefined) {
      const rest = words.slice(1);
      return { name, words: rest, ...scriptOf(name, rest, command) };
    }
    const inner = afterOptions(words.slice(1), launcher);
    if (inner === null || inner.length === 0) return null;
    words = inner;
  }
  return null;
}

/**
 * The words at each launcher of a command, from the command as it stands to
 * what runs in the end. For rules that forbid: they look behind any launcher.
 */
export function layersOf(
  command: readonly ShellWord[],
): (readonly ShellWord[])[] {
  const layers = [command];
  for (let step = 0; step < mostLaunchers; step++) {
    const words = layers.at(-1) ?? [];
    const launcher = launcherOf(baseName(words[0]?.value ?? ""));
    const inner = launcher && afterOptions(words.slice(1), launcher);
    if (!inner || inner.length === 0) break;
    layers.push(inner);
  }
  return layers;
}

/** The program's name without its folder. */
export function baseName(value: string): string {
  return value.slice(value.lastIndexOf("/") + 1);
}

function afterOptions(
  words: readonly ShellWord[],
  { valued, skip = 0, quits = "" }: {
    valued: string;
    skip?: number;
    quits?: string;
  },
): readonly ShellWord[] | null {
  let at = 0;
  for (; at < words.length; at++) {
    const value = words[at]?.value ?? "";
    if (value === "--") {
      at++;
      break;
    }
    if (/^[A-Za-z_]\w*=/.test(value)) continue;
    if (!value.startsWith("-") || value === "-") break;
    const letter = value.at(-1) ?? "";
    if (!value.startsWith("--") && quits.includes(letter)) return null;
    if (/^-[A-Za-z]$/.test(value) && valued.includes(letter)) at++;
  }
  return words.slice(at + skip);
}

/** A cluster of short options that ends in or holds "c". */
const commandOption = /^-[A-Za-z]*c[A-Za-z]*$/;

function scriptOf(
  name: string,
  words: readonly ShellWord[],
  { redirections }: ShellCommand,
): Pick<BareCommand, "script" | "readsScript"> {
  const readsScript = false;
  const values = words.map(({ value }) => value);
  if (name === "eval") return { script: values.join(" "), readsScript };
  if (name === "trap") return { script: values[0] ?? null, readsScript };
  if (!shells.has(name) && name !== "su") return { script: null, readsScript };
  const option = values.findIndex((value) => commandOption.test(value));
  const file = values.findIndex((value) => !/^[-+]/.test(value));
  // A "-c" behind a file's name is the file's own, but "su" takes a user first.
  if (option !== -1 && (file === -1 || option < file || name === "su")) {
    const script = values.slice(option + 1).find((value) =>
      !/^[-+]/.test(value)
    );
    return { script: script ?? null, readsScript };
  }
  if (file !== -1 || name === "su") return { script: null, readsScript };
  const script = redirections.find(({ body }) => body !== null)?.body ?? null;
  return { script, readsScript: true };
}

/** What `find ... -exec` runs, as a command of its own. */
export function findAction(words: readonly ShellWord[]): readonly string[] {
  const start = words.findIndex(({ value }) =>
    /^-(exec|ok)(dir)?$/.test(value)
  );
  return start === -1 ? [] : words.slice(start + 1).map((word) => word.value);
}

/** A bare command of plain words. */
export function bareCommand(values: readonly string[]): BareCommand {
  const [name = "", ...words] = values;
  return {
    name: baseName(name),
    words: words.map(plainWord),
    script: null,
    readsScript: false,
  };
}
