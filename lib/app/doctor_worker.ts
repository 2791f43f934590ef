import type { RealmStarter } from "./realm_start.ts";

/** Whether tools run in a worker of their own, and with which rights. */
export interface WorkerFinding {
  readonly starts: boolean;
  /** Whether the worker holds the mode's rights only. */
  readonly narrowed: boolean;
  /** Milliseconds from its start to its first answer; null without one. */
  readonly startMs: number | null;
  /** What is not as it should be, and what would mend it. */
  readonly warning: string | null;
}

const patienceMs = 10_000;

/**
 * Starts a worker for tools, waits for its first answer and ends it. Needs
 * what a prompt's first tool call needs: to read the program's own source.
 */
export async function findWorker(
  { start, warning }: RealmStarter,
): Promise<WorkerFinding> {
  const nothing = { starts: false, narrowed: false, startMs: null };
  if (start === undefined) return { ...nothing, warning: warning ?? null };
  const begin = performance.now();
  const problem = await firstAnswer(start);
  if (problem !== undefined) return { ...nothing, warning: problem };
  return {
    starts: true,
    narrowed: warning === undefined,
    startMs: Math.round(performance.now() - begin),
    warning: warning ?? null,
  };
}

/** Resolves to what went wrong, or undefined. */
async function firstAnswer(
  start: NonNullable<RealmStarter["start"]>,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(
    () => resolve(`The worker did not answer within ${patienceMs / 1_000} s`),
    patienceMs,
  );
  const worker = start("plan");
  try {
    worker.onmessage = () => resolve(undefined);
    worker.onerror = (event) => {
      // Deno would print a stack.
      event.preventDefault();
      resolve(`The worker does not start: ${event.message}`);
    };
    // There is no such tool: that the worker says so is the answer.
    worker.postMessage({
      type: "call",
      id: 0,
      call: { tool: "", input: {}, context: emptyContext },
    });
    return await promise;
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

const emptyContext = {
  callId: "",
  cwd: "/",
  roots: [],
  seen: {},
  limits: { resultChars: 0, readLines: 0, callMs: patienceMs },
  spillFolder: null,
  environment: {},
  vision: false,
} as const;
