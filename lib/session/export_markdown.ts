import type { Part } from "../core/message.ts";
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
import type { SessionView } from "./view.ts";

/** A session as Markdown. Images are only named. */
export async function* markdownPieces(
  view: SessionView,
  cleaner: Cleaner,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const show = (value: string) => oneLine(cleaner.text(value));
  const rows = factRows(view).map(([name, value]) =>
    `| ${name} | ${show(value)} |\n`
  );
  yield `# ${show(titleOf(view))}\n\n| | |\n| --- | --- |\n${rows.join("")}`;
  let speaker = "";
  for await (const item of exportItems(view, signal)) {
    const next = item.kind === "prompt" || item.kind === "program"
      ? item.kind
      : "model";
    const isNew = next !== speaker && item.kind !== "note" ||
      item.kind === "prompt";
    if (isNew) {
      yield `\n## ${headings[next]} · ${utcMinute(item.at)}\n`;
      speaker = next;
    }
    yield `\n${drawItem(item, cleaner)}\n`;
  }
}

const headings = { prompt: "You", program: "openclaude", model: "Model" };

function drawItem(item: ExportItem, cleaner: Cleaner): string {
  switch (item.kind) {
    case "prompt":
    case "program":
      return quote(drawParts(item.parts, cleaner));
    case "note":
      return `*${oneLine(cleaner.text(item.text))}*`;
    case "reply": {
      const pieces: string[] = [];
      if (item.thinking.trim() !== "") {
        const thought = quote(tame(cleaner.text(item.thinking.trim())));
        pieces.push(folded("Thinking", thought));
      }
      if (item.text.trim() !== "") {
        pieces.push(tame(cleaner.text(item.text.trim())));
      }
      if (item.isInterrupted) pieces.push("*Interrupted*");
      return pieces.join("\n\n");
    }
    case "call":
      return drawCall(item, cleaner);
  }
}

function drawCall(item: ExportCall, cleaner: Cleaner): string {
  const { call, result } = item;
  const title = [call.name, callTitle(call, cleaner)].filter((part) =>
    part !== ""
  )
    .join(": ");
  const pieces = [fenced(cleaner.json(call.input, 2), "json")];
  const diff = diffOf(item);
  if (diff.length > 0) {
    pieces.push(fenced(cleaner.text(diff.join("\n")), "diff"));
  }
  if (result !== null) {
    const { text, images } = textAndImages(result.content);
    if (text !== "") pieces.push(fenced(cleaner.text(text), ""));
    pieces.push(...images.map((image) => imageWord(image, cleaner)));
  }
  const summary = `${title} (${callState(item)})`;
  return folded(cleaner.text(summary), pieces.join("\n\n"));
}

function drawParts(parts: readonly Part[], cleaner: Cleaner): string {
  const { text, images } = textAndImages(parts);
  return [
    tame(cleaner.text(text)),
    ...images.map((image) => imageWord(image, cleaner)),
  ]
    .filter((piece) => piece !== "").join("\n\n");
}

function imageWord(part: Part, cleaner: Cleaner): string {
  return part.type === "image"
    ? `[image: ${oneLine(cleaner.text(part.mediaType))}]`
    : "";
}

function folded(summary: string, body: string): string {
  const safe = summary.replaceAll("\n", " ").replace(
    /[&<>`*_[\]!\\]/g,
    (mark) => `&#${mark.charCodeAt(0)};`,
  );
  return `<details><summary>${safe}</summary>\n\n${body}\n\n</details>`;
}

/** A text as a block of code, whatever fences it holds itself. */
function fenced(value: string, language: string): string {
  const runs = value.match(/`{3,}/g) ?? [];
  const longest = Math.max(2, ...runs.map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${value}\n${fence}`;
}

function quote(markdown: string): string {
  return markdown.split("\n")
    .map((line) => line === "" ? ">" : `> ${line}`).join("\n");
}

/** A text that is no Markdown, for a line or a cell of a table. */
function oneLine(value: string): string {
  return value.replace(/\s*\n\s*/g, " ").trim()
    .replace(/[\\`<|*]/g, "\\$&").replaceAll("![", "\\![");
}

/**
 * Markdown that stays within its place in the document: no image is loaded
 * by who views it, no HTML counts, and a fence that it leaves open is closed.
 */
export function tame(markdown: string): string {
  let fence = "";
  const lines = markdown.split("\n").map((line) => {
    const [, mark = "", rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ??
      [];
    if (fence === "" && mark !== "") {
      // A line such as ```` ```a``` ```` is code within a line.
      if (mark.startsWith("`") && rest.includes("`")) return tameLine(line);
      fence = mark;
      return line;
    }
    if (fence === "") return tameLine(line);
    const isEnd = mark.startsWith(fence) && rest.trim() === "";
    if (isEnd) fence = "";
    return line;
  });
  return fence === "" ? lines.join("\n") : [...lines, fence].join("\n");
}

function tameLine(line: string): string {
  return line.split(/(`+[^`]+`+)/).map((piece, index) =>
    index % 2 === 1
      ? piece
      : piece.replace(/<(?=[a-z/!?])/gi, "\\<").replaceAll("![", "\\![")
  ).join("");
}
