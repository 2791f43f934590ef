import { path } from "../platform/paths.ts";
import {
  describeCritical,
  pathsOf,
  type Sight,
  type Surroundings,
} from "./critical_path.ts";
import type { ShellCommand, ShellWord } from "./shell.ts";
import { type BareCommand, bareCommand, findAction } from "./unwrap.ts";

/** What a command is judged with. */
export type Look = Sight;

type Rule = (command: BareCommand, look: Look) => string | null;

/** The programs with a rule; names are those after `unwrap()`. */
const rules: Readonly<Record<string, Rule>> = {
  rm: deletes,
  rmdir: deletes,
  unlink: deletes,
  shred: (command, look) => deletes(command, look) ?? writesDisk(command),
  find: deletesFound,
  mv: (command, look) => movesAway(command, look) ?? writesDisk(command),
  chmod: changesRights,
  chown: changesRights,
  chgrp: changesRights,
  dd: writesDiskByName,
  tee: writesDisk,
  cp: writesDisk,
  mke2fs: writesDisk,
  mkswap: writesDisk,
  wipefs: writesDisk,
  blkdiscard: writesDisk,
  shutdown: endsMachine,
  reboot: endsMachine,
  halt: endsMachine,
  poweroff: endsMachine,
  init: (command) => endsMachineBy(command, /^[06]$/),
  telinit: (command) => endsMachineBy(command, /^[06]$/),
  systemctl: (command) =>
    endsMachineBy(command, /^(reboot|poweroff|halt|kexec)$/),
  kill: killsAll,
};

/** Says why a command must not run, or null. */
export function judgeCommand(command: BareCommand, look: Look): string | null {
  if (command.name.startsWith("mkfs")) return writesDisk(command);
  const rule = Object.hasOwn(rules, command.name) ? rules[command.name] : null;
  return rule?.(command, look) ?? null;
}

/** Says so when a redirection of a command goes to a disk. */
export function overwritesDisk({ redirections }: ShellCommand): string | null {
  const found = redirections.find(({ operator, target }) =>
    operator.includes(">") && target !== null && isDisk(target.value)
  );
  return found === undefined
    ? null
    : `It would overwrite the disk "${found.target?.value}"`;
}

/** Words that are no options; after "--" all are. */
function operands(words: readonly ShellWord[]): ShellWord[] {
  const end = words.findIndex(({ value }) => value === "--");
  return words.filter(({ value }, index) =>
    end !== -1 && index > end || value !== "--" && !/^-./.test(value)
  );
}

/** The first of the words that stands for a critical path, with the reason. */
function findCritical(
  words: readonly ShellWord[],
  look: Look,
  surroundings: Surroundings = look.surroundings,
): string | null {
  for (const word of words) {
    for (const found of pathsOf(word, look)) {
      const what = describeCritical(found, surroundings);
      if (what !== null) return `"${word.text}": ${what}`;
    }
  }
  return null;
}

/** Without the work: changing its rights or place is no catastrophe. */
function systemAndHome({ surroundings }: Look): Surroundings {
  return { cwd: "/", home: surroundings.home, roots: [] };
}

function deletes({ name, words }: BareCommand, look: Look): string | null {
  const found = findCritical(operands(words), look);
  return found === null ? null : `"${name}" would delete ${found}`;
}

function movesAway({ words }: BareCommand, look: Look): string | null {
  const sources = operands(words).slice(0, -1);
  const found = findCritical(sources, look, systemAndHome(look));
  return found === null ? null : `"mv" would move ${found}`;
}

function changesRights(
  { name, words }: BareCommand,
  look: Look,
): string | null {
  const isRecursive = words.some(({ value }) =>
    /^-[A-Za-z]*R/.test(value) || value === "--recursive"
  );
  if (!isRecursive) return null;
  const found = findCritical(operands(words), look, systemAndHome(look));
  return found === null
    ? null
    : `"${name}" would change the rights of ${found}`;
}

/** Tests of `find` that leave its results unfiltered. */
const unfiltered = new Set(["-delete", "-depth", "-xdev", "-mount", "-print"]);

/** `find` over a critical folder that deletes whatever it meets. */
function deletesFound({ words }: BareCommand, look: Look): string | null {
  const action = findAction(words);
  const inner = action.length === 0 ? null : bareCommand(action);
  const reason = inner === null ? null : judgeCommand(inner, look);
  if (reason !== null) return reason;
  const start = words.findIndex(({ value }) => /^[-(!]/.test(value));
  const tests = words.slice(start).map(({ value }) => value);
  if (start === -1) return null;
  const end = tests.findIndex((test) => /^-(exec|ok)/.test(test));
  const filters = tests.slice(0, end === -1 ? undefined : end).some((test) =>
    test.startsWith("-") && !unfiltered.has(test)
  );
  const removes = tests.includes("-delete") || inner?.name === "rm";
  if (!removes || filters) return null;
  const found = findCritical(words.slice(0, start), look);
  return found === null ? null : `"find" would delete ${found}`;
}

/** Block devices that hold file systems; loop devices hold only images. */
const disk =
  /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|dm-\d|md\d|mapper\/|disk|rdisk)/;

function isDisk(value: string): boolean {
  return disk.test(path.normalize(value));
}

function writesDisk({ name, words }: BareCommand): string | null {
  const isCopy = name === "cp" || name === "mv";
  const targets = isCopy ? operands(words).slice(-1) : operands(words);
  const found = targets.find(({ value }) => isDisk(value));
  return found === undefined
    ? null
    : `"${name}" would overwrite the disk "${found.value}"`;
}

function writesDiskByName({ words }: BareCommand): string | null {
  const output = words.find(({ value }) => value.startsWith("of="));
  const target = output?.value.slice("of=".length) ?? "";
  return isDisk(target) ? `"dd" would overwrite the disk "${target}"` : null;
}

function endsMachine({ name, words }: BareCommand): string | null {
  const isQuestion = words.some(({ value }) =>
    /^(-c|-k|-w|--help|--version|--wtmp-only)$/.test(value)
  );
  return isQuestion ? null : `"${name}" would end the machine`;
}

function endsMachineBy(
  { name, words }: BareCommand,
  verb: RegExp,
): string | null {
  const first = operands(words)[0]?.value ?? "";
  return verb.test(first) ? `"${name} ${first}" would end the machine` : null;
}

/** As a process "-1" is all of them; as the first word it is a signal. */
function killsAll({ words }: BareCommand): string | null {
  return words.slice(1).some(({ value }) => value === "-1")
    ? "It would kill every process of the user"
    : null;
}
