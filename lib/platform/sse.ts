import { LineSplitter } from "./lines.ts";
import type { JsonSink } from "./ndjson.ts";

/** Takes what an event stream of JSON values holds. */
export interface SseSink extends JsonSink {
  /** A comment line: the server shows that it is alive. */
  comment(): void;
  /** The event `[DONE]`, with which model servers end a stream. */
  done(): void;
}

/**
 * Reads server-sent events whose data is JSON, as forgivingly as servers and
 * proxies demand (spec/providers.md 2.3): any line ends, no space after
 * `data:`, no blank line between events or at the end, events without data.
 *
 * A line that is a whole object is given out at once, since some servers
 * never send the blank line that would end its event. Other data is kept to
 * the end of the event and read as one value, else line by line.
 */
export class SseDecoder {
  readonly #sink: SseSink;
  readonly #lines = new LineSplitter((line) => this.#read(line));
  #event = "";
  #pending: string[] = [];

  constructor(sink: SseSink) {
    this.#sink = sink;
  }

  push(text: string): void {
    this.#lines.push(text);
  }

  /** Gives out an event that no blank line ended. */
  end(): void {
    this.#lines.end();
    this.#dispatch();
  }

  #read(line: string): void {
    if (line === "") return this.#dispatch();
    if (line.startsWith("data:")) {
      const from = line.charCodeAt(5) === 0x20 ? 6 : 5;
      return this.#data(line.slice(from));
    }
    if (line.startsWith(":")) return this.#sink.comment();
    if (line.startsWith("event:")) this.#event = line.slice(6).trim();
  }

  #data(data: string): void {
    if (this.#pending.length === 0 && data.charCodeAt(0) === 0x7b) {
      const value = parse(data);
      if (value !== undefined) return this.#sink.value(value, this.#event);
    } else if (data.trimStart().startsWith("[DONE]")) {
      this.#dispatch();
      return this.#sink.done();
    } else if (data.trim() === "") return;
    this.#pending.push(data);
  }

  #dispatch(): void {
    const event = this.#event;
    this.#event = "";
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    const whole = pending.length > 1 ? parse(pending.join("\n")) : undefined;
    if (whole !== undefined) return this.#sink.value(whole, event);
    for (const data of pending) {
      const value = parse(data);
      if (value === undefined) this.#sink.malformed(data);
      else this.#sink.value(value, event);
    }
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
