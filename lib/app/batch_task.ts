import { addToTally, noTally } from "../core/cost.ts";
import { describeError, exitCodes, UserError } from "../core/error.ts";
import { text } from "../core/message.ts";
import { exitCodeOf } from "../core/run_end.ts";
import type { Invocation } from "./args.ts";
import type { BatchResult } from "./batch_results.ts";
import type { BatchTask } from "./batch_tasks.ts";
import { boot } from "./boot.ts";
import type { RealmStarter } from "./realm_start.ts";
import { readSetup } from "./run_setup.ts";

/**
 * Runs one task in a conversation of its own; whatever goes wrong with it is
 * its result. Null when the signal ended it: it is not finished.
 */
export async function runBatchTask(
  task: BatchTask,
  { invocation, realms, signal }: {
    /** What holds for all tasks. */
    readonly invocation: Invocation;
    readonly realms: RealmStarter;
    readonly signal: AbortSignal;
  },
): Promise<BatchResult | null> {
  const begin = performance.now();
  try {
    const done = await converse(task, {
      invocation: forTask(invocation, task),
      realms,
      signal,
    });
    return done && { ...done, ms: Math.round(performance.now() - begin) };
  } catch (error) {
    if (signal.aborted) return null;
    return {
      ...nothing(task.id),
      exitCode: error instanceof UserError ? error.exitCode : exitCodes.crash,
      ms: Math.round(performance.now() - begin),
      error: describeError(error),
    };
  }
}

async function converse(
  task: BatchTask,
  { invocation, realms, signal }: {
    readonly invocation: Invocation;
    readonly realms: RealmStarter;
    readonly signal: AbortSignal;
  },
): Promise<BatchResult | null> {
  const setup = await readSetup(invocation, {
    canAskPerson: false,
    frontEnd: "oneshot",
  });
  await using conversation = await boot({
    ...invocation,
    ...setup,
    realms,
    mode: setup.permissions.mode,
    isModeGiven: invocation.mode !== undefined,
    canAsk: false,
    isOneshot: true,
  });
  if (signal.aborted) return null;
  const stop = () => conversation.send({ type: "interrupt" });
  signal.addEventListener("abort", stop, { once: true });
  using _ = {
    [Symbol.dispose]: () => signal.removeEventListener("abort", stop),
  };
  const events = conversation.events()[Symbol.asyncIterator]();
  // Listening begins with the first call, which must come before the op.
  let next = events.next();
  conversation.send({ type: "prompt", content: [text(task.prompt)] });
  let usage = noTally;
  let result = "";
  while (true) {
    const item = await next;
    if (item.done) throw new Error("The conversation ended before its run");
    const event = item.value;
    if (event.type === "run_start" && signal.aborted) stop();
    if (event.type === "usage") usage = addToTally(usage, event);
    if (event.type === "message" && event.message.role === "assistant") {
      result = event.message.text.trimEnd() || result;
    }
    if (event.type === "run_end") {
      await events.return?.();
      if (event.reason === "aborted" && signal.aborted) return null;
      const { input, output, costUsd } = usage;
      return {
        ...nothing(task.id),
        exitCode: exitCodeOf(event),
        reason: event.reason,
        result,
        session: conversation.sessionFile === null ? null : conversation.id,
        turns: event.turns,
        usage: { input, output, costUsd },
        error: event.failure?.message ?? event.because ?? null,
      };
    }
    next = events.next();
  }
}

/** The command line as it would be for this task alone. */
function forTask(invocation: Invocation, task: BatchTask): Invocation {
  return {
    ...invocation,
    cwd: task.cwd ?? invocation.cwd,
    model: task.model ?? invocation.model,
    mode: task.mode ?? invocation.mode,
    maxTurns: task.maxTurns ?? invocation.maxTurns,
  };
}

function nothing(id: string): BatchResult {
  return {
    id,
    exitCode: exitCodes.failed,
    reason: "error",
    result: "",
    session: null,
    turns: 0,
    ms: 0,
    usage: { input: 0, output: 0, costUsd: 0 },
    error: null,
  };
}
