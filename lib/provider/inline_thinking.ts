/** A way in which templates mark reasoning inside the content. */
interface Mark {
  readonly open: string;
  readonly close: string;
}

/** spec/providers.md 1.4; most models, Cohere, Gemma 4. */
const marks: readonly Mark[] = [
  { open: "<think>", close: "</think>" },
  { open: "<thinking>", close: "</thinking>" },
  { open: "<thought>", close: "</thought>" },
  { open: "<|START_THINKING|>", close: "<|END_THINKING|>" },
  { open: "<|channel>thought", close: "<channel|>" },
];
const longestOpen = Math.max(...marks.map(({ open }) => open.length));

/** A piece of content, sorted. */
export interface SortedPiece {
  readonly thinking: string;
  readonly text: string;
}

const nothing: SortedPiece = { thinking: "", text: "" };

/**
 * Sorts content as it streams into reasoning and answer: reasoning is what
 * stands in a mark at the start. A mark that comes later is a part of the
 * answer (spec/providers.md 7.5 RSN-06).
 */
export class InlineThinking {
  #state: "start" | "inside" | "outside" = "start";
  /** Text not yet decided about; in a mark, what may be its end. */
  #held = "";
  #mark: Mark | undefined;

  /**
   * `startsInside` is for templates that open the mark themselves, so that
   * the reply begins within it.
   */
  constructor(options: { readonly startsInside?: boolean } = {}) {
    if (!options.startsInside) return;
    this.#mark = marks[0];
    this.#state = "inside";
  }

  push(piece: string): SortedPiece {
    if (this.#state === "outside") return { thinking: "", text: piece };
    this.#held += piece;
    return this.#state === "start" ? this.#begin() : this.#inside();
  }

  /** What was held, and whether a mark was left open. */
  end(): SortedPiece & { readonly isOpen: boolean } {
    const held = this.#held;
    this.#held = "";
    const isOpen = this.#state === "inside";
    return {
      thinking: isOpen ? held : "",
      text: isOpen ? "" : held,
      isOpen,
    };
  }

  #begin(): SortedPiece {
    const head = this.#held.trimStart();
    if (head === "") return nothing;
    const mark = marks.find(({ open }) => head.startsWith(open));
    if (mark !== undefined) {
      this.#mark = mark;
      this.#state = "inside";
      this.#held = head.slice(mark.open.length);
      return this.#inside();
    }
    const mayOpen = head.length < longestOpen &&
      marks.some(({ open }) => open.startsWith(head));
    if (mayOpen) return nothing;
    this.#state = "outside";
    const text = this.#held;
    this.#held = "";
    return { thinking: "", text };
  }

  #inside(): SortedPiece {
    const close = this.#mark?.close ?? "";
    const end = this.#held.indexOf(close);
    if (end === -1) {
      const keep = overlap(this.#held, close);
      const at = this.#held.length - keep;
      const thinking = this.#held.slice(0, at);
      this.#held = this.#held.slice(at);
      return { thinking, text: "" };
    }
    const thinking = this.#held.slice(0, end);
    this.#held = this.#held.slice(end + close.length);
    // Some models open a second mark right behind the first.
    this.#state = "start";
    const rest = this.#held === "" ? nothing : this.#begin();
    return { thinking: thinking + rest.thinking, text: rest.text };
  }
}

/** Length of the longest end of `text` that is a beginning of `word`. */
function overlap(text: string, word: string): number {
  let length = Math.min(text.length, word.length - 1);
  while (length > 0 && !text.endsWith(word.slice(0, length))) length--;
  return length;
}

/**
 * Finds a closing mark without an opening one, as templates leave it that
 * open the mark in the prompt: all before it is reasoning. Not in code, since
 * that is an answer about such marks. Null when there is none.
 */
export function splitAtLoneClose(
  text: string,
): { readonly thinking: string; readonly text: string } | null {
  const { open, close } = marks[0] as Mark;
  const at = text.indexOf(close);
  if (at === -1) return null;
  const before = text.slice(0, at);
  const after = text.slice(at + close.length);
  if (before.includes(open) || isInCode(before)) return null;
  const isAlone = /(^|\n)[ \t]*$/.test(before) ||
    /^[ \t]*(\r?\n|$)/.test(after);
  return isAlone ? { thinking: before, text: after } : null;
}

/** True when a code fence or a code span is open at the end of a text. */
function isInCode(text: string): boolean {
  const fences = text.match(/^[ \t]*(```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return (line.match(/`/g)?.length ?? 0) % 2 === 1;
}
