import { path } from "../platform/paths.ts";
import { writeAtomically } from "../platform/atomic_write.ts";

/** Entries that are kept. */
const kept = 1000;
/** Entries after which the file is cut down to those that are kept. */
const most = 2000;
/** Longer inputs are not kept: they are pastes, not something to repeat. */
const longest = 10_000;

/**
 * Reads the inputs of earlier sessions, oldest first: one JSON string a line,
 * of which damaged ones are left out. None when the file is not there or may
 * not be read. Needs `--allow-read`, and `--allow-write` to cut a long file.
 */
export async function loadHistory(file: string): Promise<string[]> {
  let whole: string;
  try {
    whole = await Deno.readTextFile(file);
  } catch {
    // No file yet, or no right to it: the history begins with this session.
    return [];
  }
  const entries = whole.split("\n").flatMap(parseEntry);
  if (entries.length <= most) return entries.slice(-kept);
  const left = entries.slice(-kept);
  const text = left.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  // Cutting is housekeeping: where it is not allowed the file just grows.
  await writeAtomically(file, new TextEncoder().encode(text)).catch(() => {});
  return left;
}

/**
 * Adds an input to the file, which only the user may read. Resolves to false
 * when it cannot be written. Needs `--allow-write`.
 */
export async function recordHistory(
  file: string,
  entry: string,
): Promise<boolean> {
  if (entry.length > longest) return true;
  try {
    const line = `${JSON.stringify(entry)}\n`;
    await Deno.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(file, line, { append: true, mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function parseEntry(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? [value] : [];
  } catch {
    return [];
  }
}
