import { path } from "../platform/paths.ts";
import { readBounded } from "../platform/read_bounded.ts";

/** A tracked file as git last saw it on the disk. */
export interface IndexEntry {
  /** Id of the object that holds its content. */
  readonly object: string;
  readonly size: number;
  /** Milliseconds since 1970, whole. */
  readonly mtime: number;
  /** Git's own: a kind and, of a file, 0o644 or 0o755. */
  readonly mode: number;
}

/** What of a repository matters for bringing its work tree back. */
export interface GitState {
  /** The folder that holds the work tree. */
  readonly root: string;
  /** The folder of this work tree's HEAD and index. */
  readonly folder: string;
  /** The commit that is checked out; null before the first one. */
  readonly commit: string | null;
  /** A branch, as "refs/heads/main"; null when HEAD is detached. */
  readonly branch: string | null;
  /** The bytes of the index; null where there is none, or it is too large. */
  readonly index: Uint8Array<ArrayBuffer> | null;
  /** Milliseconds since 1970: files changed since may look unchanged. */
  readonly indexTime: number;
}

const largestIndex = 32 * 1024 * 1024;

/**
 * Reads HEAD and the index of the work tree at `root`, without git. Null
 * where there is none. Needs read for git's folder.
 */
export async function readGitState(root: string): Promise<GitState | null> {
  const own = path.join(root, ".git");
  const pointer = await readText(own);
  const linked = pointer === null
    ? undefined
    : /^gitdir: (.*)$/m.exec(pointer)?.[1];
  const folder = linked === undefined
    ? own
    : path.resolve(root, linked.trimEnd());
  const head = (await readText(path.join(folder, "HEAD")))?.trim();
  if (head === undefined) return null;
  const branch = /^ref: (.+)$/.exec(head)?.[1] ?? null;
  const commit = branch === null ? head : await readRef(folder, branch);
  const file = path.join(folder, "index");
  const index = await readIndexFile(file);
  return { root, folder, branch, commit, ...index };
}

async function readIndexFile(
  file: string,
): Promise<Pick<GitState, "index" | "indexTime">> {
  try {
    const { mtime } = await Deno.stat(file);
    const { bytes, isWhole } = await readBounded(file, largestIndex);
    return {
      index: isWhole ? bytes : null,
      indexTime: mtime?.getTime() ?? 0,
    };
  } catch (error) {
    if (isMissing(error)) return { index: null, indexTime: 0 };
    throw error;
  }
}

/** What a branch points at: a file of its own, or a line of packed-refs. */
async function readRef(folder: string, ref: string): Promise<string | null> {
  const shared = await readText(path.join(folder, "commondir"));
  const common = shared === null
    ? folder
    : path.resolve(folder, shared.trimEnd());
  const loose = await readText(path.join(common, ref));
  if (loose !== null) return loose.trim();
  const packed = await readText(path.join(common, "packed-refs")) ?? "";
  const line = packed.split("\n").find((each) => each.endsWith(` ${ref}`));
  return line?.split(" ")[0] ?? null;
}

const decoder = new TextDecoder();

/** The tracked files of an index. */
export interface GitIndex {
  /** A file by its path from the work tree's root; absent when not tracked. */
  get(name: string): IndexEntry | undefined;
  /** All paths. */
  names(): Iterable<string>;
}

/** Bytes of an entry before its name, in versions 2 to 4. */
const fixedBytes = 62;

/**
 * The files of an index. Null for one that can't be understood (a split one,
 * one with long hashes): then nothing is taken to be safe in git. The format
 * is git's own, versions 2 to 4. Only places are read at once: a command waits
 * for it, and most entries are never asked for.
 */
export function parseIndex(bytes: Uint8Array): GitIndex | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 32 || view.getUint32(0) !== 0x44495243) return null;
  const version = view.getUint32(4);
  if (version < 2 || version > 4) return null;
  const count = view.getUint32(8);
  const places = new Map<string, number>();
  let at = 12;
  let previous = new Uint8Array();
  for (let number = 0; number < count; number++) {
    if (at + fixedBytes > bytes.length) return null;
    const start = at;
    const flags = view.getUint16(start + 60);
    at = start + fixedBytes + (flags & 0x4000 ? 2 : 0);
    let kept = 0;
    if (version === 4) {
      const dropped = readVarint(bytes, at);
      if (dropped === null) return null;
      at = dropped.end;
      kept = previous.length - dropped.value;
    }
    const end = bytes.indexOf(0, at);
    if (end === -1 || kept < 0) return null;
    let name = bytes.subarray(at, end);
    if (version === 4) {
      const whole = new Uint8Array(kept + name.length);
      whole.set(previous.subarray(0, kept));
      whole.set(name, kept);
      name = previous = whole;
    }
    // Up to version 3, names are filled up with NUL to multiples of eight.
    at = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
    const isMerged = (flags & 0x3000) === 0;
    if (isMerged) places.set(decoder.decode(name), start);
  }
  if (hasLink(view, at)) return null;
  return {
    names: () => places.keys(),
    get(name) {
      const start = places.get(name);
      return start === undefined ? undefined : entryAt(view, bytes, start);
    },
  };
}

function entryAt(
  view: DataView,
  bytes: Uint8Array,
  start: number,
): IndexEntry {
  const seconds = view.getUint32(start + 8);
  const nanoseconds = view.getUint32(start + 12);
  return {
    mtime: seconds * 1_000 + Math.floor(nanoseconds / 1_000_000),
    size: view.getUint32(start + 36),
    mode: view.getUint32(start + 24),
    get object() {
      const hash = bytes.subarray(start + 40, start + 60);
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0"))
        .join("");
    },
  };
}

/** Git's variable-length number, as in its pack files' offsets. */
function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 127);
    if ((byte & 128) === 0) return { value, end: at + 1 };
    value++;
  }
  return null;
}

/** True when the entries are only part of it: the rest is in another file. */
function hasLink(view: DataView, start: number): boolean {
  for (let at = start; at + 8 <= view.byteLength - 20;) {
    if (view.getUint32(at) === 0x6c696e6b) return true;
    at += 8 + view.getUint32(at + 4);
  }
  return false;
}

async function readText(file: string): Promise<string | null> {
  try {
    const { bytes } = await readBounded(file, 1_000_000);
    return decoder.decode(bytes);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Also a folder where a file was looked for, and what may not be read. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.IsADirectory ||
    error instanceof Deno.errors.NotADirectory;
}
