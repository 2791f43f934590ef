import { type Part, text } from "../core/message.ts";
import type { SandboxPlan } from "../core/sandbox.ts";
import { count } from "../core/text.ts";
import { configFolder } from "../platform/folders.ts";
import {
  findGitRoot,
  type GitSnapshot,
  gitSnapshot,
} from "../workspace/git.ts";
import { discoverMemory, type Memory } from "./memory.ts";

/** Changed files that the first message names. */
const maxChanges = 20;

/** What opens a conversation's first message, and what to tell the user. */
export interface Preamble {
  readonly parts: readonly Part[];
  readonly warnings: readonly string[];
}

/** What the preamble is made of. */
export interface PreambleOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: number;
  /** Whether memory files are left out. */
  readonly bare?: boolean;
  /** What keeps the programs that are asked; found where it is needed. */
  sandbox?(): Promise<SandboxPlan>;
}

/**
 * Describes the surroundings to the model: folder, platform, date, git, and
 * the memory files. It stands in the first user message, not in the system
 * prompt, which stays the same for all sessions.
 */
export async function buildPreamble(
  { cwd, environment, now, bare, sandbox }: PreambleOptions,
): Promise<Preamble> {
  const root = await findGitRoot(cwd);
  const [git, memory] = await Promise.all([
    root === undefined ? undefined : askGit(cwd, environment, sandbox),
    bare
      ? { files: [], warnings: [] }
      : discoverMemory(cwd, { root: root ?? cwd, config: configFolder() }),
  ]);
  const surroundings = environmentText({ cwd, now, git, environment });
  return {
    parts: [text(surroundings), ...memoryParts(memory)],
    warnings: memory.warnings,
  };
}

async function askGit(
  cwd: string,
  environment: PreambleOptions["environment"],
  sandbox: PreambleOptions["sandbox"],
): Promise<GitSnapshot | undefined> {
  return await gitSnapshot(cwd, environment, await sandbox?.());
}

function environmentText({ cwd, now, git, environment }: {
  cwd: string;
  now: number;
  git: GitSnapshot | undefined;
  environment: Readonly<Record<string, string>>;
}): string {
  const shell = environment.SHELL?.split("/").at(-1);
  const lines = [
    `Folder: ${cwd}`,
    `Platform: ${Deno.build.os}${shell ? `, shell ${shell}` : ""}`,
    `Date: ${localDate(now)}`,
  ];
  if (git !== undefined) lines.push(...gitLines(git));
  return `<environment>\n${lines.join("\n")}\n</environment>`;
}

function gitLines({ branch, status, commits }: GitSnapshot): string[] {
  const lines = [`Git branch: ${branch}`];
  if (status === undefined) return lines;
  if (status.length === 0) lines.push("Git status: clean");
  else {
    const rest = status.length - maxChanges;
    lines.push("Git status:", ...status.slice(0, maxChanges));
    if (rest > 0) lines.push(`... and ${count(rest, "more file")}`);
  }
  if (commits && commits.length > 0) lines.push("Recent commits:", ...commits);
  return lines;
}

function memoryParts({ files }: Memory): Part[] {
  return files.map(({ path, text: content }) =>
    text(`<instructions from="${path}">\n${content}\n</instructions>`)
  );
}

/** The date where the user is; no time, which would change every request. */
function localDate(now: number): string {
  const date = new Date(now);
  const twoDigits = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${
    twoDigits(date.getDate())
  }`;
}
