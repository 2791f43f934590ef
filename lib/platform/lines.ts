/** Characters after which a line is taken for an attack or a mistake. */
const longestLine = 32 * 1024 * 1024;

/**
 * Cuts a stream of text into lines that end in LF, CRLF or CR, wherever the
 * stream itself was cut. No character is looked at twice, however long a line
 * gets.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #pieces: string[] = [];
  #length = 0;
  #endedInReturn = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Throws a RangeError for a line longer than 32 Mi characters. */
  push(chunk: string): void {
    const text = this.#withoutReturns(chunk);
    let end = text.indexOf("\n");
    if (end === -1) return this.#keep(text);
    if (this.#length > 0) {
      this.#pieces.push(text.slice(0, end));
      const line = this.#pieces.join("");
      this.#pieces = [];
      this.#length = 0;
      this.#onLine(line);
    } else this.#onLine(text.slice(0, end));
    let start = end + 1;
    for (;;) {
      end = text.indexOf("\n", start);
      if (end === -1) break;
      this.#onLine(text.slice(start, end));
      start = end + 1;
    }
    this.#keep(start === 0 ? text : text.slice(start));
  }

  /** Gives out the last line, when it has no end. */
  end(): void {
    if (this.#length === 0) return;
    const line = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    this.#onLine(line);
  }

  #keep(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length > longestLine) {
      throw new RangeError(
        `Cannot read a line of more than ${longestLine} characters`,
      );
    }
  }

  #withoutReturns(chunk: string): string {
    let text = chunk;
    if (this.#endedInReturn && text !== "") {
      this.#endedInReturn = false;
      if (text.startsWith("\n")) text = text.slice(1);
    }
    if (!text.includes("\r")) return text;
    this.#endedInReturn = text.endsWith("\r");
    return text.replace(/\r\n?/g, "\n");
  }
}
