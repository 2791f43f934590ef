import { matchAt, type ReadCalls, skipSpace } from "./dialect.ts";

const maxDepth = 32;
const literals = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const head = /\s*call:\s*([\w.-]+)\s*(?=\{)/y;
const key = /\s*([A-Za-z_-][\w-]*)\s*:\s*/y;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[a-z]+/y;

class NotGemma extends Error {}

/**
 * Gemma 4 and FunctionGemma: `call:read{path:<|"|>a.ts<|"|>}`. Keys are bare
 * and strings stand between two tokens that no text holds.
 */
export const readGemma: ReadCalls = (text, at) => {
  const found = matchAt(head, text, at);
  if (found === null) return null;
  const [whole, name = ""] = found;
  const reader = new Reader(text, at + whole.length);
  try {
    const json = JSON.stringify(reader.value(0));
    return { calls: [{ name, arguments: json }], end: reader.at };
  } catch (error) {
    if (error instanceof NotGemma) return null;
    throw error;
  }
};

class Reader {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  value(depth: number): unknown {
    if (depth > maxDepth) throw new NotGemma();
    const next = this.#peek();
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#list(depth);
    for (const mark of ['<|"|>', "<escape>", '"']) {
      if (this.#text.startsWith(mark, this.at)) return this.#string(mark);
    }
    const digits = matchAt(number, this.#text, this.at);
    if (digits !== null) {
      this.at += digits[0].length;
      return Number(digits[0]);
    }
    const [name = ""] = matchAt(word, this.#text, this.at) ?? [];
    if (!literals.has(name)) throw new NotGemma();
    this.at += name.length;
    return literals.get(name);
  }

  #object(depth: number): Record<string, unknown> {
    this.at++;
    const entries: [string, unknown][] = [];
    while (this.#peek() !== "}") {
      const found = matchAt(key, this.#text, this.at);
      if (found === null) throw new NotGemma();
      this.at += found[0].length;
      entries.push([found[1] ?? "", this.value(depth + 1)]);
      if (!this.#take(",")) break;
    }
    if (!this.#take("}")) throw new NotGemma();
    return Object.fromEntries(entries);
  }

  #list(depth: number): unknown[] {
    this.at++;
    const items: unknown[] = [];
    while (this.#peek() !== "]") {
      items.push(this.value(depth + 1));
      if (!this.#take(",")) break;
    }
    if (!this.#take("]")) throw new NotGemma();
    return items;
  }

  #string(mark: string): string {
    const start = this.at + mark.length;
    const end = this.#text.indexOf(mark, start);
    if (end === -1) throw new NotGemma();
    const value = this.#text.slice(start, end);
    // A backslash means an escape with plain quotes alone: too doubtful.
    if (mark === '"' && value.includes("\\")) throw new NotGemma();
    this.at = end + mark.length;
    return value;
  }

  #peek(): string | undefined {
    this.at = skipSpace(this.#text, this.at);
    return this.#text[this.at];
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.at++;
    return true;
  }
}
