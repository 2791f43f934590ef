import { pathsOf, type Sight } from "./critical_path.ts";
import { isFixed, programOf, touchesNoFile } from "./read_only.ts";
import { mayOnlyRead, opensNoFile } from "./readers.ts";
import { isSafeScript } from "./sed_script.ts";
import type { ShellCommand, ShellWord } from "./shell.ts";
import { stripWrappers } from "./wrappers.ts";

/** A file that a command touches. */
export interface FileUse {
  readonly kind: "read" | "write";
  /** As it stands in the line. */
  readonly text: string;
  /** Absolute; several where a word or a folder may be one of them. */
  readonly paths: readonly string[];
  /** True when it may be other files, which only running would tell. */
  readonly isOpen: boolean;
  /** True for what the shell opens itself, whatever the program. */
  readonly redirected: boolean;
}

/** How to find the files of a command. */
export interface FileSight extends Sight {
  /** Further folders in which the command may run, if a `cd` fails. */
  readonly otherBases: readonly string[];
}

/** What a command's words and redirections name, as far as that is known. */
export function filesOf(command: ShellCommand, sight: FileSight): FileUse[] {
  const uses: FileUse[] = [];
  for (const redirection of command.redirections) {
    const { operator, target } = redirection;
    if (target === null || touchesNoFile(redirection)) continue;
    const isNet = /^\/dev\/(tcp|udp)\//.test(target.value);
    const kinds = kindsOf(operator);
    for (const kind of kinds) {
      const use = useOf(target, kind, sight);
      uses.push({ ...use, isOpen: use.isOpen || isNet, redirected: true });
    }
  }
  return [...uses, ...operandsOf(command, sight)];
}

function kindsOf(operator: string): ("read" | "write")[] {
  if (operator === "<>") return ["read", "write"];
  return operator.includes(">") ? ["write"] : ["read"];
}

/** Programs whose operands are written to; others of the table are read. */
const writers = new Set(
  "mkdir touch rm rmdir unlink mv cp ln install tee truncate shred chmod chown"
    .split(" "),
);
/** Readers that are not of the read-only kind. */
const readers = new Set("less more bat awk sed cp mv ln install".split(" "));

function operandsOf(command: ShellCommand, sight: FileSight): FileUse[] {
  if (command.name === null) return [];
  const [program, ...words] = stripWrappers([command.name, ...command.words]);
  const name = programOf(program);
  if (name === null || opensNoFile(name)) return [];
  const uses: FileUse[] = [];
  const isInPlace = name === "sed" &&
    words.some(({ value }) => /^(-\w*i|--in-place)/.test(value));
  const files = words.flatMap((word) => fileWords(word));
  const writes = writers.has(name) || isInPlace;
  for (const word of files) {
    if (writes) uses.push(useOf(word, "write", sight));
    if (!writes || readers.has(name)) uses.push(useOf(word, "read", sight));
  }
  if (name === "dd") return ddFiles(words, sight);
  // What other programs make of their words nobody knows anyway.
  const isKnown = writes || readers.has(name) || mayOnlyRead(name);
  return isKnown ? uses : uses.map((use) => ({ ...use, isOpen: false }));
}

/** An operand, or the file in an option: `--file=x`, `-f/x`. */
function fileWords(word: ShellWord): ShellWord[] {
  const { value } = word;
  if (!/^-./.test(value)) return [word];
  const start = value.includes("=")
    ? value.indexOf("=") + 1
    : value.search(/[/~.]/);
  if (start < 1) return [];
  const rest = value.slice(start);
  const kind = isFixed(word) ? "quoted" : "other";
  return [{ text: word.text, value: rest, parts: [{ kind, value: rest }] }];
}

function ddFiles(words: readonly ShellWord[], sight: FileSight): FileUse[] {
  return words.flatMap((word) => {
    const [, side, rest] = /^(if|of)=(.*)$/s.exec(word.value) ?? [];
    if (rest === undefined) return [];
    const kind = isFixed(word) ? "quoted" : "other";
    const file = { text: rest, value: rest, parts: [{ kind, value: rest }] };
    return [useOf(file as ShellWord, side === "if" ? "read" : "write", sight)];
  });
}

function useOf(
  word: ShellWord,
  kind: "read" | "write",
  sight: FileSight,
): FileUse {
  const isPlain = word.parts.every(({ kind }) =>
    kind !== "other" && kind !== "variable"
  );
  const found = pathsOf(word, sight);
  const others = sight.otherBases.flatMap((base) =>
    pathsOf(word, { ...sight, base })
  );
  const isOpen = !isPlain || found.length === 0 || sight.base === null ||
    found.some(({ isGlob }) => isGlob);
  const paths = [...found, ...others].map(({ pattern }) => pattern);
  return {
    kind,
    text: word.text,
    paths: [...new Set(paths)],
    isOpen,
    redirected: false,
  };
}

/** Options with which these change only the files that they name. */
const fileCommands: Readonly<Record<string, RegExp>> = {
  mkdir: /^-[pv]+$/,
  touch: /^-[acm]+$/,
  rm: /^-[rRfvdiI]+$/,
  rmdir: /^-[pv]+$/,
  mv: /^-[fnvui]+$/,
  cp: /^-[rRapfnvui]+$/,
  sed: /^-[inErsuz]+$/,
};

/**
 * The files of a command that the mode "acceptEdits" lets through when all of
 * them are in the workspace; null for any other command, and when not all of
 * its files are known.
 */
export function editedFiles(
  command: ShellCommand,
  sight: FileSight,
): readonly FileUse[] | null {
  if (command.name === null || command.assignments.length > 0) return null;
  const [program, ...words] = [command.name, ...command.words];
  const name = programOf(program);
  if (name === null || !Object.hasOwn(fileCommands, name)) return null;
  const allowed = fileCommands[name];
  const options = words.filter(({ value }) => /^-./.test(value));
  if (!options.every((word) => isFixed(word) && allowed?.test(word.value))) {
    return null;
  }
  let files = words.filter((word) => !options.includes(word));
  if (name === "sed") {
    const [script, ...rest] = files;
    if (script === undefined || !isFixed(script)) return null;
    if (!isSafeScript(script.value)) return null;
    files = rest;
  }
  // A folder's content may be copied over files that are protected.
  const merges = name === "cp" &&
    files.some(({ value }) => /(^|\/)\.?$/.test(value));
  if (merges || files.length === 0) return null;
  const uses = files.map((word) => useOf(word, "write", sight));
  return uses.some(({ isOpen }) => isOpen) ? null : uses;
}
