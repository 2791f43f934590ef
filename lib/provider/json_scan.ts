const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const space = 0x20;

/**
 * Follows a JSON object as it comes in pieces, and knows at any time whether
 * it is complete, without reading anything twice.
 */
export class JsonScan {
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #hasBegun = false;
  #isBroken = false;

  /** True after one whole object, with nothing but white space around it. */
  get isWhole(): boolean {
    return this.#hasBegun && this.#depth === 0 && !this.#isBroken;
  }

  push(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (this.#inString) this.#inside(code);
      else this.#outside(code);
    }
  }

  #inside(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === backslash) this.#isEscaped = true;
    else if (code === quote) this.#inString = false;
  }

  #outside(code: number): void {
    if (code <= space) return;
    if (this.#depth === 0) {
      // A second value, or something else than an object.
      if (this.#hasBegun || code !== openBrace) this.#isBroken = true;
      this.#hasBegun = true;
    }
    if (code === quote) this.#inString = true;
    else if (code === openBrace || code === openBracket) this.#depth++;
    else if (code === closeBrace || code === closeBracket) this.#depth--;
  }
}
