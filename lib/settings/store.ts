import { describeError, exitCodes, UserError } from "../core/error.ts";
import { writeAtomically } from "../platform/atomic_write.ts";
import { fileFault } from "../platform/file_error.ts";
import { guardPath } from "../platform/guard_path.ts";
import { path } from "../platform/paths.ts";
import { addToList, type KeyPath, readValue, setValue } from "./edit.ts";
import { excludeFromGit } from "./exclude.ts";
import { exclusively } from "./exclusive.ts";
import { lockName } from "./hash.ts";
import { isBlank } from "./jsonc.ts";
import { workspaceFiles } from "./places.ts";
import { readSettingsFile, shown } from "./read_file.ts";

/** Which file is changed, and with what care. */
export interface StoreOptions {
  /** Folder that the file must really be in; links out of it are refused. */
  readonly within: string;
  /** Folder of locks, for two processes that store at once. */
  readonly locks: string;
}

/**
 * Changes a settings file and keeps its comments and its form; a file that is
 * not there is made, for the user's eyes alone. Whoever reads it meanwhile
 * finds the old text or the new one. Needs `--allow-read` and `--allow-write`.
 *
 * @throws {UserError} with exit code 52 for a file that can't be read as
 * settings, 1 for one that can't be written.
 */
export async function editSettings(
  file: string,
  edit: (text: string) => string,
  options: StoreOptions,
): Promise<void> {
  const guarded = guardPath(file, {
    cwd: options.within,
    roots: [options.within],
    kind: "write",
    home: "",
  });
  if (!guarded.ok) {
    const { message, hint } = guarded;
    throw new UserError(
      hint === undefined ? message : `${message}. ${hint}`,
      exitCodes.failed,
    );
  }
  const real = guarded.path;
  try {
    const lock = path.join(options.locks, await lockName(real));
    await exclusively(lock, () => change(real, edit, options.within));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const state = fileFault(error)?.state ??
      (error instanceof TypeError ? describeError(error) : undefined);
    if (state === undefined) throw error;
    throw new UserError(
      `Cannot store settings in ${shown(file)}: ${state}`,
      exitCodes.failed,
    );
  }
}

async function change(
  file: string,
  edit: (text: string) => string,
  within: string,
): Promise<void> {
  const read = await readSettingsFile(file, within);
  const before = read?.text ?? "";
  const after = edit(isBlank(before) ? withObject(before) : before);
  if (read === undefined) {
    await Deno.mkdir(path.dirname(file), { recursive: true });
    // Its mode is kept when it is replaced; meanwhile it says nothing.
    await Deno.writeTextFile(file, "", { mode: 0o600 });
  }
  if (after === before) return;
  await writeAtomically(file, new TextEncoder().encode(after));
}

/** A text without settings as one that holds some; its comments stay. */
function withObject(text: string): string {
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}{}\n`;
}

/** Where a rule is stored. */
export interface RuleOptions {
  /** The workspace's root, a real path. */
  readonly workspace: string;
  readonly locks: string;
}

/**
 * Adds a rule to the workspace's own `.openclaude/settings.local.json`, and
 * keeps that file out of git by `.git/info/exclude`.
 *
 * @returns the file.
 * @throws {UserError} as {@link editSettings} does.
 */
export async function storeRule(
  effect: "allow" | "ask" | "deny",
  text: string,
  { workspace, locks }: RuleOptions,
): Promise<string> {
  const file = workspaceFiles(workspace).local;
  const keys: KeyPath = ["permissions", effect];
  await editSettings(file, (before) => addToList(before, keys, text), {
    within: workspace,
    locks,
  });
  await excludeFromGit(workspace, locks);
  return file;
}

/** What is set, and where. */
export interface SetOptions extends StoreOptions {
  /** They lead to the value from the outside in. */
  readonly keys: KeyPath;
  readonly value: unknown;
  /** Is given the file's values; an error that it throws changes nothing. */
  check?(before: unknown, after: unknown): void;
}

/**
 * Sets one value of a settings file.
 *
 * @throws {UserError} as {@link editSettings} does, and what `check` throws.
 */
export async function setSetting(
  file: string,
  { keys, value, check, ...options }: SetOptions,
): Promise<void> {
  await editSettings(file, (before) => {
    const after = setValue(before, keys, value);
    check?.(readValue(before), readValue(after));
    return after;
  }, options);
}
