import type { Token, Tokens } from "marked";
import {
  drawBlock,
  drawCodeLine,
  endsBlank,
  type Lexer,
  lexTolerantly,
  type MarkdownOptions,
} from "./markdown.ts";
import { printable } from "./printable.ts";

/** A block that stays open longer than this is committed in pieces. */
const openLimit = 8_000;

/** A code block that is being streamed. */
interface Fence {
  readonly marker: string;
  readonly indent: number;
}

/**
 * Draws Markdown while it arrives. Blocks that are complete are handed out
 * once, to be committed to the scrollback; the open one is drawn anew at each
 * step. Code blocks are handed out line by line and lists item by item, so
 * what is open stays small and each character is looked at a few times only.
 */
export class MarkdownStream {
  readonly #lexer: Lexer;
  readonly #options: MarkdownOptions;
  #source = "";
  #fence: Fence | null = null;
  /** The type of the last block that was handed out. */
  #last: string | null = null;
  /** Whether a blank line follows the last block whatever comes. */
  #loose = false;

  constructor(lexer: Lexer, options: MarkdownOptions) {
    this.#lexer = lexer;
    this.#options = options;
  }

  /** Whether nothing has been handed out and nothing is open. */
  get isEmpty(): boolean {
    return this.#last === null && this.#source.trim() === "";
  }

  /** Adds a piece of the text. */
  push(piece: string): void {
    this.#source += piece.replaceAll("\r", "");
  }

  /** Hands out the lines that are final by now. */
  take(): string[] {
    const lines: string[] = [];
    // Nothing is complete before a line is; a fence needs whole lines too.
    while (this.#source.includes("\n")) {
      const before = this.#source.length;
      if (this.#fence !== null) this.#takeCode(this.#fence, lines);
      else this.#takeBlocks(lines);
      if (this.#source.length === before) break;
    }
    if (this.#source.length > openLimit) this.#takePiece(lines);
    return lines;
  }

  /** Draws the open block, which may still change. */
  open(): string[] {
    if (this.#source === "") return [];
    const { styles } = this.#options;
    if (this.#fence !== null) {
      return [drawCodeLine(printable(this.#source), styles)];
    }
    const lines: string[] = [];
    let last = this.#last;
    for (const token of lexTolerantly(this.#source, this.#lexer)) {
      const drawn = drawBlock(token, this.#options);
      if (drawn.length === 0) continue;
      if (this.#gapBefore(token, last)) lines.push("");
      lines.push(...drawn);
      last = kindOf(token);
    }
    return lines;
  }

  /** Hands out all that is left and starts anew. */
  finish(): string[] {
    const lines = this.take();
    const rest = this.open();
    const closing = this.#fence && isClosing(this.#source, this.#fence);
    this.reset();
    return closing ? lines : [...lines, ...rest];
  }

  /** Forgets everything. */
  reset(): void {
    this.#source = "";
    this.#fence = null;
    this.#last = null;
    this.#loose = false;
  }

  #takeBlocks(lines: string[]): void {
    const tail = maybeMarker.exec(this.#source)?.[0] ?? "";
    this.#source = this.#source.slice(0, this.#source.length - tail.length);
    this.#takeWholeBlocks(lines);
    this.#source += tail;
  }

  #takeWholeBlocks(lines: string[]): void {
    const tokens = lexTolerantly(this.#source, this.#lexer);
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    const open = tokens[last];
    if (open === undefined) return;
    const done = tokens.slice(0, last);
    // The lexer may rewrite the end of a text, never what is complete.
    const raw = done.map((token) => token.raw).join("");
    if (!this.#source.startsWith(raw)) return;
    for (const token of done) this.#hand(token, lines);
    this.#source = this.#source.slice(raw.length);
    const fence = openingFence(open);
    if (fence !== null) {
      this.#separate(open, lines);
      this.#last = "code";
      this.#fence = fence;
      this.#source = this.#source.slice(this.#source.indexOf("\n") + 1);
    } else if (open.type === "list") {
      this.#takeItems(open as Tokens.List, lines);
    }
  }

  /** Hands out the items of an open list but the last. */
  #takeItems(list: Tokens.List, lines: string[]): void {
    const done = list.items.slice(0, -1);
    const start = Number(list.start || 1);
    for (const [index, item] of done.entries()) {
      const { raw } = item;
      if (!this.#source.startsWith(raw)) return;
      const single = { ...list, raw, items: [item], loose: false };
      this.#hand(
        list.ordered ? { ...single, start: start + index } : single,
        lines,
      );
      this.#loose = endsBlank(item);
      // Numbers that repeat count up: the next item is told its own.
      this.#source = this.#source.slice(raw.length)
        .replace(/^( {0,3})\d+/, `$1${start + index + 1}`);
    }
  }

  #takeCode(fence: Fence, lines: string[]): void {
    const end = this.#source.lastIndexOf("\n");
    const complete = this.#source.slice(0, end).split("\n");
    const { styles } = this.#options;
    for (const [index, line] of complete.entries()) {
      if (isClosing(line, fence)) {
        this.#fence = null;
        this.#source = [...complete.slice(index + 1), ""].join("\n") +
          this.#source.slice(end + 1);
        return;
      }
      const indented = line.slice(0, fence.indent).trimStart() +
        line.slice(fence.indent);
      lines.push(drawCodeLine(printable(indented), styles));
    }
    this.#source = this.#source.slice(end + 1);
  }

  /** Bounds an endless block: hands out its first part as it is. */
  #takePiece(lines: string[]): void {
    const cut = this.#source.lastIndexOf("\n", openLimit) + 1 ||
      this.#source.lastIndexOf(" ", openLimit) + 1 || openLimit;
    const piece = this.#source.slice(0, cut);
    if (this.#fence === null) {
      const tokens = lexTolerantly(piece, this.#lexer);
      for (const token of tokens) this.#hand(token, lines);
    } else {
      lines.push(drawCodeLine(printable(piece), this.#options.styles));
    }
    this.#source = this.#source.slice(cut);
  }

  #hand(token: Token, lines: string[]): void {
    const drawn = drawBlock(token, this.#options);
    if (drawn.length === 0) return;
    this.#separate(token, lines);
    lines.push(...drawn);
    this.#last = kindOf(token);
    this.#loose = false;
  }

  #separate(token: Token, lines: string[]): void {
    if (this.#gapBefore(token, this.#last)) lines.push("");
  }

  #gapBefore(token: Token, last: string | null): boolean {
    if (last === null) return false;
    return last !== kindOf(token) || token.type !== "list" || this.#loose;
  }
}

/** The beginning of a line that may become the next item of a list. */
const maybeMarker = /(?<=^|\n) {0,3}\d{1,9}[.)]?$/;

/** A bullet list after a numbered one is another block. */
function kindOf(token: Token): string {
  return token.type === "list" && token.ordered ? "numbered" : token.type;
}

/** The fence of a code block whose end has not come yet. */
function openingFence(token: Token): Fence | null {
  if (token.type !== "code") return null;
  const opening = /^( {0,3})(`{3,}|~{3,})[^\n]*\n/.exec(token.raw);
  if (opening === null) return null;
  const fence = {
    indent: opening[1]?.length ?? 0,
    marker: opening[2] ?? "",
  };
  const lines = token.raw.trimEnd().split("\n");
  const isClosed = lines.length > 1 && isClosing(lines.at(-1) ?? "", fence);
  return isClosed && token.raw.endsWith("\n") ? null : fence;
}

function isClosing(line: string, fence: Fence): boolean {
  const closing = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1];
  return closing !== undefined && closing[0] === fence.marker[0] &&
    closing.length >= fence.marker.length;
}
