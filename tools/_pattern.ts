import { posixClasses } from "../lib/platform/glob_pattern.ts";
import { type CharSet, classSource, invert, type Range } from "./_char_set.ts";
import {
  assertions,
  characterEscapes,
  setEscapes,
  unicodeProperty,
  unsupportedEscapes,
} from "./_escapes.ts";

/** A regular expression as Grep runs it. */
export interface Pattern {
  /** True when a match may go on over the end of a line. */
  readonly crossesLines: boolean;
  /** The pattern for `rg`, or null where it could mean something else there. */
  readonly shared: string | null;
  /** The global expression to use on one text. */
  expressionFor(text: string): RegExp;
}

/** What came of reading a pattern. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string };

/** How a pattern is to be read. */
export interface PatternOptions {
  readonly ignoreCase?: boolean;
  /** Matches may cross lines and `.` matches their ends (`rg -U`, dotall). */
  readonly multiline?: boolean;
}

/** Thrown inside this file for a construct that there is no way to run. */
class PatternError extends Error {}

/**
 * Reads a pattern in the dialect of ripgrep, with the lookarounds and back
 * references of PCRE, and translates it for this engine and, where it means
 * the same there, for `rg`. `\d`, `\w` and `\b` are ASCII in both. Without
 * `multiline` nothing matches a line end, save a pattern that names `\n`.
 * `$` also matches before `\r\n`. Bytes that are not UTF-8 match nothing.
 */
export function readPattern(
  source: string,
  options: PatternOptions = {},
): PatternResult {
  try {
    const first = new Translation(source, options);
    const translation = first.namesLineEnd && !options.multiline
      ? new Translation(source, { ...options, crossesLines: true })
      : first;
    return { ok: true, pattern: translation.pattern() };
  } catch (error) {
    if (error instanceof PatternError) {
      return { ok: false, message: error.message };
    }
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.slice(error.message.lastIndexOf(": ") + 2);
    return { ok: false, message: reason };
  }
}

/** Writes a text as a pattern that matches it alone. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

const lineStart = "(?:^|(?<=\\n))";
const lineEnd = "(?=\\r?(?:\\n|$))";
const maxSharedRepeat = 200;

interface Scope {
  readonly dotAll: boolean;
  /** Openings of flag groups to close at the end and reopen after a `|`. */
  readonly flags: readonly string[];
}

class Translation {
  namesLineEnd = false;
  #script = "";
  /** The same for texts whose only line end is `\n`, which is faster. */
  #simple = "";
  /** True when the pattern names the start or the end of the text. */
  #isExactOnly = false;
  #shared: string | null = "";
  #at = 0;
  #scope: Scope;
  readonly #scopes: Scope[] = [];
  readonly #source: string;
  readonly #crosses: boolean;
  #ignoreCase: boolean;

  constructor(
    source: string,
    options: PatternOptions & { readonly crossesLines?: boolean },
  ) {
    this.#source = source;
    this.#crosses = (options.multiline || options.crossesLines) ?? false;
    this.#ignoreCase = options.ignoreCase ?? false;
    this.#scope = { dotAll: options.multiline ?? false, flags: [] };
    while (this.#at < source.length) this.#step();
    if (this.#scopes.length > 0) throw new PatternError("unclosed group");
    this.#closeFlags();
  }

  pattern(): Pattern {
    const flags = this.#ignoreCase ? "giu" : "gu";
    const exact = new RegExp(this.#script, flags);
    const isAnchored = this.#simple !== this.#script && !this.#isExactOnly;
    const simple = isAnchored ? new RegExp(this.#simple, `${flags}m`) : exact;
    const shared = this.#shared !== null && this.#ignoreCase
      ? `(?i)${this.#shared}`
      : this.#shared;
    return {
      crossesLines: this.#crosses,
      shared: this.#crosses ? null : shared,
      expressionFor: (text) =>
        isAnchored && /[\r\u2028\u2029]/.test(text) ? exact : simple,
    };
  }

  #emit(script: string, shared: string | null, simple = script): void {
    this.#script += script;
    this.#simple += simple;
    this.#shared = shared === null || this.#shared === null
      ? null
      : this.#shared + shared;
  }

  #step(): void {
    const char = this.#take();
    if (char === "\\") return this.#escape();
    if (char === "(") return this.#open();
    if (char === "[") return this.#class();
    if (char === ")") {
      if (this.#scopes.length === 0) {
        throw new PatternError("unopened group: a ) without (");
      }
      this.#closeFlags();
      this.#scope = this.#scopes.pop() as Scope;
      return this.#emit(")", ")");
    }
    if (char === "|") {
      this.#closeFlags();
      this.#emit("|", "|");
      for (const flag of this.#scope.flags) this.#emit(flag, flag);
      return;
    }
    if (char === "^") return this.#emit(lineStart, "^", "^");
    if (char === "$") {
      const isFinal = /^(?:$|[|)])/.test(this.#source.slice(this.#at));
      return this.#emit(lineEnd, isFinal ? "\\r?$" : null, "$");
    }
    if (char === ".") return this.#set({ ranges: [], raw: [], negated: true });
    if (/[*+?{]/.test(char)) return this.#quantify(char);
    this.#literal(char);
  }

  /** Takes one character, a surrogate pair as one. */
  #take(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #skip(expression: RegExp): RegExpExecArray | null {
    const match = expression.exec(this.#source.slice(this.#at));
    if (match) this.#at += match[0].length;
    return match;
  }

  #closeFlags(): void {
    for (const _ of this.#scope.flags) this.#emit(")", ")");
  }

  #literal(char: string): void {
    if (char === "\n") this.namesLineEnd = true;
    const code = char.codePointAt(0) ?? 0;
    const isPlain = code >= 0x20 && (code < 0xd800 || code > 0xdfff);
    if (!isPlain) {
      const hex = code.toString(16);
      const shared = code === 0 || code >= 0xd800 ? null : `\\x{${hex}}`;
      return this.#emit(`\\u{${hex}}`, shared);
    }
    const script = /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
    const shared = /[\\.+*?()|[\]{}^$#&\-~]/.test(char) ? `\\${char}` : char;
    // Where not UTF-8 was decoded stands this character.
    this.#emit(script, char === "\uFFFD" ? null : shared);
  }

  #quantify(char: string): void {
    let source = char;
    if (char === "{") {
      const counts = this.#skip(/^(\d+)(?:,(\d*))?\}/);
      if (counts === null) return this.#literal("{");
      source += counts[0];
      const most = Math.max(Number(counts[1]), Number(counts[2] ?? 0));
      if (most > maxSharedRepeat) this.#shared = null;
    }
    if (this.#skip(/^\?/)) source += "?";
    // A possessive quantifier matches no more than the greedy one.
    else this.#skip(/^\+/);
    this.#emit(source, source);
  }

  #escape(): void {
    if (this.#at === this.#source.length) {
      throw new PatternError("a \\ at the end escapes nothing");
    }
    const char = this.#take();
    const problem = unsupportedEscapes[char];
    if (problem !== undefined) throw new PatternError(problem);
    const assertion = assertions[char];
    if (assertion !== undefined) {
      if (/[AzZ]/.test(char)) this.#isExactOnly = true;
      return this.#emit(...assertion);
    }
    const quoted = char === "Q" && this.#skip(/^([^]*?)(?:\\E|$)/);
    if (quoted) {
      for (const literal of quoted[1] ?? "") this.#literal(literal);
      return;
    }
    if (char === "E") return;
    const reference = char === "k" && this.#skip(/^(?:<\w+>|\{\w+\})/);
    if (reference) {
      return this.#emit(`\\k<${reference[0].slice(1, -1)}>`, null);
    }
    if (/[1-9]/.test(char)) {
      const more = this.#skip(/^\d/)?.[0] ?? "";
      return this.#emit(`\\${char}${more}(?:)`, null);
    }
    const set = this.#setEscape(char);
    if (set !== undefined) return this.#set(set);
    this.#literal(this.#characterEscape(char));
  }

  /** A class escape after its backslash: `\d`, `\W`, `\p{L}`. */
  #setEscape(char: string): CharSet | undefined {
    const ranges = setEscapes[char.toLowerCase()];
    if (ranges !== undefined) {
      const negated = char !== char.toLowerCase();
      return { ranges, raw: [], negated };
    }
    if (char !== "p" && char !== "P") return undefined;
    const name = this.#skip(/^(?:\{(\^?)([\w=:]+)\}|([A-Z]))/);
    if (name === null) throw new PatternError(`\\${char} needs a {Property}`);
    const negated = (char === "P") !== (name[1] === "^");
    const given = name[2] ?? name[3] ?? "";
    const property = unicodeProperty(given);
    if (property === undefined) {
      throw new PatternError(`unknown Unicode property ${given}`);
    }
    return {
      ranges: [],
      raw: [`\\${negated ? "P" : "p"}{${property}}`],
      negated: false,
    };
  }

  #characterEscape(char: string): string {
    const fixed = characterEscapes[char];
    if (fixed !== undefined) return fixed;
    if (/[xuU]/.test(char)) {
      const hex = this.#skip(
        char === "x"
          ? /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/
          : char === "u"
          ? /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4}))/
          : /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{8}))/,
      );
      const code = parseInt(hex?.[1] ?? hex?.[2] ?? "", 16);
      if (!(code <= 0x10ffff)) {
        throw new PatternError(`\\${char} needs a hexadecimal number`);
      }
      return String.fromCodePoint(code);
    }
    if (char === "0") return "\0";
    if (/[A-Za-z]/.test(char)) {
      throw new PatternError(`unknown escape \\${char}`);
    }
    return char;
  }

  #set(set: CharSet): void {
    const isDot = set.negated && set.ranges.length + set.raw.length === 0;
    if (isDot && this.#crosses) {
      return this.#emit(this.#scope.dotAll ? "[^]" : "[^\\n]", null);
    }
    const { script, shared } = classSource(set, { lines: !this.#crosses });
    this.#emit(script, shared);
  }

  #class(): void {
    const negated = this.#skip(/^\^/) !== null;
    const ranges: Range[] = [];
    const raw: string[] = [];
    for (let isFirst = true;; isFirst = false) {
      if (this.#at >= this.#source.length) {
        throw new PatternError("unclosed class: a [ without ]");
      }
      if (!isFirst && this.#skip(/^\]/)) break;
      const posix = this.#skip(/^\[:(\^?)([a-z]+):\]/);
      if (posix !== null) {
        const own = posixRanges(posix[2] ?? "");
        ranges.push(...(posix[1] === "^" ? invert(own) : own));
        continue;
      }
      const from = this.#member();
      if (typeof from !== "string") {
        if (from.raw.length > 0) raw.push(...from.raw);
        else ranges.push(...(from.negated ? invert(from.ranges) : from.ranges));
        continue;
      }
      const isRange = this.#skip(/^-(?!\])/) !== null;
      const to = isRange ? this.#member() : from;
      if (typeof to !== "string") {
        throw new PatternError("a class range ends in a set");
      }
      if (!negated && (from === "\n" || to === "\n")) this.namesLineEnd = true;
      const range = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0] as const;
      if (range[0] > range[1]) {
        throw new PatternError(`class range ${from}-${to} is out of order`);
      }
      ranges.push(range);
    }
    this.#set({ ranges, raw, negated });
  }

  #member(): string | CharSet {
    const char = this.#take();
    if (char !== "\\") return char;
    const escaped = this.#take();
    if (escaped === "b") return "\b";
    return this.#setEscape(escaped) ?? this.#characterEscape(escaped);
  }

  #open(): void {
    if (this.#skip(/^\?#[^)]*\)/)) return;
    const flags = this.#skip(/^\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/);
    if (flags !== null) return this.#flags(flags);
    this.#scopes.push(this.#scope);
    this.#scope = { ...this.#scope, flags: [] };
    const look = this.#skip(/^\?(?:[=!]|<[=!])/);
    if (look) return this.#emit(`(${look[0]}`, null);
    const name = this.#skip(/^\?(?:P?<(\w+)>|'(\w+)')/);
    if (name) return this.#emit(`(?<${name[1] ?? name[2]}>`, "(");
    if (this.#skip(/^\?>/)) {
      throw new PatternError("atomic groups (?>...) are not supported");
    }
    if (this.#skip(/^[?*]/)) throw new PatternError("unknown kind of group");
    this.#emit("(", "(");
  }

  /** `(?i)` for the rest of a group, `(?i:...)` for a group of its own. */
  #flags([, on = "", off = "", end]: RegExpExecArray): void {
    const unknown = /[^imsu]/.exec(on + off)?.[0];
    if (unknown) throw new PatternError(`unknown flag (?${unknown})`);
    const isWhole = this.#script === "" && this.#scopes.length === 0;
    const dotAll = on.includes("s") ||
      (this.#scope.dotAll && !off.includes("s"));
    if (end === ")" && isWhole && on.includes("i")) {
      this.#ignoreCase = true;
      this.#scope = { ...this.#scope, dotAll };
      return;
    }
    const casing = on.includes("i") ? "i" : off.includes("i") ? "-i" : "";
    const opening = `(?${casing}:`;
    if (end === ")") {
      const added = casing === "" ? [] : [opening];
      this.#scope = { dotAll, flags: [...this.#scope.flags, ...added] };
      for (const flag of added) this.#emit(flag, flag);
      return;
    }
    this.#scopes.push(this.#scope);
    this.#scope = { dotAll, flags: [] };
    this.#emit(opening, opening);
  }
}

function posixRanges(name: string): Range[] {
  const members = posixClasses[name];
  if (members === undefined) {
    throw new PatternError(`unknown class [:${name}:]`);
  }
  const expression = new RegExp(`[${members}]`);
  const ranges: Range[] = [];
  for (let code = 0; code < 128; code++) {
    if (expression.test(String.fromCharCode(code))) ranges.push([code, code]);
  }
  return ranges;
}
