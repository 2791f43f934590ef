import { tempFolder } from "../support/temp.ts";

/** The entry of the program in this checkout. */
export const entry = new URL("../../main.ts", import.meta.url).pathname;

/** How a run of the program is set up. */
export interface RunOptions {
  /** Folder to start in. */
  readonly cwd: string;
  /** What is piped in; without it, stdin is empty. */
  readonly stdin?: string;
  /** Variables besides PATH, HOME and the cache's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Command and arguments before the program's own; default: all allowed. */
  readonly command?: readonly string[];
}

/** What a run left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that takes longer is hung, even on a slow machine. */
const patienceMs = 90_000;

/** Command that starts the program by `deno run` with these flags. */
export function denoRun(
  flags: readonly string[] = ["-A"],
  main: string = entry,
): string[] {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", ...flags, main];
}

/**
 * Runs the program as a user would: as a process, with a home of its own, so
 * that nothing of this machine's settings or keys is seen.
 */
export async function runProgram(
  args: readonly string[],
  { cwd, stdin, env = {}, command = denoRun() }: RunOptions,
): Promise<Finished> {
  await using home = await tempFolder();
  const [program = "", ...before] = command;
  const child = new Deno.Command(program, {
    args: [...before, ...args],
    cwd,
    clearEnv: true,
    env: { ...await baseEnvironment(home.path), ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(patienceMs),
  }).spawn();
  const output = child.output();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Variables of a fresh user, with Deno's cache of this one. */
export async function baseEnvironment(
  home: string,
): Promise<Record<string, string>> {
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: home,
    DENO_DIR: await denoFolder(),
  };
}

let folder: Promise<string> | undefined;

function denoFolder(): Promise<string> {
  folder ??= (async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json"],
      stderr: "null",
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
  })();
  return folder;
}
