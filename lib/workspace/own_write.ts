import { path } from "../platform/paths.ts";
import { isThere } from "./looks.ts";

/** Where a path leads that our tools are about to write. Needs read. */
export async function realFile(file: string): Promise<string> {
  try {
    return await Deno.realPath(file);
  } catch {
    // It does not exist yet: its folder, as far as that is there, decides.
    const folder = path.dirname(file);
    return folder === file
      ? file
      : path.join(await realFile(folder), path.basename(file));
  }
}

/** The folders above a file that do not exist. Needs read. */
export function missingAbove(file: string): string[] {
  const missing: string[] = [];
  let at = path.dirname(file);
  while (!isThere(at) && path.dirname(at) !== at) {
    missing.push(at);
    at = path.dirname(at);
  }
  return missing;
}
