import type { Pacer } from "../lib/platform/walk.ts";

/** What came of reading a file for a search. */
export type ReadState = "read" | "binary" | "unreadable" | "too_large";

/** What the taker of a text makes of it; after "enough" it gets no more. */
export type Taken = "nothing" | "something" | "enough";

/** Takes the text of a file or, of a large one, a piece. */
export type Taker = (text: string) => Taken;

/** How a reader cuts files. */
export interface TextReaderOptions {
  /**
   * Never cut a file in pieces, because matches may cross lines; one of more
   * than 64 MB is too large then.
   */
  readonly whole: boolean;
}

const maxWholeBytes = 64 * 1024 * 1024;
const firstBytes = 256 * 1024;
const pieceBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Reads files one after the other, with one buffer for all of them. UTF-8
 * with or without a byte order mark and UTF-16 with one are understood.
 * Synchronous, because that takes a third of the time for small files; needs
 * read permission.
 */
export class TextReader {
  readonly #whole: boolean;
  readonly #limit: number;
  readonly #utf8 = new TextDecoder();
  #decoder = this.#utf8;
  #buffer = new Uint8Array(firstBytes);
  #isDecoding = false;
  #open: Deno.FsFile | undefined;
  /** Bytes in the buffer that the last piece left over. */
  #kept = 0;

  constructor({ whole }: TextReaderOptions) {
    this.#whole = whole;
    this.#limit = whole ? maxWholeBytes + 1 : pieceBytes;
  }

  /**
   * Gives a file's text to `take`, most files in one piece. Of a larger one
   * it gives the first, cut at a line end, and says "more". A byte of 0
   * anywhere in what was read makes the file binary, whatever was taken of it
   * before; where all of a file gave nothing it is not looked for.
   */
  read(file: string, take: Taker): ReadState | "more" {
    this.close();
    this.#open = openFile(file);
    return this.#open === undefined
      ? "unreadable"
      : this.#advance(this.#open, take, true);
  }

  /** Gives the next piece of the file that has more. */
  next(take: Taker): ReadState | "more" {
    if (this.#open === undefined) throw new TypeError("No file has more");
    return this.#advance(this.#open, take, false);
  }

  /** Leaves the file that has more, if there is one. */
  close(): void {
    if (this.#open === undefined) return;
    this.#open.close();
    this.#open = undefined;
    // Left in the middle of a text it would go on with it.
    if (this.#isDecoding) this.#decoder.decode();
    this.#isDecoding = false;
    this.#kept = 0;
  }

  #advance(
    file: Deno.FsFile,
    take: Taker,
    isFirst: boolean,
  ): ReadState | "more" {
    let state: ReadState | "more" = "unreadable";
    try {
      state = this.#step(file, take, isFirst);
    } catch (error) {
      if (!isFileError(error)) throw error;
    } finally {
      if (state !== "more") this.close();
    }
    return state;
  }

  #step(file: Deno.FsFile, take: Taker, isFirst: boolean): ReadState | "more" {
    const { filled, isEnd } = this.#fill(file);
    if (!isEnd && this.#whole) return "too_large";
    const bytes = this.#buffer.subarray(0, filled);
    if (isFirst) this.#decoder = wideDecoder(bytes) ?? this.#utf8;
    const end = isEnd ? filled : pieceEnd(bytes, this.#decoder.encoding);
    this.#isDecoding = !isEnd;
    const text = this.#decoder.decode(
      bytes.subarray(0, end),
      { stream: !isEnd },
    );
    const taken = text === "" ? "nothing" : take(text);
    if (isFirst && isEnd && taken === "nothing") return "read";
    if (text.includes("\0")) return "binary";
    if (isEnd || taken === "enough") return "read";
    this.#buffer.copyWithin(0, end, filled);
    this.#kept = filled - end;
    return "more";
  }

  /** Fills the buffer; tells how far, and whether the file ends there. */
  #fill(file: Deno.FsFile): { filled: number; isEnd: boolean } {
    let filled = this.#kept;
    while (true) {
      const count = file.readSync(this.#buffer.subarray(filled));
      if (count === null) return { filled, isEnd: true };
      filled += count;
      if (filled < this.#buffer.length) continue;
      if (this.#buffer.length === this.#limit) return { filled, isEnd: false };
      const size = Math.min(this.#limit, this.#buffer.length * 4);
      const larger = new Uint8Array(size);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
  }
}

/** Goes on with a file that has more, with pauses. */
export async function readRest(
  reader: TextReader,
  take: Taker,
  pacer: Pacer,
): Promise<ReadState> {
  try {
    while (true) {
      if (pacer.due()) await pacer.pause();
      const state = reader.next(take);
      if (state !== "more") return state;
    }
  } finally {
    reader.close();
  }
}

function openFile(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (isFileError(error)) return undefined;
    throw error;
  }
}

/** Tells what the system or the permissions refused from a fault of ours. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && ("code" in error ||
    Object.values(Deno.errors).some((kind) => error instanceof kind));
}

function wideDecoder(bytes: Uint8Array): TextDecoder | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le");
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be");
  return undefined;
}

/** Cuts after the last line end; a line longer than the buffer anywhere. */
function pieceEnd(bytes: Uint8Array, encoding: string): number {
  if (encoding === "utf-8") {
    const at = bytes.lastIndexOf(lineFeed);
    return at === -1 ? bytes.length : at + 1;
  }
  const low = encoding === "utf-16le" ? 0 : 1;
  const even = bytes.length - bytes.length % 2;
  for (let at = even - 2; at >= 0; at -= 2) {
    if (bytes[at + low] === lineFeed && bytes[at + 1 - low] === 0) {
      return at + 2;
    }
  }
  return even;
}
