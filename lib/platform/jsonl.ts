/** Bytes of the longest line that is read; a longer one is no honest entry. */
export const longestLine = 64 * 1024 * 1024;

/** Bytes of one read. */
const chunkBytes = 256 * 1024;

const newline = 10;

/** Where a line stands in its file, in bytes; its line end does not count. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** One line of a file. Blank lines are left out. */
export interface JsonLine extends Span {
  /** What the line holds; undefined when it is no JSON. */
  readonly value: unknown;
  /** Why there is no value. */
  readonly problem?: "malformed" | "too_long";
  /** False for a last line without a line end: a writer may have died. */
  readonly isEnded: boolean;
}

/** Which part of a file is read. */
export interface JsonlOptions {
  /** The first byte; the line that it stands in the middle of is skipped. */
  readonly from?: number;
  readonly signal?: AbortSignal;
  /** A longer line is passed over; for tests. */
  readonly maxLineBytes?: number;
}

/**
 * Reads a file of one JSON value a line, in batches of whole lines. Memory is
 * bounded by the longest line, never by the file, and each line's place is
 * told in bytes, so that it can be read again or cut off. Lines end in LF
 * alone: CR and U+2028 are legal within a JSON text.
 *
 * @throws the file system's error, or the signal's reason
 */
export async function* readJsonl(
  handle: Deno.FsFile,
  options: JsonlOptions = {},
): AsyncGenerator<JsonLine[], void, undefined> {
  const from = options.from ?? 0;
  // One byte earlier: it tells whether a line begins at `from`.
  const begin = Math.max(0, from - 1);
  await handle.seek(begin, Deno.SeekMode.Start);
  const splitter = new ByteLines(begin, options.maxLineBytes ?? longestLine);
  if (from > 0) splitter.skipLine();
  const chunk = new Uint8Array(chunkBytes);
  while (true) {
    options.signal?.throwIfAborted();
    const read = await handle.read(chunk);
    if (read === null) break;
    const lines = splitter.push(chunk.subarray(0, read));
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last !== null) yield [last];
}

/** Cuts bytes into lines, and keeps what has no end yet. */
class ByteLines {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #pieces: Uint8Array[] = [];
  #length = 0;
  #start: number;
  #isSkipping = false;

  constructor(start: number, maxBytes: number) {
    this.#start = start;
    this.#maxBytes = maxBytes;
  }

  /** Leaves out everything up to the next line end. */
  skipLine(): void {
    this.#isSkipping = true;
  }

  push(chunk: Uint8Array): JsonLine[] {
    const lines: JsonLine[] = [];
    let at = 0;
    while (true) {
      const end = chunk.indexOf(newline, at);
      if (end === -1) break;
      const line = this.#finish(chunk.subarray(at, end), true);
      if (line !== null) lines.push(line);
      at = end + 1;
    }
    this.#keep(chunk.subarray(at));
    return lines;
  }

  end(): JsonLine | null {
    return this.#finish(new Uint8Array(0), false);
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    const isTooLong = this.#length > this.#maxBytes;
    if (isTooLong || this.#isSkipping) this.#pieces = [];
    // A copy, because the chunk is read into again.
    else this.#pieces.push(piece.slice());
  }

  #finish(last: Uint8Array, isEnded: boolean): JsonLine | null {
    const start = this.#start;
    const length = this.#length + last.length;
    const bytes = this.#pieces.length === 0
      ? last
      : joinBytes([...this.#pieces, last]);
    const isSkipped = this.#isSkipping;
    this.#pieces = [];
    this.#length = 0;
    this.#isSkipping = false;
    this.#start += length + 1;
    if (isSkipped || length === 0) return null;
    if (length > this.#maxBytes) {
      return { start, length, value: undefined, problem: "too_long", isEnded };
    }
    return { start, length, isEnded, ...parse(bytes, this.#decoder) };
  }
}

/**
 * Reads the lines at known places again, in the order that they are given,
 * with one read for neighbours. A line that is no JSON any more is undefined.
 *
 * @throws the file system's error
 */
export async function* readSpans(
  handle: Deno.FsFile,
  spans: readonly Span[],
): AsyncGenerator<unknown[], void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let first = 0; first < spans.length;) {
    const start = spans[first]?.start ?? 0;
    let end = start;
    let next = first;
    while (next < spans.length) {
      const span = spans[next] as Span;
      const isNeighbour = next === first ||
        span.start >= end && span.start + span.length - start <= chunkBytes;
      if (!isNeighbour) break;
      end = span.start + span.length;
      next++;
    }
    const block = await readAt(handle, start, end - start);
    yield spans.slice(first, next).map((span) =>
      parse(
        block.subarray(span.start - start, span.start - start + span.length),
        decoder,
      ).value
    );
    first = next;
  }
}

async function readAt(
  handle: Deno.FsFile,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await handle.seek(start, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const read = await handle.read(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function parse(
  bytes: Uint8Array,
  decoder: TextDecoder,
): Pick<JsonLine, "value" | "problem"> {
  try {
    return { value: JSON.parse(decoder.decode(bytes)) };
  } catch {
    // Neither is an error of ours: the reader is told that it is no JSON.
    return { value: undefined, problem: "malformed" };
  }
}

function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
