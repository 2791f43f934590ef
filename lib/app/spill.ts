import { path } from "../platform/paths.ts";
import type { SessionFolder } from "./session_folder.ts";

/** Where texts too long to send are kept. */
export interface Spill {
  /** The folder; null where none may be written. */
  folder(): Promise<string | null>;
  /** Saves a text and returns its path; null where that can't be done. */
  save(name: string, content: string): Promise<string | null>;
}

/** Opens the spill of one conversation, in its folder of results. */
export function openSpill(session: SessionFolder): Spill {
  const folder = async () => (await session.folders())?.results ?? null;
  return {
    folder,
    async save(name, content) {
      const place = await folder();
      if (place === null) return null;
      const file = path.join(place, `${name.replace(/[^\w-]/g, "_")}.txt`);
      try {
        // Commands may be able to write here: neither the folder nor the
        // file may be a link that they put in its place.
        if (await Deno.realPath(place) !== place) return null;
        await Deno.writeTextFile(file, content, {
          createNew: true,
          mode: 0o600,
        });
        return file;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        return null;
      }
    },
  };
}
