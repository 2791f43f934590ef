/** How a file's characters are stored. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** How a text is written to a file. */
export interface TextFormat {
  readonly encoding: TextEncoding;
  /** Whether a byte order mark stands before the text. */
  readonly bom: boolean;
}

/** The text of a file, and what is needed to write it back the same. */
export interface DecodedText extends TextFormat {
  /** Without the byte order mark; line ends as they are. */
  readonly text: string;
  /** The more frequent line end; "\n" in a file without any. */
  readonly eol: "\n" | "\r\n";
  /** Whether both line ends occur. */
  readonly hasMixedEol: boolean;
}

/** Bytes in which a NUL makes a file binary, as git has it. */
const probeBytes = 8000;

/**
 * Decodes a file's bytes, or gives null when they are no text. Decoding loses
 * nothing: `encodeText()` gives the same bytes again. What is neither UTF-8
 * nor marked as UTF-16 is read as Windows-1252, a superset of Latin-1.
 */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  for (const { mark, encoding } of marks) {
    if (!mark.every((byte, index) => bytes[index] === byte)) continue;
    const text = decodeStrictly(bytes.subarray(mark.length), encoding);
    if (text === null || text.slice(0, probeBytes).includes("\0")) continue;
    return { text, encoding, bom: true, ...lineEnds(text) };
  }
  if (bytes.subarray(0, probeBytes).includes(0)) return null;
  let encoding: TextEncoding = "utf-8";
  let text = decodeStrictly(bytes, encoding);
  if (text === null) {
    if (hasManyControls(bytes)) return null;
    encoding = "windows-1252";
    text = new TextDecoder(encoding).decode(bytes);
  }
  return { text, encoding, bom: false, ...lineEnds(text) };
}

/**
 * Turns a text into a file's bytes.
 *
 * @throws RangeError naming the first character that the encoding lacks
 */
export function encodeText(
  text: string,
  format: TextFormat,
): Uint8Array<ArrayBuffer> {
  const { encoding } = format;
  const mark = format.bom
    ? marks.find((candidate) => candidate.encoding === encoding)?.mark ?? []
    : [];
  const body = encoding === "utf-8"
    ? new TextEncoder().encode(text)
    : encoding === "windows-1252"
    ? encodeBytewise(text)
    : encodeWide(text, encoding === "utf-16le");
  if (mark.length === 0) return body;
  const bytes = new Uint8Array(mark.length + body.length);
  bytes.set(mark);
  bytes.set(body, mark.length);
  return bytes;
}

/** Tells whether the start of a file looks like something else than text. */
export function looksBinary(head: Uint8Array): boolean {
  return decodeText(head.subarray(0, probeBytes)) === null;
}

/**
 * Whether the start of a file is UTF-8, where its last character may be
 * cut off.
 */
export function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Gives all line breaks of a text the one form. A lone "\r" is none. */
export function withEol(text: string, eol: "\n" | "\r\n"): string {
  return text.replace(/\r?\n/g, eol);
}

/** Counts a text's lines; a last line end does not begin another. */
export function countLines(text: string): number {
  let lines = 0;
  let at = 0;
  while (at < text.length) {
    lines++;
    const end = text.indexOf("\n", at);
    if (end === -1) break;
    at = end + 1;
  }
  return lines;
}

/** The number, from 1, of the line in which a position lies. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  let at = text.indexOf("\n");
  while (at !== -1 && at < position) {
    line++;
    at = text.indexOf("\n", at + 1);
  }
  return line;
}

const marks: readonly {
  readonly encoding: TextEncoding;
  readonly mark: readonly number[];
}[] = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
];

function decodeStrictly(
  bytes: Uint8Array,
  encoding: TextEncoding,
): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function lineEnds(text: string): Pick<DecodedText, "eol" | "hasMixedEol"> {
  let pairs = 0;
  let all = 0;
  let at = text.indexOf("\n");
  while (at !== -1) {
    all++;
    if (text.charCodeAt(at - 1) === 13) pairs++;
    at = text.indexOf("\n", at + 1);
  }
  return {
    eol: pairs * 2 > all ? "\r\n" : "\n",
    hasMixedEol: pairs > 0 && pairs < all,
  };
}

/** More than one control character in twenty is not a text of any kind. */
function hasManyControls(bytes: Uint8Array): boolean {
  const probe = bytes.subarray(0, probeBytes);
  let controls = 0;
  for (const byte of probe) {
    const isUsual = (byte > 6 && byte < 14) || byte === 27;
    if (byte < 32 && !isUsual) controls++;
  }
  return controls * 20 > probe.length;
}

function encodeWide(
  text: string,
  isLittle: boolean,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  const wellFormed = text.toWellFormed();
  for (let index = 0; index < wellFormed.length; index++) {
    view.setUint16(index * 2, wellFormed.charCodeAt(index), isLittle);
  }
  return bytes;
}

let bytewise: Map<string, number> | undefined;

function encodeBytewise(text: string): Uint8Array<ArrayBuffer> {
  bytewise ??= new Map(
    Array.from({ length: 256 }, (_, byte) => [
      new TextDecoder("windows-1252").decode(Uint8Array.of(byte)),
      byte,
    ]),
  );
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const byte = bytewise.get(text.charAt(index));
    if (byte === undefined) {
      const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
      throw new RangeError(
        `Windows-1252 has no ${JSON.stringify(character)}`,
      );
    }
    bytes[index] = byte;
  }
  return bytes;
}
