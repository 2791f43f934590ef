import type { SandboxPlan } from "../core/sandbox.ts";
import { can } from "../platform/capabilities.ts";
import { path } from "../platform/paths.ts";
import { prepareSandbox } from "../platform/sandbox.ts";

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
  ...["-c", "core.fsmonitor=false"],
  ...["-c", "core.hooksPath=/dev/null"],
  // Else it starts the repository's own gpg.program.
  ...["-c", "log.showSignature=false"],
];
/** Missing objects are not fetched, by whatever program. */
const withoutFetching = { GIT_ALLOW_PROTOCOL: "none", GIT_NO_LAZY_FETCH: "1" };

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
 * Reads branch, status and recent commits, in the sandbox when there is one.
 * Without permission to run git, or the sandbox's program, the branch comes
 * from `.git/HEAD` and the rest is left out. Needs read; no setting
 * of the repository can start a program through it.
 */
export async function gitSnapshot(
  folder: string,
  environment: Readonly<Record<string, string>>,
  sandbox?: SandboxPlan,
): Promise<GitSnapshot | undefined> {
  const root = await findGitRoot(folder);
  if (root === undefined) return undefined;
  const prepared = sandbox === undefined
    ? undefined
    : await prepareSandbox(sandbox, folder);
  const git = ["git", "-C", folder, ...distrust];
  const variables = {
    ...environment,
    ...withoutFetching,
    ...prepared?.environment,
  };
  const said = prepared?.wrap === undefined
    ? await askOneByOne(git, variables)
    : await askAtOnce(git, prepared.wrap, variables);
  if (said === undefined) return await fromHead(root);
  const [branch = "", ...changes] = lines(said.status);
  return {
    root,
    branch: branchName(branch),
    status: changes,
    commits: lines(said.log),
  };
}

/** What git printed; undefined where it may not be run or fails. */
type Said = { readonly status: string; readonly log: string } | undefined;
type Variables = Readonly<Record<string, string>>;

const listFilters =
  "config --local --includes --name-only --get-regexp ^filter[.]".split(" ");
/** What is in submodules has settings of its own. */
const askStatus = "status --porcelain -b --ignore-submodules=dirty".split(" ");
const askLog = ["log", "-5", "--format=%h %s"];

async function askOneByOne(git: string[], variables: Variables): Promise<Said> {
  if (!can({ name: "run", command: "git" })) return undefined;
  const names = await runGit([...git, ...listFilters], variables) ?? "";
  const [status, log] = await Promise.all([
    runGit([...git, ...askStatus], {
      ...variables,
      ...withoutFilters(names),
    }),
    runGit([...git, ...askLog], variables),
  ]);
  return status === undefined ? undefined : { status, log: log ?? "" };
}

/** The same by a shell: a sandbox costs more to start than git does. */
async function askAtOnce(
  git: string[],
  wrap: (argv: readonly string[]) => readonly string[],
  variables: Variables,
): Promise<Said> {
  const argv = wrap(["sh", "-c", askAll, "sh", ...git]);
  const [command = ""] = argv;
  if (!can({ name: "run", command })) return undefined;
  const [status, log] = (await runGit(argv, variables))?.split("\0") ?? [];
  if (status === undefined || log === undefined) return undefined;
  return { status, log };
}

/**
 * Turns off the filters that the repository itself defines: they are run. By
 * variables, since a name may hold what ends one in an argument.
 */
function withoutFilters(names: string): Record<string, string> {
  const found = new Set(lines(names).map((name) => name.replace(/\.\w+$/, "")));
  const settings = [...found].flatMap((name) =>
    filterSettings.map(([key, value]) => [`${name}.${key}`, value] as const)
  );
  const variables: Record<string, string> = {
    GIT_CONFIG_COUNT: String(settings.length),
  };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

const filterSettings = [
  ["clean", ""],
  ["process", ""],
  ["required", "false"],
] as const;

/** What {@link askOneByOne} does, for a shell that is given git's words. */
const askAll = [
  "n=0; seen=",
  'put() { export "GIT_CONFIG_KEY_$n=$1" "GIT_CONFIG_VALUE_$n=$2"; ' +
  "n=$((n+1)); }",
  "while IFS= read -r key; do name=${key%.*}",
  '[ "$name" = "$seen" ] && continue; seen=$name',
  ...filterSettings.map(([key, value]) => `put "$name.${key}" "${value}"`),
  `done <<END\n$("$@" ${quoted(listFilters)})\nEND`,
  "export GIT_CONFIG_COUNT=$n",
  `"$@" ${quoted(askStatus)} || exit 1`,
  `printf '\\0'; "$@" ${quoted(askLog)}; exit 0`,
].join("\n");

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/**
 * The content of an object as git keeps it, without any filter. Null where
 * git may not be run or doesn't have it.
 */
export async function gitObject(
  folder: string,
  id: string,
  { environment, sandbox }: {
    readonly environment: Readonly<Record<string, string>>;
    readonly sandbox?: SandboxPlan | undefined;
  },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const prepared = sandbox === undefined
    ? undefined
    : await prepareSandbox(sandbox, folder);
  const wrap = prepared?.wrap ?? ((argv: readonly string[]) => argv);
  const argv = wrap(
    ["git", "-C", folder, ...distrust, "cat-file", "blob", id],
  );
  const [command = ""] = argv;
  if (!can({ name: "run", command })) return null;
  return await readGit(argv, {
    ...environment,
    ...withoutFetching,
    ...prepared?.environment,
  });
}

async function runGit(
  argv: readonly string[],
  environment: Variables,
): Promise<string | undefined> {
  const output = await readGit(argv, environment);
  return output === null ? undefined : new TextDecoder().decode(output);
}

async function readGit(
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const command = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...environment, GIT_TERMINAL_PROMPT: "0" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(gitMs),
    });
    const { success, stdout } = await command.output();
    return success ? stdout : null;
  } catch {
    // No git, or none that may run: the caller knows another way.
    return null;
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
