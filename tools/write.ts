import { z } from "zod";
import { count } from "../lib/core/text.ts";
import {
  defineTool,
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { resolvePath } from "../lib/platform/guard_path.ts";
import {
  countLines,
  type DecodedText,
  encodeText,
  type TextFormat,
  withEol,
} from "../lib/platform/text_file.ts";
import {
  applyChange,
  demandSeen,
  type Present,
  readPresent,
  wrote,
} from "./_change.ts";
import { elision } from "./_elision.ts";
import { Refusal, runOnFile, type Target } from "./_target.ts";

const input = z.object({ file_path: z.string(), content: z.string() });

type Input = z.output<typeof input>;

const plainFormat: TextFormat = { encoding: "utf-8", bom: false };

/** Creates a file with its folders, or replaces the whole content of one. */
export const write = defineTool({
  name: "Write",
  description: "Create a file, or replace all of one that you have read. " +
    "Give the whole content.",
  input,
  needs: ["read", "write"],
  readOnly: false,
  where: "realm",
  access: ({ file_path }, cwd) => [
    { kind: "write", path: resolvePath(file_path, cwd) },
  ],
  run: (input, context) =>
    runOnFile(
      "write",
      input.file_path,
      context,
      (target) =>
        target.info === null
          ? create(input, target, context)
          : update(input, target, target.info, context),
    ),
});

async function create(
  { content }: Input,
  target: Target,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { version, details } = await applyChange("write", target, {
    before: "",
    after: content,
    format: plainFormat,
    expected: null,
  }, context);
  const lines = count(countLines(content), "line");
  return ok(`Created ${target.shown} (${lines}).`, {
    ...wrote(target, version),
    details: { type: "create", ...details },
  });
}

async function update(
  { content }: Input,
  target: Target,
  info: Deno.FileInfo,
  context: ToolContext,
): Promise<ToolOutcome> {
  const present = await readPresent(target, info, context.signal);
  demandSeen("write", target, present, context);
  const before = present.decoded?.text ?? "";
  refuseElision(content, present, target);
  const { text, format, notes } = keepForm(content, present);
  const { version, details } = await applyChange("write", target, {
    before,
    after: text,
    format,
    expected: info,
  }, context);
  const { added, removed } = details;
  const note = notes.length === 0 ? "" : ` ${notes.join(" ")}`;
  return ok(`Updated ${target.shown} (+${added} -${removed}).${note}`, {
    ...wrote(target, version),
    details: { type: "update", ...details },
  });
}

/**
 * A model that writes "the rest is unchanged" would delete the rest
 * (spec/providers.md 6.2, ARG-24).
 */
function refuseElision(
  content: string,
  { decoded }: Present,
  target: Target,
): void {
  const isShorter = decoded === null ||
    countLines(content) < countLines(decoded.text);
  if (!isShorter) return;
  const line = elision(content, decoded?.text ?? "");
  if (line === null) return;
  throw new Refusal(fail(
    "invalid_input",
    `Cannot write "${target.shown}": ${JSON.stringify(line)} stands for ` +
      "text that would be lost; nothing was written",
    "Give the whole content, or change only a part with Edit",
  ));
}

/** The new content in the old file's encoding, with its mark and line ends. */
function keepForm(
  content: string,
  { decoded }: Present,
): {
  readonly text: string;
  readonly format: TextFormat;
  readonly notes: readonly string[];
} {
  if (decoded === null) {
    return { text: content, format: plainFormat, notes: [] };
  }
  const notes: string[] = [];
  let text = content.replace(/^\ufeff/, "");
  const hasOnlyPairs = decoded.eol === "\r\n" && !decoded.hasMixedEol;
  if (hasOnlyPairs && text.includes("\n") && !text.includes("\r\n")) {
    text = withEol(text, "\r\n");
    notes.push("Its CRLF line ends were kept.");
  }
  if (canEncode(text, decoded)) return { text, format: decoded, notes };
  notes.push("It is UTF-8 now; its old encoding lacks some characters.");
  return { text, format: plainFormat, notes };
}

function canEncode(text: string, format: DecodedText): boolean {
  if (format.encoding !== "windows-1252") return true;
  try {
    encodeText(text, format);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
