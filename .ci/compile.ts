/**
 * `deno task compile [FILE]`: makes the executable for this machine (default:
 * dist/openclaude) from the bundle. `--target=NAME`: for another one. `--all
 * [FOLDER]`: for each of `.ci/targets.ts`, with SHA256SUMS (default: dist).
 *
 * `COMPILE_DENO` names another Deno to do it. Its base, denort, is downloaded
 * once; `DENORT_BIN` names one that is there: for the target that is asked
 * for, with `--all` for this machine's.
 */

import { parseArgs } from "@std/cli/parse-args";
import { path } from "../lib/platform/paths.ts";
import { bundle } from "./bundle.ts";
import { sumsName, writeSums } from "./sums.ts";
import { fileNameOf, type Target, targetNamed, targets } from "./targets.ts";

const dist = path.fromFileUrl(new URL("../dist", import.meta.url));

/**
 * What the executable may do at most; the user's own words narrow it. Listed,
 * since `-A` would open /proc/self/mem too (spec/deno.md 2). `ffi` is for
 * Landlock.
 */
const permissions = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  // For Landlock: the launcher uses it once and no worker ever holds it.
  "--allow-ffi",
  "--no-prompt",
];

/**
 * The tool realm holds its own permissions; a pattern such as `(a+)+$` falls
 * back to an engine without backtracking (spec/deno.md 12); the code cache
 * would be a file in the shared temporary folder, whose name another user of
 * the machine can foresee. It would save some 30 ms of a start (spec/deno.md 8).
 */
const runtime = [
  "--unstable-worker-options",
  "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks",
  "--no-code-cache",
];

/** The compiler's words for a bundled `main.js`; no target: this machine. */
export function compileArguments(
  { entry, output, target }: {
    readonly entry: string;
    readonly output: string;
    readonly target?: Target | undefined;
  },
): string[] {
  return [
    "compile",
    "--quiet",
    // deno.lock and deno.json must not be found: the bundle needs neither.
    "--no-config",
    "--no-check",
    ...permissions,
    ...runtime,
    ...(target === undefined ? [] : [`--target=${target}`]),
    `--output=${output}`,
    entry,
  ];
}

/** Whom an executable is made for, and with what. */
export interface CompileOptions {
  /** Absent: this machine. */
  readonly target?: Target | undefined;
  /** The compiler's environment; absent: this process's. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Compiles a bundled `main.js`. Needs run and env permission.
 *
 * @throws {Error} that says of the target what was missing.
 */
export async function compile(
  entry: string,
  output: string,
  { target, environment = Deno.env.toObject() }: CompileOptions = {},
): Promise<void> {
  const compiler = environment.COMPILE_DENO ?? Deno.execPath();
  const { code, stderr } = await new Deno.Command(compiler, {
    args: compileArguments({ entry, output, target }),
    cwd: path.dirname(entry),
    clearEnv: true,
    env: { ...environment, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr);
  throw new Error(explainFailure(said, target ?? Deno.build.target));
}

/** Says what a failed compiler's words mean for who asked. */
export function explainFailure(stderr: string, target: string): string {
  const prefix = `Cannot compile for ${target}: `;
  const [url] = /https?:\/\/[^\s)]+denort[^\s)]*/.exec(stderr) ?? [];
  if (url !== undefined) {
    return `${prefix}its base could not be downloaded from ${url}. ` +
      `Where there is one, name it: ` +
      `DENORT_BIN=FILE deno task compile --target=${target}`;
  }
  const reason = /Invalid object: (.*)/.exec(stderr)?.[1];
  if (reason !== undefined) {
    return `${prefix}DENORT_BIN is no base for this target (${reason})`;
  }
  return prefix + stderr.split("\nStack backtrace:")[0]?.trim();
}

/** What came of one target. */
export interface Compiled {
  readonly target: Target;
  readonly name: string;
  /** Why there is no executable; absent: there is. */
  readonly failure?: string;
}

/**
 * Compiles for several targets, one after the other, and writes SHA256SUMS of
 * those that succeeded. `DENORT_BIN` counts for this machine's target alone:
 * the compiler would take it for any.
 */
export async function compileAll(
  entry: string,
  folder: string,
  { wanted = targets, environment = Deno.env.toObject() }: {
    readonly wanted?: readonly Target[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Compiled[]> {
  const { DENORT_BIN: _, ...others } = environment;
  const all: Compiled[] = [];
  for (const target of wanted) {
    const name = fileNameOf(target);
    const isHost = target === Deno.build.target;
    try {
      await compile(entry, path.join(folder, name), {
        target,
        environment: isHost ? environment : others,
      });
      all.push({ target, name });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      all.push({ target, name, failure: error.message });
    }
  }
  const made = all.filter(({ failure }) => failure === undefined);
  await writeSums(folder, made.map(({ name }) => name));
  return all;
}

async function main(): Promise<number> {
  const { all, target: name, _: [place] } = parseArgs(Deno.args, {
    boolean: ["all"],
    string: ["target", "_"],
    unknown: (word) => {
      if (!word.startsWith("-")) return;
      throw new Error(`Cannot compile: there is no option "${word}"`);
    },
  });
  const target = typeof name === "string" ? targetNamed(name) : undefined;
  const temporary = await Deno.makeTempDir({ prefix: "openclaude-compile-" });
  try {
    await bundle(temporary);
    const entry = path.join(temporary, "main.js");
    if (all === true) {
      const folder = path.resolve(String(place ?? dist));
      await Deno.mkdir(folder, { recursive: true });
      return await report(folder, await compileAll(entry, folder));
    }
    const isWindows = (target ?? Deno.build.target).includes("windows");
    const usual = target === undefined
      ? `openclaude${isWindows ? ".exe" : ""}`
      : fileNameOf(target);
    const output = path.resolve(String(place ?? path.join(dist, usual)));
    await compile(entry, output, { target });
    await tellSize(output);
    return 0;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Prints what was made and what was not; returns the exit code. */
async function report(
  folder: string,
  all: readonly Compiled[],
): Promise<number> {
  let failed = 0;
  for (const { name, failure } of all) {
    if (failure === undefined) {
      await tellSize(path.join(folder, name));
      continue;
    }
    failed++;
    // deno-lint-ignore no-console
    console.error(failure);
  }
  await tellSize(path.join(folder, sumsName));
  return failed === 0 ? 0 : 1;
}

async function tellSize(file: string): Promise<void> {
  const { size } = await Deno.stat(file);
  // deno-lint-ignore no-console
  console.log(`${String(size).padStart(9)}  ${file}`);
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    // deno-lint-ignore no-console
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
}
