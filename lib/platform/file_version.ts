import type { FileVersion } from "../core/tool.ts";
import { readBounded } from "./read_bounded.ts";

/** Bytes up to which a file is hashed; beyond, size and time must do. */
export const hashCap = 10 * 1024 * 1024;

/** What the system says of a file, as far as a version needs it. */
export interface FileStamp {
  readonly mtime: Date | null;
  readonly size: number;
}

/**
 * Makes a version of bytes that were just read or written. Without bytes, or
 * above `hashCap`, it has no hash. The hash is taken off the event loop
 * (10 MB: 9 ms, of which 1 ms blocks).
 */
export async function fileVersion(
  stamp: FileStamp,
  bytes: Uint8Array<ArrayBuffer> | null,
): Promise<FileVersion> {
  const mtime = stamp.mtime?.getTime() ?? 0;
  if (bytes === null) return { mtime, size: stamp.size, hash: "" };
  const isHashed = bytes.length <= hashCap;
  const hash = isHashed ? await hashBytes(bytes) : "";
  return { mtime, size: bytes.length, hash };
}

/**
 * Reads a file's present version. Needs `--allow-read`.
 *
 * @throws the file system's error when it can't be read
 */
export async function readVersion(
  file: string,
  signal?: AbortSignal,
): Promise<FileVersion> {
  const stamp = await Deno.stat(file);
  if (stamp.size > hashCap) return fileVersion(stamp, null);
  const { bytes, isWhole } = await readBounded(file, hashCap, signal);
  return fileVersion(stamp, isWhole ? bytes : null);
}

/**
 * Tells whether two versions have the same content. The time alone says
 * nothing when both were hashed: a file may have been touched, or written
 * twice within one tick of the clock.
 */
export function sameVersion(one: FileVersion, other: FileVersion): boolean {
  if (one.size !== other.size) return false;
  if (one.hash !== "" && other.hash !== "") return one.hash === other.hash;
  return one.mtime === other.mtime;
}

/** 128 bits of SHA-256 are enough to tell the states of one file apart. */
async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  let hash = "";
  for (const byte of new Uint8Array(digest, 0, 16)) {
    hash += byte.toString(16).padStart(2, "0");
  }
  return hash;
}
