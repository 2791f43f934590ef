import { z } from "zod";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import { systemClock } from "../platform/clock.ts";
import { readJsonl } from "../platform/jsonl.ts";
import { lockFile } from "../platform/lock.ts";

/** Where the results of a file of tasks are kept when nobody says so. */
export function resultsFileOf(tasks: string): string {
  return `${tasks.replace(/\.jsonl$/, "")}.results.jsonl`;
}

const resultSchema = z.object({ id: z.string(), exitCode: z.int() });

/** What came of a task: one line of the results. */
export interface BatchResult {
  readonly id: string;
  /** As the program would have ended with for this task alone. */
  readonly exitCode: number;
  readonly reason: string;
  /** The model's last text. */
  readonly result: string;
  readonly session: string | null;
  readonly turns: number;
  readonly ms: number;
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly costUsd: number;
  };
  /** What kept it from an end; null where it ended by itself. */
  readonly error: string | null;
}

/** The file in which results are kept, held by this process alone. */
export interface BatchResults extends AsyncDisposable {
  /** Exit codes of the tasks that have ended, by id; the last line counts. */
  readonly ended: ReadonlyMap<string, number>;
  /** Returns once the line is on the disk. */
  append(result: BatchResult): Promise<void>;
}

/**
 * Opens or makes a file of results. A last line that a killed process left
 * half-written is cut off: its task is not finished. Needs `--allow-read` and
 * `--allow-write` for the file and for the lock beside it, `FILE.lock`.
 *
 * @throws {UserError} with exit code 2 where another batch holds it, a line
 * is no result, or it can't be written.
 */
export async function openBatchResults(file: string): Promise<BatchResults> {
  try {
    const attempt = await lockFile(`${file}.lock`, { now: systemClock.now });
    if (!attempt.ok) {
      const pid = attempt.holder?.pid;
      throw usage(file, `process ${pid ?? "of another batch"} writes to it`);
    }
    await using stack = new AsyncDisposableStack();
    stack.use(attempt.lock);
    const handle = await Deno.open(file, {
      read: true,
      write: true,
      create: true,
    });
    stack.defer(() => handle.close());
    const ended = await readEnded(handle, file);
    await handle.seek(0, Deno.SeekMode.End);
    const held = stack.move();
    let last: Promise<void> = Promise.resolve();
    return {
      ended,
      append(result) {
        // One after the other: lines of two tasks must not mix.
        last = last.then(() => writeLine(handle, result));
        return last;
      },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw usage(file, describeError(error));
  }
}

async function readEnded(
  handle: Deno.FsFile,
  file: string,
): Promise<Map<string, number>> {
  const ended = new Map<string, number>();
  for await (const lines of readJsonl(handle)) {
    for (const { value, isEnded, start } of lines) {
      if (!isEnded) {
        await handle.truncate(start);
        break;
      }
      const { success, data } = resultSchema.safeParse(value);
      if (!success) throw usage(file, `byte ${start} begins no result`);
      ended.set(data.id, data.exitCode);
    }
  }
  return ended;
}

async function writeLine(
  handle: Deno.FsFile,
  result: BatchResult,
): Promise<void> {
  let bytes = new TextEncoder().encode(`${JSON.stringify(result)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(await handle.write(bytes));
  await handle.syncData();
}

function usage(file: string, state: string): UserError {
  return new UserError(
    `Cannot keep results in "${file}": ${state}`,
    exitCodes.usage,
  );
}
