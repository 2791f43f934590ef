import { readEnvironment } from "../platform/environment.ts";
import type { Size } from "../term/screen.ts";
import { type ListenSignal, listenSignal } from "../term/signals.ts";
import { createSink, type Sink } from "../term/sink.ts";
import type { ReadVariable } from "../term/style.ts";
import { type KeyInput, terminalSize } from "../term/terminal.ts";

/** The streams, signals and clock that a front end works with. */
export interface FrontEndIo {
  readonly input: KeyInput;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Which of the three streams are terminals. */
  readonly isTerminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  readonly variable: ReadVariable;
  readonly size: () => Size;
  readonly listen: ListenSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Those of this process. */
export function processIo(): FrontEndIo {
  return {
    input: Deno.stdin,
    stdout: createSink(Deno.stdout),
    stderr: createSink(Deno.stderr),
    isTerminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
    },
    variable: readEnvironment,
    size: terminalSize,
    listen: listenSignal,
    now: Date.now,
  };
}
