import {
  type Found,
  type FoundCall,
  matchAt,
  type ReadCalls,
  skipSpace,
} from "./dialect.ts";

const maxDepth = 32;

const literals = new Map<string, unknown>([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);

const calledName = /([A-Za-z_][\w.]*)\s*\(/y;
const keyword = /([A-Za-z_]\w*)\s*=(?!=)\s*/y;
const number = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z]+/y;
const quote = /(r?)("""|'''|"|')/y;
const plainText = /[^"'\\\n]+/y;
const codePoint = /x([\da-fA-F]{2})|u([\da-fA-F]{4})/y;

class NotPython extends Error {}

/**
 * Reads calls written as Python: one, or a list of them, with keyword
 * arguments of literals alone. `print(...)` around a call and `.call` after
 * its name are template habits and are left out.
 */
export const readPython: ReadCalls = (text, at) => {
  const reader = new Reader(text, at);
  try {
    return reader.calls();
  } catch (error) {
    if (error instanceof NotPython) return null;
    throw error;
  }
};

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  calls(): Found {
    const isList = this.#take("[");
    const calls: FoundCall[] = [];
    do {
      if (isList && calls.length > 0 && this.#peek() === "]") break;
      calls.push(this.#call());
    } while (isList ? this.#take(",") : this.#startsCall());
    if (isList) this.#demand("]");
    return { calls, end: this.#at };
  }

  #startsCall(): boolean {
    this.#take(";");
    this.#skip();
    return matchAt(calledName, this.#text, this.#at) !== null;
  }

  #call(): FoundCall {
    this.#skip();
    const [, name = ""] = this.#match(calledName);
    if (name === "print") {
      const inner = this.#call();
      this.#demand(")");
      return inner;
    }
    const input: Record<string, unknown> = {};
    while (this.#peek() !== ")") {
      this.#skip();
      const [, key = ""] = this.#match(keyword);
      if (Object.hasOwn(input, key)) throw new NotPython();
      input[key] = this.#value(0);
      if (!this.#take(",")) break;
    }
    this.#demand(")");
    const json = JSON.stringify(input);
    return { name: name.replace(/\.call$/, ""), arguments: json };
  }

  #value(depth: number): unknown {
    if (depth > maxDepth) throw new NotPython();
    const next = this.#peek();
    if (next === "[") return this.#list(depth);
    if (next === "{") return this.#dictionary(depth);
    if (matchAt(quote, this.#text, this.#at) !== null) return this.#string();
    const digits = matchAt(number, this.#text, this.#at);
    if (digits !== null) {
      this.#at += digits[0].length;
      return Number(digits[0]);
    }
    const [name] = this.#match(word);
    if (!literals.has(name)) throw new NotPython();
    return literals.get(name);
  }

  #list(depth: number): unknown[] {
    this.#demand("[");
    const items: unknown[] = [];
    while (this.#peek() !== "]") {
      items.push(this.#value(depth + 1));
      if (!this.#take(",")) break;
    }
    this.#demand("]");
    return items;
  }

  #dictionary(depth: number): Record<string, unknown> {
    this.#demand("{");
    const entries: [string, unknown][] = [];
    while (this.#peek() !== "}") {
      const key = this.#value(depth + 1);
      if (typeof key !== "string") throw new NotPython();
      this.#demand(":");
      entries.push([key, this.#value(depth + 1)]);
      if (!this.#take(",")) break;
    }
    this.#demand("}");
    return Object.fromEntries(entries);
  }

  #string(): string {
    const [, raw, mark = '"'] = this.#match(quote);
    const pieces: string[] = [];
    while (!this.#text.startsWith(mark, this.#at)) {
      const plain = matchAt(plainText, this.#text, this.#at);
      if (plain !== null) {
        pieces.push(plain[0]);
        this.#at += plain[0].length;
        continue;
      }
      const next = this.#text[this.#at];
      if (next === undefined) throw new NotPython();
      if (next === "\\" && raw === "") pieces.push(this.#escape());
      else {
        // Python ends a short string's line here; models mean the line end.
        pieces.push(next);
        this.#at++;
      }
    }
    this.#at += mark.length;
    return pieces.join("");
  }

  #escape(): string {
    const next = this.#text[this.#at + 1];
    if (next === undefined) throw new NotPython();
    const code = matchAt(codePoint, this.#text, this.#at + 1);
    if (code !== null) {
      this.#at += 1 + code[0].length;
      return String.fromCharCode(parseInt(code[1] ?? code[2] ?? "", 16));
    }
    this.#at += 2;
    // Python keeps the backslash of an escape that it does not know.
    return escapes.get(next) ?? `\\${next}`;
  }

  #match(pattern: RegExp): RegExpExecArray {
    const found = matchAt(pattern, this.#text, this.#at);
    if (found === null) throw new NotPython();
    this.#at += found[0].length;
    return found;
  }

  #skip(): void {
    this.#at = skipSpace(this.#text, this.#at);
  }

  #peek(): string | undefined {
    this.#skip();
    return this.#text[this.#at];
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #demand(token: string): void {
    if (!this.#take(token)) throw new NotPython();
  }
}
