import { path } from "../platform/paths.ts";

/** What git says of a folder, for the model's first message. */
export interface GitSnapshot {
  /** The folder that holds `.git`. */
  readonly root: string;
  readonly branch: string;
  /** Lines of `git status --porcelain`; undefined when git may not run. */
  readonly status?: readonly string[];
  /** "hash subject", newest first. */
  readonly commits?: readonly string[];
}

/** How git is asked in a folder that nobody trusts yet. */
const distrust = [
  "--no-optional-locks",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
];

/** Milliseconds after which git is not waited for. */
const gitMs = 2_000;

/** Finds the nearest folder from `folder` up that holds `.git`. */
export async function findGitRoot(folder: string): Promise<string | undefined> {
  for (let at = folder;; at = path.dirname(at)) {
    if (await exists(path.join(at, ".git"))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/**
 * Reads branch, status and recent commits. Without permission to run git the
 * branch comes from `.git/HEAD` and the rest is left out. Needs read; git's
 * own configuration can't start a program through it.
 */
export async function gitSnapshot(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<GitSnapshot | undefined> {
  const root = await findGitRoot(folder);
  if (root === undefined) return undefined;
  const { state } = Deno.permissions.querySync({ name: "run", command: "git" });
  if (state !== "granted") return await fromHead(root);
  const ask = (...args: string[]) => runGit(folder, args, environment);
  const [status, log] = await Promise.all([
    ask("status", "--porcelain", "--branch"),
    ask("log", "-5", "--format=%h %s"),
  ]);
  if (status === undefined) return await fromHead(root);
  const [branch = "", ...changes] = lines(status);
  return {
    root,
    branch: branchName(branch),
    status: changes,
    commits: lines(log ?? ""),
  };
}

async function runGit(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const command = new Deno.Command("git", {
      args: ["-C", folder, ...distrust, ...args],
      clearEnv: true,
      env: { ...environment, GIT_TERMINAL_PROMPT: "0" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(gitMs),
    });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    // No git, or none that may run: the caller reads .git/HEAD instead.
    return undefined;
  }
}

/** "## main...origin/main [ahead 1]" and "## No commits yet on main". */
function branchName(line: string): string {
  const name = line.replace(/^## (?:No commits yet on )?/, "");
  return name.split("...")[0]?.split(" ")[0] ?? name;
}

async function fromHead(root: string): Promise<GitSnapshot | undefined> {
  try {
    const head = await Deno.readTextFile(path.join(root, ".git", "HEAD"));
    const branch = head.trim().replace(/^ref: refs\/heads\//, "");
    return { root, branch: branch.slice(0, 100) };
  } catch {
    // A worktree's `.git` is a file; its branch is not worth more reading.
    return undefined;
  }
}

function lines(output: string): string[] {
  return output.split("\n").filter((line) => line !== "");
}

async function exists(file: string): Promise<boolean> {
  const { state } = Deno.permissions.querySync({ name: "read", path: file });
  if (state !== "granted") return false;
  try {
    await Deno.lstat(file);
    return true;
  } catch {
    // Missing, or behind a folder that can't be entered: not found.
    return false;
  }
}
