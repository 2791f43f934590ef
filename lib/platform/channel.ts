/**
 * A queue with one reader: values are pushed at any time and read in order by
 * `for await`. It does not push back: writers that could flood it coalesce.
 */
export class Channel<T> implements AsyncIterable<T> {
  #values: T[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  /** Adds a value; ignored after `close()`. */
  push(value: T): void {
    if (this.#closed) return;
    this.#values.push(value);
    this.#wake?.();
  }

  /** Ends the iteration after the values that are already in. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Yields the values; waits for more until the channel is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (true) {
      const batch = this.#values;
      this.#values = [];
      yield* batch;
      if (this.#values.length > 0) continue;
      if (this.#closed) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }
}
