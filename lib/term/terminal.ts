import { type Key, KeyParser } from "./keys.ts";
import type { Size } from "./screen.ts";
import { type ListenSignal, listenSignal } from "./signals.ts";
import type { Sink } from "./sink.ts";
import type { ReadVariable } from "./style.ts";

/** The part of `Deno.stdin` that a terminal needs. */
export interface KeyInput {
  read(buffer: Uint8Array): Promise<number | null>;
  setRaw(isRaw: boolean): void;
}

/** Settings of a {@link Terminal}. */
export interface TerminalOptions {
  readonly input?: KeyInput;
  readonly listen?: ListenSignal;
  readonly variable?: ReadVariable;
  /** Milliseconds after which a lone escape byte is the Escape key. */
  readonly escapeMs?: number;
}

/** What one read gave; null at the end of the input. */
interface Chunk {
  readonly bytes: Uint8Array | null;
}

const pasteOn = "\x1b[?2004h";
const pasteOff = "\x1b[?2004l";
const distinctKeysOn = "\x1b[>1u";
const distinctKeysOff = "\x1b[<u";
const cursorOn = "\x1b[?25h";
const updateOff = "\x1b[?2026l";

/**
 * Terminals that tell Shift+Enter from Enter when asked (kitty's protocol).
 * Others are not asked: an old one takes the request for another command.
 */
const tellKeysApart: readonly (readonly [string, RegExp])[] = [
  ["TERM", /^(xterm-kitty|xterm-ghostty|foot|alacritty)/],
  ["TERM_PROGRAM", /^(iTerm\.app|WezTerm|ghostty|vscode)$/],
];

/**
 * The one owner of standard input as a terminal. While it is raw each key
 * arrives at once and Ctrl+C is a key, not a signal. However the process
 * ends, short of SIGKILL, the terminal is left as it was found: Deno itself
 * does that for neither signals nor cursor and paste mode (spec/deno.md 6).
 */
export class Terminal implements Disposable {
  readonly #input: KeyInput;
  readonly #output: Sink;
  readonly #listen: ListenSignal;
  readonly #parser = new KeyParser();
  readonly #escapeMs: number;
  readonly #distinct: boolean;
  readonly #stops: (() => void)[] = [];
  #isRaw = false;
  /** The read under way; one that nobody waits for is kept for the next. */
  #reading: Promise<Chunk> | null = null;

  constructor(output: Sink, options: TerminalOptions = {}) {
    const variable = options.variable ?? (() => undefined);
    this.#output = output;
    this.#input = options.input ?? Deno.stdin;
    this.#listen = options.listen ?? listenSignal;
    this.#escapeMs = options.escapeMs ?? 40;
    this.#distinct = hasDistinctKeys(variable);
  }

  /** Takes keys one by one from now on. */
  enterRaw(): void {
    if (this.#isRaw) return;
    // Before raw mode: nothing may come between the two.
    this.#installRestore();
    this.#isRaw = true;
    this.#input.setRaw(true);
    this.#output.write(pasteOn + (this.#distinct ? distinctKeysOn : ""));
  }

  /** Gives the terminal back as it was. */
  leaveRaw(): void {
    if (!this.#isRaw) return;
    this.#isRaw = false;
    this.#output.write(
      updateOff + (this.#distinct ? distinctKeysOff : "") + pasteOff + cursorOn,
    );
    this.#input.setRaw(false);
    for (const stop of this.#stops.splice(0)) stop();
  }

  /**
   * Waits for the next keys; null at the end of the input or when `signal`
   * is aborted. A read that is given up loses no key.
   */
  async readKeys(signal?: AbortSignal): Promise<readonly Key[] | null> {
    while (true) {
      const chunk = await this.#nextChunk(signal);
      if (chunk === null) return null;
      const keys = chunk === "quiet"
        ? this.#parser.flush()
        : this.#parser.feed(chunk);
      if (keys.length > 0) return keys;
    }
  }

  [Symbol.dispose](): void {
    this.leaveRaw();
  }

  async #nextChunk(
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | "quiet" | null> {
    if (signal?.aborted) return null;
    this.#reading ??= this.#read();
    const stop = Promise.withResolvers<"quiet" | null>();
    const onAbort = () => stop.resolve(null);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = this.#parser.pending
      ? setTimeout(() => stop.resolve("quiet"), this.#escapeMs)
      : undefined;
    try {
      const first = await Promise.race([this.#reading, stop.promise]);
      if (first === null || first === "quiet") return first;
      this.#reading = null;
      return first.bytes;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #read(): Promise<Chunk> {
    const buffer = new Uint8Array(65_536);
    const length = await this.#input.read(buffer);
    return { bytes: length === null ? null : buffer.subarray(0, length) };
  }

  #installRestore(): void {
    const restore = () => this.leaveRaw();
    for (const name of ["unload", "error", "unhandledrejection"]) {
      globalThis.addEventListener(name, restore);
      this.#stops.push(() => globalThis.removeEventListener(name, restore));
    }
    // Who ends the process on a signal is decided elsewhere; this listener
    // comes first and only gives the terminal back.
    for (const name of ["SIGTERM", "SIGHUP"] as const) {
      this.#stops.push(this.#listen(name, restore));
    }
  }
}

/**
 * What undoes, but for raw mode, whatever a terminal of this program was told
 * by a thread that is not there any more to undo it.
 */
export function terminalReset(variable: ReadVariable): string {
  return updateOff + (hasDistinctKeys(variable) ? distinctKeysOff : "") +
    pasteOff + cursorOn;
}

function hasDistinctKeys(variable: ReadVariable): boolean {
  return tellKeysApart.some(([name, pattern]) =>
    pattern.test(variable(name) ?? "")
  );
}

/** Columns and rows of the terminal; 80 by 24 when there is none to ask. */
export function terminalSize(): Size {
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal without a size reports 0 (some CI and serial lines).
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}
