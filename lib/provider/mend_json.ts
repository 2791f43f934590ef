import { type RepairName, repairs } from "./json_repairs.ts";

/** How far mending may go. */
export interface MendLimits {
  readonly level: 2 | 3;
  /** True when string values must stay as sent (tools that change things). */
  readonly keepStrings: boolean;
}

/** Mended JSON, or where and why it can't be mended. */
export type Mended =
  | {
    readonly ok: true;
    /** One JSON text, or several when whole objects were joined. */
    readonly texts: readonly string[];
    readonly repairs: readonly string[];
  }
  | { readonly ok: false; readonly reason: string; readonly at: number };

/** Far deeper than any tool's input; keeps recursion off the stack's end. */
const maxDepth = 100;

const pythonLiterals = new Map([
  ["True", "true"],
  ["False", "false"],
  ["None", "null"],
]);
const closingQuote = new Map([
  ['"', '"'],
  ["'", "'"],
  ["\u201c", "\u201d"],
  ["\u201d", "\u201d"],
]);
const controlEscapes = new Map([
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const spaces = /[ \t\r\n\u00a0\ufeff]+/y;
const comment = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const word = /[A-Za-z_$][\w$-]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// deno-lint-ignore no-control-regex -- raw control characters are the damage
const plainString = /[^"'\\\u201d\u0000-\u001f]+/y;
const surplus = /\s*[}\]]/y;
/** A tail with these may be part of the value that damage cut in two. */
const doubtfulTail = /^\s*[,:]|["{[\u201c\u201d]/;

/**
 * Rewrites damaged JSON into valid JSON without ever inventing a value or
 * closing a string. The result is text for JSON.parse, so numbers and keys
 * mean just what they mean there. Takes time linear in the text.
 */
export function mendJson(text: string, limits: MendLimits): Mended {
  const mender = new Mender(text, limits);
  try {
    return { ok: true, ...mender.run() };
  } catch (error) {
    if (!(error instanceof Unmendable)) throw error;
    return { ok: false, reason: error.message, at: error.at };
  }
}

class Unmendable extends Error {
  constructor(reason: string, readonly at: number) {
    super(reason);
  }
}

class Mender {
  readonly #text: string;
  readonly #limits: MendLimits;
  readonly #used = new Set<RepairName>();
  #at = 0;
  #pieces: string[] = [];

  constructor(text: string, limits: MendLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  run(): { texts: string[]; repairs: string[] } {
    const texts = [this.#root()];
    while (this.#at < this.#text.length) {
      const next = this.#text[this.#at];
      if (next !== "{") break;
      this.#use("split joined objects");
      texts.push(this.#root());
    }
    this.#tail();
    return { texts, repairs: [...this.#used] };
  }

  #root(): string {
    this.#pieces = [];
    this.#skip();
    this.#value(0);
    this.#skip();
    return this.#pieces.join("");
  }

  #tail(): void {
    if (this.#at >= this.#text.length) return;
    if (this.#match(surplus) !== undefined) {
      this.#use("removed a surplus bracket");
    }
    const tail = this.#text.slice(this.#at);
    if (tail.trim() === "") return;
    if (doubtfulTail.test(tail)) this.#fail("text after the value");
    this.#use("removed text after the value");
  }

  #value(depth: number): void {
    if (depth > maxDepth) this.#fail("too deeply nested");
    const start = this.#text[this.#at];
    if (start === undefined) this.#fail("unexpected end");
    if (start === "{") return this.#object(depth);
    if (start === "[") return this.#array(depth);
    if (closingQuote.has(start)) return this.#string();
    const digits = this.#match(number);
    if (digits !== undefined) {
      this.#pieces.push(digits);
      return;
    }
    const from = this.#at;
    const name = this.#match(word);
    if (name === "true" || name === "false" || name === "null") {
      this.#pieces.push(name);
      return;
    }
    const literal = pythonLiterals.get(name ?? "");
    if (literal === undefined) this.#fail("unexpected character", from);
    this.#use("read a Python literal", from);
    this.#pieces.push(literal);
  }

  #object(depth: number): void {
    this.#open("{");
    while (!this.#isClosed("}")) {
      this.#key();
      this.#skip();
      if (this.#text[this.#at] !== ":") this.#fail("missing colon");
      this.#pieces.push(":");
      this.#at++;
      this.#skip();
      this.#value(depth + 1);
      if (this.#closesAtEnd("}")) return;
      this.#separate("}");
    }
  }

  #array(depth: number): void {
    this.#open("[");
    while (!this.#isClosed("]")) {
      this.#value(depth + 1);
      if (this.#closesAtEnd("]")) return;
      this.#separate("]");
    }
  }

  #open(bracket: string): void {
    this.#pieces.push(bracket);
    this.#at++;
    this.#skip();
    if (this.#at >= this.#text.length) this.#fail("unexpected end");
  }

  /** Consumes the closing bracket if it is next. */
  #isClosed(bracket: string): boolean {
    if (this.#text[this.#at] !== bracket) return false;
    this.#pieces.push(bracket);
    this.#at++;
    return true;
  }

  /** Consumes what stands between a member and the next, or the end. */
  #separate(bracket: string): void {
    const next = this.#text[this.#at];
    if (next === bracket) return;
    if (next !== ",") {
      if (bracket === "]" || next === undefined || !closingQuote.has(next)) {
        this.#fail("unexpected character");
      }
      this.#use("added a comma");
      this.#pieces.push(",");
      return;
    }
    const comma = this.#at++;
    this.#skip();
    if (this.#at >= this.#text.length) this.#fail("unexpected end");
    if (this.#text[this.#at] === bracket) {
      this.#use("removed a trailing comma", comma);
    } else {
      this.#pieces.push(",");
    }
  }

  /** One missing bracket at the very end is mended, two are a cut text. */
  #closesAtEnd(bracket: string): boolean {
    this.#skip();
    if (this.#at < this.#text.length) return false;
    if (this.#used.has("closed the last bracket")) {
      this.#fail("more than one bracket is not closed");
    }
    this.#use("closed the last bracket");
    this.#pieces.push(bracket);
    return true;
  }

  #key(): void {
    const start = this.#text[this.#at];
    if (start !== undefined && closingQuote.has(start)) return this.#string();
    const from = this.#at;
    const name = this.#match(word);
    if (name === undefined) this.#fail("unexpected character");
    this.#use("quoted a key", from);
    this.#pieces.push(JSON.stringify(name));
  }

  #string(): void {
    const from = this.#at;
    const opening = this.#text[this.#at++] ?? "";
    const closing = closingQuote.get(opening) ?? '"';
    if (opening === "'") this.#use("read single quotes", from);
    else if (opening !== '"') this.#use("read typographic quotes", from);
    this.#pieces.push('"');
    while (true) {
      const plain = this.#match(plainString);
      if (plain !== undefined) this.#pieces.push(plain);
      const next = this.#text[this.#at];
      if (next === undefined) this.#fail("unterminated string", from);
      if (next === closing) break;
      if (next === "\\") this.#escape();
      else this.#character(next);
    }
    this.#at++;
    this.#pieces.push('"');
  }

  #character(next: string): void {
    if (next < " ") {
      this.#use("escaped control characters");
      const code = next.charCodeAt(0).toString(16).padStart(4, "0");
      this.#pieces.push(controlEscapes.get(next) ?? `\\u${code}`);
    } else {
      this.#pieces.push(next === '"' ? '\\"' : next);
    }
    this.#at++;
  }

  #escape(): void {
    const next = this.#text[this.#at + 1];
    if (next === undefined) this.#fail("unterminated string");
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    const isValid = '"\\/bfnrt'.includes(next) ||
      next === "u" && /^[\da-fA-F]{4}$/.test(hex);
    if (isValid) {
      this.#pieces.push("\\", next);
    } else if (next < " ") {
      this.#fail("backslash before a raw control character");
    } else {
      this.#use("kept an invalid escape as text");
      this.#pieces.push(next === "'" ? "'" : `\\\\${next}`);
    }
    this.#at += 2;
  }

  #skip(): void {
    while (true) {
      this.#match(spaces);
      if (this.#text[this.#at] !== "/") return;
      const from = this.#at;
      if (this.#match(comment) === undefined) return;
      this.#use("removed a comment", from);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #use(name: RepairName, at = this.#at): void {
    const repair = repairs[name];
    const isAllowed = repair.level <= this.#limits.level &&
      (repair.keepsStrings || !this.#limits.keepStrings);
    if (!isAllowed) this.#fail(repair.refusal, at);
    this.#used.add(name);
  }

  #fail(reason: string, at = this.#at): never {
    throw new Unmendable(reason, at);
  }
}
