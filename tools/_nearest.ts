import { fileFault } from "../lib/platform/file_error.ts";
import { path } from "../lib/platform/paths.ts";

/** Entries of a folder that are compared, to bound the time. */
const maxEntries = 5000;
const maxNames = 3;

/**
 * Finds the names in a missing file's folder that look most like its own.
 * Empty when the folder can't be read or nothing is close.
 */
export async function nearestNames(file: string): Promise<string[]> {
  const wanted = path.basename(file).toLowerCase();
  const found: { readonly name: string; readonly distance: number }[] = [];
  try {
    let seen = 0;
    for await (const entry of Deno.readDir(path.dirname(file))) {
      if (++seen > maxEntries) break;
      if (entry.isDirectory) continue;
      const distance = nameDistance(wanted, entry.name.toLowerCase());
      if (distance !== null) found.push({ name: entry.name, distance });
    }
  } catch (error) {
    if (fileFault(error) === null) throw error;
    return [];
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, maxNames).map(({ name }) => name);
}

/** Smaller is closer; null is too far. The same stem counts as close. */
function nameDistance(wanted: string, name: string): number | null {
  if (name === wanted) return 0;
  const stem = stemOf(wanted);
  if (stem !== "" && stem === stemOf(name)) return 1;
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const distance = editDistance(wanted, name, most);
  if (distance <= most) return distance;
  const isPart = wanted.length > 3 && name.includes(wanted);
  return isPart ? most + 1 : null;
}

function stemOf(name: string): string {
  return name.slice(0, name.length - path.extname(name).length);
}

/** Levenshtein's distance, or more than `most` once it must be. */
function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from.charCodeAt(i - 1) === to.charCodeAt(j - 1);
      const change = (row[j - 1] ?? 0) + (isSame ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[to.length] ?? 0;
}
