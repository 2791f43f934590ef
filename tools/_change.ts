import {
  fail,
  type FileVersion,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { count } from "../lib/core/text.ts";
import {
  FileChangedError,
  writeAtomically,
} from "../lib/platform/atomic_write.ts";
import { diffTexts, type Hunk, unifiedDiff } from "../lib/platform/diff.ts";
import {
  fileVersion,
  hashCap,
  sameVersion,
} from "../lib/platform/file_version.ts";
import { readBounded } from "../lib/platform/read_bounded.ts";
import {
  type DecodedText,
  decodeText,
  encodeText,
  type TextFormat,
} from "../lib/platform/text_file.ts";
import { Refusal, type Target } from "./_target.ts";

/** What stands in a file now. */
export interface Present {
  readonly stamp: Deno.FileInfo;
  readonly version: FileVersion;
  /** Null when it is binary or larger than `hashCap`. */
  readonly decoded: DecodedText | null;
}

/** A change as people and programs see it (spec/features.md 1C.14). */
export interface ChangeDetails {
  readonly filePath: string;
  readonly structuredPatch: readonly Hunk[];
  readonly diff: string;
  readonly added: number;
  readonly removed: number;
}

/** Reads what a call is about to change. */
export async function readPresent(
  target: Target,
  stamp: Deno.FileInfo,
  signal: AbortSignal,
): Promise<Present> {
  if (stamp.size > hashCap) {
    const version = await fileVersion(stamp, null);
    return { stamp, version, decoded: null };
  }
  const { bytes, isWhole } = await readBounded(target.path, hashCap, signal);
  const version = await fileVersion(stamp, isWhole ? bytes : null);
  return { stamp, version, decoded: isWhole ? decodeText(bytes) : null };
}

/**
 * Refuses to change what the conversation has not seen as it is now: the
 * model would undo another's work without knowing. An empty file holds none.
 */
export function demandSeen(
  action: string,
  target: Target,
  present: Present,
  context: ToolContext,
): void {
  if (present.version.size === 0) return;
  const seen = context.seen[target.path];
  if (seen === undefined && present.decoded === null) {
    throw new Refusal(fail(
      "conflict",
      `Cannot ${action} "${target.shown}": you have not read it, and it is ` +
        "binary or larger than 10 MB",
      "Change it with a program in Bash",
    ));
  }
  if (seen === undefined) {
    throw new Refusal(fail(
      "conflict",
      `Cannot ${action} "${target.shown}": you have not read it yet`,
      "Read it first, then send this call again",
    ));
  }
  if (!sameVersion(seen, present.version)) throw changed(action, target);
}

/** Writes a new content and describes the change. */
export async function applyChange(
  action: string,
  target: Target,
  change: {
    readonly before: string;
    readonly after: string;
    readonly format: TextFormat;
    readonly expected: Deno.FileInfo | null;
  },
  context: ToolContext,
): Promise<{ readonly version: FileVersion; readonly details: ChangeDetails }> {
  const bytes = encodeOrRefuse(action, target, change.after, change.format);
  const diff = await diffTexts(change.before, change.after);
  const stamp = await writeOrRefuse(action, target, bytes, {
    expected: change.expected,
    signal: context.signal,
  });
  const version = await fileVersion(stamp, bytes);
  const omitted = diff.omitted === 0
    ? ""
    : `(${count(diff.omitted, "more diff line")})\n`;
  const details = {
    filePath: target.path,
    structuredPatch: diff.hunks,
    diff: unifiedDiff(target.shown, diff) + omitted,
    added: diff.added,
    removed: diff.removed,
  };
  return { version, details };
}

/** The touched entry of a written file. */
export function wrote(
  target: Target,
  version: FileVersion,
): Pick<ToolOutcome, "touched"> {
  return { touched: [{ kind: "write", path: target.path, version }] };
}

function encodeOrRefuse(
  action: string,
  target: Target,
  text: string,
  format: TextFormat,
): Uint8Array<ArrayBuffer> {
  try {
    return encodeText(text, format);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(fail(
      "invalid_input",
      `Cannot ${action} "${target.shown}": ${error.message}, the file's ` +
        "encoding",
      "Use only characters of that encoding, or convert the file first",
    ));
  }
}

async function writeOrRefuse(
  action: string,
  target: Target,
  bytes: Uint8Array,
  options: { expected: Deno.FileInfo | null; signal: AbortSignal },
) {
  try {
    return await writeAtomically(target.path, bytes, options);
  } catch (error) {
    if (error instanceof FileChangedError) throw changed(action, target);
    throw error;
  }
}

function changed(action: string, target: Target): Refusal {
  return new Refusal(fail(
    "conflict",
    `Cannot ${action} "${target.shown}": it has changed since you read it`,
    "Read it again, then send a call that fits what it holds now",
  ));
}
