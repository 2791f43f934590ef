import type { KeyInput } from "../term/terminal.ts";

/** Reads lines of a terminal that is not raw. */
export interface LineReader {
  /**
   * The next line without its end; null at the end of the input or when
   * `signal` is aborted. A read that is given up loses nothing.
   */
  next(signal: AbortSignal): Promise<string | null>;
}

/** Makes a reader, which owns the input from then on. */
export function createLineReader(
  input: Pick<KeyInput, "read">,
): LineReader {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let rest = "";
  let isOver = false;
  let reading: Promise<number | null> | null = null;

  const takeLine = (): string | null => {
    const end = rest.indexOf("\n");
    if (end === -1) return null;
    const line = rest.slice(0, end).replace(/\r$/, "");
    rest = rest.slice(end + 1);
    return line;
  };

  const next = async (signal: AbortSignal): Promise<string | null> => {
    const aborted = Promise.withResolvers<"aborted">();
    const onAbort = () => aborted.resolve("aborted");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      while (true) {
        const line = takeLine();
        if (line !== null) return line;
        if (isOver) {
          const last = rest;
          rest = "";
          return last === "" ? null : last;
        }
        reading ??= input.read(buffer);
        const length = await Promise.race([reading, aborted.promise]);
        if (length === "aborted") return null;
        reading = null;
        if (length === null) isOver = true;
        else {
          const bytes = buffer.subarray(0, length);
          rest += decoder.decode(bytes, { stream: true });
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };
  return { next };
}
