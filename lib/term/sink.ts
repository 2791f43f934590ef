/** Where text is written. */
export interface Sink {
  /** Writes at once, in order, without waiting. */
  write(text: string): void;
  /** Resolves when everything has left the process. */
  flush(): Promise<void>;
  /** Whether nobody reads any more; absent where that can't be told. */
  isBroken?(): boolean;
}

/** The part of `Deno.stdout` that a sink needs. */
export interface ByteStream {
  writeSync(bytes: Uint8Array): number;
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Writes text to a stream. Writes are synchronous, so that two streams of one
 * terminal stay in order; where a full pipe refuses that, the rest follows
 * asynchronously. A reader that went away (EPIPE) silences the sink.
 *
 * @param options with `waits: false` nothing is written synchronously: a
 * program that does not read its pipe must not stop this one.
 */
export function createSink(
  stream: ByteStream,
  { waits = true }: { readonly waits?: boolean } = {},
): Sink {
  const encoder = new TextEncoder();
  let waiting: Uint8Array[] = [];
  let draining: Promise<void> | null = null;
  let broken = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && !broken) {
      const batch = waiting;
      waiting = [];
      for (const bytes of batch) {
        let at = 0;
        while (at < bytes.length && !broken) {
          at += await stream.write(bytes.subarray(at)).catch((error) => {
            if (error instanceof Deno.errors.BrokenPipe) broken = true;
            else throw error;
            return 0;
          });
        }
      }
    }
  };

  const startDraining = (): void => {
    draining ??= drain().finally(() => {
      draining = null;
      // What was written between the last look and this moment.
      if (waiting.length > 0 && !broken) startDraining();
    });
  };

  const write = (text: string): void => {
    if (broken || text === "") return;
    const bytes = encoder.encode(text);
    let at = 0;
    try {
      while (waits && draining === null && at < bytes.length) {
        at += stream.writeSync(bytes.subarray(at));
      }
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) {
        broken = true;
        return;
      }
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    }
    if (at >= bytes.length) return;
    waiting.push(bytes.subarray(at));
    startDraining();
  };

  return {
    write,
    flush: async () => {
      while (draining !== null) await draining;
    },
    isBroken: () => broken,
  };
}
