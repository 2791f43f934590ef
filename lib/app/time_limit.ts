import { exitCodes, UserError } from "../core/error.ts";

/** When a run must end, whatever it does. */
export interface TimeLimit {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  /** What the user is told then. */
  readonly message: string;
}

/** A clock that runs until the work is done. */
export interface TimeKeeper {
  /** Absent where there is no limit. */
  readonly limit: TimeLimit | undefined;
  /**
   * Waits for work; when the time has been over for so long that the work
   * does not end by itself, for no longer.
   *
   * @throws {UserError} with exit code 124 then.
   */
  bound<Value>(work: Promise<Value>): Promise<Value>;
}

/** Milliseconds that work gets to end by itself: more than front ends give. */
const graceMs = 3_000;

/** Starts the clock of `--timeout`, if there is one. */
export function startTimeLimit(
  timeout: { readonly ms: number; readonly written: string } | undefined,
): TimeKeeper {
  if (timeout === undefined) {
    return { limit: undefined, bound: (work) => work };
  }
  const { ms, written } = timeout;
  const message = `Stopped at the time limit of ${written} (--timeout)`;
  const controller = new AbortController();
  const overdue = Promise.withResolvers<never>();
  // Without work to bound, a rejection would be nobody's.
  overdue.promise.catch(() => {});
  let timer = setTimeout(() => {
    controller.abort();
    timer = setTimeout(
      () => overdue.reject(new UserError(message, exitCodes.timeout)),
      graceMs,
    );
  }, ms);
  return {
    limit: { signal: controller.signal, message },
    async bound(work) {
      try {
        return await Promise.race([work, overdue.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
/** What the system's timers can wait for. */
const mostMs = 2 ** 31 - 1;

/**
 * Reads "90", "90s", "5m", "1.5h": milliseconds, and how it was written.
 *
 * @throws {UserError} with exit code 2.
 */
export function timeoutOf(
  value: string | undefined,
): { readonly ms: number; readonly written: string } | undefined {
  if (value === undefined) return undefined;
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ??
    [];
  const ms = Number(number) * unitMs[unit as keyof typeof unitMs];
  if (ms > 0 && ms <= mostMs) {
    return { ms, written: /\d$/.test(value) ? `${value}s` : value };
  }
  throw new UserError(
    `Cannot use --timeout "${value}": it must be seconds, or a number with ` +
      "ms, s, m or h, up to 596h. See openclaude --help",
    exitCodes.usage,
  );
}
