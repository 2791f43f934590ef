import { path } from "../platform/paths.ts";
import { readBounded } from "../platform/read_bounded.ts";

/** A `.git` file and what it leads to hold one path each. */
const maxBytes = 4_096;

/**
 * The folder that trust in a workspace is kept for, as a real path: the
 * main folder of the repository, which its linked worktrees share. A `.git`
 * file is only believed when the repository that it names knows this
 * worktree, so nobody can borrow another's trust (spec/features.md 1C.9).
 * Starts no program. Needs `--allow-read`.
 *
 * @param workspace the workspace's root, a real path.
 */
export async function mainRoot(workspace: string): Promise<string> {
  const link = path.join(workspace, ".git");
  try {
    const [, target] = /^gitdir: (.+?)\r?\n?$/.exec(await readLine(link)) ?? [];
    if (target === undefined) return workspace;
    const gitFolder = await Deno.realPath(path.resolve(workspace, target));
    const worktrees = path.dirname(gitFolder);
    const common = path.dirname(worktrees);
    const isLinked = path.basename(worktrees) === "worktrees" &&
      path.basename(common) === ".git";
    if (!isLinked) return workspace;
    const back = (await readLine(path.join(gitFolder, "gitdir"))).trimEnd();
    const isKnown = await Deno.realPath(path.resolve(gitFolder, back)) ===
      await Deno.realPath(link);
    return isKnown ? path.dirname(common) : workspace;
  } catch {
    // A usual repository, none, or what can't be read: it stands for itself.
    return workspace;
  }
}

async function readLine(file: string): Promise<string> {
  if (!(await Deno.stat(file)).isFile) return "";
  const { bytes, isWhole } = await readBounded(file, maxBytes);
  return isWhole ? new TextDecoder().decode(bytes) : "";
}

/**
 * True when trust in a folder may be kept: not in the home folder, nor in one
 * that holds it, where it would cover whatever is unpacked there.
 */
export function canKeepTrust(root: string, home: string | undefined): boolean {
  if (path.dirname(root) === root) return false;
  if (home === undefined) return true;
  return root !== home && !home.startsWith(`${root}${path.SEPARATOR}`);
}
