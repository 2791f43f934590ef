/** A value of a JSON text, and where it stands. */
export type JsonNode =
  & (
    | { readonly kind: "object"; readonly members: readonly JsonMember[] }
    | { readonly kind: "array"; readonly items: readonly JsonNode[] }
    | { readonly kind: "scalar"; readonly value: JsonScalar }
  )
  & { readonly start: number; readonly end: number };

/** A key of an object and its value. */
export interface JsonMember {
  readonly key: string;
  /** Where the key's first quote stands. */
  readonly start: number;
  readonly node: JsonNode;
}

type JsonScalar = string | number | boolean | null;

/** Brackets within brackets: more than any settings need. */
const maxDepth = 64;

/** Names that would change what an object is instead of what it holds. */
const forbiddenKey = "__proto__";

/**
 * Reads JSON that may have comments and trailing commas, and keeps where each
 * value stands, so that one can be changed and the rest be left as it is.
 * Stricter than JSON in two points: an object may not name a key twice, of
 * which one would be lost without a word, nor `__proto__`.
 *
 * @throws SyntaxError that names line and column.
 */
export function parseJsonc(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

/** The value that a node stands for, as plain objects and arrays. */
export function valueOf(node: JsonNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "array":
      return node.items.map(valueOf);
    case "object":
      return Object.fromEntries(
        node.members.map(({ key, node: value }) => [key, valueOf(value)]),
      );
  }
}

/** Where white space and comments from `at` on end. */
export function skipBlank(text: string, at: number): number {
  const blank = /(?:[\s\ufeff]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  blank.lastIndex = at;
  blank.exec(text);
  return blank.lastIndex;
}

/** True for a text that says nothing: white space and comments alone. */
export function isBlank(text: string): boolean {
  return skipBlank(text, 0) === text.length;
}

const stringShape = /"(?:[^"\\\n\r]|\\.)*"/y;
const scalarShape = /-?\d[\d.eE+-]*|[A-Za-z]+/y;

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    this.#skip();
    if (depth > maxDepth) {
      throw this.#fault(`it is nested more than ${maxDepth} deep`);
    }
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      default:
        return this.#scalar();
    }
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) {
      throw this.#fault("there is more after the end");
    }
  }

  #object(depth: number): JsonNode {
    const start = this.#at;
    const members: JsonMember[] = [];
    const keys = new Set<string>();
    this.#list("}", () => {
      const at = this.#at;
      const key = this.#string();
      if (key === undefined) throw this.#fault("a key in quotes is missing");
      if (keys.has(key) || key === forbiddenKey) {
        const state = keys.has(key) ? "stands here twice" : "can't be used";
        throw this.#fault(`the key ${JSON.stringify(key)} ${state}`, at);
      }
      keys.add(key);
      this.#skip();
      if (this.#text[this.#at] !== ":") throw this.#fault('":" is missing');
      this.#at++;
      members.push({ key, start: at, node: this.value(depth + 1) });
    });
    return { kind: "object", members, start, end: this.#at };
  }

  #array(depth: number): JsonNode {
    const start = this.#at;
    const items: JsonNode[] = [];
    this.#list("]", () => items.push(this.value(depth + 1)));
    return { kind: "array", items, start, end: this.#at };
  }

  /** What stands between brackets, with commas between and perhaps after. */
  #list(close: string, item: () => void): void {
    this.#at++;
    for (this.#skip(); this.#text[this.#at] !== close;) {
      item();
      this.#skip();
      const next = this.#text[this.#at];
      if (next === ",") this.#at++;
      else if (next !== close) {
        throw this.#fault(`"," or "${close}" is missing`);
      }
      this.#skip();
    }
    this.#at++;
  }

  #scalar(): JsonNode {
    const start = this.#at;
    const text = this.#string();
    if (text !== undefined) {
      return { kind: "scalar", value: text, start, end: this.#at };
    }
    const word = this.#match(scalarShape);
    try {
      const value: JsonScalar = JSON.parse(word ?? "");
      return { kind: "scalar", value, start, end: this.#at };
    } catch {
      // What JSON.parse says of a word alone has no place; ours names it.
      throw this.#fault("a value is missing", start);
    }
  }

  #string(): string | undefined {
    const start = this.#at;
    if (this.#text[start] !== '"') return undefined;
    const literal = this.#match(stringShape);
    try {
      return JSON.parse(literal ?? "");
    } catch {
      // As for scalars.
      throw this.#fault("a text in quotes has no end or a wrong escape", start);
    }
  }

  #match(shape: RegExp): string | undefined {
    shape.lastIndex = this.#at;
    const [found] = shape.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(): void {
    this.#at = skipBlank(this.#text, this.#at);
    if (this.#text.startsWith("/*", this.#at)) {
      throw this.#fault("a comment has no end");
    }
  }

  #fault(state: string, at = this.#at): SyntaxError {
    const before = this.#text.slice(0, at).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new SyntaxError(`line ${before.length}, column ${column}: ${state}`);
  }
}
