import { can } from "../platform/capabilities.ts";
import { temporaryFolder } from "../platform/folders.ts";
import { path } from "../platform/paths.ts";

/** Folders of one conversation alone. */
export interface SessionFolders {
  /** For temporary files of commands and tools. */
  readonly temp: string;
  /**
   * For results too long to send. Commands must not write here: what they
   * would put in a result's place could lead anywhere.
   */
  readonly results: string;
}

/** The temporary files of one conversation; they end with it. */
export interface SessionFolder extends AsyncDisposable {
  /** The folders, made at the first call; null where none may be made. */
  folders(): Promise<SessionFolders | null>;
}

/**
 * Opens the files of one conversation, for this user alone. Needs read and
 * write for the temporary folder.
 */
export function openSessionFolder(): SessionFolder {
  let made: Promise<SessionFolders | null> | undefined;
  return {
    folders: () => made ??= makeFolders(),
    async [Symbol.asyncDispose]() {
      const folders = await made;
      if (!folders) return;
      await removeAll(path.dirname(folders.temp));
    },
  };
}

/** Removes a folder, also where a command took the right to look into it. */
async function removeAll(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    await openUp(folder);
    await Deno.remove(folder, { recursive: true });
  }
}

/** Gives the user each folder back; links are not followed. */
async function openUp(folder: string): Promise<void> {
  await Deno.chmod(folder, 0o700);
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await openUp(path.join(folder, name));
  }
}

async function makeFolders(): Promise<SessionFolders | null> {
  const parent = temporaryFolder();
  const isAllowed = can({ name: "write", path: parent }) &&
    can({ name: "read", path: parent });
  if (!isAllowed) return null;
  const made = await Deno.makeTempDir({ dir: parent, prefix: "openclaude-" });
  const folder = await Deno.realPath(made);
  const folders = {
    temp: path.join(folder, "tmp"),
    results: path.join(folder, "results"),
  };
  await Deno.mkdir(folders.temp, { mode: 0o700 });
  await Deno.mkdir(folders.results, { mode: 0o700 });
  return folders;
}
