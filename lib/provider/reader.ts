import { NdjsonDecoder } from "../platform/ndjson.ts";
import { SseDecoder, type SseSink } from "../platform/sse.ts";

/** Options of {@link BodyReader}. */
export interface BodyReaderOptions {
  readonly sink: SseSink;
  /** As the server says; often wrong, and only asked where it matters. */
  readonly contentType: string;
  /** Turns a line of another protocol into a chunk (Ollama's own API). */
  readonly toChunk?: (line: unknown) => unknown;
}

interface TextSink {
  push(text: string): void;
  end(): void;
}

/** Characters of a body that is no reply which are kept to be shown. */
const foreignChars = 16_384;
/** Characters of an unstreamed reply. */
const wholeChars = 32 * 1024 * 1024;

/**
 * Reads the body of a reply whatever it is (spec/providers.md 2.3): an event
 * stream, lines of JSON, one JSON completion from a server that does not
 * stream, or something that is no reply at all, such as a login page. Which
 * one it is, its first character tells; the content type only tells lines
 * from one value.
 */
export class BodyReader {
  readonly #options: BodyReaderOptions;
  readonly #decoder = new TextDecoder();
  #inner: TextSink | undefined;
  #foreign: ForeignText | undefined;

  constructor(options: BodyReaderOptions) {
    this.#options = options;
  }

  /** Throws a RangeError for a line or a reply of more than 32 Mi. */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#inner !== undefined) this.#inner.push(text);
    else this.#begin(text);
  }

  end(): void {
    const rest = this.#decoder.decode();
    if (rest !== "") {
      if (this.#inner !== undefined) this.#inner.push(rest);
      else this.#begin(rest);
    }
    this.#inner?.end();
  }

  /** The beginning of a body that is no reply; undefined for all others. */
  get foreign(): string | undefined {
    return this.#foreign?.text;
  }

  #begin(text: string): void {
    const first = text.trimStart()[0];
    if (first === undefined) return;
    this.#inner = this.#choose(first);
    this.#inner.push(text.trimStart());
  }

  #choose(first: string): TextSink {
    const { contentType, sink, toChunk } = this.#options;
    const chunks = toChunk === undefined ? sink : {
      value: (value: unknown) => sink.value(toChunk(value), ""),
      malformed: (data: string) => sink.malformed(data),
    };
    // Fields of events: data, event, id, retry; or a comment.
    if (/[deir:]/.test(first)) return new SseDecoder(sink);
    if (first === "{" || first === "[") {
      return /ndjson|jsonl|stream/.test(contentType) || toChunk !== undefined
        ? new NdjsonDecoder(chunks)
        : new WholeJson(sink);
    }
    return this.#foreign = new ForeignText();
  }
}

/** One JSON value, or lines of it that nobody announced. */
class WholeJson implements TextSink {
  readonly #sink: SseSink;
  #pieces: string[] = [];
  #length = 0;

  constructor(sink: SseSink) {
    this.#sink = sink;
  }

  push(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length > wholeChars) {
      throw new RangeError(
        `Cannot read a reply of more than ${wholeChars} characters`,
      );
    }
  }

  end(): void {
    const text = this.#pieces.join("");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const lines = new NdjsonDecoder(this.#sink);
      lines.push(text);
      return lines.end();
    }
    // An unstreamed reply is complete: nothing says so but its end.
    this.#sink.value(value, "");
    this.#sink.done();
  }
}

class ForeignText implements TextSink {
  text = "";

  push(text: string): void {
    const room = foreignChars - this.text.length;
    if (room > 0) this.text += text.slice(0, room);
  }

  end(): void {}
}
