import { describeError, exitCodes, UserError } from "../core/error.ts";
import { writeAtomically } from "../platform/atomic_write.ts";
import { fileFault } from "../platform/file_error.ts";
import { guardPath } from "../platform/guard_path.ts";
import { path } from "../platform/paths.ts";
import { readBounded } from "../platform/read_bounded.ts";
import { addToList, type KeyPath, setValue } from "./edit.ts";
import { exclusively } from "./exclusive.ts";
import { sha256 } from "./hash.ts";
import { schemaAddress, workspaceFiles } from "./places.ts";
import { readSettingsFile, shown } from "./read_file.ts";
import { mainRoot } from "./trust_key.ts";

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
  if (!guarded.ok) throw new UserError(guarded.message, exitCodes.failed);
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
  const before = await readSettingsFile(file, within);
  if (before === undefined) {
    await Deno.mkdir(path.dirname(file), { recursive: true });
    const empty = `{\n  "$schema": ${JSON.stringify(schemaAddress)}\n}\n`;
    // Its mode is kept when it is replaced.
    await Deno.writeTextFile(file, empty, { mode: 0o600 });
    return await write(file, edit(empty));
  }
  const after = edit(before.text);
  if (after !== before.text) await write(file, after);
}

async function write(file: string, text: string): Promise<void> {
  await writeAtomically(file, new TextEncoder().encode(text));
}

/** A lock's name for a file: it must not lie in a workspace itself. */
async function lockName(file: string): Promise<string> {
  return `${(await sha256(file)).slice(0, 16)}.lock`;
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
  try {
    await excludeFromGit({ workspace, locks });
  } catch (error) {
    // The rule is stored; git then shows the file as a new one.
    if (fileFault(error) === null) throw error;
  }
  return file;
}

/** Sets one value of a settings file; `keys` lead to it from the outside in. */
export async function setSetting(
  file: string,
  { keys, value, ...options }: StoreOptions & {
    readonly keys: KeyPath;
    readonly value: unknown;
  },
): Promise<void> {
  await editSettings(file, (before) => setValue(before, keys, value), options);
}

const excluded = "/.openclaude/settings.local.json";

/** Without permission to write there, git shows the file as a new one. */
async function excludeFromGit(
  { workspace, locks }: RuleOptions,
): Promise<void> {
  const git = path.join(await mainRoot(workspace), ".git");
  const place = guardPath(path.join(git, "info", "exclude"), {
    cwd: git,
    roots: [git],
    kind: "write",
    home: "",
  });
  if (!place.ok) return;
  await exclusively(path.join(locks, await lockName(place.path)), async () => {
    const text = await readExclude(git, place.path);
    if (text === undefined || text.split(/\r?\n/).includes(excluded)) return;
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    await write(place.path, `${text}${gap}${excluded}\n`);
  });
}

/** What is excluded so far; undefined where there is no repository. */
async function readExclude(
  git: string,
  file: string,
): Promise<string | undefined> {
  if (!await isFolder(git)) return undefined;
  try {
    if (!(await Deno.stat(file)).isFile) return undefined;
    const { bytes, isWhole } = await readBounded(file, maxExcludeBytes);
    return isWhole ? new TextDecoder().decode(bytes) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

const maxExcludeBytes = 1_048_576;

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
