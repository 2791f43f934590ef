import { LineSplitter } from "./lines.ts";

/** Takes what a stream of JSON values holds, in the order of the stream. */
export interface JsonSink {
  /** `event` is the name of the event, "" when it has none. */
  value(value: unknown, event: string): void;
  /** Data that is no JSON. */
  malformed(data: string): void;
}

/** Reads one JSON value a line. Blank lines are skipped. */
export class NdjsonDecoder {
  readonly #sink: JsonSink;
  readonly #lines = new LineSplitter((line) => this.#read(line));

  constructor(sink: JsonSink) {
    this.#sink = sink;
  }

  push(text: string): void {
    this.#lines.push(text);
  }

  /** Reads a last line that has no end. */
  end(): void {
    this.#lines.end();
  }

  #read(line: string): void {
    if (line.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return this.#sink.malformed(line);
    }
    this.#sink.value(value, "");
  }
}
