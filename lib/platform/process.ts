import {
  canSignalGroups,
  endGroup,
  type Family,
  isGroupAlive,
  mayRunAnything,
  signalEscaped,
} from "./process_group.ts";

export { killGroup, permittedShells } from "./process_group.ts";

/** Which of a process's two outputs a piece came from. */
export type OutputStream = "stdout" | "stderr";

/** How a process is started, watched and ended. */
export interface ProcessOptions {
  readonly cwd: string;
  /** The complete environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds after which the process is stopped; never when left out. */
  readonly timeoutMs?: number;
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly graceMs?: number;
  /** The same after an abort: the user waits for it. */
  readonly abortGraceMs?: number;
  /** Milliseconds of quiet after the exit until the reading ends. */
  readonly drainMs?: number;
  /** Puts a sandbox in front: the argv that runs the given argv. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /**
   * The kernel ends with the process all that it started, as it does with the
   * first one of a namespace: then nobody is looked for, which takes 20 ms.
   */
  readonly contained?: boolean;
  /** Receives the output; reading waits for it. */
  readonly onOutput?: (
    chunk: Uint8Array,
    stream: OutputStream,
  ) => void | Promise<void>;
  /** Told of the process group while it may have members. */
  readonly onGroup?: (id: number, state: "started" | "ended") => void;
}

/** How a process ended. */
export interface ProcessResult {
  /** Exit code; 128 plus the signal's number when a signal ended it. */
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly ended: "exit" | "timeout" | "aborted";
  /** True when it left processes behind, which were then ended. */
  readonly leftovers: boolean;
  readonly durationMs: number;
}

const defaults = { graceMs: 500, abortGraceMs: 80, drainMs: 150 };
const notStarted: ProcessResult = {
  code: 130,
  signal: null,
  ended: "aborted",
  leftovers: false,
  durationMs: 0,
};
/** How long one who left the group may take to end. */
const escapeMs = 300;
/** How long a chatty leftover may put off the end of the reading. */
const longestDrain = 5;

/**
 * Runs a program in a session and process group of its own, with closed stdin
 * and without a terminal, and leaves no process behind: when it ends, times
 * out or is aborted, its group is ended (spec/deno.md 7), and on Linux those
 * who left the group and still hold its output.
 *
 * Throws what `Deno.Command.spawn()` throws, `Deno.errors.NotFound` when there
 * is no such program, and what `onOutput` throws. Needs `--allow-run` for the
 * program.
 */
export async function runProcess(
  argv: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  if (options.signal.aborted) return notStarted;
  const start = performance.now();
  const mark = `OPENCLAUDE_CALL=${crypto.randomUUID()}`;
  const child = spawn(argv, mark, options);
  const family: Family = { group: child.pid, mark };
  const halt = (reason: "timeout" | "aborted") => {
    if (!canSignalGroups()) killAlone(child);
    return stop(family, output, reason, options);
  };
  options.onGroup?.(child.pid, "started");
  const output = readOutput(child, options.onOutput);
  const stopper = watch(options);
  try {
    const ended = await Promise.race([
      child.status.then(() => "exit" as const),
      stopper.stopped,
      output.failed,
    ]);
    const leftovers = ended === "exit"
      ? await settle(family, output, { ...options, stopped: stopper.stopped })
      : await halt(ended);
    await Promise.race([output.failed, output.done]);
    const { code, signal } = await child.status;
    const durationMs = Math.round(performance.now() - start);
    return { code, signal, ended, leftovers, durationMs };
  } catch (error) {
    await halt("aborted");
    await child.status;
    throw error;
  } finally {
    stopper.dispose();
    options.onGroup?.(child.pid, "ended");
  }
}

function spawn(
  argv: readonly string[],
  mark: string,
  options: ProcessOptions,
): Deno.ChildProcess & {
  stdout: ReadableStream<Uint8Array>;
  stderr: ReadableStream<Uint8Array>;
} {
  const [program = "", ...args] = options.wrap?.(argv) ?? argv;
  const [name = "", value = ""] = mark.split("=");
  const environment = { ...options.environment, [name]: value };
  if (!mayRunAnything()) dropLoaderVariables(environment);
  return new Deno.Command(program, {
    args,
    cwd: options.cwd,
    env: environment,
    clearEnv: true,
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Where only the sandbox's program may be run: it ends with all it holds. */
function killAlone(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Deno refuses a listed program when one of these is set (spec/deno.md 5). */
function dropLoaderVariables(environment: Record<string, string>): void {
  for (const name of Object.keys(environment)) {
    if (/^(LD|DYLD)_/.test(name)) delete environment[name];
  }
}

/** Resolves `stopped` at the time limit or the abort, whichever is first. */
function watch({ signal, timeoutMs }: ProcessOptions) {
  const { promise, resolve } = Promise.withResolvers<"timeout" | "aborted">();
  const abort = () => resolve("aborted");
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => resolve("timeout"), timeoutMs);
  return {
    stopped: promise,
    dispose() {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    },
  };
}

interface Output {
  /** Resolves at the end of the reading. */
  readonly done: Promise<void>;
  /** Rejects when `onOutput` throws, else never settles. */
  readonly failed: Promise<never>;
  /** Milliseconds since something came. */
  quiet(): number;
  cancel(): Promise<void>;
}

function readOutput(
  child: ReturnType<typeof spawn>,
  onOutput: ProcessOptions["onOutput"],
): Output {
  let last = performance.now();
  const readers = [child.stdout.getReader(), child.stderr.getReader()];
  const pump = async (index: number, stream: OutputStream) => {
    while (true) {
      const piece = await readers[index]?.read();
      if (piece?.value === undefined) return;
      last = performance.now();
      await onOutput?.(piece.value, stream);
    }
  };
  const pumps = Promise.all([pump(0, "stdout"), pump(1, "stderr")]);
  const failed = new Promise<never>((_, reject) => pumps.catch(reject));
  const done = pumps.then(() => {}, () => {});
  return {
    done,
    failed,
    quiet: () => performance.now() - last,
    async cancel() {
      for (const reader of readers) await reader.cancel().catch(() => {});
      await done;
    },
  };
}

/** After the exit: reads the rest, ends who is left, stops reading. */
async function settle(
  family: Family,
  output: Output,
  options: ProcessOptions & { readonly stopped: Promise<unknown> },
): Promise<boolean> {
  const { drainMs, graceMs, abortGraceMs } = { ...defaults, ...options };
  const settled = Promise.race([output.done, options.stopped]);
  const latest = performance.now() + drainMs * longestDrain;
  let rest = drainMs;
  while (rest > 0 && performance.now() < latest) {
    if (await within(settled, rest)) break;
    rest = drainMs - output.quiet();
  }
  if (options.contained === true && await within(output.done, 0)) return false;
  const leftovers = await isGroupAlive(family);
  const patience = options.signal.aborted ? abortGraceMs : graceMs;
  if (leftovers) await endGroup(family, patience);
  const escaped = await endEscaped(family, output);
  return leftovers || escaped;
}

/** Before the exit: ends the group, then whoever left it. */
async function stop(
  family: Family,
  output: Output,
  reason: "timeout" | "aborted",
  options: ProcessOptions,
): Promise<boolean> {
  const { graceMs, abortGraceMs } = { ...defaults, ...options };
  await endGroup(family, reason === "timeout" ? graceMs : abortGraceMs);
  return await endEscaped(family, output);
}

/**
 * Whoever still holds one of the pipes after the group's end has left the
 * group. One that also closed all it inherited is a daemon by all rules, and
 * stays; only the sandbox ends those.
 */
async function endEscaped(family: Family, output: Output): Promise<boolean> {
  let found = 0;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (await within(output.done, 20)) break;
    found += await signalEscaped(family, signal);
    await within(output.done, found > 0 ? escapeMs : 0);
  }
  await output.cancel();
  return found > 0;
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(ms, 0));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
