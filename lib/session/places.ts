import { path } from "../platform/paths.ts";
import type { SessionHeader } from "./entry.ts";

/** Characters of a folder's name before a hash takes over. */
const longestName = 200;

/** Where all sessions lie within the state folder. */
export function sessionsFolder(stateFolder: string): string {
  return path.join(stateFolder, "sessions");
}

/**
 * The folder of the sessions that work in `cwd`: its path with all but ASCII
 * letters and digits replaced. Two paths can share one, so the header's `cwd`
 * decides (spec/features.md 1C.6).
 */
export function folderNameOf(cwd: string): string {
  const name = cwd.replace(/[^A-Za-z0-9]/g, "-");
  if (name.length <= longestName) return name;
  return `${name.slice(0, longestName)}-${hashOf(cwd)}`;
}

/** The file of a session: names sort by the time at which they began. */
export function sessionFileOf(root: string, header: SessionHeader): string {
  const time = header.timestamp.replace(/[:.]/g, "-");
  const folder = path.join(root, folderNameOf(header.cwd));
  return path.join(folder, `${time}_${header.id}.jsonl`);
}

/** The lock of a session's file. */
export function lockFileOf(file: string): string {
  return `${file}.lock`;
}

/** The folder of the copies of files that belong to a session's file. */
export function copiesFolderOf(file: string): string {
  return file.replace(/\.jsonl$/, ".files");
}

/** What a session file's name tells; null for another file's. */
export function readFileName(
  file: string,
): { readonly id: string; readonly timestamp: string } | null {
  const parts =
    /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z_([A-Za-z0-9-]{1,64})\.jsonl$/
      .exec(path.basename(file));
  if (parts === null) return null;
  const [, day, hours, minutes, seconds, ms, id = ""] = parts;
  return { id, timestamp: `${day}T${hours}:${minutes}:${seconds}.${ms}Z` };
}

/** FNV-1a over UTF-16 units, twice with other seeds: names, not secrets. */
function hashOf(text: string): string {
  let hash = "";
  for (const seed of [0x811c9dc5, 0x9dc5811c]) {
    let value = seed;
    for (let index = 0; index < text.length; index++) {
      value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    }
    hash += (value >>> 0).toString(16).padStart(8, "0");
  }
  return hash;
}
