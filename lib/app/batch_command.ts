import { exitCodes, UserError } from "../core/error.ts";
import { count } from "../core/text.ts";
import { listenSignal } from "../term/signals.ts";
import { openBatchResults, resultsFileOf } from "./batch_results.ts";
import { runBatchTask } from "./batch_task.ts";
import type { Invocation } from "./args.ts";
import { type BatchTask, readBatchTasks } from "./batch_tasks.ts";
import { writeWhole } from "./print.ts";
import type { RealmStarter } from "./realm_start.ts";

/** Milliseconds that tasks may take to end after a signal. */
const graceMs = 5000;

/**
 * `openclaude batch FILE`: runs the tasks that have no result yet, some at
 * once. Each result is on the disk before it is a line of stdout. A signal
 * ends the tasks under way, which stay unfinished.
 *
 * @returns 0 when all are done, 1 when some failed, 130 or 143 by a signal.
 * @throws {UserError} with exit code 2 before anything starts.
 */
export async function runBatch(
  file: string,
  { invocation, realms }: {
    readonly invocation: Invocation;
    readonly realms: RealmStarter;
  },
): Promise<number> {
  const { session } = invocation;
  if (session.from.kind !== "new" || session.id !== undefined) {
    throw new UserError(
      "Cannot go on with a session in a batch: each task has a new one",
      exitCodes.usage,
    );
  }
  refuseForOne(invocation);
  const tasks = await readBatchTasks(file);
  const kept = invocation.results ?? resultsFileOf(file);
  await using results = await openBatchResults(kept);
  const codes = new Map(results.ended);
  const retries = invocation.ownSwitches.includes("retry-failed");
  const waiting = tasks.filter(({ id }) => {
    const code = codes.get(id);
    return code === undefined || (retries && code !== exitCodes.done);
  });
  const skipped = tasks.length - waiting.length;
  for (const { id } of waiting) codes.delete(id);
  using stop = listenForStop();
  const work = async () => {
    while (!stop.signal.aborted) {
      const task = waiting.shift();
      if (task === undefined) return;
      const { signal } = stop;
      const result = await runBatchTask(task, { invocation, realms, signal });
      if (result === null) return;
      await results.append(result);
      codes.set(task.id, result.exitCode);
      writeWhole(Deno.stdout, `${JSON.stringify(result)}\n`);
    }
  };
  const workers = Array.from({ length: invocation.jobs ?? 1 }, work);
  await Promise.race([Promise.all(workers), stop.late]);
  return summary(tasks, { codes, skipped, kept, stopCode: stop.code() });
}

/** Options of one run that many at once can't keep. */
function refuseForOne(invocation: Invocation): void {
  const { timeout, images, lastMessageFile, debugFile } = invocation;
  const given = [
    timeout === undefined ? "" : "--timeout",
    images.length === 0 ? "" : "--image",
    lastMessageFile === undefined ? "" : "--output-last-message",
    debugFile === undefined ? "" : "--debug-file",
  ].find((flag) => flag !== "");
  if (given === undefined) return;
  throw new UserError(
    `Cannot use ${given} with batch: it is for one run. The results file ` +
      "holds each task's answer",
    exitCodes.usage,
  );
}

function summary(
  tasks: readonly BatchTask[],
  { codes, skipped, kept, stopCode }: {
    readonly codes: ReadonlyMap<string, number>;
    readonly skipped: number;
    readonly kept: string;
    readonly stopCode: number | undefined;
  },
): number {
  const ended = tasks.map(({ id }) => codes.get(id))
    .filter((code) => code !== undefined);
  const done = ended.filter((code) => code === exitCodes.done).length;
  const failed = ended.length - done;
  const open = tasks.length - ended.length;
  writeWhole(
    Deno.stderr,
    `${count(tasks.length, "task")}: ${done} done, ${failed} failed, ` +
      `${open} not finished (${skipped} ended earlier). Results: ${kept}\n`,
  );
  return stopCode ?? (failed > 0 ? exitCodes.failed : exitCodes.done);
}

/** Turns signals into an end of the tasks, and a second or a late one into ours. */
function listenForStop() {
  const controller = new AbortController();
  const late = Promise.withResolvers<void>();
  let code: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (exitCode: number) => {
    if (code !== undefined) late.resolve();
    code ??= exitCode;
    controller.abort();
    timer ??= setTimeout(late.resolve, graceMs);
  };
  const stops = [
    listenSignal("SIGINT", () => end(exitCodes.interrupted)),
    listenSignal("SIGTERM", () => end(exitCodes.terminated)),
    listenSignal("SIGHUP", () => end(exitCodes.terminated)),
  ];
  return {
    signal: controller.signal,
    late: late.promise,
    code: () => code,
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const stopListening of stops) stopListening();
    },
  };
}
