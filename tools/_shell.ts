import { parseShell } from "../lib/permission/shell.ts";
import { unwrap } from "../lib/permission/unwrap.ts";
import { permittedShells } from "../lib/platform/process.ts";

/**
 * Runs the command (`$1`) in the shell itself. Both outputs share one pipe, so
 * their order is true; the other pipe carries the folder in which the shell
 * ends, whatever way it ends (`exit 3`, `set -e`, a syntax error). `eval` takes
 * any text: comments and here documents may stand at its end.
 */
function wrapper(descriptor: number): string {
  const report = `{ printf "\\0"; pwd -P; } >&${descriptor} 2>/dev/null`;
  return `exec ${descriptor}>&2 2>&1; ` +
    `trap '${report}' EXIT; eval "shift; $1"`;
}

/**
 * Descriptors that scripts rarely use themselves; the small shells know only
 * those of one digit. Children inherit them, which shows when one lives on.
 */
const descriptors: Readonly<Record<string, number>> = { bash: 199, sh: 8 };

/**
 * The argvs that run a command, to be tried in this order; by the shells that
 * may be run, or those that a sandbox has.
 */
export function shellCommands(
  command: string,
  shells: readonly string[] = permittedShells(),
): string[][] {
  return shells.map((shell) => [
    shell,
    "-c",
    wrapper(descriptors[shell] ?? 8),
    shell,
    command,
  ]);
}

/**
 * Git's housekeeping after a commit would go on in the background, where it
 * would be ended with the call, again after each commit.
 */
function gitSettings(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const count = positive(environment.GIT_CONFIG_COUNT) ?? 0;
  return {
    [`GIT_CONFIG_KEY_${count}`]: "gc.autoDetach",
    [`GIT_CONFIG_VALUE_${count}`]: "false",
    GIT_CONFIG_COUNT: String(count + 1),
  };
}

/**
 * What children get besides the call's environment: nothing that waits for a
 * person (pagers, editors, password prompts), no colours, and a way to tell
 * that an agent runs them.
 */
export function shellEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { FORCE_COLOR: _, CLICOLOR_FORCE: __, ...rest } = environment;
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...rest,
    ...gitSettings(environment),
    PAGER: "cat",
    GIT_PAGER: "cat",
    GIT_EDITOR: "true",
    GIT_TERMINAL_PROMPT: "0",
    TERM: "dumb",
    NO_COLOR: "1",
    OPENCLAUDE: "1",
    AGENT: "openclaude",
  };
}

/** Programs that say "no" by exit code 1, and what that means. */
const meanings: Readonly<Record<string, string>> = {
  grep: "no matches",
  egrep: "no matches",
  fgrep: "no matches",
  rg: "no matches",
  ag: "no matches",
  "git grep": "no matches",
  diff: "the files differ",
  cmp: "the files differ",
  "git diff": "there are differences",
  test: "the condition is false",
  "[": "the condition is false",
  pgrep: "no matches",
};

/** Why an exit code is an answer and no error; undefined when it is one. */
export async function interpretExit(
  line: string,
  code: number,
): Promise<string | undefined> {
  if (code !== 1) return undefined;
  const { last, ok } = await parseShell(line);
  const command = last === null ? null : unwrap(last);
  if (command === null || !ok) return undefined;
  const { name, words } = command;
  const full = name === "git" ? `git ${words[0]?.value ?? ""}` : name;
  return Object.hasOwn(meanings, full) ? meanings[full] : undefined;
}

const secondsUpTo = 600;
const fallback = { timeout: 120_000, most: 600_000 };

/**
 * The time limit of a call in milliseconds. Up to 600 a value is seconds,
 * which is what models send that learned so (spec/features.md). Zero and less,
 * "no limit" to some models, is the default.
 */
export function timeLimit(
  asked: number | undefined,
  environment: Readonly<Record<string, string>>,
): number {
  const most = positive(environment.BASH_MAX_TIMEOUT_MS) ?? fallback.most;
  const wanted = asked === undefined || asked <= 0
    ? positive(environment.BASH_DEFAULT_TIMEOUT_MS) ?? fallback.timeout
    : asked <= secondsUpTo
    ? asked * 1_000
    : asked;
  return Math.min(wanted, most);
}

/** A positive number in a text, else undefined. */
export function positive(value: string | undefined): number | undefined {
  const number = Number(value);
  return number > 0 && Number.isFinite(number) ? number : undefined;
}
