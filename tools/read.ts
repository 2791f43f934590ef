import { z } from "zod";
import type { Access } from "../lib/core/permission.ts";
import { count } from "../lib/core/text.ts";
import {
  defineTool,
  fail,
  type FileVersion,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { fileVersion, hashCap } from "../lib/platform/file_version.ts";
import { resolvePath } from "../lib/platform/guard_path.ts";
import {
  type Line,
  type LineOptions,
  linesOf,
  type LineWindow,
  readLines,
} from "../lib/platform/line_window.ts";
import { readBounded } from "../lib/platform/read_bounded.ts";
import { decodeText, looksBinary } from "../lib/platform/text_file.ts";
import { mediaTypeOf, pdfAccess } from "./_media.ts";
import { numbered, numberedCost } from "./_numbered.ts";
import { missingFile, runOnFile, type Target } from "./_target.ts";

const input = z.object({
  file_path: z.string(),
  offset: z.int().min(0).optional().describe("First line, from 1"),
  limit: z.int().min(1).optional(),
  pages: z.string().optional(),
});

type Input = z.output<typeof input>;

/** Characters after which a line is cut. */
const maxLineChars = 2000;
/** Characters kept for the note after the lines. */
const noteRoom = 200;
/** Enough of a file to tell what it is. */
const headBytes = 8000;

/** Reads text with line numbers, images, notebooks and PDF files. */
export const read = defineTool({
  name: "Read",
  description: "Read a file: text, image, notebook, PDF. Each line comes as " +
    "number, tab, text; the number and tab are not in the file.",
  input,
  hidden: ["pages"],
  needs: ["read"],
  readOnly: true,
  where: "realm",
  access({ file_path }, cwd) {
    const access: Access = { kind: "read", path: resolvePath(file_path, cwd) };
    const run = pdfAccess(file_path);
    return run === null ? [access] : [access, run];
  },
  run: (input, context) =>
    runOnFile(
      "read",
      input.file_path,
      context,
      (target) => readTarget(input, target, context),
    ),
});

async function readTarget(
  input: Input,
  target: Target,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { info, shown } = target;
  if (info === null) throw await missingFile("read", target);
  const { bytes, isWhole } = await readBounded(
    target.path,
    info.size > hashCap ? headBytes : hashCap,
    context.signal,
  );
  const head = bytes.subarray(0, headBytes);
  const mediaType = mediaTypeOf(head);
  if (mediaType !== null) {
    const image = isWhole ? bytes : null;
    return await readMedia(input, target, { mediaType, image }, context);
  }
  if (!isWhole) return await readLarge(input, target, head, context);
  const decoded = decodeText(bytes);
  if (decoded === null) return refuseBinary(shown);
  const version = await fileVersion(info, bytes);
  const cells = /\.ipynb$/i.test(shown) ? await cellsOf(decoded.text) : null;
  const options = lineOptions(input, context);
  const window = linesOf(cells ?? decoded.text, options);
  const notes = decoded.encoding === "windows-1252"
    ? ["Read as Windows-1252"]
    : [];
  if (cells !== null) notes.push("A notebook's cells, not its file's lines");
  return showLines({ target, window, options, version, notes });
}

/** What few calls need is loaded by those alone. */
async function readMedia(
  input: Input,
  target: Target,
  { mediaType, image }: {
    readonly mediaType: string;
    readonly image: Uint8Array<ArrayBuffer> | null;
  },
  context: ToolContext,
): Promise<ToolOutcome> {
  if (mediaType.startsWith("image/")) {
    const { readImage } = await import("./_image.ts");
    return await readImage(target, mediaType, image, context);
  }
  // By another name the call has not been allowed to run a program.
  if (pdfAccess(input.file_path) === null) return refuseBinary(target.shown);
  const { readPdf } = await import("./_pdf.ts");
  return await readPdf(target, input.pages, context);
}

async function cellsOf(source: string): Promise<string | null> {
  const { notebookText } = await import("./_notebook.ts");
  return notebookText(source);
}

async function readLarge(
  input: Input,
  target: Target,
  head: Uint8Array,
  context: ToolContext,
): Promise<ToolOutcome> {
  const isWide = (head[0] === 0xff && head[1] === 0xfe) ||
    (head[0] === 0xfe && head[1] === 0xff);
  if (isWide || looksLikeBinaryHead(head)) return refuseBinary(target.shown);
  const options = lineOptions(input, context);
  const window = await readLines(target.path, options, context.signal);
  const stamp = await Deno.stat(target.path);
  const version = await fileVersion(stamp, null);
  return showLines({ target, window, options, version, notes: [] });
}

/** A character cut in two at the end must not count against a text. */
function looksLikeBinaryHead(head: Uint8Array): boolean {
  const lastLine = head.lastIndexOf(10);
  return looksBinary(lastLine === -1 ? head : head.subarray(0, lastLine + 1));
}

function refuseBinary(shown: string): ToolOutcome {
  return fail(
    "failed",
    `Cannot read "${shown}": it is binary, not text`,
    'Look at it with a program in Bash, for example "file" or "xxd"',
  );
}

function lineOptions(input: Input, context: ToolContext): LineOptions {
  const offset = Math.max(1, input.offset ?? 1);
  const limit = input.limit ?? context.limits.readLines;
  return {
    offset,
    limit,
    maxLineChars,
    maxChars: Math.max(1, context.limits.resultChars - noteRoom),
    lineCost: numberedCost(offset + limit - 1),
  };
}

interface Shown {
  readonly target: Target;
  readonly window: LineWindow;
  readonly options: LineOptions;
  readonly version: FileVersion;
  readonly notes: readonly string[];
}

function showLines(
  { target, window, options, version, notes }: Shown,
): ToolOutcome {
  const { lines, total } = window;
  const { offset } = options;
  const touched = [{ kind: "read" as const, path: target.path, version }];
  if (lines.length === 0 && total === 0) {
    return ok(`${target.shown} is empty`, {
      touched,
      details: textDetails("", 0, offset, 0, false),
    });
  }
  if (lines.length === 0) {
    return fail(
      "invalid_input",
      `Cannot read "${target.shown}" from line ${offset}: it has ` +
        count(total ?? 0, "line"),
      "Give a smaller offset",
    );
  }
  const texts = lines.map(lineText);
  const note = [...notes, ...rangeNotes(window, offset)].join(". ");
  const content = numbered(texts, offset);
  return ok(note === "" ? content : `${content}\n\n[${note}.]`, {
    touched,
    details: textDetails(
      texts.join("\n"),
      lines.length,
      offset,
      total,
      window.hasMore && lines.length < options.limit,
    ),
  });
}

/** A NUL would be lost or refused on the way to some models. */
function lineText(line: Line): string {
  const text = line.text.replaceAll("\0", "␀");
  return line.isCut ? `${text}…` : text;
}

function rangeNotes(window: LineWindow, offset: number): string[] {
  const notes: string[] = [];
  const cut = window.lines.filter((line) => line.isCut).length;
  if (cut > 0) notes.push(`${count(cut, "long line")} cut at "…"`);
  const last = offset + window.lines.length - 1;
  if (window.hasMore) {
    const of = window.total === null ? "" : ` of ${window.total}`;
    notes.push(`Lines ${offset}-${last}${of}; go on with offset ${last + 1}`);
  } else if (offset > 1) {
    notes.push(`Lines ${offset}-${last}, the end of the file`);
  }
  return notes;
}

function textDetails(
  content: string,
  numLines: number,
  startLine: number,
  totalLines: number | null,
  isCapped: boolean,
): Record<string, unknown> {
  return {
    type: "text",
    content,
    numLines,
    startLine,
    totalLines,
    ...(isCapped ? { truncatedByTokenCap: true } : {}),
  };
}
