import type { Token, Tokens } from "marked";
import { printable } from "./printable.ts";
import type { Styles } from "./style.ts";
import { columnsOf, wrapColumns } from "./width.ts";
import { decodeEntities } from "./entities.ts";

/** Splits Markdown into tokens. */
export type Lexer = (source: string) => readonly Token[];

/** How Markdown is drawn. */
export interface MarkdownOptions {
  readonly styles: Styles;
  /** Columns of the terminal, asked at each use. */
  readonly columns: () => number;
}

/** Loads the lexer, which costs about 10 ms. */
export async function loadLexer(): Promise<Lexer> {
  const { lexer } = await import("marked");
  return (source) => lexer(source, { gfm: true });
}

/**
 * Draws one top-level block as styled lines, without a blank line around it.
 * Prose is wrapped; code is not, so that it can be copied from the scrollback.
 */
export function drawBlock(token: Token, options: MarkdownOptions): string[] {
  return new Painter(options.styles, options.columns()).block(token);
}

/** Draws a whole text. */
export function drawMarkdown(
  source: string,
  lexer: Lexer,
  options: MarkdownOptions,
): string[] {
  const painter = new Painter(options.styles, options.columns());
  return painter.blocks(lexTolerantly(source, lexer));
}

/**
 * Splits a text into tokens; one that the lexer cannot take (nested too deep
 * for its stack) is shown as it is.
 */
export function lexTolerantly(source: string, lexer: Lexer): readonly Token[] {
  try {
    return lexer(source);
  } catch {
    return [{ type: "text", raw: source, text: source }];
  }
}

/** Draws tokens at one width. */
class Painter {
  constructor(readonly styles: Styles, readonly columns: number) {}

  blocks(tokens: readonly Token[]): string[] {
    const lines: string[] = [];
    for (const token of tokens) {
      if (token.type === "space") continue;
      const drawn = this.block(token);
      if (drawn.length === 0) continue;
      if (lines.length > 0) lines.push("");
      lines.push(...drawn);
    }
    return lines;
  }

  block(token: Token): string[] {
    switch (token.type) {
      case "space":
      case "def":
        return [];
      case "heading":
        return this.heading(token as Tokens.Heading);
      case "code":
        return codeLines((token as Tokens.Code).text)
          .map((line) => drawCodeLine(line, this.styles));
      case "list":
        return this.list(token as Tokens.List);
      case "blockquote":
        return this.quote(token as Tokens.Blockquote);
      case "table":
        return this.table(token as Tokens.Table);
      case "hr":
        return [this.styles.dim("─".repeat(Math.min(this.columns, 40)))];
      case "html":
        return wrapColumns(printable(token.raw.trimEnd()), this.columns);
      default:
        return wrapColumns(this.inlineOf(token), this.columns);
    }
  }

  heading(token: Tokens.Heading): string[] {
    const { bold, underline } = this.styles;
    const text = bold(this.inline(token.tokens));
    return wrapColumns(
      token.depth === 1 ? underline(text) : text,
      this.columns,
    );
  }

  list(token: Tokens.List): string[] {
    const lines: string[] = [];
    for (const [index, item] of token.items.entries()) {
      if (index > 0 && endsBlank(token.items[index - 1])) lines.push("");
      const number = Number(token.start || 1) + index;
      lines.push(...this.item(item, token.ordered ? `${number}. ` : "• "));
    }
    return lines;
  }

  item(item: Tokens.ListItem, marker: string): string[] {
    const box = item.task ? (item.checked ? "[x] " : "[ ] ") : "";
    const indent = " ".repeat(marker.length);
    const inner = this.narrowed(marker.length + box.length);
    const lines: string[] = [];
    let isApart = false;
    for (const token of item.tokens) {
      if (token.type === "space") isApart = true;
      if (token.type === "space" || token.type === "checkbox") continue;
      if (isApart && lines.length > 0) lines.push("");
      lines.push(...inner.block(token));
      isApart = false;
    }
    if (lines.length === 0) lines.push("");
    return lines.map((line, row) => {
      if (row === 0) return this.styles.cyan(marker) + box + line;
      return line === "" ? "" : indent + line;
    });
  }

  quote(token: Tokens.Blockquote): string[] {
    const bar = this.styles.dim("│ ");
    return this.narrowed(2).blocks(token.tokens).map((line) =>
      (bar + line).trimEnd()
    );
  }

  table(token: Tokens.Table): string[] {
    const rows = [token.header, ...token.rows]
      .map((row) => row.map((cell) => this.inline(cell.tokens)));
    const widths = token.header.map((_, column) =>
      Math.max(...rows.map((row) => columnsOf(row[column] ?? "")))
    );
    const total = widths.reduce((sum, width) => sum + width + 3, -3);
    if (total > this.columns) return this.records(token, rows);
    const drawn = rows.map((row) =>
      widths.map((width, column) =>
        align(row[column] ?? "", width, token.align[column] ?? null)
      ).join(this.styles.dim(" │ ")).trimEnd()
    );
    const rule = widths.map((width) => "─".repeat(width)).join("─┼─");
    const head = this.styles.bold(drawn[0] ?? "");
    return [head, this.styles.dim(rule), ...drawn.slice(1)];
  }

  /** A table that is too wide: one line for each cell. */
  records(token: Tokens.Table, rows: readonly string[][]): string[] {
    const names = rows[0] ?? [];
    return rows.slice(1).flatMap((row, index) => [
      ...(index > 0 ? [""] : []),
      ...token.header.flatMap((_, column) =>
        wrapColumns(
          `${this.styles.bold(names[column] ?? "")}: ${row[column] ?? ""}`,
          this.columns,
          "  ",
        )
      ),
    ]);
  }

  narrowed(by: number): Painter {
    return new Painter(this.styles, Math.max(16, this.columns - by));
  }

  inlineOf(token: Token): string {
    return "tokens" in token && token.tokens
      ? this.inline(token.tokens)
      : printable(decodeEntities("text" in token ? token.text : token.raw));
  }

  inline(tokens: readonly Token[]): string {
    return tokens.map((token) => this.span(token)).join("");
  }

  span(token: Token): string {
    const { styles } = this;
    switch (token.type) {
      case "strong":
        return styles.bold(this.inlineOf(token));
      case "em":
        return styles.italic(this.inlineOf(token));
      case "del":
        return styles.strike(this.inlineOf(token));
      case "codespan":
        return styles.cyan(printable((token as Tokens.Codespan).text));
      case "br":
        return "\n";
      case "link":
        return this.link(token as Tokens.Link);
      case "image":
        return `[image: ${printable((token as Tokens.Image).text)}]`;
      case "checkbox":
        return "";
      case "html":
        return printable(token.raw);
      default:
        return this.inlineOf(token);
    }
  }

  link(token: Tokens.Link): string {
    const text = this.inline(token.tokens);
    const address = printable(token.href);
    const isBare = token.text === token.href ||
      `mailto:${token.text}` === token.href;
    const shown = this.styles.underline(text);
    return isBare ? shown : `${shown} ${this.styles.dim(`(${address})`)}`;
  }
}

/**
 * Whether a blank line follows an item. The lexer calls a whole list loose
 * when one item is; while a list arrives that would change what is drawn.
 */
export function endsBlank(item: Tokens.ListItem | undefined): boolean {
  return item !== undefined && /\n[ \t]*\n[ \t]*$/.test(item.raw);
}

/** The lines of a code block. */
export function codeLines(text: string): string[] {
  return printable(text).replace(/\n$/, "").split("\n");
}

/** Draws one line of a code block. */
export function drawCodeLine(line: string, styles: Styles): string {
  return line === "" ? "" : `  ${styles.cyan(line)}`;
}

function align(
  text: string,
  width: number,
  side: "left" | "right" | "center" | null,
): string {
  const room = width - columnsOf(text);
  if (side === "right") return " ".repeat(room) + text;
  const left = side === "center" ? Math.floor(room / 2) : 0;
  return " ".repeat(left) + text + " ".repeat(room - left);
}
