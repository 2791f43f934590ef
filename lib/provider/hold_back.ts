import { markedDialects } from "./dialects/table.ts";
import { TextRegions } from "./text_regions.ts";

const maxUnnamed = 4096;
/** White space within the head of a whole message is bounded too. */
const maxWholeHead = 128;
/** Characters of the mark and what follows it that name a call. */
const triggers = /[<[\]f{`]/g;

const marks = [...new Set(markedDialects.flatMap((row) => row.starts))];
const envelopeKeys = [
  "name",
  "tool",
  "function",
  "action",
  "tool_name",
  "tool_call",
  "tool_calls",
  "type",
  "id",
].map((key) => `"${key}"`);
/** How a message that is one call begins, without white space. */
const wholeMarks = ["", "```json", "```tool", "```"].flatMap((fence) =>
  ["{", "[{"].flatMap((open) => envelopeKeys.map((key) => fence + open + key))
).concat("```tool_code");

/**
 * Keeps the text of tool calls off the screen while a reply streams: text is
 * held from where a known mark may begin until it is clear that none does, or
 * until 4 KiB followed a mark without an offered name (spec/providers.md 3.2).
 * All pieces given out, then `end()`, make up the text that was pushed.
 *
 * After `end()` the caller runs recoverCalls on the whole text. When that
 * finds calls, it shows what `Recovered.text` has beyond the text given out
 * so far and drops the rest; otherwise it shows what `end()` returned.
 */
export class HoldBack {
  readonly #names: readonly string[];
  readonly #wholeMarks: readonly string[];
  readonly #regions = new TextRegions();
  /** Text not yet given out. */
  #held: string[] = [];
  #state: "free" | "marked" | "named" = "free";
  #hasText = false;

  constructor(toolNames: readonly string[]) {
    this.#names = toolNames.map((name) => name.toLowerCase());
    const lists = this.#names.map((name) => `[${name}(`);
    this.#wholeMarks = [...wholeMarks, ...lists];
  }

  /** Takes a piece of text; returns what may be shown now. */
  push(chunk: string): string {
    this.#held.push(chunk);
    if (this.#state === "named" || this.#names.length === 0) {
      return this.#names.length === 0 ? this.end() : "";
    }
    const text = this.#held.join("");
    const released = this.#release(text);
    this.#held = [text.slice(released)];
    return text.slice(0, released);
  }

  /** Ends the text; returns what was still held. */
  end(): string {
    const rest = this.#held.join("");
    this.#held = [];
    this.#state = "free";
    return rest;
  }

  /** How much of the text may be shown; the rest begins with a mark. */
  #release(text: string): number {
    let at = 0;
    if (this.#state === "marked") {
      if (this.#staysHeld(text)) return 0;
      at = this.#pass(text, 0, 1);
    }
    while (true) {
      triggers.lastIndex = at;
      const hit = triggers.exec(text);
      if (hit === null) return this.#pass(text, at, text.length);
      at = this.#pass(text, at, hit.index);
      const verdict = this.#judge(text, at);
      if (verdict === "open") return at;
      if (verdict === "mark") {
        this.#state = "marked";
        if (this.#staysHeld(text.slice(at))) return at;
      }
      at = this.#pass(text, at, at + 1);
    }
  }

  #pass(text: string, from: number, to: number): number {
    const piece = text.slice(from, to);
    this.#regions.advance(piece);
    if (!this.#hasText) this.#hasText = piece.trim() !== "";
    return to;
  }

  /** Decides about held text that begins with a mark. */
  #staysHeld(held: string): boolean {
    const head = held.slice(0, maxUnnamed).toLowerCase();
    if (this.#names.some((name) => head.includes(name))) {
      this.#state = "named";
      return true;
    }
    if (held.length <= maxUnnamed) return true;
    this.#state = "free";
    return false;
  }

  #judge(text: string, at: number): "none" | "open" | "mark" {
    if (!this.#regions.mayBegin) return "none";
    const verdict = compare(text.slice(at, at + 64), marks);
    if (verdict !== "none" || this.#hasText) return verdict;
    const head = text.slice(at, at + maxWholeHead);
    const plain = head.replace(/\s+/g, "").toLowerCase();
    const whole = compare(plain, this.#wholeMarks);
    return whole === "open" && head.length === maxWholeHead ? "none" : whole;
  }
}

function compare(
  head: string,
  known: readonly string[],
): "none" | "open" | "mark" {
  if (known.some((mark) => head.startsWith(mark))) return "mark";
  return known.some((mark) => mark.startsWith(head)) ? "open" : "none";
}
