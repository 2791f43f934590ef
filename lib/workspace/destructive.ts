import type { Access } from "../core/permission.ts";

/** Words of lines that take files, or what is in them, away. */
const destructive =
  /\b(rm|rmdir|unlink|mv|truncate|shred|dd|rsync)\b|\bgit\b.*\b(reset|checkout|clean|restore|stash|switch|rm|rebase|merge|pull|apply)\b|-delete\b/;

/**
 * A call that may lose work. Only a hint, of how long a look at the files may
 * take and of what to tell the user: what it misses is looked at as well.
 */
export function isDestructive(access: Access): boolean {
  return access.kind === "run" && destructive.test(access.line);
}
