import type { Clock } from "../../lib/platform/clock.ts";

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  /** Lengths of all sleeps that were begun, in milliseconds. */
  readonly sleeps: number[] = [];
  #now: number;
  #sleepers: Sleeper[] = [];
  #skips: number[] = [];
  #watchers: (() => void)[] = [];

  constructor(now = Date.parse("2026-01-01T00:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    const skip = this.#skips.indexOf(ms);
    if (skip !== -1) {
      this.#skips.splice(skip, 1);
      this.#now += ms;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { due: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal.reason);
      }, { once: true });
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  /** The next sleep of exactly so long takes no time. */
  skip(ms: number): void {
    this.#skips.push(ms);
  }

  /** Moves time on, wakes who is due, and lets them run. */
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter((each) => each.due <= this.#now);
    this.#sleepers = this.#sleepers.filter((each) => each.due > this.#now);
    for (const sleeper of due) sleeper.wake();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Resolves when somebody sleeps for at least `ms` more. */
  async sleeping(ms: number): Promise<void> {
    while (!this.#sleepers.some((each) => each.due >= this.#now + ms)) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }
}
