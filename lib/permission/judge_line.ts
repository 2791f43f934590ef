import { catastrophe } from "./catastrophic.ts";
import { scriptIn, textsToAllow, textsToForbid } from "./command_text.ts";
import {
  editedFiles,
  type FileSight,
  filesOf,
  type FileUse,
} from "./file_use.ts";
import {
  byRule,
  forbidding,
  isInWork,
  judgePath,
  spellings,
} from "./judge_path.ts";
import type { Judging, Judgment } from "./judgment.ts";
import { Bases, rememberVariables } from "./line_state.ts";
import { isFixed, longestLine, programOf, readingOf } from "./read_only.ts";
import { opensNoFile } from "./readers.ts";
import { offerFor } from "./offer.ts";
import { parseShell, type ShellCommand } from "./shell.ts";
import { unpredictable } from "./unpredictable.ts";
import { unwrap } from "./unwrap.ts";
import { stripWrappers } from "./wrappers.ts";

const deepestScript = 5;

/**
 * Judges a command line part by part: each command, also those in
 * substitutions and subshells, and each file that a redirection opens
 * (spec/features.md 1C.2 points 3 to 8). All parts must be allowed.
 */
export async function judgeLine(
  line: string,
  cwd: string,
  judging: Judging,
): Promise<readonly Judgment[]> {
  const { mode, rules, home, roots } = judging;
  const whole = (verdict: Judgment["verdict"], because: string): Judgment => ({
    text: shorten(line),
    verdict,
    because,
    offer: [],
  });
  const bare = rules.forTool("deny", "Bash") ?? rules.forTool("ask", "Bash");
  if (bare?.effect === "deny") return [byRule(bare, shorten(line), judging)];
  // Rules can't be kept where nobody can tell what the line does.
  const isBound = rules.has("deny", ["Bash"]) || rules.has("ask", ["Bash"]);
  const unknown = mode !== "bypassPermissions" || isBound ? "insist" : "open";
  if (line.length > longestLine) {
    return [
      whole(unknown, `the line is longer than ${longestLine} characters`),
    ];
  }
  const judgments: Judgment[] = [];
  const reason = await catastrophe(line, { cwd, home, roots });
  if (reason !== null) judgments.push(whole("deny", `every mode: ${reason}`));
  if (bare !== null) judgments.push(byRule(bare, shorten(line), judging));
  const { ok, opaque, commands } = await parseShell(line);
  if (!ok) judgments.push(whole(unknown, "the line can't be parsed"));
  const [hidden] = opaque;
  if (hidden !== undefined) {
    judgments.push(whole(unknown, `nobody can tell what "${hidden}" does`));
  }
  const walk = new Walk(commands, cwd, judging);
  return [...judgments, ...await walk.judge()];
}

/** A part as people are shown it. */
function shorten(text: string): string {
  const flat = text.trim().replaceAll(/\s+/g, " ");
  return flat.length <= 80 ? flat : `${flat.slice(0, 79)}…`;
}

/** One pass over the commands of a line. */
class Walk {
  readonly #bases: Bases;
  readonly #cwd: string;
  readonly #variables = new Map<string, string>();
  #moved = false;

  constructor(
    readonly commands: readonly ShellCommand[],
    cwd: string,
    readonly judging: Judging,
  ) {
    this.#cwd = cwd;
    this.#bases = new Bases(this.#surroundings);
  }

  get #surroundings() {
    const { home, roots } = this.judging;
    return { cwd: this.#cwd, home, roots };
  }

  async judge(): Promise<Judgment[]> {
    const judgments: Judgment[] = [];
    for (const command of this.commands) {
      judgments.push(...await this.#judgeOne(command));
      this.#follow(command);
    }
    return judgments;
  }

  #follow(command: ShellCommand): void {
    const bare = unwrap(command);
    if (bare !== null) {
      const before = this.#bases.of(command);
      this.#bases.move(command, bare, this.#sight(command));
      if (this.#bases.of(command) !== before) this.#moved = true;
    }
    rememberVariables(command, this.#variables, this.#sight(command));
  }

  #sight(command: ShellCommand): FileSight {
    const base = this.#bases.of(command);
    return {
      surroundings: this.#surroundings,
      variables: this.#variables,
      base,
      // A "cd" may fail, and then the line goes on where it was.
      otherBases: base === this.#cwd ? [] : [this.#cwd],
    };
  }

  async #judgeOne(command: ShellCommand): Promise<Judgment[]> {
    const sight = this.#sight(command);
    const text = textOf(command);
    const files = filesOf(command, sight);
    const found = await forbidden(command, text, files, this.judging);
    if (found.length > 0) return found;
    const judgments: Judgment[] = [];
    for (const file of files) {
      if (file.redirected) judgments.push(await judgeFile(file, this.judging));
    }
    if (command.name === null && command.assignments.length === 0) {
      return judgments;
    }
    const own = { command, text, files, sight };
    judgments.push(await this.#judgeProgram(own));
    return judgments;
  }

  async #judgeProgram(part: Part): Promise<Judgment> {
    const { command, text } = part;
    const { judging } = this;
    const { mode, rules, sandboxed } = judging;
    const open = (because: string, offer = offerFor(command)): Judgment => ({
      text,
      verdict: "open",
      because,
      offer,
    });
    const words = command.name === null ? [] : [command.name, ...command.words];
    if (this.#moved && programOf(stripWrappers(words)[0]) === "git") {
      return open(
        "git runs the hooks of the folder that the line moves to",
        [],
      );
    }
    const reading = readingOf(command);
    if (reading !== null && await mayRead(part, reading, judging)) {
      return { text, verdict: "allow", because: "it only reads", offer: [] };
    }
    const risk = unpredictable(words);
    const rule = rules.allowing(textsToAllow(command), risk === null);
    if (rule !== null && (sandboxed || rule.source.layer !== "project")) {
      return byRule(rule, text, judging);
    }
    if (rule !== null) {
      return open("without a sandbox the project's rules allow no commands");
    }
    if (mode === "acceptEdits" && sandboxed && await editsWork(part, judging)) {
      return { text, verdict: "allow", because: `mode ${mode}`, offer: [] };
    }
    if (command.name === null) {
      const [name] = command.assignments.map(({ name }) => name);
      return open(`"${name}" may change what other programs do`, []);
    }
    return open(risk ?? `mode ${mode} asks before running programs`);
  }
}

interface Part {
  readonly command: ShellCommand;
  readonly text: string;
  readonly files: readonly FileUse[];
  readonly sight: FileSight;
}

function textOf({ name, words, assignments, redirections }: ShellCommand) {
  const before = assignments.map(({ name, value }) =>
    `${name}=${value?.text ?? "(...)"}`
  );
  const after = redirections.map(({ operator, target }) =>
    target === null ? operator : `${operator} ${target.text}`
  );
  const command = [...before, name?.text, ...words.map(({ text }) => text)];
  return shorten(
    [...command, ...after].filter((text) => text !== undefined).join(" "),
  );
}

/** What the user's rules say against a command, or against its script. */
async function forbidden(
  command: ShellCommand,
  text: string,
  files: readonly FileUse[],
  judging: Judging,
  depth = 0,
): Promise<Judgment[]> {
  const { rules } = judging;
  const texts = textsToForbid(command);
  const deny = rules.forTexts("deny", texts);
  if (deny !== null) return [byRule(deny, text, judging)];
  const found: Judgment[] = [];
  const ask = rules.forTexts("ask", texts);
  if (ask !== null) found.push(byRule(ask, text, judging));
  for (const file of files) {
    const against = await fileForbidden(file, text, judging);
    if (against !== null) found.push(against);
  }
  const isBound = rules.has("deny", ["Bash"]) || rules.has("ask", ["Bash"]);
  if (isBound && command.name !== null && !isFixed(command.name)) {
    const because = "its program is only known when it runs";
    found.push({ text, verdict: "insist", because, offer: [] });
  }
  const script = scriptIn(command);
  if (script !== null && depth < deepestScript) {
    const { commands } = await parseShell(script);
    for (const inner of commands) {
      found.push(
        ...await forbidden(inner, textOf(inner), [], judging, depth + 1),
      );
    }
  }
  return found;
}

async function fileForbidden(
  { kind, paths, isOpen, text: word }: FileUse,
  text: string,
  judging: Judging,
): Promise<Judgment | null> {
  for (const file of paths) {
    const names = await spellings(file, judging);
    const against = forbidding(names, { kind, text }, judging);
    if (against !== null) return against;
  }
  const tools = [kind === "read" ? "Read" : "Edit"];
  const isBound = judging.rules.has("deny", tools) ||
    judging.rules.has("ask", tools);
  if (!isOpen || !isBound) return null;
  const because = `rules on files can't be checked for "${word}"`;
  return { text, verdict: "insist", because, offer: [] };
}

/** Judges a file that a redirection opens. */
async function judgeFile(use: FileUse, judging: Judging): Promise<Judgment> {
  const { kind, isOpen, paths } = use;
  const text = `${kind === "read" ? "<" : ">"} ${use.text}`;
  const open = (because: string): Judgment => ({
    text,
    verdict: "open",
    because,
    offer: [],
  });
  if (isOpen) return open("its file is only known when it runs");
  const judgments = await Promise.all(
    paths.map((file) => judgePath(file, { kind, text }, judging)),
  );
  const worst = judgments.find(({ verdict }) => verdict !== "allow") ??
    judgments[0];
  if (worst === undefined) return open("its file is only known when it runs");
  const { mode, sandboxed } = judging;
  const isMode = worst.verdict === "allow" && worst.rule === undefined;
  if (kind === "write" && isMode && mode === "acceptEdits" && !sandboxed) {
    return open("without a sandbox commands are always asked about");
  }
  if (kind === "read" && isMode && !await isHeld(use, judging)) {
    return open("without a sandbox it may read outside the workspace");
  }
  return worst;
}

/** Without a sandbox a command reads no more than Read would. */
async function isHeld(
  { paths, isOpen }: FileUse,
  judging: Judging,
): Promise<boolean> {
  if (judging.sandboxed || judging.mode === "bypassPermissions") return true;
  if (isOpen) return false;
  const all = await Promise.all(
    paths.map(async (file) =>
      isInWork(await spellings(file, judging), judging)
    ),
  );
  return all.every(Boolean);
}

async function mayRead(
  { command, files, sight }: Part,
  reading: "yes" | "git",
  judging: Judging,
): Promise<boolean> {
  if (judging.sandboxed) return true;
  // A repository's own settings may name programs that git starts.
  if (reading === "git") return false;
  const { name } = command;
  const words = name === null ? [] : stripWrappers([name, ...command.words]);
  const program = programOf(words[0]);
  if (program === null) return true;
  if (opensNoFile(program)) return true;
  const follows = words.slice(1).some(({ value }) =>
    /^(-[^-]*[RL]|--(dereference|follow|files0)\S*)/.test(value)
  );
  if (follows || sight.base === null) return false;
  const held = await Promise.all(files.map((file) => isHeld(file, judging)));
  return held.every(Boolean);
}

async function editsWork(
  { command, sight }: Part,
  judging: Judging,
): Promise<boolean> {
  const files = editedFiles(command, sight);
  if (files === null) return false;
  for (const { paths, text } of files) {
    for (const file of paths) {
      const access = { kind: "write", text } as const;
      const { verdict } = await judgePath(file, access, judging);
      if (verdict !== "allow") return false;
    }
  }
  return true;
}
