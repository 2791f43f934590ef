import { gitOnlyReads } from "./git_readers.ts";
import { mayOnlyRead, onlyReads, type Values } from "./readers.ts";
import {
  parseShell,
  plainWord,
  type ShellCommand,
  type ShellRedirection,
  type ShellWord,
} from "./shell.ts";
import { isHarmlessVariable, isSafeVariable } from "./variables.ts";
import { bareWrappers, stripWrappers } from "./wrappers.ts";

/** Longer lines are not judged at all (spec/features.md 1C.2 point 7). */
export const longestLine = 10_000;

/** A word that means the same however the shell expands it. */
export function isFixed({ parts }: ShellWord): boolean {
  return parts.every(({ kind }) => kind === "plain" || kind === "quoted");
}

/**
 * What a program is given; null for what only running would tell. A glob with
 * a beginning of its own can't become an option.
 */
function valueOf(word: ShellWord): string | null {
  if (isFixed(word)) return word.value;
  const [first] = word.parts;
  // The shell puts the name of a pipe in its place.
  if (word.parts.length === 1 && first?.kind === "other") {
    return first.value.startsWith("<(") ? "/dev/fd/63" : null;
  }
  const isFile = first?.kind === "plain" && /^[\w./]/.test(first.value) &&
    word.parts.every(({ kind }) => ["plain", "quoted", "glob"].includes(kind));
  return isFile ? word.value : null;
}

/** The program's name, when it is fixed and found on the system's paths. */
export function programOf(word: ShellWord | undefined): string | null {
  if (word === undefined || !isFixed(word)) return null;
  const name = word.value.replace(/^\/(?:usr\/)?bin\//, "");
  return name.includes("/") ? null : name;
}

/**
 * Says whether a command only reads: "yes", or "git" when a repository's
 * settings may still make it start programs; null when it may change things.
 * Redirections are not looked at.
 */
export function readingOf(command: ShellCommand): "yes" | "git" | null {
  const { name, words, assignments } = command;
  if (name === null) {
    const isHarmless = assignments.every(({ name }) =>
      isHarmlessVariable(name)
    );
    return isHarmless ? "yes" : null;
  }
  if (!assignments.every(({ name }) => isSafeVariable(name))) return null;
  const [program, ...rest] = stripWrappers([name, ...words]);
  const values: Values = rest.map(valueOf);
  const found = programOf(program);
  if (found === null) return null;
  if (onlyReads(found, values)) return "yes";
  return found === "git" && gitOnlyReads(values) ? "git" : null;
}

const devices = /^\/dev\/(null|stdout|stderr|fd\/\d+)$/;

/** True for a redirection that touches no file. */
export function touchesNoFile(
  { operator, target, body }: ShellRedirection,
): boolean {
  if (target === null) return body !== null;
  if (!isFixed(target)) return false;
  if (/^[<>]&$/.test(operator)) return /^(\d+|-|\d+-)$/.test(target.value);
  return devices.test(target.value);
}

const plainLine = /^[\w ./,:=@%+-]*$/;

/**
 * True when nothing that a line does changes anything, so that it may run
 * beside other calls. Judged by the text alone: cheap for most lines, and the
 * parser is loaded for few. A line that moves to another folder is none, since
 * the calls after it depend on that.
 */
export function isReadOnlyLine(line: string): boolean | Promise<boolean> {
  const [, first = ""] = /^[\s(]*([\w./-]+)/.exec(line) ?? [];
  const name = first.replace(/^\/(?:usr\/)?bin\//, "");
  const mayBe = name === "git" || mayOnlyRead(name) || bareWrappers.has(name);
  if (!mayBe || line.length > longestLine) return false;
  if (!plainLine.test(line)) return isReadOnlyScript(line);
  const [program, ...words] = line.trim().split(/ +/).map(plainWord);
  if (program === undefined) return false;
  return keepsPlace(program, words) && readingOf({
        name: program,
        words,
        assignments: [],
        redirections: [],
        scope: [],
        pipeline: 0,
        background: false,
        inFunction: null,
      }) !== null;
}

async function isReadOnlyScript(line: string): Promise<boolean> {
  const { ok, opaque, commands } = await parseShell(line);
  return ok && opaque.length === 0 && commands.every((command) => {
    const { name, words, redirections, scope } = command;
    const stays = name === null || scope.length > 0 || keepsPlace(name, words);
    return stays && readingOf(command) !== null && redirections.every(
      (one) => touchesNoFile(one) || one.operator === "<" && readsFile(one),
    );
  });
}

/** Bash opens a connection for `/dev/tcp/...`. */
function readsFile({ target }: ShellRedirection): boolean {
  return target !== null && isFixed(target) &&
    !/^\/dev\/(tcp|udp)\//.test(target.value);
}

function keepsPlace(
  name: ShellWord,
  words: readonly ShellWord[],
): boolean {
  return programOf(stripWrappers([name, ...words])[0]) !== "cd";
}
