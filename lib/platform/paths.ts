import * as posix from "@std/path/posix";
import * as windows from "@std/path/windows";

/**
 * Path functions of this system. The flavours are imported by themselves
 * because the standard library's chooser starts Deno's Node layer (14 ms).
 */
export const path: typeof posix = Deno.build.os === "windows" ? windows : posix;

/**
 * Tells whether `file` is `folder` or lies in it, by whole path components:
 * "/work-evil" is not in "/work". Both must be absolute and normalised.
 */
export function isInside(file: string, folder: string): boolean {
  if (file === folder) return true;
  const base = folder.endsWith(path.SEPARATOR)
    ? folder
    : folder + path.SEPARATOR;
  return file.startsWith(base);
}
