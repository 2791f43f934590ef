import { describeError } from "../core/error.ts";
import { fileFault } from "../platform/file_error.ts";
import { readJsonl } from "../platform/jsonl.ts";
import { path } from "../platform/paths.ts";
import {
  decodeEntry,
  decodeHeader,
  type EntryOf,
  type SessionHeader,
} from "./entry.ts";
import { addFact, initialFacts, type SessionFacts } from "./facts.ts";
import { namesIn } from "./list.ts";
import { folderNameOf, readFileName } from "./places.ts";

/** What one request of a session used. */
export interface SessionUsage {
  /** The session's id, and what a list calls it so far. */
  readonly session: string;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly entry: EntryOf<"usage">;
}

/** Which sessions and times are read. */
export interface UsageOptions {
  /** The folder of the work; absent: all. */
  readonly cwd?: string;
  /** Milliseconds since 1970; what is older is left out. */
  readonly since?: number;
  readonly signal?: AbortSignal;
  /** Told of a file that can't be read, in words. */
  onSkipped(text: string): void;
}

/**
 * What all requests of the sessions in `root` used, session by session. Files
 * are read as streams, so memory is bounded by their longest line; one that
 * was last written before `since` is not opened. What a fork has copied from
 * its parent is counted with the parent alone. Needs `--allow-read` for
 * `root`.
 */
export async function* readUsage(
  root: string,
  options: UsageOptions,
): AsyncGenerator<SessionUsage, void, undefined> {
  const { cwd, since = 0 } = options;
  const folders = cwd === undefined ? await namesIn(root) : [folderNameOf(cwd)];
  for (const folder of folders.sort()) {
    const place = path.join(root, folder);
    for (const name of (await namesIn(place)).sort()) {
      if (readFileName(name) === null) continue;
      const file = path.join(place, name);
      try {
        const { isFile, mtime } = await Deno.stat(file);
        const isOld = (mtime?.getTime() ?? Infinity) < since;
        if (isFile && !isOld) yield* readFileUsage(file, options);
      } catch (error) {
        const why = error instanceof RangeError
          ? describeError(error)
          : fileFault(error)?.state;
        if (why === undefined) throw error;
        options.onSkipped(`Cannot read session "${file}": ${why}`);
      }
    }
  }
}

async function* readFileUsage(
  file: string,
  options: UsageOptions,
): AsyncGenerator<SessionUsage, void, undefined> {
  const { cwd, since = 0 } = options;
  let header: SessionHeader | null = null;
  let facts: SessionFacts | undefined;
  using handle = await Deno.open(file);
  for await (const lines of readJsonl(handle, options)) {
    for (const { start, value } of lines) {
      if (start === 0) header = decodeHeader(value);
      if (cwd !== undefined && header !== null && header.cwd !== cwd) return;
      facts ??= initialFacts(header ?? lostHeader(file));
      const entry = matters(value, facts) ? decodeEntry(value) : null;
      if (entry === null) continue;
      facts = addFact(facts, entry);
      if (entry.type !== "usage") continue;
      const at = Date.parse(entry.timestamp);
      const isCopy = header?.parentSession !== undefined &&
        at < Date.parse(header.timestamp);
      if (isCopy || at < since) continue;
      yield {
        session: header?.id ?? readFileName(file)?.id ?? "",
        label: facts.name ?? facts.firstPrompt,
        at,
        entry,
      };
    }
  }
}

/** Most of a file are messages: only the first prompt's is looked into. */
function matters(value: unknown, { firstPrompt }: SessionFacts): boolean {
  const type = (value as { type?: unknown } | null | undefined)?.type;
  return type === "usage" || type === "session_info" ||
    type === "message" && firstPrompt === "";
}

/** What is left of a first line that was damaged: the file's name. */
function lostHeader(file: string): SessionHeader {
  const { id = "", timestamp = "" } = readFileName(file) ?? {};
  return { type: "session", version: 1, id, timestamp, cwd: "", model: "" };
}
