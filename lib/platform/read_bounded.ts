/** The start of a file; `isWhole` when that is all of it. */
export interface BoundedRead {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isWhole: boolean;
}

/** Bytes that are read at once: quicker than to ask another thread to. */
const smallBytes = 65_536;

/** All of a file of `size` bytes; null when it turns out to be longer. */
function readSmall(
  handle: Deno.FsFile,
  size: number,
): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(size + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const read = handle.readSync(bytes.subarray(filled));
    if (read === null) return bytes.slice(0, filled);
    filled += read;
  }
  handle.seekSync(0, Deno.SeekMode.Start);
  return null;
}

/**
 * Reads at most `maxBytes`. The size that the system gives is a first guess
 * only: files of `/proc` say 0, and a log grows while it is read. Needs
 * `--allow-read`.
 *
 * @throws the file system's error, or the signal's reason
 */
export async function readBounded(
  file: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<BoundedRead> {
  using handle = await Deno.open(file);
  const { size } = await handle.stat();
  if (size > 0 && size <= smallBytes && size < maxBytes) {
    const small = readSmall(handle, size);
    if (small !== null) return { bytes: small, isWhole: true };
  }
  let bytes = new Uint8Array(Math.min(Math.max(size, 1024) + 1, maxBytes + 1));
  let filled = 0;
  while (filled <= maxBytes) {
    signal?.throwIfAborted();
    if (filled === bytes.length) {
      const larger = new Uint8Array(Math.min(filled * 2, maxBytes + 1));
      larger.set(bytes);
      bytes = larger;
    }
    const read = await handle.read(bytes.subarray(filled));
    if (read === null) return { bytes: bytes.slice(0, filled), isWhole: true };
    filled += read;
  }
  return { bytes: bytes.subarray(0, maxBytes), isWhole: false };
}
