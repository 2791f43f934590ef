import type { FrontEndOptions } from "../../lib/app/front_end.ts";
import type { FrontEndIo } from "../../lib/ui/io.ts";
import type { SignalName } from "../../lib/term/signals.ts";
import type { Sink } from "../../lib/term/sink.ts";
import { TerminalScreen } from "./screen.ts";

/** What the app tells a front end, for tests. */
export const frontEndOptions: FrontEndOptions = {
  content: undefined,
  quiet: false,
  debug: false,
  version: "1.2.3",
  model: "alpha",
  historyFile: undefined,
};

/** Collects what is written. */
export class TextSink implements Sink {
  text = "";
  #listeners: ((text: string) => void)[] = [];

  write(text: string): void {
    this.text += text;
    for (const listener of this.#listeners) listener(text);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  onWrite(listener: (text: string) => void): void {
    this.#listeners.push(listener);
  }
}

/** Gives out the bytes that a test types. */
export class TypedInput {
  isRaw = false;
  #chunks: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  setRaw(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  type(text: string): void {
    this.#chunks.push(new TextEncoder().encode(text));
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const chunk = this.#chunks.shift() ?? new Uint8Array();
    buffer.set(chunk);
    return chunk.length;
  }
}

/** Which streams are terminals, and how large they are. */
export interface FakeIoOptions {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Streams in memory; those that are terminals are drawn on `screen`. */
export class FakeIo implements FrontEndIo {
  readonly input = new TypedInput();
  readonly stdout = new TextSink();
  readonly stderr = new TextSink();
  readonly isTerminal: FrontEndIo["isTerminal"];
  readonly screen: TerminalScreen;
  clock = 1_000;
  #listeners = new Map<SignalName, Set<() => void>>();
  #environment: Readonly<Record<string, string>>;
  #seen: (() => void)[] = [];

  constructor(options: FakeIoOptions = {}) {
    const { stdin = false, stdout = false, stderr = false } = options;
    this.isTerminal = { stdin, stdout, stderr };
    this.#environment = { NO_COLOR: "1", ...options.environment };
    const { columns = 80, rows = 24 } = options;
    this.screen = new TerminalScreen(columns, rows);
    for (const name of ["stdout", "stderr"] as const) {
      const sink = this[name];
      sink.onWrite((text) => {
        if (this.isTerminal[name]) this.screen.write(text);
        for (const check of [...this.#seen]) check();
      });
    }
  }

  readonly variable = (name: string): string | undefined =>
    this.#environment[name] || undefined;

  readonly size = () => ({
    columns: this.screen.columns,
    rows: this.screen.rows,
  });

  readonly now = () => this.clock;

  readonly listen = (name: SignalName, listener: () => void) => {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  };

  signal(name: SignalName): void {
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  listenerCount(): number {
    return [...this.#listeners.values()].reduce((n, set) => n + set.size, 0);
  }

  /** Resolves when the screen shows a text. */
  shows(text: string): Promise<void> {
    return this.until(() => this.screen.text().includes(text));
  }

  /** Resolves when a condition holds after some write. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#seen = this.#seen.filter((other) => other !== check);
        resolve();
      };
      this.#seen.push(check);
      check();
    });
  }
}
