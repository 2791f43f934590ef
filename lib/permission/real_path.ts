import { guardPath } from "../platform/guard_path.ts";
import { path } from "../platform/paths.ts";

/**
 * Where an absolute path really leads, also when it ends in what does not
 * exist yet. Null when that can't be seen: it loops, or Deno's permissions do
 * not cover it. Needs `--allow-read` for the path.
 */
export function realPathOf(file: string): Promise<string | null> {
  const found = guardPath(file, {
    cwd: path.dirname(file),
    roots: [rootOf(file)],
    kind: "read",
    home: "",
  });
  return Promise.resolve(found.ok ? found.path : null);
}

function rootOf(file: string): string {
  let at = file;
  while (path.dirname(at) !== at) at = path.dirname(at);
  return at;
}
