import { can } from "../platform/capabilities.ts";
import { fileFault } from "../platform/file_error.ts";
import { path } from "../platform/paths.ts";
import { type ExportOptions, exportSession } from "./export.ts";
import { SessionError } from "./scan.ts";
import type { SessionView } from "./view.ts";

/** Characters that are gathered before they are written. */
const blockChars = 64 * 1024;

/**
 * Exports a session to a file, for this user alone. The file has the whole
 * export or is as it was; a device, and a file beside which none may be made,
 * is written to as it is. Needs `--allow-read` and `--allow-write` for it.
 *
 * @throws {SessionError} when it can't be written, or is a session itself
 */
export async function exportToFile(
  view: SessionView,
  file: string,
  options: ExportOptions,
): Promise<void> {
  try {
    const { target, isReplaced } = await targetOf(file);
    if (view.file !== null && target === await realOf(view.file)) {
      throw new SessionError(
        `Cannot export to "${file}": it is the session itself`,
      );
    }
    const pieces = exportSession(view, options);
    if (isReplaced) await replace(target, pieces);
    else {
      using handle = await Deno.open(target, { write: true, truncate: true });
      await writePieces(handle, pieces);
    }
  } catch (error) {
    const fault = fileFault(error);
    if (fault === null) throw error;
    throw new SessionError(`Cannot export to "${file}": ${fault.state}`, {
      cause: error,
    });
  }
}

async function targetOf(
  file: string,
): Promise<{ readonly target: string; readonly isReplaced: boolean }> {
  const target = await realOf(path.resolve(file));
  const temporary = temporaryOf(target);
  const mayReplace = can({ name: "write", path: temporary }) &&
    can({ name: "read", path: temporary });
  try {
    const { isFile } = await Deno.stat(target);
    return { target, isReplaced: isFile && mayReplace };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { target, isReplaced: true };
  }
}

function temporaryOf(target: string): string {
  const id = crypto.randomUUID().slice(0, 8);
  return path.join(path.dirname(target), `.openclaude-${id}.tmp`);
}

async function replace(
  target: string,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const temporary = temporaryOf(target);
  using handle = await Deno.open(temporary, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  try {
    await writePieces(handle, pieces);
    await handle.sync();
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
}

async function writePieces(
  handle: Deno.FsFile,
  pieces: AsyncIterable<string>,
): Promise<void> {
  let block = "";
  for await (const piece of pieces) {
    block += piece;
    if (block.length < blockChars) continue;
    await writeAll(handle, block);
    block = "";
  }
  await writeAll(handle, block);
}

async function writeAll(handle: Deno.FsFile, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await handle.write(bytes));
}

/** A path with its links followed; as it is where nothing is there. */
async function realOf(file: string): Promise<string> {
  try {
    return await Deno.realPath(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return file;
    throw error;
  }
}
