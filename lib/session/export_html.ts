import type { Part } from "../core/message.ts";
import type { Lexer } from "../term/markdown.ts";
import { loadLexer } from "../term/markdown.ts";
import type { Cleaner } from "./export_clean.ts";
import { factRows, titleOf, utcMinute } from "./export_facts.ts";
import {
  callState,
  callTitle,
  diffOf,
  type ExportCall,
  type ExportItem,
  exportItems,
  textAndImages,
} from "./export_items.ts";
import { drawProse, escapeHtml } from "./export_prose.ts";
import { pageStyle } from "./export_style.ts";
import type { SessionView } from "./view.ts";

/**
 * A session as one page: nothing in it is loaded, runs, or leads elsewhere.
 * The policy in its head has browsers hold it to that.
 */
export async function* htmlPieces(
  view: SessionView,
  cleaner: Cleaner,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const page = new Page(cleaner, await loadLexer());
  yield await page.head(view);
  for await (const item of exportItems(view, signal)) yield page.item(item);
  yield "</main>\n</body>\n</html>\n";
}

/** What browsers show as images, and what their data looks like. */
const imageType = /^image\/(?:png|jpeg|gif|webp)$/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

class Page {
  readonly #cleaner: Cleaner;
  readonly #lexer: Lexer;

  constructor(cleaner: Cleaner, lexer: Lexer) {
    this.#cleaner = cleaner;
    this.#lexer = lexer;
  }

  async head(view: SessionView): Promise<string> {
    const title = this.#text(titleOf(view));
    const rows = factRows(view).map(([name, value]) =>
      `<dt>${name}</dt><dd>${this.#text(value)}</dd>`
    );
    const policy = "default-src 'none'; img-src data:; " +
      `style-src 'sha256-${await sha256(pageStyle)}'; ` +
      "base-uri 'none'; form-action 'none'";
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1 dir="auto">${title}</h1>
<dl>${rows.join("")}</dl>
</header>
<main>
`;
  }

  item(item: ExportItem): string {
    switch (item.kind) {
      case "prompt":
        return this.#said("prompt", "You", item.at, this.#parts(item.parts));
      case "program": {
        const parts = this.#parts(item.parts);
        return folded("program", "From the program", parts);
      }
      case "reply": {
        const thought = item.thinking.trim() === ""
          ? ""
          : folded("thinking", "Thinking", this.#plain(item.thinking.trim()));
        const stop = item.isInterrupted
          ? '<p class="note">Interrupted</p>\n'
          : "";
        const prose = drawProse(
          this.#cleaner.text(item.text.trim()),
          this.#lexer,
        );
        return this.#said("reply", "Model", item.at, thought + prose + stop);
      }
      case "note":
        return `<p class="note" dir="auto">${this.#text(item.text)}</p>\n`;
      case "call":
        return this.#call(item);
    }
  }

  #call(item: ExportCall): string {
    const { call, result } = item;
    const state = callState(item);
    const isBad = !state.startsWith("ok");
    const summary = `<b>${this.#text(call.name)}</b> ` +
      `<code>${this.#text(callTitle(call, this.#cleaner))}</code> ` +
      `<span class="${isBad ? "bad" : "good"}">${state}</span>`;
    const input = escapeHtml(this.#cleaner.json(call.input, 2));
    const pieces = [`<h3>Input</h3><pre dir="ltr">${input}</pre>\n`];
    const diff = diffOf(item);
    if (diff.length > 0) {
      const lines = this.#cleaner.text(diff.join("\n")).split("\n");
      const drawn = lines.map(diffLine).join("\n");
      pieces.push(
        `<h3>Change</h3><pre class="diff" dir="ltr">${drawn}</pre>\n`,
      );
    }
    if (result !== null) {
      pieces.push(`<h3>Result</h3>${this.#parts(result.content, "pre")}`);
    }
    return details("call", summary, pieces.join(""));
  }

  #said(kind: string, who: string, at: string, body: string): string {
    const time = escapeHtml(utcMinute(at));
    return `<article class="${kind}">` +
      `<h2>${who} <small>${time}</small></h2>\n${body}</article>\n`;
  }

  #parts(parts: readonly Part[], tag: "pre" | "div" = "div"): string {
    const { text, images } = textAndImages(parts);
    const words = text === "" ? "" : this.#plain(text, tag);
    return words + images.map(drawImage).join("");
  }

  #plain(value: string, tag: "pre" | "div" = "div"): string {
    return `<${tag} class="plain" dir="auto">${this.#text(value)}</${tag}>\n`;
  }

  #text(value: string): string {
    return escapeHtml(this.#cleaner.text(value));
  }
}

function drawImage(part: Part): string {
  if (part.type !== "image") return "";
  const { mediaType, data } = part;
  return imageType.test(mediaType) && base64.test(data)
    ? `<img alt="" src="data:${mediaType};base64,${data}">\n`
    : '<p class="note">An image that is not shown</p>\n';
}

const diffClasses: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "del",
  "@": "at",
};

function diffLine(line: string): string {
  const kind = diffClasses[line.charAt(0)];
  const text = escapeHtml(line);
  return kind === undefined ? text : `<span class="${kind}">${text}</span>`;
}

function folded(kind: string, summary: string, body: string): string {
  return details(kind, escapeHtml(summary), body);
}

function details(kind: string, summary: string, body: string): string {
  return `<details class="${kind}"><summary dir="auto">${summary}</summary>\n` +
    `${body}</details>\n`;
}

async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
