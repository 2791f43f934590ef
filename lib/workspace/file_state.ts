import { errorCode } from "../platform/file_error.ts";
import { readBounded } from "../platform/read_bounded.ts";
import type { BlobStore } from "./blob_store.ts";
import { type FileMark, markOf } from "./scan.ts";

/** Why the content of a file is not kept. */
export type LostReason =
  | "too large"
  | "not saved in time"
  | "unreadable"
  | "no room";

/** What a file was at one moment, as far as it can be brought back. */
export type FileState =
  | { readonly kind: "absent" }
  /** A folder in the file's place. */
  | { readonly kind: "folder" }
  | { readonly kind: "link"; readonly target: string }
  | {
    readonly kind: "file";
    readonly blob: string;
    readonly size: number;
    readonly mode: number | null;
  }
  /** As git has it: nothing was copied. */
  | {
    readonly kind: "git";
    readonly object: string;
    readonly size: number;
    readonly mode: number | null;
  }
  | { readonly kind: "lost"; readonly why: LostReason; readonly size: number };

/** Reads what a file is now and keeps its content. Needs read. */
export async function captureFile(
  file: string,
  { store, maxBytes }: {
    readonly store: BlobStore;
    readonly maxBytes: number;
  },
): Promise<FileState> {
  try {
    const mark = markOf(file);
    if (mark === null) return { kind: "absent" };
    if (mark.isFolder) return { kind: "folder" };
    if (mark.isLink) {
      return { kind: "link", target: await Deno.readLink(file) };
    }
    if (mark.size > maxBytes) return lost("too large", mark);
    const { bytes, isWhole } = await readBounded(file, maxBytes);
    if (!isWhole) return lost("too large", mark);
    const blob = await store.put(bytes);
    return blob === null
      ? lost("no room", mark)
      : { kind: "file", blob, size: bytes.length, mode: mark.mode };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "absent" };
    if (!isRefusal(error)) throw error;
    return { kind: "lost", why: "unreadable", size: 0 };
  }
}

/** True when Deno or the system would not let a file be looked at. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable || errorCode(error) !== "";
}

/** A state whose content was not kept. */
export function lost(why: LostReason, { size }: FileMark): FileState {
  return { kind: "lost", why, size };
}

/** True when two states are the same to the byte, as far as is known. */
export function sameState(one: FileState, other: FileState): boolean {
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case "absent":
    case "folder":
      return true;
    case "link":
      return other.kind === "link" && one.target === other.target;
    case "file":
      return other.kind === "file" && one.blob === other.blob &&
        one.mode === other.mode;
    case "git":
      return other.kind === "git" && one.object === other.object &&
        one.mode === other.mode;
    case "lost":
      return false;
  }
}
