import type { ToolProgress } from "../lib/core/tool.ts";

/** Passes a running tool's output on, piece by piece. */
export interface ProgressFeed {
  push(text: string): void;
  /** Sends what is left and stops the timer. */
  close(): void;
}

const everyMs = 50;
/** Together with the interval: at most 40,000 characters a second. */
const mostChars = 2_000;

/**
 * Coalesces output for the screen: at most one piece in 50 ms and of that the
 * last 2,000 characters, so that no flood of output becomes one of events.
 */
export function coalesceProgress(
  emit: (progress: ToolProgress) => void,
): ProgressFeed {
  let waiting = "";
  let isCut = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (waiting === "") return;
    const text = isCut ? `…${waiting}` : waiting;
    waiting = "";
    isCut = false;
    emit({ text });
  };
  return {
    push(text) {
      waiting += text.slice(-mostChars);
      if (waiting.length > mostChars || text.length > mostChars) {
        waiting = waiting.slice(-mostChars);
        isCut = true;
      }
      timer ??= setTimeout(flush, everyMs);
    },
    close() {
      clearTimeout(timer);
      flush();
    },
  };
}
