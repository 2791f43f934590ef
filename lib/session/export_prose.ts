import type { Token, Tokens } from "marked";
import { type Lexer, lexTolerantly } from "../term/markdown.ts";
import { decodeEntities } from "../term/entities.ts";

/** Characters of a text that is worth reading as Markdown. */
const longestProse = 100_000;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes a text stand for itself in HTML, in content and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);
}

/**
 * Draws Markdown as HTML that shows and does nothing: HTML in it is text, and
 * where it links to is written out instead of linked. What cannot be read as
 * Markdown is shown as it is.
 */
export function drawProse(markdown: string, lexer: Lexer): string {
  if (markdown === "") return "";
  if (markdown.length > longestProse) return plain(markdown);
  try {
    return blocks(lexTolerantly(markdown, lexer));
  } catch (error) {
    // Nested too deep for the stack.
    if (error instanceof RangeError) return plain(markdown);
    throw error;
  }
}

function plain(text: string): string {
  return `<div class="plain" dir="auto">${escapeHtml(text)}</div>\n`;
}

function blocks(tokens: readonly Token[]): string {
  return tokens.map(block).join("");
}

function block(token: Token): string {
  switch (token.type) {
    case "space":
    case "def":
      return "";
    case "heading": {
      // The page has its own first three levels.
      const level = Math.min(6, (token as Tokens.Heading).depth + 3);
      return `<h${level} dir="auto">${inlineOf(token)}</h${level}>\n`;
    }
    case "code":
      return `<pre dir="ltr">${
        escapeHtml((token as Tokens.Code).text)
      }</pre>\n`;
    case "blockquote":
      return `<blockquote>${
        blocks((token as Tokens.Blockquote).tokens)
      }</blockquote>\n`;
    case "list":
      return list(token as Tokens.List);
    case "table":
      return table(token as Tokens.Table);
    case "hr":
      return "<hr>\n";
    case "html":
      return plain(token.raw.trimEnd());
    case "text":
      // A list item's own words, which are no paragraph.
      return inlineOf(token);
    default:
      return `<p dir="auto">${inlineOf(token)}</p>\n`;
  }
}

function list({ ordered, start, items }: Tokens.List): string {
  const tag = ordered ? "ol" : "ul";
  const first = ordered && typeof start === "number" && start !== 1
    ? ` start="${start}"`
    : "";
  const drawn = items.map((item) => {
    const box = item.task ? item.checked ? "☑ " : "☐ " : "";
    return `<li dir="auto">${box}${blocks(item.tokens)}</li>\n`;
  });
  return `<${tag}${first}>\n${drawn.join("")}</${tag}>\n`;
}

function table({ header, rows }: Tokens.Table): string {
  const row = (cells: readonly Tokens.TableCell[], tag: "th" | "td") =>
    `<tr>${
      cells.map(({ tokens }) => `<${tag} dir="auto">${inline(tokens)}</${tag}>`)
        .join("")
    }</tr>\n`;
  const body = rows.map((cells) => row(cells, "td")).join("");
  return `<table>\n${row(header, "th")}${body}</table>\n`;
}

function inlineOf(token: Token): string {
  const { tokens } = token as { tokens?: Token[] };
  if (tokens !== undefined) return inline(tokens);
  return escapeHtml(
    decodeEntities((token as { text?: string }).text ?? token.raw),
  );
}

function inline(tokens: readonly Token[]): string {
  return tokens.map(span).join("");
}

/** Spans that are one element around others. */
const elements: Readonly<Record<string, string>> = {
  strong: "strong",
  em: "em",
  del: "del",
};

function span(token: Token): string {
  const element = elements[token.type];
  if (element !== undefined) {
    return `<${element}>${inlineOf(token)}</${element}>`;
  }
  switch (token.type) {
    case "br":
      return "<br>";
    case "checkbox":
      return "";
    case "codespan":
      return `<code dir="ltr">${
        escapeHtml(decodeEntities((token as Tokens.Codespan).text))
      }</code>`;
    case "link":
      return link(token as Tokens.Link);
    case "image": {
      const { text, href } = token as Tokens.Image;
      return escapeHtml(`[image: ${text} ${href}]`);
    }
    case "html":
      return escapeHtml(token.raw);
    default:
      return inlineOf(token);
  }
}

function link(token: Tokens.Link): string {
  const shown = inlineOf(token);
  const target = escapeHtml(token.href);
  return shown === target
    ? `<span class="url">${target}</span>`
    : `${shown} <span class="url">(${target})</span>`;
}
