/**
 * How an attempt is repeated (spec/providers.md 5.3): "connect" when nobody
 * answered, "transport" when the connection broke before an answer, "server"
 * for its own troubles, "rate" for its limits, "loading" while it loads the
 * model, "stream" when a reply broke off, "idle" after a silence.
 */
export type RetryRule =
  | "none"
  | "connect"
  | "transport"
  | "server"
  | "rate"
  | "loading"
  | "stream"
  | "idle";

interface Row {
  readonly times: number;
  /** Milliseconds that all waits of the rule may take together. */
  readonly budgetMs?: number;
  wait(attempt: number, random: number): number;
}

const seconds = 1_000;
const minutes = 60 * seconds;

const rows: Readonly<Record<RetryRule, Row>> = {
  none: { times: 0, wait: () => 0 },
  connect: { times: 1, wait: () => seconds },
  transport: { times: 5, wait: backoff },
  server: { times: 5, budgetMs: 10 * minutes, wait: backoff },
  rate: { times: 8, budgetMs: 10 * minutes, wait: backoff },
  loading: {
    times: 100,
    budgetMs: 10 * minutes,
    wait: (attempt) => Math.min(2 * attempt, 10) * seconds,
  },
  stream: { times: 3, wait: backoff },
  idle: { times: 1, wait: () => 0 },
};

/** A repetition: which one, of how many, after what wait. */
export interface Repetition {
  readonly attempt: number;
  readonly of: number;
  readonly waitMs: number;
}

/** Counts what one request has been repeated for. */
export class RetryBudget {
  readonly #random: () => number;
  readonly #counts = new Map<RetryRule, number>();
  readonly #waited = new Map<RetryRule, number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * The next repetition by a rule, or null when there is none left. What the
   * server asks to wait is taken, unless it is more than the rule allows.
   */
  next(rule: RetryRule, askedMs?: number): Repetition | null {
    const row = rows[rule];
    const attempt = (this.#counts.get(rule) ?? 0) + 1;
    if (attempt > row.times) return null;
    const waitMs = Math.round(askedMs ?? row.wait(attempt, this.#random()));
    const waited = (this.#waited.get(rule) ?? 0) + waitMs;
    if (waited > (row.budgetMs ?? Infinity)) return null;
    this.#counts.set(rule, attempt);
    this.#waited.set(rule, waited);
    return { attempt, of: row.times, waitMs };
  }
}

/** Doubles from 1 s to 30 s; 50 to 100 percent of it. */
function backoff(attempt: number, random: number): number {
  const full = Math.min(30 * seconds, seconds * 2 ** (attempt - 1));
  return full * (0.5 + random / 2);
}

/**
 * The wait in milliseconds that a server asks for, by headers or in words:
 * `retry-after-ms`, `retry-after` (seconds or a date), `x-ratelimit-reset-*`
 * ("1m2.5s", seconds, a time), "try again in 20s". Undefined when it doesn't.
 */
export function waitFromServer(
  headers: Headers | undefined,
  said: string,
  now: number,
): number | undefined {
  const exact = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const after = headers?.get("retry-after") ?? "";
  if (/^\s*\d+(\.\d+)?\s*$/.test(after)) return Number(after) * seconds;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const reset = headers === undefined ? undefined : resetWait(headers, now);
  if (reset !== undefined) return reset;
  const words =
    /(?:try again|retry|wait)[^.\d]{0,30}?((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|[hms])\s*)+)/i
      .exec(said);
  return words?.[1] === undefined ? undefined : readDuration(words[1]);
}

/** The latest reset among the limits that are used up; else the earliest. */
function resetWait(headers: Headers, now: number): number | undefined {
  const used: number[] = [];
  const all: number[] = [];
  for (const [name, value] of headers) {
    const found = /^x-ratelimit-reset(-.+)?$/.exec(name);
    if (found === null) continue;
    const wait = readReset(value, now);
    if (wait === undefined) continue;
    all.push(wait);
    const left = headers.get(`x-ratelimit-remaining${found[1] ?? ""}`);
    if (left !== null && Number(left) <= 0) used.push(wait);
  }
  if (used.length > 0) return Math.max(...used);
  return all.length > 0 ? Math.min(...all) : undefined;
}

function readReset(value: string, now: number): number | undefined {
  const number = Number(value);
  if (value.trim() === "" || Number.isNaN(number)) return readDuration(value);
  // Times since 1970, in milliseconds or seconds, are far from any wait.
  if (number > 1e12) return Math.max(0, number - now);
  if (number > 1e9) return Math.max(0, number * seconds - now);
  return number * seconds;
}

const units: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milli)/, 1],
  [/^h/, 60 * minutes],
  [/^m/, minutes],
  [/^s/, seconds],
];

/** Reads "1m2.5s" or "20 seconds" as milliseconds. */
function readDuration(text: string): number | undefined {
  let total = 0;
  let isAny = false;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)) {
    const scale = units.find(([name]) => name.test((unit ?? "").toLowerCase()));
    if (scale === undefined) continue;
    total += Number(count) * scale[1];
    isAny = true;
  }
  return isAny ? total : undefined;
}
