import { fileFault } from "../platform/file_error.ts";
import { guardPath } from "../platform/guard_path.ts";
import { path } from "../platform/paths.ts";
import { readBounded } from "../platform/read_bounded.ts";
import { writeAtomically } from "../platform/atomic_write.ts";
import { exclusively } from "./exclusive.ts";
import { lockName } from "./hash.ts";
import { mainRoot } from "./trust_key.ts";

const excluded = "/.openclaude/settings.local.json";
const maxBytes = 1_048_576;

/**
 * Keeps a workspace's `.openclaude/settings.local.json` out of git by
 * `.git/info/exclude`. Where that can't be written, or leads out of `.git` by
 * a link, nothing is done: git then shows the file as a new one. Needs
 * `--allow-read` and `--allow-write` for the file.
 *
 * @param workspace the workspace's root, a real path.
 * @param locks folder of locks.
 */
export async function excludeFromGit(
  workspace: string,
  locks: string,
): Promise<void> {
  const git = path.join(await mainRoot(workspace), ".git");
  const place = guardPath(path.join(git, "info", "exclude"), {
    cwd: git,
    roots: [git],
    kind: "write",
    home: "",
  });
  if (!place.ok) return;
  const lock = path.join(locks, await lockName(place.path));
  try {
    await exclusively(lock, () => addLine(git, place.path));
  } catch (error) {
    if (fileFault(error) === null) throw error;
  }
}

async function addLine(git: string, file: string): Promise<void> {
  const text = await readExclude(git, file);
  if (text === undefined || text.split(/\r?\n/).includes(excluded)) return;
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  const bytes = new TextEncoder().encode(`${text}${gap}${excluded}\n`);
  await writeAtomically(file, bytes);
}

/** What is excluded so far; undefined where there is no repository. */
async function readExclude(
  git: string,
  file: string,
): Promise<string | undefined> {
  try {
    if (!(await Deno.stat(git)).isDirectory) return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    if (!(await Deno.stat(file)).isFile) return undefined;
    const { bytes, isWhole } = await readBounded(file, maxBytes);
    return isWhole ? new TextDecoder().decode(bytes) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
