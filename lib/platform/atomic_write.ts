import { can } from "./capabilities.ts";
import { errorCode } from "./file_error.ts";
import type { FileStamp } from "./file_version.ts";
import { path } from "./paths.ts";

/** How a file is replaced. */
export interface AtomicWriteOptions {
  /**
   * What the target was when its content was decided on; null when it did
   * not exist. When it is something else by now, nothing is written.
   */
  readonly expected?: FileStamp | null;
  readonly signal?: AbortSignal;
}

/** Thrown when the target changed under our hands. */
export class FileChangedError extends Error {
  override name = "FileChangedError";
  constructor(file: string) {
    super(`Cannot write ${JSON.stringify(file)}: it has just been changed`);
  }
}

/**
 * Replaces a file as a whole: whoever reads it, also after a crash, finds the
 * old content or the new. The bytes go to a temporary file in the same
 * folder, to the disk, and then in the old one's place; mode bits are kept,
 * and the owner where the system lets us. Missing folders are created.
 *
 * `file` must be a real path (`guardPath()`), or a link would be replaced
 * and not followed. Where no file can be created beside the target (a grant
 * for this file alone, a file that is a mount point) it is written in place.
 * Needs `--allow-write` and `--allow-read`.
 *
 * @returns what the system says of the new file
 * @throws FileChangedError, the file system's error, or the signal's reason
 */
export async function writeAtomically(
  file: string,
  bytes: Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<FileStamp> {
  const { expected, signal } = options;
  const folder = path.dirname(file);
  const id = crypto.randomUUID().slice(0, 8);
  const temporary = path.join(folder, `.openclaude-${id}.tmp`);
  const canReplace = can({ name: "write", path: temporary }) &&
    can({ name: "read", path: temporary });
  if (!canReplace) return await writeInPlace(file, bytes, expected);
  await Deno.mkdir(folder, { recursive: true });
  const old = await statOrNull(file);
  checkUnchanged(file, old, expected);
  try {
    await writeNew(temporary, bytes, old, signal);
    checkUnchanged(file, await statOrNull(file), expected);
    await Deno.rename(temporary, file);
  } catch (error) {
    await removeIfThere(temporary);
    if (errorCode(error) !== "EBUSY") throw error;
    return await writeInPlace(file, bytes, expected);
  }
  return await Deno.stat(file);
}

async function writeNew(
  temporary: string,
  bytes: Uint8Array,
  old: Deno.FileInfo | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const oldMode = old?.mode ?? null;
  const mode = oldMode === null ? undefined : oldMode & 0o7777;
  using handle = await Deno.open(temporary, {
    write: true,
    createNew: true,
    ...(mode === undefined ? {} : { mode: mode & 0o777 }),
  });
  for (let at = 0; at < bytes.length;) {
    signal?.throwIfAborted();
    at += await handle.write(bytes.subarray(at));
  }
  await handle.sync();
  if (old === null || mode === undefined || Deno.build.os === "windows") {
    return;
  }
  await keepOwner(temporary, old, await handle.stat());
  // After the owner, whose change clears the set-id bits.
  await Deno.chmod(temporary, mode);
}

/** Only root may give files away; for others the content is what counts. */
async function keepOwner(
  file: string,
  old: Deno.FileInfo,
  now: Deno.FileInfo,
): Promise<void> {
  if (old.uid === now.uid && old.gid === now.gid) return;
  try {
    await Deno.chown(file, old.uid, old.gid);
  } catch (error) {
    if (!["EPERM", "EACCES", "EINVAL"].includes(errorCode(error))) throw error;
  }
}

async function writeInPlace(
  file: string,
  bytes: Uint8Array,
  expected: FileStamp | null | undefined,
): Promise<FileStamp> {
  checkUnchanged(file, await statOrNull(file), expected);
  await Deno.writeFile(file, bytes);
  return await Deno.stat(file);
}

function checkUnchanged(
  file: string,
  now: FileStamp | null,
  expected: FileStamp | null | undefined,
): void {
  if (expected === undefined) return;
  const isSame = now?.size === expected?.size &&
    now?.mtime?.getTime() === expected?.mtime?.getTime();
  if (!isSame) throw new FileChangedError(file);
}

async function statOrNull(file: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
