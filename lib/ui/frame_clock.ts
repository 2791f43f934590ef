import type { Screen } from "../term/screen.ts";

/** Draws at most once a frame, and once a tick while something runs. */
export interface FrameClock extends Disposable {
  /** Something changed: draw soon. */
  request(): void;
  /** Draws now, and forgets what was requested. */
  flush(): void;
}

/** Milliseconds between two drawings that were asked for. */
const frameMs = 25;
/** Milliseconds between two steps of a spinner. */
const tickMs = 100;

/** Ticks after which the rows that Deno may have cleared are drawn again. */
const ticksTrusted = 5;

/**
 * Makes a clock. Events that arrive together are drawn together; `isBusy`
 * tells whether time alone changes what is shown.
 */
export function createFrameClock(
  screen: Screen,
  draw: () => void,
  isBusy: () => boolean,
): FrameClock {
  let ticks = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(waiting);
    waiting = undefined;
    draw();
  };
  const ticker = setInterval(() => {
    if (!isBusy()) return;
    if (++ticks % ticksTrusted === 0) screen.distrust();
    flush();
  }, tickMs);
  return {
    request: () => {
      waiting ??= setTimeout(flush, frameMs);
    },
    flush,
    [Symbol.dispose]: () => {
      clearTimeout(waiting);
      clearInterval(ticker);
    },
  };
}
