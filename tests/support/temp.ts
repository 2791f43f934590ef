/** A folder that is removed with all that is in it at the end of a block. */
export interface TempFolder extends AsyncDisposable {
  /** The real path, without symlinks. */
  readonly path: string;
  /** Joins a relative path to the folder's. */
  at(relative: string): string;
  /** Reads a file in the folder as text. */
  read(relative: string): Promise<string>;
  /** Writes a file in the folder, and the folders above it. */
  write(relative: string, content: string | Uint8Array): Promise<void>;
}

/**
 * Makes a temporary folder that holds the given files:
 * `await using folder = await tempFolder({ "src/a.ts": "one\n" })`.
 */
export async function tempFolder(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  /** Where to make it: not in `/tmp`, where commands have their own. */
  where: { readonly dir?: string } = {},
): Promise<TempFolder> {
  const prefix = "openclaude-test-";
  const made = await Deno.makeTempDir({ ...where, prefix });
  const path = await Deno.realPath(made);
  const at = (relative: string) => `${path}/${relative}`;
  const folder: TempFolder = {
    path,
    at,
    read: (relative) => Deno.readTextFile(at(relative)),
    async write(relative, content) {
      const file = at(relative);
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), {
        recursive: true,
      });
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(file, bytes);
    },
    async [Symbol.asyncDispose]() {
      await removeFolder(path);
    },
  };
  for (const [relative, content] of Object.entries(files)) {
    await folder.write(relative, content);
  }
  return folder;
}

/** A process that is just ending may still write there. */
async function removeFolder(path: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      const isRace = error instanceof Error && error.message.includes("39");
      if (!isRace || attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
