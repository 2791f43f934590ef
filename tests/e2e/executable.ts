import { builtExecutable } from "../support/built.ts";
import { modelServer } from "../support/model_server.ts";
import type { TempFolder } from "../support/temp.ts";
import { type Finished, runProgram } from "./program.ts";

/** A run with a model that made calls. */
export interface Played extends Finished {
  /** What the model was told of its calls. */
  readonly told: string;
}

/** One call of a tool. */
export interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** Plays calls, one a turn, in a folder, under the given words. */
export async function play(
  workspace: TempFolder,
  words: readonly string[],
  calls: readonly Call[],
  { before = [], env = {}, command }: {
    /** Words before the executable's name. */
    readonly before?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** What starts the program, where not the executable. */
    readonly command?: (host: string) => readonly string[];
  } = {},
): Promise<Played> {
  await using server = await modelServer([
    ...calls.map((call) => ({ calls: [call] })),
    { text: "Done." },
  ]);
  const { host } = new URL(server.url);
  const finished = await runProgram([
    `--base-url=${server.url}`,
    "--model=abc",
    "--permission-mode=bypassPermissions",
    ...words,
    "Hi",
  ], {
    cwd: workspace.path,
    command: [...before, ...command?.(host) ?? [await builtExecutable()]],
    env,
  });
  return { ...finished, told: server.requests.at(-1)?.text ?? "" };
}

/** A call of Write. */
export function write(file: string): Call {
  return { name: "Write", input: { file_path: file, content: "new\n" } };
}

/** A call of Read. */
export function read(file: string): Call {
  return { name: "Read", input: { file_path: file } };
}

/** A call of Bash. */
export function bash(command: string): Call {
  return { name: "Bash", input: { command } };
}

/** Shells, and no bubblewrap to put them in. */
export const withoutBwrap = "--allow-run=bash,sh";

/** Whether a path leads to something, be it a link. */
export async function exists(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch {
    return false;
  }
}
