import { path } from "../platform/paths.ts";

/** Keeps contents by their hash, so that the same one is kept once. */
export interface BlobStore {
  /** Keeps bytes; null when there is no room for them. */
  put(bytes: Uint8Array<ArrayBuffer>): Promise<string | null>;
  /** The bytes of an id; null when they are lost or damaged. */
  get(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Bytes that are kept in memory where no folder can be written. */
const memoryBytes = 32 * 1024 * 1024;

/** The hash of some bytes, as text. */
export async function blobId(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(
    new Uint8Array(digest),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

/**
 * Keeps blobs as files in a folder that only the user can read. A crash
 * leaves at most a file whose content doesn't match its name, which counts
 * as lost. Needs read and write for the folder.
 */
export function openBlobFolder(folder: string): BlobStore {
  const known = new Set<string>();
  const fileOf = (id: string) => path.join(folder, id.slice(0, 2), id.slice(2));
  return {
    async put(bytes) {
      const id = await blobId(bytes);
      if (known.has(id)) return id;
      const file = fileOf(id);
      const isWhole = (await sizeOf(file)) === bytes.length;
      if (!isWhole) {
        await Deno.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await Deno.writeFile(file, bytes, { mode: 0o600 });
      }
      known.add(id);
      return id;
    },
    async get(id) {
      try {
        const bytes = await Deno.readFile(fileOf(id));
        return await blobId(bytes) === id ? bytes : null;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },
  };
}

/** Keeps blobs in memory, a bounded amount, for as long as the process is. */
export function openBlobMemory(most: number = memoryBytes): BlobStore {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  let held = 0;
  return {
    async put(bytes) {
      const id = await blobId(bytes);
      if (blobs.has(id)) return id;
      if (held + bytes.length > most) return null;
      held += bytes.length;
      blobs.set(id, bytes.slice());
      return id;
    },
    get: (id) => Promise.resolve(blobs.get(id) ?? null),
  };
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await Deno.stat(file)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
