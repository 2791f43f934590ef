import { fileFault } from "../platform/file_error.ts";
import { path } from "../platform/paths.ts";
import { copiesFolderOf } from "./places.ts";

/**
 * Gives a session the copies of files that another one's undo needs. They
 * are never changed, so that both can have the same file of the system; each
 * stays when the other's session is removed.
 */
export async function shareCopies(from: string, to: string): Promise<void> {
  await shareFolder(copiesFolderOf(from), copiesFolderOf(to));
}

async function shareFolder(from: string, to: string): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(from));
  } catch (error) {
    // No run has changed a file yet.
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await Deno.mkdir(to, { recursive: true, mode: 0o700 });
  for (const { name, isDirectory, isFile } of entries) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (isDirectory) await shareFolder(source, target);
    else if (isFile) await shareFile(source, target);
  }
}

async function shareFile(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (fileFault(error) === null) throw error;
    // A file system, or a grant, that knows no second name of a file.
    await Deno.copyFile(from, to);
  }
}
