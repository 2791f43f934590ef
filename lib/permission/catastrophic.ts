import { path } from "../platform/paths.ts";
import {
  describeCritical,
  pathsOf,
  type Surroundings,
} from "./critical_path.ts";
import { parseShell, type ShellCommand, type ShellWord } from "./shell.ts";
import { type BareCommand, bareCommand, findAction, unwrap } from "./unwrap.ts";

const deepestScript = 5;

/**
 * Says why a shell line must not run in any mode, or null: deleting the root,
 * the home, a drive, the workspace or its parents; making a file system on or
 * writing to a disk; fork bombs; changing rights of the whole system; ending
 * the machine (spec/features.md F18).
 *
 * A seat belt against a model's slip, not a boundary: a line can hide what it
 * does (variables, scripts, interpreters), and only the sandbox stops that.
 */
export async function catastrophe(
  line: string,
  surroundings: Surroundings,
): Promise<string | null> {
  return await judge(line, surroundings, 0);
}

async function judge(
  line: string,
  surroundings: Surroundings,
  depth: number,
): Promise<string | null> {
  const parsed = await parseShell(line);
  const bomb = forkBomb(parsed.commands);
  if (bomb !== null) return bomb;
  const bases = new Bases(surroundings);
  const variables = new Map<string, string>();
  for (const command of parsed.commands) {
    const look: Look = {
      surroundings,
      variables,
      base: bases.of(command),
    };
    const found = overwritesDisk(command);
    if (found !== null) return found;
    const bare = unwrap(command);
    if (bare !== null) {
      const reason = judgeBare(bare, look);
      if (reason !== null) return reason;
      if (bare.script !== null && depth < deepestScript) {
        const inner = { ...surroundings, cwd: look.base ?? surroundings.cwd };
        const deeper = await judge(bare.script, inner, depth + 1);
        if (deeper !== null) return deeper;
      }
      bases.move(command, bare, look);
    }
    for (const { name, value } of command.assignments) {
      const literal = value?.parts.every(isLiteral) ? value.value : "";
      variables.set(name, literal);
    }
  }
  return parsed.ok ? null : textualSigns(line);
}

/** What a word is judged with. */
interface Look {
  readonly surroundings: Surroundings;
  readonly variables: ReadonlyMap<string, string>;
  readonly base: string | null;
}

function isLiteral({ kind }: { kind: string }): boolean {
  return kind === "plain" || kind === "quoted";
}

/** Follows `cd` through a line; what a subshell does stays in it. */
class Bases {
  readonly #byScope = new Map<string, string | null>();

  constructor({ cwd }: Surroundings) {
    this.#byScope.set("", cwd);
  }

  of({ scope }: ShellCommand): string | null {
    for (let depth = scope.length; depth > 0; depth--) {
      const base = this.#byScope.get(scope.slice(0, depth).join("/"));
      if (base !== undefined) return base;
    }
    return this.#byScope.get("") ?? null;
  }

  move(command: ShellCommand, { name, words }: BareCommand, look: Look): void {
    if (name !== "cd" && name !== "pushd" && name !== "popd") return;
    const target = words.find(({ value }) => !/^-./.test(value));
    const { home } = look.surroundings;
    const base = target === undefined
      ? name === "cd" && home !== "" ? home : null
      : pathsOf(target, look.base, look.surroundings, look.variables)[0]
        ?.pattern;
    this.#byScope.set(
      command.scope.join("/"),
      target?.value === "-" ? null : base ?? null,
    );
  }
}

type Rule = (command: BareCommand, look: Look) => string | null;

/** The programs with a rule; names are those after `unwrap()`. */
const rules: Readonly<Record<string, Rule>> = {
  rm: deletes,
  rmdir: deletes,
  unlink: deletes,
  shred: (command, look) => deletes(command, look) ?? writesDisk(command),
  find: deletesFound,
  chmod: changesRights,
  chown: changesRights,
  chgrp: changesRights,
  dd: ({ words }) => {
    const output = words.find(({ value }) => value.startsWith("of="));
    return output !== undefined && isDisk(output.value.slice(3))
      ? `"dd" would overwrite the disk "${output.value.slice(3)}"`
      : null;
  },
  tee: writesDisk,
  cp: writesDisk,
  mv: writesDisk,
  mke2fs: writesDisk,
  mkswap: writesDisk,
  wipefs: writesDisk,
  blkdiscard: writesDisk,
  shutdown: endsMachine,
  reboot: endsMachine,
  halt: endsMachine,
  poweroff: endsMachine,
  init: ({ words }) =>
    /^[06]$/.test(words[0]?.value ?? "") ? "It would end the machine" : null,
  telinit: ({ words }) =>
    /^[06]$/.test(words[0]?.value ?? "") ? "It would end the machine" : null,
  systemctl: ({ words }) => {
    const verb = words.find(({ value }) => !value.startsWith("-"))?.value ?? "";
    return /^(reboot|poweroff|halt|kexec)$/.test(verb)
      ? "It would end the machine"
      : null;
  },
  kill: ({ words }) =>
    words.slice(1).some(({ value }) => value === "-1")
      ? "It would kill every process of the user"
      : null,
};

function judgeBare(command: BareCommand, look: Look): string | null {
  if (command.name.startsWith("mkfs")) return writesDisk(command);
  const rule = Object.hasOwn(rules, command.name) ? rules[command.name] : null;
  return rule?.(command, look) ?? null;
}

/** Words that are not options, options after "--" included. */
function operands(words: readonly ShellWord[]): ShellWord[] {
  const end = words.findIndex(({ value }) => value === "--");
  return words.filter(({ value }, index) =>
    end !== -1 && index > end ? true : value !== "--" && !/^-./.test(value)
  );
}

function deletes({ name, words }: BareCommand, look: Look): string | null {
  for (const word of operands(words)) {
    const what = critical(word, look);
    if (what !== null) return `"${name}" would delete "${word.text}": ${what}`;
  }
  return null;
}

function critical(word: ShellWord, look: Look): string | null {
  const { base, surroundings, variables } = look;
  for (const found of pathsOf(word, base, surroundings, variables)) {
    const what = describeCritical(found, surroundings);
    if (what !== null) return what;
  }
  return null;
}

/** Tests of `find` that leave its results unfiltered. */
const unfiltered = new Set(["-delete", "-depth", "-xdev", "-mount", "-print"]);

/** `find` over a critical folder that deletes whatever it meets. */
function deletesFound({ words }: BareCommand, look: Look): string | null {
  const start = words.findIndex(({ value }) => /^[-(!]/.test(value));
  const tests = start === -1 ? [] : words.slice(start).map((w) => w.value);
  const action = findAction(words);
  const runs = action.length === 0 ? null : bareCommand(action);
  if (runs !== null) {
    const reason = judgeBare(runs, look);
    if (reason !== null) return reason;
  }
  const removes = tests.includes("-delete") || runs?.name === "rm";
  const end = tests.findIndex((test) => /^-(exec|ok)/.test(test));
  const filters = tests.slice(0, end === -1 ? undefined : end).some((test) =>
    test.startsWith("-") && !unfiltered.has(test)
  );
  if (!removes || filters) return null;
  return deletes({ name: "find", words: words.slice(0, start), script: null }, {
    ...look,
  });
}

function changesRights(command: BareCommand, look: Look): string | null {
  const { name, words } = command;
  const recursive = words.some(({ value }) =>
    /^-[A-Za-z]*R/.test(value) || value === "--recursive"
  );
  if (!recursive) return null;
  const { home } = look.surroundings;
  // Around the working directory it is unusual, but no catastrophe.
  const alone = { ...look, surroundings: { cwd: "/", home, roots: [] } };
  for (const word of operands(words)) {
    const paths = pathsOf(
      word,
      look.base,
      look.surroundings,
      look.variables,
    );
    for (const found of paths) {
      const what = describeCritical(found, alone.surroundings);
      if (what !== null) {
        return `"${name}" would change the rights of "${word.text}": ${what}`;
      }
    }
  }
  return null;
}

const disk =
  /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|dm-\d|md\d|mapper\/|disk|rdisk)/;

function isDisk(value: string): boolean {
  return disk.test(path.normalize(value));
}

function writesDisk({ name, words }: BareCommand): string | null {
  const copies = name === "cp" || name === "mv";
  const targets = copies ? operands(words).slice(-1) : operands(words);
  const found = targets.find(({ value }) => isDisk(value));
  return found === undefined
    ? null
    : `"${name}" would overwrite the disk "${found.value}"`;
}

function overwritesDisk({ redirections }: ShellCommand): string | null {
  for (const { operator, target } of redirections) {
    if (operator.includes(">") && target !== null && isDisk(target.value)) {
      return `It would overwrite the disk "${target.value}"`;
    }
  }
  return null;
}

function endsMachine({ name, words }: BareCommand): string | null {
  const isQuestion = words.some(({ value }) =>
    /^(-c|-k|-w|--help|--version|--wtmp-only)$/.test(value)
  );
  return isQuestion ? null : `"${name}" would end the machine`;
}

/** A function that starts itself twice at once, without an end. */
function forkBomb(commands: readonly ShellCommand[]): string | null {
  const own = commands.filter(({ name, inFunction }) =>
    name !== null && name.value === inFunction
  );
  for (const [index, command] of own.entries()) {
    const twin = own.slice(index + 1).find((other) =>
      other.inFunction === command.inFunction &&
      (other.pipeline === command.pipeline || command.background)
    );
    if (twin !== undefined) {
      return `The function "${command.inFunction}" is a fork bomb`;
    }
  }
  return null;
}

/** Signs that count where the line can't be parsed, quoted or not. */
const signs: readonly RegExp[] = [
  /\brm\s+(?:-\S+\s+)*["']?(?:\/|~\/?|\$\{?HOME\}?\/?)\*?["']?(?:\s|[;&|)]|$)/,
  /\bmkfs[.\w]*\s[^\n]*\/dev\//,
  /\bdd\s[^\n]*\bof=\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk)/,
  />\s*\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk)/,
  /:\s*\(\)\s*\{[^}]*:\s*\|\s*:/,
];

function textualSigns(line: string): string | null {
  return signs.some((sign) => sign.test(line))
    ? "It can't be parsed and looks destructive"
    : null;
}
