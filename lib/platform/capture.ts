import { plainText } from "./ansi.ts";

/** How much of an output is kept, and where the whole of it goes. */
export interface CaptureOptions {
  /** Characters up to which the output is kept whole, in memory alone. */
  readonly wholeChars: number;
  /** Characters that are kept of the end of a longer one. */
  readonly tailChars: number;
  /** File for the whole of a longer one; null when there is none. */
  readonly file: string | null;
  /** Bytes after which the file takes no more. */
  readonly fileBytes: number;
  /** Receives each clean piece, for a live view. */
  readonly onText?: (text: string) => void;
}

/** What became of an output. */
export interface Captured {
  /** The beginning: all of it when `tail` is empty. */
  readonly head: string;
  /** The end, without what `head` holds already. */
  readonly tail: string;
  /** Characters and lines between `head` and `tail`. */
  readonly missingChars: number;
  readonly missingLines: number;
  readonly totalChars: number;
  /** The file with the whole; null when none was needed or could be written. */
  readonly file: { readonly path: string; readonly bytes: number } | null;
  /** Why the file is missing or incomplete. */
  readonly fileProblem: string | null;
}

/** A line longer than this is cut, so that memory stays bounded. */
const longestLine = 65_536;

/**
 * Takes the output of a program piece by piece, in memory that does not grow
 * with it: text is decoded and cleaned (`plainText`), binary data is counted
 * instead of kept, and once there is more than `wholeChars` everything goes
 * to a file, of which `close()` gives the head and the tail. A file that can't
 * be written is a `fileProblem`, never an exception. Needs `--allow-write` for
 * the file.
 */
export class OutputCapture {
  readonly #options: CaptureOptions;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  #line = "";
  #head = "";
  #tail: string[] = [];
  #tailChars = 0;
  #missingChars = 0;
  #missingLines = 0;
  #totalChars = 0;
  #binaryBytes = 0;
  #file: Deno.FsFile | null = null;
  #fileBytes = 0;
  #fileProblem: string | null = null;
  #isSpilling = false;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /** Takes a piece of output. */
  async write(chunk: Uint8Array): Promise<void> {
    const range = binaryRange(chunk);
    if (range === null) {
      await this.#text(this.#decoder.decode(chunk, { stream: true }));
      return;
    }
    const [start, end] = range;
    if (start > 0) {
      await this.#text(this.#decoder.decode(chunk.subarray(0, start)));
    }
    this.#binaryBytes += end - start;
    if (end < chunk.length) {
      const rest = chunk.subarray(end);
      await this.#text(this.#decoder.decode(rest, { stream: true }));
    }
  }

  /**
   * Ends the capture and closes the file. An output of more than `saveAbove`
   * characters goes to the file even if it was kept whole.
   */
  async close(saveAbove = Infinity): Promise<Captured> {
    await this.#text(this.#decoder.decode());
    await this.#flushBinary();
    await this.#keep(plainText(this.#line));
    this.#line = "";
    if (this.#totalChars > saveAbove) await this.#spill("");
    this.#file?.close();
    this.#file = null;
    const { file } = this.#options;
    const written = file !== null && this.#fileBytes > 0;
    return {
      head: this.#head,
      tail: this.#tail.join(""),
      missingChars: this.#missingChars,
      missingLines: this.#missingLines,
      totalChars: this.#totalChars,
      file: written ? { path: file, bytes: this.#fileBytes } : null,
      fileProblem: this.#fileProblem,
    };
  }

  /** Holds back the last line: a carriage return may still rewrite it. */
  async #text(piece: string): Promise<void> {
    if (piece === "") return;
    await this.#flushBinary();
    const end = piece.lastIndexOf("\n") + 1;
    if (end > 0) {
      const lines = this.#line + piece.slice(0, end);
      this.#line = piece.slice(end);
      await this.#keep(plainText(lines));
    } else {
      this.#line += piece;
    }
    if (this.#line.length > longestLine) await this.#shortenLine();
  }

  async #shortenLine(): Promise<void> {
    // A progress line is its last state; anything else is a long line.
    const rewritten = this.#line.lastIndexOf("\r", this.#line.length - 2);
    if (rewritten !== -1) {
      this.#line = this.#line.slice(rewritten + 1);
      if (this.#line.length <= longestLine) return;
    }
    const line = this.#line;
    this.#line = "";
    await this.#keep(plainText(line));
  }

  async #flushBinary(): Promise<void> {
    if (this.#binaryBytes === 0) return;
    const size = this.#binaryBytes.toLocaleString("en-US");
    this.#binaryBytes = 0;
    const line = this.#line === "" ? "" : `${plainText(this.#line)}\n`;
    this.#line = "";
    await this.#keep(`${line}[${size} bytes of binary data, not shown]\n`);
  }

  async #keep(text: string): Promise<void> {
    if (text === "") return;
    this.#options.onText?.(text);
    this.#totalChars += text.length;
    const isWhole = this.#totalChars <= this.#options.wholeChars;
    if (isWhole) {
      this.#head += text;
      return;
    }
    await this.#spill(text);
    const room = this.#options.wholeChars - this.#head.length;
    const atEnd = this.#tailChars > 0 || room <= 0;
    if (!atEnd) this.#head += text.slice(0, room);
    this.#keepTail(atEnd ? text : text.slice(room));
  }

  #keepTail(text: string): void {
    this.#tail.push(text);
    this.#tailChars += text.length;
    while (this.#tailChars > this.#options.tailChars) {
      const first = this.#tail[0] ?? "";
      const excess = this.#tailChars - this.#options.tailChars;
      const dropped = first.slice(0, excess);
      if (dropped.length === first.length) this.#tail.shift();
      else this.#tail[0] = first.slice(excess);
      this.#tailChars -= dropped.length;
      this.#missingChars += dropped.length;
      this.#missingLines += countLines(dropped);
    }
  }

  async #spill(text: string): Promise<void> {
    const { file, fileBytes } = this.#options;
    if (file === null || this.#fileProblem !== null) return;
    try {
      if (!this.#isSpilling) {
        this.#isSpilling = true;
        this.#file = await Deno.open(file, {
          write: true,
          createNew: true,
          mode: 0o600,
        });
        await this.#writeFile(this.#head);
      }
      await this.#writeFile(text);
      if (this.#fileBytes >= fileBytes) {
        this.#fileProblem = `only its first ${
          fileBytes.toLocaleString("en-US")
        } bytes were kept`;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fileProblem = `it could not be saved: ${reason}`;
    }
  }

  async #writeFile(text: string): Promise<void> {
    const room = this.#options.fileBytes - this.#fileBytes;
    let bytes: Uint8Array = this.#encoder.encode(text);
    if (bytes.length > room) bytes = bytes.subarray(0, room);
    for (let at = 0; at < bytes.length;) {
      at += await this.#file?.write(bytes.subarray(at)) ?? bytes.length;
    }
    this.#fileBytes += bytes.length;
  }
}

const sampleBytes = 4_096;
/** Share of undecodable or control characters that makes data binary. */
const binaryShare = 0.3;

/**
 * The part of a piece of output that is binary data, or null when it is text.
 * Whole lines before the first and after the last odd byte are spared.
 */
function binaryRange(chunk: Uint8Array): [number, number] | null {
  const firstNul = chunk.indexOf(0);
  if (firstNul === -1 && !isGarbage(chunk.subarray(0, sampleBytes))) {
    return null;
  }
  const odd = firstOdd(chunk);
  const lastLine = odd === 0 ? -1 : chunk.lastIndexOf(10, odd - 1);
  const hasText = lastLine !== -1 && isUtf8(chunk.subarray(0, lastLine + 1));
  const after = chunk.indexOf(10, lastOdd(chunk)) + 1;
  const goesOn = after > 0 && isUtf8(chunk.subarray(after));
  return [hasText ? lastLine + 1 : 0, goesOn ? after : chunk.length];
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function isGarbage(sample: Uint8Array): boolean {
  // A character cut at either edge of the sample is no sign of anything.
  const text = new TextDecoder().decode(sample).replace(/^�{1,3}|�$/g, "");
  if (text.length < 8) return false;
  let odd = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0xfffd || isOddByte(code)) odd++;
  }
  return odd / text.length > binaryShare;
}

function isOddByte(code: number): boolean {
  return code < 7 || (code > 13 && code < 32 && code !== 27);
}

function firstOdd(chunk: Uint8Array): number {
  const at = chunk.findIndex((byte) => isOddByte(byte) || byte > 0xf7);
  return at === -1 ? 0 : at;
}

function lastOdd(chunk: Uint8Array): number {
  const at = chunk.findLastIndex((byte) => isOddByte(byte) || byte > 0xf7);
  return at === -1 ? chunk.length : at;
}

function countLines(text: string): number {
  let lines = 0;
  for (
    let at = text.indexOf("\n");
    at !== -1;
    at = text.indexOf("\n", at + 1)
  ) {
    lines++;
  }
  return lines;
}
