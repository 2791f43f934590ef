import { path } from "../platform/paths.ts";
import { temporaryFolder } from "../platform/folders.ts";
import { can } from "../platform/capabilities.ts";

/** A folder for texts too long to send, made when the first one comes. */
export interface Spill extends AsyncDisposable {
  /** The folder; null where none may be written. */
  folder(): Promise<string | null>;
  /** Saves a text and returns its path; null where that can't be done. */
  save(name: string, content: string): Promise<string | null>;
}

/** Opens the spill of one conversation; its files end with it. */
export function openSpill(): Spill {
  let made: Promise<string | null> | undefined;
  const folder = () => made ??= makeFolder();
  return {
    folder,
    async save(name, content) {
      const place = await folder();
      if (place === null) return null;
      const file = path.join(place, `${name.replace(/[^\w-]/g, "_")}.txt`);
      await Deno.writeTextFile(file, content, { mode: 0o600 });
      return file;
    },
    async [Symbol.asyncDispose]() {
      const place = await made;
      if (place) await Deno.remove(place, { recursive: true });
    },
  };
}

async function makeFolder(): Promise<string | null> {
  const parent = temporaryFolder();
  const isAllowed = can({ name: "write", path: parent }) &&
    can({ name: "read", path: parent });
  if (!isAllowed) return null;
  const made = await Deno.makeTempDir({ dir: parent, prefix: "openclaude-" });
  return await Deno.realPath(made);
}
