import type { Clock } from "../platform/clock.ts";
import type { Timeouts } from "./profile.ts";

/** What was waited for in vain. "tail" is the end of a finished reply. */
export type Expired = "first_byte" | "idle" | "progress" | "tail";

/** A server that sends signs of life is held to them. */
const pulsedIdleMs = 60_000;
/** One comment may be chance; some servers send one and then think. */
const pulse = 2;
/** What may still come after the finish reason is usage. */
const tailMs = 10_000;
const doneTailMs = 2_000;

/**
 * Watches the silence of a stream (spec/providers.md 5.4): one timer for the
 * first byte, one for any byte after it, one for anything of a reply. Each
 * byte only moves a number; the timer itself is set anew when it runs out.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #onExpired: (what: Expired, ms: number) => void;
  #byteAt: number;
  #progressAt: number;
  #idleMs: number | undefined;
  #tailMs: number | undefined;
  #sleep = new AbortController();
  #isStopped = false;

  constructor(
    clock: Clock,
    timeouts: Timeouts,
    onExpired: (what: Expired, ms: number) => void,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#onExpired = onExpired;
    this.#byteAt = this.#progressAt = clock.now();
    this.#run();
  }

  /** Bytes came; `hasProgress` when they held something of the reply. */
  touch(hasProgress: boolean): void {
    const now = this.#clock.now();
    this.#byteAt = now;
    if (hasProgress) this.#progressAt = now;
    if (this.#idleMs !== undefined) return;
    this.#idleMs = this.#timeouts.idleMs;
    this.#wake();
  }

  /** The server has sent so many comments. */
  pulse(comments: number): void {
    if (comments < pulse || (this.#idleMs ?? 0) <= pulsedIdleMs) return;
    this.#idleMs = pulsedIdleMs;
    this.#wake();
  }

  /** The reply has its finish reason, or even its `[DONE]`. */
  finished(isDone: boolean): void {
    const tail = isDone ? doneTailMs : tailMs;
    if (this.#tailMs === tail) return;
    this.#tailMs = tail;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#sleep.abort();
  }

  #wake(): void {
    this.#sleep.abort();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const { at, ms, what } = this.#next();
      const wait = at - this.#clock.now();
      if (wait <= 0) return this.#onExpired(what, ms);
      this.#sleep = new AbortController();
      // Rejects when there is a nearer end, or none any more.
      await this.#clock.sleep(wait, this.#sleep.signal).catch(() => {});
    }
  }

  #next(): { at: number; ms: number; what: Expired } {
    const { firstByteMs, progressMs } = this.#timeouts;
    if (this.#idleMs === undefined) {
      const at = this.#byteAt + firstByteMs;
      return { at, ms: firstByteMs, what: "first_byte" };
    }
    if (this.#tailMs !== undefined) {
      const at = this.#byteAt + this.#tailMs;
      return { at, ms: this.#tailMs, what: "tail" };
    }
    const idleAt = this.#byteAt + this.#idleMs;
    const progressAt = this.#progressAt + (progressMs ?? Infinity);
    return progressMs !== null && progressAt < idleAt
      ? { at: progressAt, ms: progressMs, what: "progress" }
      : { at: idleAt, ms: this.#idleMs, what: "idle" };
  }
}
