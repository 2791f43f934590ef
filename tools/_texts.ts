/** What came of reading a file for a search. */
export type ReadState = "read" | "binary" | "unreadable" | "too_large";

/** Reads files one after the other, with one buffer for all of them. */
export interface TextReader {
  /**
   * Gives a file's text to `take`, most files in one piece, large ones in
   * pieces cut at line ends; `take` returns false when it needs no more. A
   * byte of 0 anywhere in what was read makes the file binary, whatever was
   * taken of it before.
   */
  read(file: string, take: (text: string) => boolean): ReadState;
}

/** How a reader cuts files. */
export interface TextReaderOptions {
  /** Never cut a file in pieces, because matches may cross lines. */
  readonly whole: boolean;
  /** Bytes above which a file is too large. */
  readonly maxBytes: number;
}

/** Bytes of the largest file that is searched unless it is named. */
export const maxFileBytes = 64 * 1024 * 1024;
const firstSize = 256 * 1024;
const pieceSize = 4 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Makes a reader. UTF-8 with or without a byte order mark and UTF-16 with one
 * are understood. Synchronous, because that takes a third of the time for
 * small files; needs read permission.
 */
export function createTextReader(options: TextReaderOptions): TextReader {
  let buffer = new Uint8Array(firstSize);
  const limit = options.whole ? options.maxBytes + 1 : pieceSize;

  function readAll(
    file: Deno.FsFile,
    take: (text: string) => boolean,
  ): ReadState {
    let decoder = new TextDecoder();
    let filled = 0;
    let total = 0;
    for (let isFirst = true;;) {
      const count = file.readSync(buffer.subarray(filled));
      filled += count ?? 0;
      total += count ?? 0;
      if (total > options.maxBytes) return "too_large";
      if (count !== null && filled < buffer.length) continue;
      if (count !== null && buffer.length < limit) {
        buffer = grown(buffer, limit);
        continue;
      }
      const bytes = buffer.subarray(0, filled);
      if (isFirst) decoder = decoderFor(bytes);
      const end = count === null ? filled : pieceEnd(bytes, decoder.encoding);
      const text = decoder.decode(buffer.subarray(0, end), {
        stream: count !== null,
      });
      const isWanted = text !== "" && take(text);
      if (text.includes("\0")) return "binary";
      if (count === null || !isWanted) return "read";
      buffer.copyWithin(0, end, filled);
      filled -= end;
      isFirst = false;
    }
  }

  return {
    read(path, take) {
      let file: Deno.FsFile;
      try {
        file = Deno.openSync(path);
      } catch {
        return "unreadable";
      }
      try {
        return readAll(file, take);
      } catch (error) {
        if (isFileError(error)) return "unreadable";
        throw error;
      } finally {
        file.close();
      }
    },
  };
}

/** A failed read, say of a broken disk, and not a fault of `take`. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && ("code" in error ||
    Object.values(Deno.errors).some((kind) => error instanceof kind));
}

function grown(
  buffer: Uint8Array<ArrayBuffer>,
  limit: number,
): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(limit, buffer.length * 4));
  larger.set(buffer);
  return larger;
}

function decoderFor(bytes: Uint8Array): TextDecoder {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return new TextDecoder("utf-16le");
  }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return new TextDecoder("utf-16be");
  }
  return new TextDecoder();
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
