import type { z } from "zod";
import type { Message } from "../core/message.ts";
import type { Usage } from "../core/model.ts";
import type { PermissionMode } from "../core/permission.ts";
import type { PriceSource } from "../core/settings.ts";
import type { Touched } from "../core/tool.ts";
import { bodySchemas, headerSchema } from "./entry_schema.ts";

/** The version that is written; a file of a higher one is not opened. */
export const sessionVersion = 1;

/** The first line of a session file. */
export interface SessionHeader {
  readonly type: "session";
  readonly version: number;
  readonly id: string;
  /** When the session began, ISO 8601. */
  readonly timestamp: string;
  readonly cwd: string;
  readonly model: string;
  /** Id of the session that this one was forked from. */
  readonly parentSession?: string;
  /** A run without a conversation: `--continue` passes over it. */
  readonly oneshot?: true;
}

/**
 * A piece of a compacted history: a run of the messages before, told by the
 * ids of its ends, or a message that was not there before.
 */
export type HistoryPiece =
  | { readonly from: string; readonly to: string }
  | { readonly message: Message };

/** What an entry says, by its type. Fields of later versions are kept. */
export type EntryBody =
  | { readonly type: "message"; readonly message: Message }
  | {
    /** What a tool call did, beside the result that the model got. */
    readonly type: "call";
    readonly callId: string;
    readonly tool: string;
    readonly ok: boolean;
    readonly ms: number;
    readonly touched: readonly Touched[];
    readonly cwd?: string;
    readonly details?: unknown;
  }
  | {
    readonly type: "compaction";
    readonly trigger: string;
    readonly by: string;
    readonly before: number;
    readonly after: number;
    readonly history: readonly HistoryPiece[];
  }
  | { readonly type: "model_change"; readonly model: string }
  | { readonly type: "mode_change"; readonly mode: PermissionMode }
  | {
    readonly type: "session_info";
    /** The session's name from now on; null takes it away. */
    readonly name?: string | null;
    readonly oneshot?: boolean;
  }
  | {
    readonly type: "label";
    /** The entry that is labelled. */
    readonly target: string;
    readonly label: string | null;
  }
  | {
    readonly type: "usage";
    readonly usage: Usage;
    readonly model: string;
    readonly agent: string;
    readonly ms: number;
    readonly firstDeltaMs: number;
    readonly context: number;
    readonly window: number;
    readonly costUsd?: number;
    readonly priceSource?: PriceSource;
  }
  | {
    /** Where the workspace can be taken back to; opaque to this room. */
    readonly type: "checkpoint";
    readonly checkpoint: string;
    readonly [field: string]: unknown;
  }
  /** Moves the leaf: its parent is the entry from which work goes on. */
  | { readonly type: "leaf"; readonly because?: string }
  | {
    readonly type: "run_end";
    readonly reason: string;
    readonly turns: number;
    readonly ms: number;
    readonly failure?: string;
    /** What a list shows, so that it need not read the whole file. */
    readonly summary?: RunSummary;
  };

/** What is known of a session at the end of a run. */
export interface RunSummary {
  readonly messages: number;
  readonly model: string;
  readonly name: string | null;
  readonly oneshot: boolean;
}

/** What every entry has. */
export interface EntryHead {
  readonly type: string;
  /** Eight hexadecimal digits, unique in the file. */
  readonly id: string;
  /** The entry before it on its branch; null at a root. */
  readonly parentId: string | null;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** One line of a session file after the first. */
export type Entry = EntryHead & EntryBody;

/** An entry of one type. */
export type EntryOf<Type extends EntryBody["type"]> = Extract<
  Entry,
  { type: Type }
>;

/**
 * Reads the header. Null when the value is none.
 *
 * @throws {RangeError} when a later version wrote it
 */
export function decodeHeader(value: unknown): SessionHeader | null {
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) return null;
  const header = parsed.data as SessionHeader;
  if (header.version > sessionVersion) {
    throw new RangeError(
      `it is of version ${header.version}, and this program reads version ` +
        `${sessionVersion}; a later openclaude can open it`,
    );
  }
  return header;
}

/** What every entry has, of a value; null when it is no entry. */
export function entryHead(value: unknown): EntryHead | null {
  if (typeof value !== "object" || value === null) return null;
  const { type, id, parentId, timestamp } = value as Record<string, unknown>;
  const isHead = typeof type === "string" && type !== "session" &&
    typeof id === "string" && /^[0-9a-f]{8}$/.test(id) &&
    (parentId === null || typeof parentId === "string") &&
    typeof timestamp === "string";
  return isHead ? value as EntryHead : null;
}

/**
 * Reads an entry whole. Null for a value that is no entry, is of a type that
 * this version does not know, or does not hold what its type should.
 */
export function decodeEntry(value: unknown): Entry | null {
  const head = entryHead(value);
  if (head === null || !Object.hasOwn(bodySchemas, head.type)) return null;
  const schema: z.ZodType = bodySchemas[head.type as Entry["type"]];
  // Checked only: the value itself is kept, with all that it holds besides.
  return schema.safeParse(value).success ? value as Entry : null;
}

/** Makes an id that none of the others is. */
export function newEntryId(isTaken: (id: string) => boolean): string {
  while (true) {
    const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
    const id = number.toString(16).padStart(8, "0");
    if (!isTaken(id)) return id;
  }
}
