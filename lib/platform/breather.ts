/** Lets the thread's other work go on within a long computation. */
export interface Breather {
  /** Whether the computation has held the thread long enough. */
  isDue(): boolean;
  /**
   * Lets everything that waits have its turn.
   *
   * @throws the signal's reason
   */
  rest(): Promise<void>;
}

/** How many milliseconds a computation may hold the thread by default. */
const holdMs = 15;

/** Makes a breather; with a signal the computation can be stopped as well. */
export function createBreather(
  signal?: AbortSignal,
  everyMs: number = holdMs,
): Breather {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since > everyMs,
    async rest() {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      since = performance.now();
    },
  };
}
