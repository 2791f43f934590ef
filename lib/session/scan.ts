import { describeError } from "../core/error.ts";
import { count } from "../core/text.ts";
import type { Touched } from "../core/tool.ts";
import { fileFault } from "../platform/file_error.ts";
import { type JsonLine, readJsonl, type Span } from "../platform/jsonl.ts";
import {
  decodeEntry,
  decodeHeader,
  type Entry,
  entryHead,
  type SessionHeader,
  sessionVersion,
} from "./entry.ts";
import { addFact, initialFacts, isPrompt, type SessionFacts } from "./facts.ts";
import { readFileName } from "./places.ts";

/** One entry's place in the tree and in the file. */
export interface EntryNode extends Span {
  readonly id: string;
  /** An entry that stands earlier in the file; null at a root. */
  readonly parentId: string | null;
  /** "unknown" for what this version cannot read but keeps in the file. */
  readonly type: Entry["type"] | "unknown";
  /** The files that a call touched, and where it left the next one. */
  readonly touched?: readonly Touched[];
  readonly cwd?: string;
  /** The call's id, or the ids of the calls that a reply asks for. */
  readonly callIds?: readonly string[];
  /** True for what the user said. */
  readonly isPrompt?: true;
}

/** A session file in outline: all of its tree, none of its messages. */
export interface SessionScan {
  readonly header: SessionHeader;
  /** False when the header was lost and made from the file's name. */
  readonly hasHeader: boolean;
  /** By id, in the order of the file. */
  readonly nodes: ReadonlyMap<string, EntryNode>;
  /** The entry from which work goes on; null when there is none. */
  readonly leaf: string | null;
  readonly facts: SessionFacts;
  /** Bytes up to the end of the last whole entry. */
  readonly end: number;
  /** Whether the last whole entry has its line end. */
  readonly isEnded: boolean;
  /** Bytes after `end`: an entry that was never acknowledged. */
  readonly torn: number;
  /** What is damaged, for people. */
  readonly notices: readonly string[];
}

/** Thrown for a file that cannot be opened as a session. */
export class SessionError extends Error {
  override name = "SessionError";
}

/**
 * Reads a session file once, as a stream, and keeps its outline. Damage never
 * hides what is whole: a line that is no entry is passed over with a notice,
 * and an entry whose parent was lost follows the entry before it. Needs
 * `--allow-read` for the file.
 *
 * @throws {SessionError} for what is no session file or a later version's
 */
export async function scanSession(
  file: string,
  options: { readonly cwd?: string; readonly signal?: AbortSignal } = {},
): Promise<SessionScan> {
  try {
    await checkIsFile(file);
    using handle = await Deno.open(file);
    const scanner = new Scanner(file, options.cwd ?? "");
    for await (const lines of readJsonl(handle, options)) {
      for (const line of lines) scanner.take(line);
    }
    return await scanner.finish(handle);
  } catch (error) {
    const state = error instanceof RangeError
      ? describeError(error)
      : fileFault(error)?.state;
    if (state === undefined) throw error;
    throw new SessionError(`Cannot open session "${file}": ${state}`, {
      cause: error,
    });
  }
}

/**
 * Makes sure that a path is a file: opening a FIFO would wait for somebody to
 * write to it.
 *
 * @throws {SessionError} when it is something else, or is not there
 */
export async function checkIsFile(file: string): Promise<void> {
  let state: string | undefined = "it is not a file";
  try {
    if ((await Deno.stat(file)).isFile) return;
  } catch (error) {
    state = fileFault(error)?.state;
    if (state === undefined) throw error;
  }
  throw new SessionError(`Cannot open session "${file}": ${state}`);
}

class Scanner {
  readonly #file: string;
  readonly #cwd: string;
  readonly #nodes = new Map<string, EntryNode>();
  #header: SessionHeader | null = null;
  #facts: SessionFacts | undefined;
  #leaf: string | null = null;
  #lines = 0;
  #end = 0;
  #isEnded = true;
  #torn = 0;
  #damaged = 0;
  #unknown = 0;
  #orphans = 0;

  constructor(file: string, cwd: string) {
    this.#file = file;
    this.#cwd = cwd;
  }

  take(line: JsonLine): void {
    this.#lines++;
    const isUseful = this.#read(line);
    if (!isUseful && !line.isEnded) {
      this.#torn = line.length;
      return;
    }
    if (!isUseful) this.#damaged++;
    this.#end = line.start + line.length + (line.isEnded ? 1 : 0);
    this.#isEnded = line.isEnded;
  }

  async finish(handle: Deno.FsFile): Promise<SessionScan> {
    const hasHeader = this.#header !== null;
    if (!hasHeader && this.#nodes.size === 0 && !await this.#isCut(handle)) {
      throw new RangeError("it is no session file");
    }
    const header = this.#header ?? this.#lostHeader();
    return {
      header,
      hasHeader,
      nodes: this.#nodes,
      leaf: this.#leaf,
      facts: this.#facts ?? initialFacts(header),
      end: this.#end,
      isEnded: this.#isEnded,
      torn: this.#torn,
      notices: this.#notices(hasHeader),
    };
  }

  /** False for a line that is neither the header nor an entry. */
  #read(line: JsonLine): boolean {
    if (line.start === 0) {
      this.#header = decodeHeader(line.value);
      if (this.#header !== null) return true;
    }
    const head = entryHead(line.value);
    if (head === null || this.#nodes.has(head.id)) return false;
    const entry = decodeEntry(line.value);
    if (entry === null) this.#unknown++;
    this.#nodes.set(head.id, {
      id: head.id,
      parentId: this.#parentOf(head.parentId),
      start: line.start,
      length: line.length,
      ...outlineOf(entry),
    });
    this.#leaf = head.id;
    if (entry !== null) {
      this.#facts ??= initialFacts(this.#header ?? this.#lostHeader());
      this.#facts = addFact(this.#facts, entry);
    }
    return true;
  }

  /** Only an earlier entry can be a parent, so that no path is a circle. */
  #parentOf(parentId: string | null): string | null {
    if (parentId === null || this.#nodes.has(parentId)) return parentId;
    this.#orphans++;
    return this.#leaf;
  }

  /** Whether nothing but a part of a first line was ever written. */
  async #isCut(handle: Deno.FsFile): Promise<boolean> {
    if (readFileName(this.#file) === null) return false;
    if (this.#lines > 1 || this.#damaged > 0) return false;
    const start = new TextEncoder().encode('{"type":"session",');
    const bytes = new Uint8Array(start.length);
    await handle.seek(0, Deno.SeekMode.Start);
    const read = await handle.read(bytes) ?? 0;
    return bytes.subarray(0, read).every((byte, at) => byte === start[at]);
  }

  #lostHeader(): SessionHeader {
    const named = readFileName(this.#file);
    return {
      type: "session",
      version: sessionVersion,
      id: named?.id ?? "lost",
      timestamp: named?.timestamp ?? new Date(0).toISOString(),
      cwd: this.#cwd,
      model: "",
    };
  }

  #notices(hasHeader: boolean): string[] {
    const notices: string[] = [];
    if (!hasHeader) notices.push("The session's first line was lost");
    if (this.#damaged > 0) {
      notices.push(
        `${count(this.#damaged, "damaged line")} of the session passed over`,
      );
    }
    if (this.#orphans > 0) {
      notices.push(
        `${count(this.#orphans, "entry", "entries")} of the session put ` +
          "behind the entry before, since the one it followed was lost",
      );
    }
    if (this.#unknown > 0) {
      notices.push(
        `${count(this.#unknown, "entry", "entries")} of the session not ` +
          "understood, and kept",
      );
    }
    if (this.#torn > 0) {
      notices.push(
        `The last entry of the session was cut off (${
          count(this.#torn, "byte")
        }) and is left out`,
      );
    }
    return notices;
  }
}

/** What the tree needs of an entry besides its place. */
export function outlineOf(
  entry: Entry | null,
): Omit<EntryNode, "id" | "parentId" | keyof Span> {
  if (entry === null) return { type: "unknown" };
  if (entry.type === "call") {
    return {
      type: "call",
      callIds: [entry.callId],
      ...(entry.touched.length === 0 ? {} : { touched: entry.touched }),
      ...(entry.cwd === undefined ? {} : { cwd: entry.cwd }),
    };
  }
  const calls = entry.type === "message" && entry.message.role === "assistant"
    ? entry.message.calls
    : [];
  return {
    type: entry.type,
    ...(calls.length === 0 ? {} : { callIds: calls.map(({ id }) => id) }),
    ...(entry.type === "message" && isPrompt(entry.message)
      ? { isPrompt: true }
      : {}),
  };
}
