import { path } from "../lib/platform/paths.ts";
import { createPacer } from "../lib/platform/walk.ts";

/**
 * Sorts files by when they were last changed, the newest first, and by path
 * where that is the same. A file that is gone by now counts as the oldest.
 * Throws the signal's reason.
 */
export async function newestFirst<File extends { readonly path: string }>(
  root: string,
  files: readonly File[],
  signal: AbortSignal,
): Promise<File[]> {
  const pacer = createPacer(signal);
  const dated: { file: File; time: number }[] = [];
  for (const file of files) {
    dated.push({ file, time: changeTime(path.join(root, file.path)) });
    if (pacer.due()) await pacer.pause();
  }
  dated.sort((a, b) => b.time - a.time || (a.file.path < b.file.path ? -1 : 1));
  return dated.map(({ file }) => file);
}

function changeTime(file: string): number {
  try {
    return Deno.lstatSync(file).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}
