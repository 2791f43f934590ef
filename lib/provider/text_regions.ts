const openingFence = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;
const closingFence = /^ {0,3}(`{3,}|~{3,})\s*$/;
const sentenceEnd = /(?<!\b(?:e\.g|i\.e|vs|cf))[.!?…]["')\]]? ?$/i;
const headLength = 64;
const tailLength = 12;

/**
 * Follows a text and tells where a tool call may begin: at the start of a
 * line or after a sentence, outside code fences, block quotes and inline code
 * (spec/providers.md 3.1 and 3.2). Text is fed in pieces of any size. Takes
 * time linear in the text.
 */
export class TextRegions {
  /** The first characters of the line: enough to see a fence. */
  #head = "";
  /** The last characters of the line: enough to see a sentence's end. */
  #tail = "";
  #backticks = 0;
  #fence = "";

  /** True when a call may begin at the place reached so far. */
  get mayBegin(): boolean {
    if (this.#fence !== "") return false;
    if (/^ {0,3}$/.test(this.#head)) return true;
    if (this.#head.trimStart().startsWith(">")) return false;
    return this.#backticks % 2 === 0 && sentenceEnd.test(this.#tail);
  }

  /** Goes on past a piece of the text. */
  advance(piece: string): void {
    let start = 0;
    while (start < piece.length) {
      const end = piece.indexOf("\n", start);
      if (end === -1) return this.#extend(piece.slice(start));
      this.#extend(piece.slice(start, end));
      this.#endLine();
      start = end + 1;
    }
  }

  #extend(piece: string): void {
    const room = headLength - this.#head.length;
    if (room > 0) this.#head += piece.slice(0, room);
    this.#tail = (this.#tail + piece.slice(-tailLength)).slice(-tailLength);
    let at = piece.indexOf("`");
    while (at !== -1) {
      this.#backticks++;
      at = piece.indexOf("`", at + 1);
    }
  }

  #endLine(): void {
    if (/[`~]{3}/.test(this.#head)) this.#fenceLine();
    this.#head = "";
    this.#tail = "";
    this.#backticks = 0;
  }

  #fenceLine(): void {
    if (this.#fence === "") {
      const found = openingFence.exec(this.#head);
      this.#fence = found?.[1] ?? found?.[2] ?? "";
    } else if (closingFence.exec(this.#head)?.[1]?.startsWith(this.#fence)) {
      this.#fence = "";
    }
  }
}
